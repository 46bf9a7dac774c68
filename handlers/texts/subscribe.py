"""The page on which patients subscribe to notices."""

from __future__ import annotations

TITLE = "接收就诊通知"
LEAD = "预约、改约、停诊和就诊前的提醒，直接发到您的微信。"
LONG = "订阅一次，一直有效，随时可以关闭。"
ONCE = "每订阅一次，接收一条通知。"
BUTTON = "我要接收"
DONE = "好了，有消息会发到您的微信。可以关掉这一页。"
REFUSED = "您没有同意接收。改变主意时，再点一次按钮。"
TROUBLE = "刚才没办成，请退出这一页再进来一次。"
TOO_OLD = "您的微信版本太旧，请先升级微信，再打开这一页。"
NOT_HERE = "请用手机微信打开这一页。"
AWAY = "现在办不了，请过几分钟再打开。"
