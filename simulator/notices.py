"""Service notices: template messages and subscription messages.

Sources, all at https://developers.weixin.qq.com/doc/ :
offiaccount/Message_Management/Template_Message_Interface.html,
service/Subscription_Messages/intro.html
"""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Callable
from typing import Any

from simulator.config import Template
from simulator.errors import ApiError
from simulator.exchange import Patient
from simulator.switchboard import Switchboard

_REPEAT_SECONDS = 600.0  # client_msg_id is remembered for ten minutes
_FIELD = re.compile(r"\{\{\s*(\w+)\.DATA\s*\}\}")
FindPatient = Callable[[Switchboard, object], Patient]


class Notices:
    """The notice calls of one account."""

    def __init__(self, switchboard: Switchboard, find_patient: FindPatient) -> None:
        """Notices sent by this account."""
        self._board = switchboard
        self._find = find_patient
        self._ids = itertools.count(int(switchboard.config.clock() * 1000))
        self._lock = threading.Lock()
        self._sent: dict[tuple[str, str], tuple[float, int]] = {}

    def template_send(self, payload: dict[str, Any]) -> dict[str, Any]:
        """POST /cgi-bin/message/template/send; the same client_msg_id is shown once."""
        patient = self._find(self._board, payload.get("touser"))
        if not patient.following:
            raise ApiError(43004, "require subscribe")
        card = self._card(payload)
        msg_id, repeated = self._number(patient.openid, str(payload.get("client_msg_id") or ""))
        if not repeated:
            status = "failed:user block" if patient.refuses_notices else "success"
            if not patient.refuses_notices:
                self._board.show_notice(patient.openid, card)
            self._board.report("template_finished", patient.openid, msg_id=msg_id, status=status)
        return {"errcode": 0, "errmsg": "ok", "msgid": msg_id}

    def subscribe_send(self, payload: dict[str, Any]) -> dict[str, Any]:
        """POST /cgi-bin/message/subscribe/bizsend, for patients who accepted the template."""
        patient = self._find(self._board, payload.get("touser"))
        card = self._card(payload)
        template_id = str(payload["template_id"])
        if not self._board.exchange.spend_subscription(patient.openid, template_id):
            raise ApiError(43101, "user refuse to accept the msg")
        msg_id = next(self._ids)
        self._board.show_notice(patient.openid, card)
        self._board.report(
            "subscription_sent", patient.openid, template_id=template_id, msg_id=msg_id
        )
        return {"errcode": 0, "errmsg": "ok"}

    def _number(self, openid: str, client_id: str) -> tuple[int, bool]:
        """The notice's msgid, and whether this client_msg_id was sent before."""
        now = self._board.config.clock()
        with self._lock:
            at, msg_id = self._sent.get((openid, client_id), (0.0, 0))
            if client_id and now - at < _REPEAT_SECONDS:
                return msg_id, True
            msg_id = next(self._ids)
            if client_id:
                self._sent[(openid, client_id)] = (now, msg_id)
        return msg_id, False

    def _card(self, payload: dict[str, Any]) -> dict[str, Any]:
        known = self._board.config.templates
        template_id = str(payload.get("template_id") or "")
        if not template_id or (known and template_id not in known):
            raise ApiError(40037, "invalid template_id")
        values = _values(payload.get("data"))
        template = known.get(template_id)
        rows = _fill(template, values) if template else [list(item) for item in values.items()]
        url = str(payload.get("url") or payload.get("page") or "")
        return {
            "kind": "notice",
            "title": template.title if template else "服务通知",
            "rows": rows,
            "url": url if url.startswith(("http://", "https://")) else "",
        }


def _values(data: object) -> dict[str, str]:
    if not isinstance(data, dict) or not data:
        raise ApiError(47003, "argument invalid! data is empty")
    values: dict[str, str] = {}
    for key, item in data.items():
        value = item.get("value") if isinstance(item, dict) else None
        if not isinstance(value, str | int | float) or not str(value).strip():
            raise ApiError(47003, f"argument invalid! data.{key}.value is empty")
        values[key] = str(value)
    return values


def _fill(template: Template, values: dict[str, str]) -> list[list[str]]:
    rows: list[list[str]] = []
    for line in template.content.splitlines():
        for name in _FIELD.findall(line):
            if name not in values:
                raise ApiError(47003, f"argument invalid! data.{name}.value is empty")
        filled = _FIELD.sub(lambda match: values[match[1]], line)
        label, mark, value = filled.partition("：")
        rows.append([label, value] if mark else ["", filled])
    return rows
