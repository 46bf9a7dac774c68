"""The phone in the browser: its page, and what the page asks the simulator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from simulator.control import BadRequestError, explain_errors, json_body, text_field
from simulator.errors import ApiError
from simulator.switchboard import Switchboard

# A stream ends by itself so that no thread outlives its page; the page comes back where it was.
STREAM_SECONDS = 25
_HEARTBEAT_SECONDS = 5.0
_MAX_TEXT = 2000
_MAX_NAME = 20
_MOST_COPIES = 20


def _event_rows(switchboard: Switchboard, epoch: str, after: int) -> dict[str, Any]:
    """The events a page has not seen; all of them when it knew another run of the simulator."""
    exchange = switchboard.exchange
    cursor = after if epoch == exchange.epoch else 0
    rows = [asdict(event) for event in exchange.events_after(cursor)]
    return {"epoch": exchange.epoch, "events": rows}


class Phone:
    """The routes of one account's phone page."""

    def __init__(self, switchboard: Switchboard) -> None:
        """A phone that talks to this account."""
        self._board = switchboard

    def page(self) -> str:
        """The page itself."""
        return render_template("phone.html", account_name=self._board.config.account_name)

    def state(self) -> ResponseReturnValue:
        """All a freshly opened page needs, but the events."""
        exchange, config = self._board.exchange, self._board.config
        return jsonify(
            epoch=exchange.epoch,
            account_name=config.account_name,
            timezone=config.timezone,
            patients=[asdict(patient) for patient in exchange.patients()],
            menu=exchange.menu(),
            clock=config.clock.view(),
        )

    def act(self, action: str) -> ResponseReturnValue:
        """What a patient does: open, send, press, follow, unfollow, scan, media, repeat."""
        payload = json_body()
        openid = text_field(payload, "openid", 64)
        board = self._board
        if action == "open":
            board.open_chat(openid)
        elif action == "send":
            menu_id = payload.get("menu_id")
            words = text_field(payload, "text", _MAX_TEXT)
            board.say(openid, words, None if menu_id is None else str(menu_id))
        elif action == "press":
            name, kind = str(payload.get("name", ""))[:60], str(payload.get("kind", "click"))
            board.press(openid, text_field(payload, "key", 1024), name, kind)
        elif action == "scan":
            board.scan(openid, text_field(payload, "scene", 64))
        elif action == "media":
            kind = text_field(payload, "kind", 16)
            if kind not in {"image", "voice", "location"}:
                raise BadRequestError("kind: image, voice or location")
            board.send_media(openid, kind)
        else:
            self._rarely(action, openid, payload)
        return jsonify(_event_rows(board, str(payload.get("epoch")), _cursor(payload)))

    def _rarely(self, action: str, openid: str, payload: dict[str, Any]) -> None:
        board = self._board
        if action == "follow":
            board.follow(openid)
        elif action == "unfollow":
            board.unfollow(openid)
        elif action == "repeat":
            board.repeat_last(openid, copies=_copies(payload))
        elif action == "refuse":
            board.refuse_notices(openid, on=payload.get("on") is True)
        else:
            raise BadRequestError(f"no such action: {action}")

    def add_patient(self) -> ResponseReturnValue:
        """Another patient of the page."""
        patient = self._board.exchange.add_patient(text_field(json_body(), "name", _MAX_NAME))
        return jsonify(asdict(patient))

    def timeline(self) -> ResponseReturnValue:
        """The events after a cursor, for pages whose stream is broken."""
        after = request.args.get("after", 0, type=int)
        return jsonify(_event_rows(self._board, request.args.get("epoch", ""), after))

    def stream(self) -> Response:
        """Server-sent events after a cursor; `Last-Event-ID` (epoch-seq) wins over the query."""
        epoch, _, seq = request.headers.get("Last-Event-ID", "").partition("-")
        if not seq.isdigit():
            epoch, seq = request.args.get("epoch", ""), request.args.get("after", "0")
        cursor = int(seq) if seq.isdigit() and epoch == self._board.exchange.epoch else 0
        answer = Response(self._flow(cursor), mimetype="text/event-stream")
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Accel-Buffering"] = "no"
        return answer

    def _flow(self, cursor: int) -> Iterator[str]:
        exchange = self._board.exchange
        # The greeting tells a page from before a restart that it must start over.
        yield f"retry: 1000\nevent: hello\ndata: {exchange.epoch}\n\n"
        for _ in range(int(STREAM_SECONDS / _HEARTBEAT_SECONDS)):
            events = exchange.wait_after(cursor, _HEARTBEAT_SECONDS)
            for event in events:
                cursor = event.seq
                data = json.dumps({"epoch": exchange.epoch, **asdict(event)}, ensure_ascii=False)
                yield f"id: {exchange.epoch}-{event.seq}\ndata: {data}\n\n"
            if not events:
                yield ": still here\n\n"

    def picture(self, media_id: str) -> ResponseReturnValue:
        """A picture of a bubble; 404 where it is none, or gone after three days."""
        try:
            media = self._board.media.get(media_id)
        except ApiError as error:
            return jsonify(error=str(error)), 404
        if not media.content_type.startswith("image/"):
            return jsonify(error="no picture"), 404
        headers = {"X-Content-Type-Options": "nosniff"}
        return Response(media.content, mimetype=media.content_type, headers=headers)

    def developer(self) -> ResponseReturnValue:
        """Deliveries, API calls and one patient's message windows, newest first."""
        board, openid = self._board, request.args.get("openid", "")
        deliveries = [{"at": at, **one.view()} for at, one in board.exchange.deliveries()]
        return jsonify(
            deliveries=deliveries[::-1][:30],
            calls=board.exchange.calls()[::-1][:30],
            windows=board.ledger.view(openid),
            scenes=[code.scene for code in board.qrcodes.scannable()][:10],
        )


def _copies(payload: dict[str, Any]) -> int:
    copies = payload.get("copies", 2)
    if not isinstance(copies, int) or not 1 <= copies <= _MOST_COPIES:
        raise BadRequestError(f"copies: 1 to {_MOST_COPIES}")
    return copies


def _cursor(payload: dict[str, Any]) -> int:
    after = payload.get("after", 0)
    return after if isinstance(after, int) else 0


def make_phone(switchboard: Switchboard) -> Blueprint:
    """The blueprint of `/phone` and of what the page calls."""
    blueprint = Blueprint(
        "phone",
        __name__,
        url_prefix="/phone",
        static_folder="static",
        static_url_path="/static",
        template_folder="templates",
    )
    phone = Phone(switchboard)
    blueprint.add_url_rule("", "page", phone.page, strict_slashes=False)
    blueprint.add_url_rule("/api/state", "state", phone.state)
    blueprint.add_url_rule("/api/timeline", "timeline", phone.timeline)
    blueprint.add_url_rule("/api/stream", "stream", phone.stream)
    blueprint.add_url_rule("/api/media/<media_id>", "picture", phone.picture)
    blueprint.add_url_rule("/api/developer", "developer", phone.developer)
    blueprint.add_url_rule("/api/patients", "patients", phone.add_patient, methods=["POST"])
    blueprint.add_url_rule("/api/<action>", "act", phone.act, methods=["POST"])
    explain_errors(blueprint)
    return blueprint
