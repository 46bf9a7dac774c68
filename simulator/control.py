"""`/simulator/…`: the knobs, for tests over HTTP and for the developer drawer.

Clock, faults, switches, tokens, subscriptions and patients, each one small JSON call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from simulator.config import SWITCHES
from simulator.exchange import UnknownPatientError
from simulator.faults import KINDS
from simulator.switchboard import Switchboard

_KNOBS = (
    "clock", "faults", "switches", "tokens", "subscriptions", "patients", "push", "verify",
)  # fmt: skip
_DETAILS: Mapping[str, type] = {"seconds": float, "status": int, "errcode": int}


class BadRequestError(Exception):
    """Something impossible was asked; the text says what."""


def json_body() -> dict[str, Any]:
    """The JSON object of the request; a form of another site cannot send one.

    Raises:
        BadRequestError: it is none.
    """
    payload = request.get_json()
    if not isinstance(payload, dict):
        raise BadRequestError("a JSON object is wanted")
    return payload


def text_field(payload: Mapping[str, Any], name: str, limit: int) -> str:
    """A text of 1 to `limit` characters.

    Raises:
        BadRequestError: it is none.
    """
    value = payload.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > limit:
        raise BadRequestError(f"{name}: 1 to {limit} characters are wanted")
    return value.strip()


class Control:
    """The knobs of one account."""

    def __init__(self, switchboard: Switchboard) -> None:
        """Turn the knobs of this account."""
        self._board = switchboard

    def state(self) -> ResponseReturnValue:
        """GET /simulator/state: how every knob stands."""
        board = self._board
        return jsonify(
            clock=board.config.clock.view(),
            faults=[asdict(fault) for fault in board.faults.view()],
            fault_kinds=dict(KINDS),
            switches={name: getattr(board.config, name) for name in SWITCHES},
            quotas=board.quotas.view(),
            calls=board.exchange.tally(),
            mode=board.config.mode,
            body_format=board.config.body_format,
            webhook_url=board.config.webhook_url,
        )

    def clock(self) -> ResponseReturnValue:
        """POST /simulator/clock.

        `{"forward": s}`, `{"at": ISO 8601}`, `{"still": bool}`, `{"reset": true}`.
        """
        clock = self._board.config.clock
        turns: Mapping[str, Callable[[Any], None]] = {
            "reset": lambda _: clock.reset(),
            "at": lambda at: clock.set_to(_instant(at)),
            "forward": lambda seconds: clock.forward(_number("forward", seconds)),
            "still": lambda still: clock.stand(still=still is True),
        }
        asked = json_body()
        if not asked or not asked.keys() <= turns.keys():
            raise BadRequestError(f"one of {', '.join(turns)}")
        for name, turn in turns.items():
            if name in asked:
                turn(asked[name])
        self._board.exchange.publish("clock", "", clock.view())
        return jsonify(clock.view())

    def faults(self) -> ResponseReturnValue:
        """POST /simulator/faults: `{"path", "kind", "count", "seconds", "status", "errcode"}`."""
        asked = json_body()
        details = {n: kind(_number(n, asked[n])) for n, kind in _DETAILS.items() if n in asked}
        count = asked.get("count")
        if count is not None and (not isinstance(count, int) or isinstance(count, bool)):
            raise BadRequestError("count: a whole number, or null for until it is cleared")
        path, kind = text_field(asked, "path", 200), text_field(asked, "kind", 20)
        try:
            fault = self._board.faults.add(path, kind, count, **details)
        except ValueError as error:
            raise BadRequestError(str(error)) from error
        return jsonify(asdict(fault))

    def clear_faults(self, number: int | None = None) -> ResponseReturnValue:
        """DELETE /simulator/faults or /simulator/faults/3: end all, or one."""
        self._board.faults.clear(number)
        return jsonify([asdict(fault) for fault in self._board.faults.view()])

    def switches(self) -> ResponseReturnValue:
        """POST /simulator/switches: any of `simulator.config.SWITCHES`; all or none."""
        asked = json_body()
        for name, value in asked.items():
            if name not in SWITCHES or not SWITCHES[name](value):
                raise BadRequestError(f"{name}: no such switch, or not for this value")
        for name, value in asked.items():
            setattr(self._board.config, name, value)
        return jsonify({name: getattr(self._board.config, name) for name in SWITCHES})

    def tokens(self) -> ResponseReturnValue:
        """POST /simulator/tokens: `{"do": "kill"}` (another program took them) or `"expire"`."""
        acts = {"kill": self._board.tokens.kill, "expire": self._board.tokens.expire}
        act = acts.get(str(json_body().get("do")))
        if act is None:
            raise BadRequestError("do: kill or expire")
        act()
        return jsonify(done=True)

    def subscriptions(self) -> ResponseReturnValue:
        """POST /simulator/subscriptions: `{"openid", "templates"}`, as if tapped on a page."""
        asked = json_body()
        templates = asked.get("templates")
        if not isinstance(templates, list) or not templates:
            raise BadRequestError("templates: a list of template ids")
        openid = text_field(asked, "openid", 64)
        return jsonify(status=self._board.subscribe(openid, [str(name) for name in templates]))

    def patients(self) -> ResponseReturnValue:
        """
        POST /simulator/patients: `{"openids": [...]}` are patients who follow, quietly.

        With `"wrote": true` they have written just now, so that texts may be sent to them.
        """
        asked = json_body()
        openids = asked.get("openids")
        if not isinstance(openids, list) or not all(isinstance(one, str) for one in openids):
            raise BadRequestError("openids: a list of texts")
        for openid in openids:
            patient = self._board.exchange.add_patient(openid[-6:], openid=openid)
            patient.greeted = True
            self._board.exchange.set_following(openid, following=True)
            if asked.get("wrote") is True:
                self._board.ledger.open(openid, "message")
        return jsonify(patients=len(self._board.exchange.patients()))

    def push(self) -> ResponseReturnValue:
        """POST /simulator/push: `{"openid", "fields"}`, any message; gives what became of it."""
        asked = json_body()
        fields = asked.get("fields")
        if not isinstance(fields, dict) or not isinstance(fields.get("MsgType"), str):
            raise BadRequestError("fields: an object with a MsgType")
        return jsonify(self._board.push_raw(text_field(asked, "openid", 64), fields).view())

    def verify(self) -> ResponseReturnValue:
        """POST /simulator/verify: the GET by which WeChat checks the address; `{}` will do."""
        json_body()
        return jsonify(verified=self._board.pusher.verify())


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadRequestError(f"{name}: a number is wanted")
    return float(value)


def _instant(value: object) -> float:
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise BadRequestError("at: ISO 8601 is wanted") from error
    if instant.tzinfo is None:
        raise BadRequestError("at: an offset is wanted, such as +08:00")
    return instant.timestamp()


def explain_errors(blueprint: Blueprint) -> None:
    """Answer what was asked wrongly with 404 or 400 and a word."""

    @blueprint.errorhandler(UnknownPatientError)
    def unknown(error: UnknownPatientError) -> ResponseReturnValue:
        return jsonify(error="no such patient"), 404

    @blueprint.errorhandler(BadRequestError)
    def bad(error: BadRequestError) -> ResponseReturnValue:
        return jsonify(error=str(error)), 400


def make_control(switchboard: Switchboard) -> Blueprint:
    """The blueprint of `/simulator/…`."""
    blueprint = Blueprint("control", __name__, url_prefix="/simulator")
    control = Control(switchboard)
    blueprint.add_url_rule("/state", "state", control.state)
    for name in _KNOBS:
        blueprint.add_url_rule(f"/{name}", name, getattr(control, name), methods=["POST"])
    clear = control.clear_faults
    blueprint.add_url_rule("/faults", "clear_faults", clear, methods=["DELETE"])
    blueprint.add_url_rule("/faults/<int:number>", "clear_fault", clear, methods=["DELETE"])
    explain_errors(blueprint)
    return blueprint
