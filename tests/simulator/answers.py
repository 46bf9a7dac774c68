"""What the small bot of these tests answers."""

from __future__ import annotations

import time

from simulator.wire import read_fields, to_xml

CHOICES = (
    "您想看哪位医生？\n"
    '1. <a href="weixin://bizmsgmenu?msgmenucontent=1&msgmenuid=q7-1">王建国 主任医师，'
    "擅长眩晕，最早周三 9:00</a>\n"
    '2. <a href="weixin://bizmsgmenu?msgmenucontent=2&msgmenuid=q7-2">李敏 副主任医师，'
    "最早周四 14:30</a>\n"
    '回复数字也可以。急事请打 <a href="tel:120">120</a>'
)


def text_reply(fields: dict, content: str, **changes: object) -> str:
    reply = {
        "ToUserName": fields["FromUserName"],
        "FromUserName": fields["ToUserName"],
        "CreateTime": 1,
        "MsgType": "text",
        "Content": content,
    }
    return to_xml(reply | changes)


def bot_answer(raw: str) -> str:
    fields = read_fields(raw)
    if fields["MsgType"] == "event":
        return text_reply(fields, f"欢迎{fields['Event']}，请说说哪里不舒服。")
    said = fields["Content"]
    if said == "慢":
        time.sleep(0.7)
    if said == "挂号":
        return text_reply(fields, CHOICES)
    chosen = f"（选项 {fields['bizmsgmenuid']}）" if "bizmsgmenuid" in fields else ""
    return text_reply(fields, f"您说：{said}\n{chosen}".rstrip())
