"""
GET/POST /wechat: the numbered door every message comes through.

A bad signature is 403; whatever else is malformed is answered `success` with a log line that
holds nothing personal. Never a 500: WeChat would show its fault line and try again.
"""

from __future__ import annotations

import contextlib
import logging
import re
import socket
import threading
import time
from dataclasses import replace

from flask import Blueprint, Response, request

from bot import paper, receipts
from bot.cipher import ForgedError
from bot.dictation import Dictation
from bot.house import House
from bot.setting_values import PRODUCTION
from bot.turn import BusyError, Turns
from bot.wire import (
    MAX_BODY_BYTES,
    MESSAGE_KINDS,
    Envelope,
    Inbound,
    MalformedError,
    Query,
)
from models import clock

_LOG = logging.getLogger(__name__)

# WeChat drops the connection after 5 s; a held one waits a little longer than that.
_HELD_SECONDS = 5.5
_MOST_HELD = 8
_MOST_WAITING_ALARMS = 100
_EVENTS = frozenset({"subscribe", "unsubscribe", "scan", "click", *receipts.EVENTS})
SUCCESS = "success"


class Door:
    """Takes pushes in and hands replies out."""

    def __init__(self, house: House, turns: Turns, dictation: Dictation | None = None) -> None:
        self._house = house
        self._turns = turns
        self._dictation = dictation
        self._held = threading.BoundedSemaphore(_MOST_HELD)
        self._waiting_alarms = threading.BoundedSemaphore(_MOST_WAITING_ALARMS)

    def verify(self) -> Response:
        """Answer WeChat's URL verification."""
        try:
            return _plain(self._house.wire.verify(_query()))
        except ForgedError:
            return self._refused()

    def receive(self) -> Response:
        """Answer one push within the budget."""
        started = time.monotonic()
        body = request.stream.read(MAX_BODY_BYTES + 1)
        try:
            envelope = self._house.wire.parse(body, self._fresh(_query()))
        except ForgedError:
            return self._refused()
        except MalformedError as error:
            _LOG.info("a malformed push: %s", error)
            self._house.counters.add("refused", "malformed")
            return _plain(SUCCESS)
        inbound = envelope.inbound
        self._house.counters.add("messages", inbound.kind if _is_known(inbound) else "other")
        if not self._is_for_us(inbound):
            return _plain(SUCCESS)
        if inbound.event in receipts.EVENTS:
            receipts.take(self._house, inbound)
            return _plain(SUCCESS)
        return self._answer(self._in_words(envelope), started)

    def _in_words(self, envelope: Envelope) -> Envelope:
        """Where the hospital can have voices heard, a voice becomes what it says."""
        inbound = envelope.inbound
        if self._dictation is None or inbound.kind != "voice" or inbound.text:
            return envelope
        words = self._dictation.words(inbound.media_id)
        return replace(envelope, inbound=replace(inbound, text=words))

    def _fresh(self, query: Query) -> Query:
        """
        Return the query unless it is out of date.

        The signature of a plain message does not cover its body: without a limit, one address out
        of a log would speak for anybody for ever.

        Raises:
            ForgedError: in production, older or newer than the settings allow.
        """
        settings = self._house.settings
        limit = settings.wechat_signature_seconds
        if settings.mode != PRODUCTION or not limit:
            return query
        stamp = int(query.timestamp) if re.fullmatch("[0-9]{1,12}", query.timestamp) else 0
        if abs(clock.system_now().timestamp() - stamp) > limit:
            raise ForgedError("the signature is out of date")
        return query

    def _answer(self, envelope: Envelope, started: float) -> Response:
        inbound = envelope.inbound
        urgent = self._turns.emergency(inbound)
        if urgent is not None:
            self._report(inbound, started)
            page, _ = paper.first_page(
                paper.write(urgent, links=self._house.settings.wechat_links)
            )
            return self._reply(envelope, page)
        try:
            text = self._turns.run(inbound, started)
        except BusyError:
            return self._hold(started)
        return self._reply(envelope, text)

    def _is_for_us(self, inbound: Inbound) -> bool:
        account = self._house.settings.wechat_account_id
        return _is_known(inbound) and account in ("", inbound.account)

    def _report(self, inbound: Inbound, started: float) -> None:
        """Journal an emergency and alert the desk, but never let the patient wait for it."""
        if not self._waiting_alarms.acquire(blocking=False):
            return

        def report() -> None:
            try:
                self._turns.run(inbound, time.monotonic())
            except BusyError:
                _LOG.warning("an emergency could not be journalled in time")
            finally:
                self._waiting_alarms.release()

        self._house.alarms.submit(report)

    def _reply(self, envelope: Envelope, text: str) -> Response:
        body = self._house.wire.render(envelope, text)
        kind = "application/json" if envelope.is_json and text else "text/xml"
        return Response(body, content_type=f"{kind if text else 'text/plain'}; charset=utf-8")

    def _hold(self, started: float) -> Response:
        """
        Keep the connection until WeChat gives up this try and sends again.

        `success` or an empty body would swallow the message, an error would show the fault line.
        """
        self._house.counters.add("turns", "held")
        if self._held.acquire(blocking=False):
            try:
                time.sleep(max(0.0, _HELD_SECONDS - (time.monotonic() - started)))
            finally:
                self._held.release()
        _hang_up()
        return Response(status=503)

    def _refused(self) -> Response:
        self._house.counters.add("refused", "signature")
        return Response("forbidden", status=403, content_type="text/plain; charset=utf-8")


def _is_known(inbound: Inbound) -> bool:
    if inbound.kind == "event":
        return inbound.event in _EVENTS
    return inbound.kind in MESSAGE_KINDS


def _hang_up() -> None:
    """End the connection without an answer, where the server lets us reach its socket."""
    for name in ("gunicorn.socket", "werkzeug.socket"):
        connection = request.environ.get(name)
        if isinstance(connection, socket.socket):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def _query() -> Query:
    names = Query.__dataclass_fields__
    return Query(**{name: request.args.get(name, "") for name in names})


def _plain(text: str) -> Response:
    return Response(text, content_type="text/plain; charset=utf-8")


def create_blueprint(house: House, turns: Turns, dictation: Dictation | None = None) -> Blueprint:
    """Return the routes of the webhook; with a `dictation` voices are understood."""
    door = Door(house, turns, dictation)
    blueprint = Blueprint("wechat", __name__)
    blueprint.add_url_rule("/wechat", view_func=door.verify, methods=["GET"], endpoint="verify")
    blueprint.add_url_rule("/wechat", view_func=door.receive, methods=["POST"], endpoint="receive")
    return blueprint
