"""Customer-service messages and 「对方正在输入…」.

Sources, both at https://developers.weixin.qq.com/doc/ :
offiaccount/Customer_Service/Customer_Service_Messages.html,
service/api/customer/message/api_typing
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from simulator.calls import OK, Payload, find_patient
from simulator.errors import ApiError
from simulator.ledger import OUT_OF_COUNT
from simulator.richtext import msgmenu_body, plain_body, text_body
from simulator.switchboard import Switchboard, news_body

MAX_TEXT_BYTES = 2048
_EXCHANGE_SECONDS = 30.0  # typing is shown only this soon after a message, either way
_TYPING_SECONDS = 15.0
_WITH_MEDIA = frozenset({"image", "voice", "video"})
_CARDS = frozenset({"music", "mpnews", "wxcard", "miniprogrampage", "link", "mpnewsarticle"})


class Customer:
    """The customer-service calls of one account."""

    def __init__(self, switchboard: Switchboard) -> None:
        """Messages from this account."""
        self._board = switchboard
        self._lock = threading.Lock()
        self._typing: dict[str, float] = {}  # openid → typing is shown until

    def send(self, payload: Payload) -> Payload:
        """POST /cgi-bin/message/custom/send, within the patient's message windows.

        It has no key: sent twice it is shown twice.
        """
        patient = find_patient(self._board, payload.get("touser"))
        body = self._body(payload)
        code = self._board.ledger.spend(patient.openid)
        if code == OUT_OF_COUNT:
            raise ApiError(code, "out of response count limit")
        if code:
            raise ApiError(code, "response out of time limit or subscription is canceled")
        with self._lock:
            self._typing.pop(patient.openid, None)
        self._board.show_official(patient.openid, body)
        return OK

    def typing(self, payload: Payload) -> Payload:
        """POST /cgi-bin/message/custom/typing: shown for 15 s, or until a message is sent."""
        patient = find_patient(self._board, payload.get("touser"))
        command = payload.get("command")
        if command not in {"Typing", "CancelTyping"}:
            raise ApiError(45072, "invalid command")
        now = self._board.config.clock()
        latest = self._board.exchange.last_word_at(patient.openid)
        if latest is None or now - latest > _EXCHANGE_SECONDS:
            raise ApiError(45080, "no message exchanged in the last 30 seconds")
        with self._lock:
            if command == "CancelTyping":
                self._typing.pop(patient.openid, None)
            elif self._typing.get(patient.openid, 0.0) > now:
                raise ApiError(45081, "already typing")
            else:
                self._typing[patient.openid] = now + _TYPING_SECONDS
        self._board.exchange.publish("typing", patient.openid, {"on": command == "Typing"})
        return OK

    def _body(self, payload: Payload) -> Payload:
        """The bubble the message becomes."""
        kind = str(payload.get("msgtype", ""))
        part = payload.get(kind)
        if not isinstance(part, dict):
            raise ApiError(40008, "invalid message type")
        if kind == "msgmenu" and self._board.config.test_account:
            raise ApiError(40200, "invalid account type")
        if kind in _WITH_MEDIA:
            return self._board.media_body(kind, part.get("media_id"))
        if kind in _CARDS:
            return plain_body(f"［{kind}］")
        if kind not in _BODIES:
            raise ApiError(40008, "invalid message type")
        return _BODIES[kind](part)


def text_part(part: Payload) -> dict[str, Any]:
    """The bubble of a text.

    Raises:
        ApiError: 44004 empty, 45002 too long.
    """
    content = str(part.get("content", ""))
    if not content:
        raise ApiError(44004, "empty content")
    if len(content.encode()) > MAX_TEXT_BYTES:
        raise ApiError(45002, "content size out of limit")
    return text_body(content)


def _news(part: Payload) -> dict[str, Any]:
    articles = part.get("articles")
    if not isinstance(articles, list) or len(articles) != 1:
        raise ApiError(45008, "article size out of limit")
    return news_body(articles)


def _menu(part: Payload) -> dict[str, Any]:
    entries = part.get("list")
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and {"id", "content"} <= entry.keys() for entry in entries
    ):
        raise ApiError(47001, "data format error")
    return msgmenu_body(part)


_BODIES: dict[str, Callable[[Payload], dict[str, Any]]] = {
    "text": text_part,
    "news": _news,
    "msgmenu": _menu,
}
