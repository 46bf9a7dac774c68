"""Messages on the wire: fields to XML or JSON, sealed as the account's mode wants, and back."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict

from simulator.config import SimulatorConfig
from simulator.crypto import encrypt, signature

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class MalformedReplyError(Exception):
    """The bot answered something WeChat cannot read."""


@dataclass(frozen=True, slots=True)
class Push:
    """One signed message, ready to be posted, as often as one likes."""

    fields: Mapping[str, Any]
    body: bytes
    query: Mapping[str, str]
    content_type: str

    @property
    def openid(self) -> str:
        """Who sends it."""
        return str(self.fields["FromUserName"])

    @property
    def summary(self) -> str:
        """What it is, in a few words, for the developer drawer."""
        fields = self.fields
        if fields["MsgType"] == "event":
            return f"{fields['Event']} {fields.get('EventKey', '')}".strip()
        return str(fields.get("Content", fields["MsgType"]))


def _element(name: str, value: Any) -> str:  # noqa: ANN401 - a field may be text, number, dict or list
    if isinstance(value, Mapping):
        inner = "".join(_element(key, item) for key, item in value.items())
    elif isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    elif isinstance(value, int | float):
        inner = str(value)
    else:
        clean = _CONTROL.sub("", str(value)).replace("]]>", "]]]]><![CDATA[>")
        inner = f"<![CDATA[{clean}]]>"
    return f"<{name}>{inner}</{name}>"


def to_xml(fields: Mapping[str, Any]) -> str:
    """The fields as WeChat's XML: text in CDATA, numbers bare."""
    return _element("xml", fields)


def _dump(fields: Mapping[str, Any], config: SimulatorConfig) -> str:
    if config.body_format == "json":
        return json.dumps(fields, ensure_ascii=False)
    return to_xml(fields)


def seal(fields: Mapping[str, Any], config: SimulatorConfig) -> Push:
    """Write the fields as the account's mode and format want, and sign them."""
    outer = dict(fields)
    if config.mode != "plain":
        secret = encrypt(_dump(fields, config), config.aes_key, config.app_id)
        if config.mode == "safe":
            outer = {"ToUserName": fields["ToUserName"]}
        outer["Encrypt"] = secret
    push = Push(
        fields=fields,
        body=_dump(outer, config).encode(),
        query={},
        content_type="application/json" if config.body_format == "json" else "text/xml",
    )
    return sign(push, config, outer.get("Encrypt"))


def sign(push: Push, config: SimulatorConfig, secret: str | None = None) -> Push:
    """The same body under a new timestamp, nonce and signature."""
    if secret is None and config.mode != "plain":
        secret = str(read_fields(push.body.decode())["Encrypt"])
    timestamp = str(int(config.clock()))
    nonce = str(secrets.randbelow(10**10))
    query = {
        "signature": signature(config.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": push.openid,
    }
    if secret is not None:
        query["encrypt_type"] = "aes"
        query["msg_signature"] = signature(config.token, timestamp, nonce, secret)
    return Push(push.fields, push.body, query, push.content_type)


def read_fields(text: str) -> dict[str, Any]:
    """The fields of an XML or JSON message.

    Raises:
        MalformedReplyError: neither, or not one flat message.
    """
    try:
        if text.lstrip().startswith("{"):
            fields = json.loads(text)
        else:
            fields = xmltodict.parse(text, disable_entities=True)["xml"]
    except (ExpatError, ValueError, KeyError) as error:
        raise MalformedReplyError(str(error)) from error
    if not isinstance(fields, dict):
        raise MalformedReplyError("no message inside")
    return fields
