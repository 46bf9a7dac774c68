"""Broadcasts (群发): to a list of openids, to a tag or to all; never for a single patient's news.

Source: https://developers.weixin.qq.com/doc/service/api/notify/message/api_masssend
"""

from __future__ import annotations

import hashlib
import itertools
import json
import threading
from collections import Counter
from typing import Any

from simulator.calls import OK, Payload, find_patient
from simulator.customer import text_part
from simulator.errors import ApiError
from simulator.exchange import Patient, UnknownPatientError
from simulator.quotas import beijing_month
from simulator.richtext import plain_body
from simulator.switchboard import Switchboard

SEND_PATH = "/cgi-bin/message/mass/send"
SEND_ALL_PATH = "/cgi-bin/message/mass/sendall"
EACH_USER_A_MONTH = 4
_FEWEST, _MOST = 2, 10_000
_MOST_ID_BYTES = 64
_REMEMBERED_SECONDS, _TOO_FAST_SECONDS = 24 * 3600.0, 60.0
_KINDS = frozenset({"text", "image", "voice", "mpvideo", "mpnews", "wxcard"})


class Mass:
    """The broadcast calls of one account."""

    def __init__(self, switchboard: Switchboard) -> None:
        """Broadcasts of this account."""
        self._board = switchboard
        self._ids = itertools.count(1_000_000_001)
        self._lock = threading.Lock()
        self._keys: dict[str, tuple[float, int]] = {}  # clientmsgid → sent at, msg_id
        self._received: Counter[tuple[str, str]] = Counter()  # month, openid
        self._jobs: dict[int, str] = {}  # msg_id → kind

    def send(self, payload: Payload) -> Payload:
        """POST /cgi-bin/message/mass/send: to 2 to 10,000 openids."""
        openids = payload.get("touser")
        if not isinstance(openids, list) or not all(isinstance(one, str) for one in openids):
            raise ApiError(40031, "invalid openid list")
        if len(openids) < _FEWEST:
            raise ApiError(40130, "invalid openid list size, at least two openid")
        if len(openids) > _MOST:
            raise ApiError(40032, "invalid openid list size")
        return self._start(payload, openids, SEND_PATH)

    def send_all(self, payload: Payload) -> Payload:
        """POST /cgi-bin/message/mass/sendall: to a tag, or to all followers."""
        chosen = payload.get("filter")
        if not isinstance(chosen, dict):
            raise ApiError(40035, "invalid parameter")
        followers = [p for p in self._board.exchange.patients() if p.following]
        if not chosen.get("is_to_all"):
            tag = self._board.tags.known(chosen.get("tag_id"))
            followers = [p for p in followers if tag in p.tags]
        return self._start(payload, [p.openid for p in followers], SEND_ALL_PATH)

    def preview(self, payload: Payload) -> Payload:
        """POST /cgi-bin/message/mass/preview: to one patient, not counted in her month."""
        patient = find_patient(self._board, payload.get("touser"))
        if not patient.following:
            raise ApiError(43004, "require subscribe")
        self._board.show_official(patient.openid, self._body(payload))
        return {**OK, "msg_id": next(self._ids)}

    def delete(self, payload: Payload) -> Payload:
        """POST /cgi-bin/message/mass/delete: articles and videos; what arrived stays."""
        kind = self._jobs.get(_number(payload.get("msg_id")))
        if kind not in {"mpnews", "mpvideo"}:
            raise ApiError(40059, "invalid message id")
        return OK

    def get(self, payload: Payload) -> Payload:
        """POST /cgi-bin/message/mass/get: how a broadcast fares."""
        msg_id = _number(payload.get("msg_id"))
        if msg_id not in self._jobs:
            raise ApiError(40059, "invalid message id")
        return {"msg_id": msg_id, "msg_status": "SEND_SUCCESS"}

    def _start(self, payload: Payload, openids: list[str], path: str) -> Payload:
        body, kind = self._body(payload), str(payload["msgtype"])
        with self._lock:
            msg_id = self._number_of(payload)
            self._jobs[msg_id] = kind
            reached = [p for p in map(self._known, dict.fromkeys(openids)) if p is not None]
            month = beijing_month(self._board.config.clock())
            left = [p for p in reached if self._received[month, p.openid] < EACH_USER_A_MONTH]
            self._received.update((month, p.openid) for p in left)
        failed = self._board.faults.take(path, {"undelivered"}) is not None
        shown = [] if failed else [p for p in left if not p.refuses_notices]
        for patient in shown:
            self._board.show_official(patient.openid, body)
        self._board.report(
            "mass_finished",
            self._board.OPERATOR,
            msg_id=msg_id,
            status="send fail" if failed else "send success",
            total=len(openids),
            filtered=len(left),
            sent=len(shown),
        )
        return {"errcode": 0, "errmsg": "send job submission success", "msg_id": msg_id}

    def _number_of(self, payload: Payload) -> int:
        """The new job's msg_id, unless its clientmsgid was used in the last 24 hours."""
        key = str(payload.get("clientmsgid") or _digest(payload))
        if len(key.encode()) > _MOST_ID_BYTES:
            raise ApiError(45067, "clientmsgid size out of limit")
        now = self._board.config.clock()
        at, before = self._keys.get(key, (float("-inf"), 0))
        if now - at < _TOO_FAST_SECONDS:
            raise ApiError(45066, "same clientmsgid retry too fast")
        if now - at < _REMEMBERED_SECONDS:
            raise ApiError(45065, "clientmsgid exist", msg_id=before)
        msg_id = next(self._ids)
        self._keys[key] = (now, msg_id)
        return msg_id

    def _known(self, openid: str) -> Patient | None:
        """A follower; anybody else is filtered out."""
        try:
            patient = self._board.exchange.patient(openid)
        except UnknownPatientError:
            return None
        return patient if patient.following else None

    def _body(self, payload: Payload) -> dict[str, Any]:
        kind = str(payload.get("msgtype", ""))
        part = payload.get(kind)
        if kind not in _KINDS or not isinstance(part, dict):
            raise ApiError(40008, "invalid message type")
        if kind in {"image", "voice"}:
            return self._board.media_body(kind, part.get("media_id"))
        return text_part(part) if kind == "text" else plain_body(f"［{kind}］")


def _digest(payload: Payload) -> str:
    """What stands for a missing clientmsgid: the range and the content."""
    body = {key: value for key, value in payload.items() if key != "clientmsgid"}
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _number(value: object) -> int:
    return int(value) if isinstance(value, int | str) and str(value).isdigit() else 0
