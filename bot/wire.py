"""
What goes over the wire: signatures, ciphers, bodies in and replies out.

wechatpy does the AES framing, which is sound; the rest is guarded here, where it is not: the
signature is compared in constant time, random bytes come from `secrets`, `]]>` and control
characters cannot break a reply, and every malformed body ends as `MalformedError`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict

from bot.cipher import Cipher, ForgedError

MAX_BODY_BYTES = 64 * 1024
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# XML forbids them, patients' keyboards do not: a stray one must not cost the message.
_CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# What a body must have before it is worth typing.
_MOST_SECONDS = 253_402_300_799
_POLE, _DATE_LINE = 90.0, 180.0
MESSAGE_KINDS = frozenset(
    {"text", "image", "voice", "video", "shortvideo", "location", "link", "file"}
)


class MalformedError(Exception):
    """Signed, but no message; the text says why and holds nothing personal."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """
    One message or event as WeChat sent it.

    `key` is the same for all deliveries of one message. `kind` is text, image, voice, video,
    shortvideo, location, link, file, event or whatever WeChat invents; `event` is lower-cased.
    `text` is what was typed, or said where WeChat recognised it. `latitude`/`longitude` in degrees
    (GCJ-02). `fields` holds everything else under WeChat's names.
    """

    openid: str
    account: str
    key: str
    kind: str
    sent_at: datetime
    event: str = ""
    event_key: str = ""
    text: str = ""
    menu_id: str = ""
    ticket: str = ""
    media_id: str = ""
    latitude: float | None = None
    longitude: float | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> tuple[float, float] | None:
        """Latitude and longitude, None where they are missing or on no globe."""
        if self.latitude is None or self.longitude is None:
            return None
        is_real = abs(self.latitude) <= _POLE and abs(self.longitude) <= _DATE_LINE
        return (self.latitude, self.longitude) if is_real else None


@dataclass(frozen=True, slots=True)
class Query:
    """The query of a push; absent values are empty."""

    signature: str = ""
    timestamp: str = ""
    nonce: str = ""
    echostr: str = ""
    encrypt_type: str = ""
    msg_signature: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """How a push came, so that the reply goes back the same way."""

    inbound: Inbound
    is_json: bool = False
    cipher: Cipher | None = None


class Wire:
    """The account's side of the protocol."""

    def __init__(
        self,
        token: str,
        app_id: str,
        aes_key: str = "",
        previous: str = "",
        *,
        sealed_only: bool = False,
    ) -> None:
        if not token:
            raise ValueError("WECHAT_TOKEN is empty: anybody could sign")
        self._token = token
        self._sealed_only = sealed_only
        self._ciphers = tuple(Cipher(key, app_id) for key in (aes_key, previous) if key)

    def verify(self, query: Query) -> str:
        """
        Return the echo of WeChat's URL verification.

        Raises:
            ForgedError: the signature does not fit.
        """
        if query.msg_signature and self._ciphers:
            self._check(query.msg_signature, query, query.echostr)
            return self._open(query.echostr)[0]
        self._check(query.signature, query)
        return query.echostr

    def parse(self, body: bytes, query: Query) -> Envelope:
        """
        Return the message in a push.

        Raises:
            ForgedError: not signed by WeChat for this account.
            MalformedError: signed, but no message.
        """
        try:
            return self._parse(body, query)
        except (ValueError, LookupError, OverflowError, RecursionError) as error:
            raise MalformedError(f"no message in the body: {type(error).__name__}") from error

    def _parse(self, body: bytes, query: Query) -> Envelope:
        is_encrypted = query.encrypt_type.lower() == "aes"
        if self._sealed_only and not is_encrypted:
            raise ForgedError("not encrypted, where encryption is required")
        if not is_encrypted:
            self._check(query.signature, query)
        if len(body) > MAX_BODY_BYTES:
            raise MalformedError("the body is too large")
        fields, is_json = _fields(body)
        if not is_encrypted:
            return Envelope(_inbound(fields), is_json)
        sealed = fields.get("Encrypt")
        if not isinstance(sealed, str):
            raise ForgedError("nothing encrypted to check")
        self._check(query.msg_signature, query, sealed)
        plain, cipher = self._open(sealed)
        inner, is_json = _fields(plain.encode())
        return Envelope(_inbound(inner), is_json, cipher)

    def render(self, envelope: Envelope, text: str) -> str:
        """Return the body of a passive text reply; `success` for no text."""
        if not text:
            return "success"
        inbound = envelope.inbound
        reply: dict[str, str | int] = {
            "ToUserName": inbound.openid,
            "FromUserName": inbound.account,
            # The message's own time: all deliveries get the very same reply.
            "CreateTime": int(inbound.sent_at.timestamp()),
            "MsgType": "text",
            "Content": text,
        }
        plain = _rendered(reply, is_json=envelope.is_json)
        if envelope.cipher is None:
            return plain
        sealed = envelope.cipher.seal(plain)
        stamp, nonce = str(reply["CreateTime"]), secrets.token_hex(8)
        outer: dict[str, str | int] = {
            "Encrypt": sealed,
            "MsgSignature": self.sign(stamp, nonce, sealed),
            "TimeStamp": int(stamp),
            "Nonce": nonce,
        }
        return _rendered(outer, is_json=envelope.is_json)

    def sign(self, *parts: str) -> str:
        """Return WeChat's signature over the token and these parts."""
        text = "".join(sorted((self._token, *parts)))
        return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    def _check(self, given: str, query: Query, *more: str) -> None:
        wanted = self.sign(query.timestamp, query.nonce, *more)
        if not hmac.compare_digest(wanted.encode(), given.encode()):
            raise ForgedError("the signature does not fit")

    def _open(self, sealed: str) -> tuple[str, Cipher]:
        """Open with the current key, then with the previous; answers use the one that worked."""
        for cipher in self._ciphers:
            try:
                return cipher.open(sealed), cipher
            except ForgedError:
                continue
        raise ForgedError("no AES key of ours opens this")


def _fields(body: bytes) -> tuple[dict[str, Any], bool]:
    """Return the fields of an XML or JSON body and whether it was JSON."""
    is_json = body.lstrip()[:1] == b"{"
    try:
        if is_json:
            raw = json.loads(body)
        else:
            legal = _CONTROL_BYTES.sub(b"", body)
            raw = xmltodict.parse(legal, strip_whitespace=False)["xml"]
    except (ValueError, KeyError, TypeError, ExpatError, RecursionError) as error:
        raise MalformedError(f"no message in the body: {type(error).__name__}") from error
    if not isinstance(raw, dict):
        raise MalformedError("the body has no fields")
    cleaned = {k: _clean(v) for k, v in raw.items() if not k.startswith(("#", "@"))}
    return cleaned, is_json


def _clean(value: Any) -> Any:  # noqa: ANN401 - a field is text, a number, a dict or a list
    """XML's empty element is an empty text; comments and half characters are nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {k: _clean(v) for k, v in value.items() if not k.startswith("#")}
    return [_clean(v) for v in value] if isinstance(value, list) else value


def _inbound(fields: dict[str, Any]) -> Inbound:
    kind = _text(fields, "MsgType").strip().lower()
    openid = _text(fields, "FromUserName").strip()
    if not kind or not openid:
        raise MalformedError("no sender or no kind")
    stamp = _text(fields, "CreateTime").strip()
    if not stamp.isascii() or not stamp.isdecimal() or int(stamp) > _MOST_SECONDS:
        raise MalformedError("no time")
    event, event_key = _text(fields, "Event").strip().lower(), _text(fields, "EventKey").strip()
    latitude, longitude = _place(fields)
    identity = (event, event_key) if kind == "event" else (_text(fields, "MsgId"),)
    return Inbound(
        openid=openid,
        account=_text(fields, "ToUserName"),
        key=":".join((openid, stamp, *identity)),
        kind=kind,
        sent_at=datetime.fromtimestamp(int(stamp), UTC),
        event=event,
        event_key=event_key,
        text=_text(fields, "Content") or _text(fields, "Recognition"),
        menu_id=_text(fields, "bizmsgmenuid"),
        ticket=_text(fields, "Ticket"),
        media_id=_text(fields, "MediaId"),
        latitude=latitude,
        longitude=longitude,
        fields=fields,
    )


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name, "")
    if isinstance(value, dict | list):
        raise MalformedError(f"{name} is no text")
    return str(value)


def _place(fields: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """A location message and a LOCATION event name the same things differently."""
    try:
        return (
            float(fields.get("Location_X", fields.get("Latitude", ""))),
            float(fields.get("Location_Y", fields.get("Longitude", ""))),
        )
    except (TypeError, ValueError):
        return None, None


def _rendered(fields: Mapping[str, str | int], *, is_json: bool) -> str:
    clean = {k: _CONTROL.sub("", v) if isinstance(v, str) else v for k, v in fields.items()}
    if is_json:
        return json.dumps(clean, ensure_ascii=False)
    return f"<xml>{''.join(f'<{k}>{_cdata(v)}</{k}>' for k, v in clean.items())}</xml>"


def _cdata(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    return f"<![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]>"
