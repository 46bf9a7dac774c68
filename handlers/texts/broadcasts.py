"""What members of staff read about broadcasts: placeholders, previews with numbers, how far."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

from handlers.texts import staff, wording
from scheduling.broadcasting import OF_ALL, Audience, BroadcastView, Forecast, swapped
from scheduling.rota import ShiftView

# What may stand between braces, and the fact it stands for.
PLACEHOLDERS: Mapping[str, str] = {
    "姓名": "patient",
    "时间": "when",
    "日期": "day",
    "钟点": "time",
    "机构": "site",
    "科室": "department",
    "医生": "doctor",
    "诊室": "room",
    "预约号": "code",
}
_NAMES = {fact: name for name, fact in PLACEHOLDERS.items()}

TITLE = "发通知"
CONFIRM = staff.CONFIRM_TELL
WHAT = "要通知什么？请发内容。可以写{姓名}、{时间}、{诊室}，会换成各人自己的。"
WHOM = "通知哪一个班次的患者？回复数字："
NOBODY = "没有找到要通知的人。请写明医生和时间，例如：通知 张伟明天上午的病人：改在3号楼看诊。"
NOT_DONE = "没有发送。"
TAKEN_BACK = "已撤销，没有发出去。"
TOO_LATE = "没有能撤销的通知：要么没有，要么已经开始发了。正在发的，可以在网页工作台停止。"

STATES: Mapping[str, str] = {
    "draft": "草稿",
    "waiting": "等另一位同事批准",
    "scheduled": "等待发送",
    "laying": "正在发送",
    "sending": "正在发送",
    "paused": "已暂停",
    "done": "已发完",
    "cancelled": "已取消",
}
RECIPIENTS: Mapping[str, str] = {
    "waiting": "等待发送",
    "paused": "暂停中",
    "sent": "已发出",
    "delivered": "已送达",
    "uncertain": "已发出，可能收到两次",
    "call": "要打电话",
    "called": "电话已打",
    "dead": "没有发出",
    "void": "已取消",
    "skipped": "没有发",
    "failed": "微信没有发出",
    "filtered": "微信没发（本月满4条或拒收）",
}
CHANNELS: Mapping[str, str] = {
    "visit": "微信就医助手",
    "long": "订阅通知",
    "template": "模板消息",
    "once": "一次性订阅通知",
    "customer": "公众号消息",
    "sms": "短信",
    "mass": "群发",
}
WHY: Mapping[str, str] = {
    "no_account": "没有微信账号，也没有能收短信的手机号",
    "not_following": "没有关注公众号",
    "no_window": "48小时内没有来过消息",
    "no_way": "没有开通能用的渠道",
    "month": "本月已收满4条群发",
    "alone": "只有一个人，群发至少要两个",
    "wechat": "微信没有发出",
    "same": "微信当成重复的群发，没有发出",
    "unsure": "一直没有收到微信的答复，可能已经发出",
    "lost": "读不到名单接下来的位置，剩下的没有发",
    "48001": "微信不让这个公众号群发或读取关注者名单，要认证过的服务号",
    "45009": "微信每天100批的群发次数用完了",
    "40130": "发送时只剩不到两个人",
}
OF_EVERYBODY: Mapping[str, str] = {
    "followers": "全部登记过的关注者",
    "everyone": "全部关注者，没有登记过的也发",
}
# A day ends where the next one begins.
_MOMENT = timedelta(microseconds=1)


def to_facts(words: str) -> str:
    """Return words as they are kept: 「{姓名}」 names a fact."""
    return swapped(words, PLACEHOLDERS)


def shown(words: str) -> str:
    """Return kept words as the staff wrote them."""
    return swapped(words, _NAMES)


def of_shifts(views: Sequence[ShiftView]) -> list[str]:
    """Return the shifts whose patients are written to, a line each."""
    return [staff.shift(view) for view in views]


def of_group(name: str) -> str:
    """A list of people that the staff keep."""
    return f"分组“{name}”里的人"


def of_visits(audience: Audience, named: Sequence[str]) -> str:
    """Return what is asked for of whoever has an appointment, or that all followers are meant."""
    if audience.kind in OF_ALL:
        return OF_EVERYBODY[audience.kind]
    first, last = audience.start, audience.end
    days = [wording.day(first.date())] if first else []
    if first and last and (end := (last - _MOMENT).date()) != first.date():
        days.append(wording.day(end))
    return "，".join(filter(None, ("到".join(days), *named, "有预约的患者")))


def why(code: str) -> str:
    """Return why somebody was not reached; what a server said stays as it is."""
    return WHY.get(code, code)


def reached(cast: Forecast) -> str:
    """「微信12位，短信3位，要打电话1位」, of as many as were looked at."""
    sms = cast.by_channel.get("sms", 0)
    wechat = sum(cast.by_channel.values()) - sms
    ring = sum(cast.unreached.values())
    lead = "" if cast.looked_at >= cast.total else f"其中看了前{cast.looked_at}位："
    return f"{lead}微信能收到{wechat}位，短信{sms}位，要打电话{ring}位"


def everyone(cast: Forecast) -> str:
    """Return what is known of all followers before they are written to, and what is not."""
    known = cast.known or 0
    return (
        f"微信统计有{cast.total}位关注者，其中登记过{known}位。没有登记过的，我们不知道本月收过几条群发："
        "收满4条的由微信自己略过，发完后每一批的回执里有数字。他们的名单发送时才向微信读取，不保存。"
    )


_NOT_SUSPENDED = (
    "注意：这只是发通知，班次没有停，还能挂号，患者也没有新号。要停诊请发：停诊 医生 时间"
)
# Words that tell of a clinic that does not take place.
_SUSPENDS = re.compile("停诊|不(?:出|坐|看)诊|(?:来|出)不了|不来|取消门诊|门诊取消")


def preview(shifts: Sequence[ShiftView], words: str, cast: Forecast, alone: int) -> str:
    """What will happen, in numbers, before anything does; `alone`: how many one may reach."""
    listed = "\n".join(staff.shift(view) for view in shifts)
    more = f"超过{alone}位，要另一位同事在网页工作台批准后才发。\n" if cast.total > alone else ""
    if _SUSPENDS.search(words) and any(view.state == "published" for view in shifts):
        more += f"{_NOT_SUSPENDED}\n"
    return (
        f"将要通知{cast.total}位患者：\n{listed}\n{reached(cast)}。\n内容：{shown(words)}\n{more}"
        f"执行请回复：{CONFIRM}\n不做了请回复：退出"
    )


def confirmed(view: BroadcastView) -> str:
    """It is settled: when it leaves, and how to take it back."""
    undo = "发错了，开始发送前回复：撤销通知"
    if view.state == "waiting":
        return f"已提交，共{view.expected}位，等另一位同事在网页工作台批准。\n{undo}"
    return f"好的，共{view.expected}位，{wording.clock(view.not_before)}开始发送。\n{undo}"
