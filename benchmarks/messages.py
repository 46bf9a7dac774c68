"""WeChat's pushes in safe mode: sealed, signed, ready to send."""

from __future__ import annotations

import itertools
import time

import xmltodict

from benchmarks import load
from benchmarks.hospital import AES_KEY, APP_ID, TOKEN
from bot.cipher import Cipher
from bot.wire import Wire

_WIRE = Wire(TOKEN, APP_ID, AES_KEY)
_CIPHER = Cipher(AES_KEY, APP_ID)
_NONCE = "1320562132"
_ids = itertools.count(24_000_000_000_000_000)


def push(openid: str, text: str) -> bytes:
    """Return one text message as an HTTP request; each call is a message of its own."""
    stamp = str(int(time.time()))
    message = {
        "ToUserName": "gh_bench",
        "FromUserName": openid,
        "CreateTime": stamp,
        "MsgType": "text",
        "Content": text,
        "MsgId": next(_ids),
    }
    sealed = _CIPHER.seal(xmltodict.unparse({"xml": message}, full_document=False))
    body = xmltodict.unparse({"xml": {"ToUserName": "gh_bench", "Encrypt": sealed}})
    query = {
        "signature": _WIRE.sign(stamp, _NONCE),
        "timestamp": stamp,
        "nonce": _NONCE,
        "openid": openid,
        "encrypt_type": "aes",
        "msg_signature": _WIRE.sign(stamp, _NONCE, sealed),
    }
    return load.request("/wechat", query, body.encode())


def read(body: bytes) -> str:
    """Return the text of a sealed reply; `success` as it is."""
    if not body.startswith(b"<xml>"):
        return body.decode()
    sealed = xmltodict.parse(body)["xml"]["Encrypt"]
    return str(xmltodict.parse(_CIPHER.open(sealed))["xml"]["Content"])
