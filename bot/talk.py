"""The `talk` command: a terminal that pushes signed messages through the real webhook."""

from __future__ import annotations

import re
import secrets
import sys

import click
import xmltodict
from flask import Flask

from bot.house import House
from models import clock

_LINK = re.compile(r"<a [^>]*>(.*?)</a>", re.DOTALL)


def talk(app: Flask, house: House, openid: str) -> None:
    """Say what is typed, print what is answered, until the input ends."""
    client = app.test_client()
    while True:
        if sys.stdin.isatty():
            click.echo("> ", nl=False)
        line = sys.stdin.readline()
        if not line:
            return
        if line.strip():
            body = _message(house, openid, line.strip())
            answer = client.post("/wechat", query_string=_signed(house), data=body)
            click.echo(_shown(answer.get_data(as_text=True)))


def _message(house: House, openid: str, text: str) -> bytes:
    now = house.settings.fixed_now or clock.system_now()
    fields = {
        "ToUserName": house.settings.wechat_account_id,
        "FromUserName": openid,
        "CreateTime": int(now.timestamp()),
        "MsgType": "text",
        "Content": text,
        "MsgId": secrets.randbits(62),
    }
    return xmltodict.unparse({"xml": fields}).encode()


def _signed(house: House) -> dict[str, str]:
    stamp, nonce = str(int(clock.system_now().timestamp())), secrets.token_hex(8)
    signature = house.wire.sign(stamp, nonce)
    return {"signature": signature, "timestamp": stamp, "nonce": nonce}


def _shown(body: str) -> str:
    """Return the text of a reply as a terminal can show it; nothing for `success`."""
    if not body.startswith("<xml>"):
        return ""
    return _LINK.sub(r"\1", str(xmltodict.parse(body)["xml"]["Content"]))
