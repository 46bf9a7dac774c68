"""What WeChat sends is understood, forged pushes are refused, our answers are well-formed."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
import xmltodict
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from bot.cipher import Cipher, ForgedError
from bot.wire import MalformedError, Query, Wire

_SHARED = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
TOKEN, APP = "a token", "wx0123456789abcdef"
OLD_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
NEW_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
HELLO = (
    "<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName>"
    "<CreateTime>1700000000</CreateTime><MsgType>text</MsgType>"
    "<Content>你好</Content><MsgId>7</MsgId></xml>"
)


def shared(name: str) -> Any:
    file = _SHARED / "wechat" / name
    if not file.exists():
        pytest.fail(f"{file} is missing: set SHARED_DATA")
    return json.loads(file.read_text(encoding="utf-8"))


def signed(wire: Wire, timestamp: str = "1", nonce: str = "2") -> Query:
    return Query(signature=wire.sign(timestamp, nonce), timestamp=timestamp, nonce=nonce)


def sealed(wire: Wire, key: str, body: str) -> tuple[bytes, Query]:
    """A push in safe mode, sealed by an independent implementation."""
    crypto = WeChatCrypto(TOKEN, key, APP)
    outer = xmltodict.parse(crypto.encrypt_message(body, "2", "1"))["xml"]
    query = Query(
        timestamp="1", nonce="2", encrypt_type="aes", msg_signature=outer["MsgSignature"]
    )
    return f"<xml><Encrypt>{outer['Encrypt']}</Encrypt></xml>".encode(), query


def test_every_sample_becomes_a_typed_message_with_its_fields() -> None:
    wire = Wire(TOKEN, APP)
    samples = shared("inbound-samples.json")

    for sample in samples:
        inbound = wire.parse(sample["xml"].encode(), signed(wire)).inbound

        assert dict(inbound.fields) == sample["fields"], sample["id"]
        assert inbound.kind == sample["kind"]
        assert inbound.event == (sample["event"] or "").strip().lower()
        assert inbound.openid == sample["fields"]["FromUserName"].strip()
        said = sample["fields"].get("Content") or sample["fields"].get("Recognition")
        assert inbound.text == (said or "")
        assert inbound.menu_id == sample["fields"].get("bizmsgmenuid", "")
        assert inbound.media_id == sample["fields"].get("MediaId", "")
        assert inbound.event_key == sample["fields"].get("EventKey", "")
    assert len(samples) == 85


def test_a_location_has_degrees() -> None:
    wire = Wire(TOKEN, APP)
    sample = next(s for s in shared("inbound-samples.json") if s["event"] == "LOCATION")

    inbound = wire.parse(sample["xml"].encode(), signed(wire)).inbound

    assert (inbound.latitude, inbound.longitude) == (23.137466, 113.352425)


VECTORS = range(12)


@pytest.mark.parametrize("number", VECTORS)
def test_crypto_vector(number: int) -> None:
    vectors = shared("crypto-vectors.json")
    assert len(vectors) == len(VECTORS)
    vector = vectors[number]
    wire = Wire(vector["token"], vector.get("appid", APP), vector.get("aes_key", ""))
    check = {
        "url_verification": _verified,
        "url_verification_encrypted": _verified_sealed,
        "plain_signature": _accepted,
        "decrypt": _decrypted,
        "decrypt_negative_signature": _rejected,
        "decrypt_negative_appid": _rejected,
        "encrypt_reply": _encrypted,
    }[vector["type"]]
    check(wire, vector)


def _query(vector: dict[str, str]) -> Query:
    names = ("signature", "timestamp", "nonce", "msg_signature", "echostr")
    return Query(**{n: vector[n] for n in names if n in vector}, encrypt_type="aes")


def _verified(wire: Wire, vector: dict[str, str]) -> None:
    assert wire.verify(_query(vector)) == vector["echostr"]


def _verified_sealed(wire: Wire, vector: dict[str, str]) -> None:
    query = _query({**vector, "echostr": vector["encrypt"]})
    assert wire.verify(query) == vector["computed_plaintext"]


def _accepted(wire: Wire, vector: dict[str, str]) -> None:
    query = Query(vector["signature"], vector["timestamp"], vector["nonce"])
    envelope = wire.parse(vector["body"].encode(), query)
    assert dict(envelope.inbound.fields) == json.loads(vector["body"])
    assert envelope.is_json


def _decrypted(wire: Wire, vector: dict[str, Any]) -> None:
    body = json.dumps({"ToUserName": "x", "Encrypt": vector["encrypt"]}).encode()
    fields = wire.parse(body, _query(vector)).inbound.fields
    plain = vector["computed_plaintext"]
    whole = json.loads(plain) if plain.startswith("{") else xmltodict.parse(plain)["xml"]
    assert dict(fields) == whole
    assert vector.get("plaintext_fields", {}).items() <= dict(fields).items()


def _rejected(wire: Wire, vector: dict[str, str]) -> None:
    body = json.dumps({"Encrypt": vector["encrypt"]}).encode()
    with pytest.raises(ForgedError):
        wire.parse(body, _query(vector))


def _encrypted(wire: Wire, vector: dict[str, str]) -> None:
    cipher = Cipher(vector["aes_key"], vector["appid"])
    assert cipher.seal(vector["plaintext"], vector["random16"].encode()) == vector["encrypt"]
    signature = wire.sign(vector["timestamp"], vector["nonce"], vector["encrypt"])
    assert signature == vector["msg_signature"]


def test_an_empty_token_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="WECHAT_TOKEN"):
        Wire("", APP)


def test_a_wrong_signature_is_refused_even_when_it_is_no_ascii() -> None:
    wire = Wire(TOKEN, APP)
    for signature in ("", "0" * 40, "签名", wire.sign("1", "3")):
        with pytest.raises(ForgedError):
            wire.parse(HELLO.encode(), Query(signature=signature, timestamp="1", nonce="2"))


@pytest.mark.parametrize("used", [NEW_KEY, OLD_KEY])
def test_after_a_change_of_key_both_open_and_the_answer_uses_the_one_that_worked(
    used: str,
) -> None:
    wire = Wire(TOKEN, APP, NEW_KEY, OLD_KEY)
    envelope = wire.parse(*sealed(wire, used, HELLO))

    answer = xmltodict.parse(wire.render(envelope, "您好"))["xml"]

    opened = WeChatCrypto(TOKEN, used, APP).decrypt_message(
        answer, answer["MsgSignature"], answer["TimeStamp"], answer["Nonce"]
    )
    reply = xmltodict.parse(opened)["xml"]
    assert (reply["ToUserName"], reply["FromUserName"]) == ("o1", "gh_1")
    assert reply["Content"] == "您好"


def test_a_stranger_key_is_refused() -> None:
    wire = Wire(TOKEN, APP, NEW_KEY)
    with pytest.raises(ForgedError):
        wire.parse(*sealed(wire, OLD_KEY, HELLO))


MALFORMED = {
    "empty": b"",
    "not xml": b"hello",
    "no root": b"<message/>",
    "empty root": b"<xml/>",
    "no kind": b"<xml><FromUserName>o</FromUserName><CreateTime>1</CreateTime></xml>",
    "two kinds": HELLO.replace("<MsgId>", "<MsgType>a</MsgType><MsgId>").encode(),
    "nested sender": HELLO.replace(">o1<", "><a>o1</a><").encode(),
    "no time": HELLO.replace("1700000000", "soon").encode(),
    "a time in year 30000": HELLO.replace("1700000000", "9" * 12).encode(),
    "json list": b"[1]",
    "json text": b'{"a"',
    "deep json": b'{"a":' + b"[" * 20_000,
    "bad utf-8": b"<xml><Content>\xff</Content></xml>",
    "too large": b"<xml>" + b" " * 65_536 + b"</xml>",
    "entities": b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    + HELLO.replace("你好", "&b;").encode(),
    "external": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    + HELLO.replace("你好", "&a;").encode(),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_bodies_are_told_apart_from_forged_ones(name: str) -> None:
    wire = Wire(TOKEN, APP)
    with pytest.raises(MalformedError):
        wire.parse(MALFORMED[name], signed(wire))


@given(st.binary(max_size=300))
def test_no_body_breaks_the_parser(body: bytes) -> None:
    wire = Wire(TOKEN, APP)
    with contextlib.suppress(MalformedError):
        wire.parse(body, signed(wire))


@given(st.text())
def test_whatever_a_reply_says_it_stays_one_well_formed_text(text: str) -> None:
    wire = Wire(TOKEN, APP)
    envelope = wire.parse(HELLO.encode(), signed(wire))

    body = wire.render(envelope, "x" + text + "]]></Content><MsgType>image</MsgType>\x08")

    fields = xmltodict.parse(body, strip_whitespace=False)["xml"]
    assert list(fields) == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
    assert fields["MsgType"] == "text"


def test_json_is_answered_in_json_and_silence_with_success() -> None:
    wire = Wire(TOKEN, APP)
    body = json.dumps(xmltodict.parse(HELLO)["xml"]).encode()
    envelope = wire.parse(body, signed(wire))

    assert json.loads(wire.render(envelope, "您好"))["Content"] == "您好"
    assert wire.render(envelope, "") == "success"


def test_deliveries_of_one_message_share_a_key_and_other_messages_do_not() -> None:
    wire = Wire(TOKEN, APP)

    def key(body: str) -> str:
        return wire.parse(body.encode(), signed(wire)).inbound.key

    click = HELLO.replace("text", "event", 1).replace("<MsgId>7</MsgId>", "<Event>CLICK</Event>")
    first = click.replace("</xml>", "<EventKey>book</EventKey></xml>")
    second = click.replace("</xml>", "<EventKey>mine</EventKey></xml>")
    assert key(HELLO) == key(HELLO)
    assert len({key(HELLO), key(HELLO.replace(">7<", ">8<")), key(first), key(second)}) == 4


def test_a_stray_control_character_does_not_cost_the_message() -> None:
    wire = Wire(TOKEN, APP)
    body = (
        "<xml><ToUserName>gh</ToUserName><FromUserName>o</FromUserName><CreateTime>1</CreateTime>"
        "<MsgType>text</MsgType><Content><![CDATA[头疼\x01，\n三天\x0b]]></Content>"
        "<MsgId>1</MsgId></xml>"
    )

    assert wire.parse(body.encode(), signed(wire)).inbound.text == "头疼，\n三天"
