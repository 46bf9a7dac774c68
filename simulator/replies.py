"""Reading the bot's passive reply as strictly as WeChat does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.config import SimulatorConfig
from simulator.crypto import CryptoError, decrypt, same, signature
from simulator.wire import MalformedReplyError, Push, read_fields

# Above this the patient sees the fault line: field reports, e.g. dodgepudding/wechat-php-sdk#363.
MAX_TEXT_BYTES = 2047
# After a message WeChat shows one article, after an event up to eight; the rest is dropped.
ARTICLES_AFTER_MESSAGE = 1
ARTICLES_AFTER_EVENT = 8
KINDS = frozenset(
    {"text", "image", "voice", "video", "music", "news", "transfer_customer_service"}
)


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule of WeChat the reply breaks; a fatal one shows the fault line to the patient."""

    code: str
    detail: str
    fatal: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """A passive reply as the patient would see it."""

    kind: str
    content: str = ""
    articles: tuple[Mapping[str, Any], ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    encrypted: bool = False


def read_reply(
    text: str, push: Push, config: SimulatorConfig
) -> tuple[Reply | None, tuple[Violation, ...]]:
    """The reply inside an HTTP body that is neither empty nor `success`, and what is wrong."""
    try:
        fields = read_fields(text)
        encrypted = "Encrypt" in fields
        if encrypted:
            fields = _open(fields, config)
    except MalformedReplyError as error:
        return None, (Violation("malformed", str(error)),)
    except CryptoError as error:
        return None, (Violation("bad-encryption", str(error)),)
    articles = _articles(fields)
    reply = Reply(
        kind=str(fields.get("MsgType", "")),
        content=str(fields.get("Content") or ""),
        articles=articles[: _article_limit(push)],
        fields=fields,
        encrypted=encrypted,
    )
    return reply, tuple(_violations(reply, len(articles), push, config))


def _open(fields: Mapping[str, Any], config: SimulatorConfig) -> dict[str, Any]:
    secret = str(fields["Encrypt"])
    given = str(fields.get("MsgSignature", ""))
    stamp, nonce = str(fields.get("TimeStamp", "")), str(fields.get("Nonce", ""))
    if not same(given, signature(config.token, stamp, nonce, secret)):
        raise CryptoError("MsgSignature does not fit")
    return read_fields(decrypt(secret, config.aes_key, config.app_id))


def _articles(fields: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    container = fields.get("Articles")
    items = container.get("item", []) if isinstance(container, Mapping) else container or []
    if isinstance(items, Mapping):
        items = [items]
    return tuple(item for item in items if isinstance(item, Mapping))


def _article_limit(push: Push) -> int:
    return ARTICLES_AFTER_EVENT if push.fields["MsgType"] == "event" else ARTICLES_AFTER_MESSAGE


def _violations(
    reply: Reply, article_count: int, push: Push, config: SimulatorConfig
) -> list[Violation]:
    found: list[Violation] = []
    sent_to, sent_from = reply.fields.get("ToUserName"), reply.fields.get("FromUserName")
    if (sent_to, sent_from) != (push.openid, push.fields["ToUserName"]):
        found.append(Violation("not-swapped", f"ToUserName {sent_to}, FromUserName {sent_from}"))
    if config.mode == "safe" and not reply.encrypted:
        found.append(Violation("not-encrypted", "safe mode wants an encrypted reply"))
    if reply.kind not in KINDS:
        found.append(Violation("unknown-kind", reply.kind))
    if not str(reply.fields.get("CreateTime", "")).isdigit():
        found.append(Violation("no-create-time", str(reply.fields.get("CreateTime"))))
    if reply.kind == "text":
        size = len(reply.content.encode())
        if not 1 <= size <= MAX_TEXT_BYTES:
            found.append(Violation("text-length", f"{size} bytes of 1 to {MAX_TEXT_BYTES}"))
    if reply.kind == "news" and article_count > (limit := _article_limit(push)):
        found.append(Violation("articles", f"{article_count} of {limit} allowed", fatal=False))
    return found
