"""How every API call is taken: fault, method, token, quota, handler, record, in this order."""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue

from simulator.errors import ApiError
from simulator.exchange import Patient, UnknownPatientError
from simulator.faults import Fault
from simulator.switchboard import Switchboard

Payload = dict[str, Any]
Handler = Callable[[Payload], Payload | Response]

OK: Payload = {"errcode": 0, "errmsg": "ok"}
_WHOLE_CALL = frozenset({"slow", "reset", "lost", "html", "http", "errcode"})
_HTML = (
    "<!DOCTYPE html><html><head><title>502</title></head><body><h1>Bad Gateway</h1></body></html>"
)
_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Call:
    """
    One endpoint: its path, what it does, how it is asked, the quota it is counted under.

    `for_verified`: accounts that WeChat has not verified may not call it.
    """

    path: str
    handler: Handler
    method: str = "POST"
    quota: str = ""
    takes_token: bool = True
    for_verified: bool = False


def find_patient(switchboard: Switchboard, openid: object) -> Patient:
    """The addressee of a call.

    Raises:
        ApiError: 40003, no such openid.
    """
    try:
        return switchboard.exchange.patient(str(openid))
    except UnknownPatientError as error:
        raise ApiError(40003, "invalid openid") from error


def make_view(switchboard: Switchboard, call: Call) -> Callable[[], ResponseReturnValue]:
    """The view of one endpoint."""

    def view() -> ResponseReturnValue:
        fault = switchboard.faults.take(request.path, _WHOLE_CALL, takes_token=call.takes_token)
        if fault is not None and fault.kind == "slow":
            time.sleep(fault.seconds)
        elif fault is not None and fault.kind not in {"lost", "errcode"}:
            switchboard.exchange.record_call(request.path, "", 0, fault.kind)
            return _broken(fault)
        answer, touser = _answer(switchboard, call, fault)
        errcode = 0 if isinstance(answer, Response) else int(answer.get("errcode", 0))
        note = "" if fault is None else fault.kind
        switchboard.exchange.record_call(request.path, touser, errcode, note)
        if fault is not None and fault.kind == "lost":
            hang_up()
        return answer if isinstance(answer, Response) else jsonify(answer)

    return view


def _answer(
    switchboard: Switchboard, call: Call, fault: Fault | None
) -> tuple[Payload | Response, str]:
    """What the call gives, and whom it is about."""
    payload: Payload = {}
    try:
        _want_no_refusal(fault)
        _want_method(call)
        if call.takes_token:
            switchboard.tokens.check(request.args.get("access_token", ""))
        _want_verified(switchboard, call)
        if call.quota:
            switchboard.quotas.count(call.quota)
        payload = _payload()
        answer = call.handler(payload)
    except ApiError as error:
        answer = refusal(error)
    touser = payload.get("touser") or payload.get("open_id") or payload.get("openid")
    return answer, touser if isinstance(touser, str) else ""


def refusal(error: ApiError) -> Payload:
    """The body of a refused call; like WeChat's it ends in a `rid` for its support."""
    rid = "-".join(secrets.token_hex(4) for _ in range(3))
    return {"errcode": error.code, "errmsg": f"{error.message} rid: {rid}", **error.more}


def _want_no_refusal(fault: Fault | None) -> None:
    if fault is not None and fault.kind == "errcode":
        raise ApiError(fault.errcode, "a fault on demand")


def _want_method(call: Call) -> None:
    if call.method in {request.method, "ANY"}:
        return
    code = 43001 if call.method == "GET" else 43002
    raise ApiError(code, f"require {call.method} method")


def _want_verified(switchboard: Switchboard, call: Call) -> None:
    if call.for_verified and not switchboard.config.verified:
        raise ApiError(48001, "api unauthorized")


def _payload() -> Payload:
    """The fields of the call: of its query, and of its body where that is JSON."""
    fields: Payload = {k: v for k, v in request.args.items() if k != "access_token"}
    if request.method == "GET" or request.files:
        return fields
    try:
        body = json.loads(request.get_data() or b"{}")
    except ValueError as error:
        raise ApiError(47001, "data format error") from error
    if not isinstance(body, dict):
        raise ApiError(47001, "data format error")
    return fields | body


def _broken(fault: Fault) -> ResponseReturnValue:
    if fault.kind == "reset":
        hang_up()
    return _HTML, fault.status if fault.kind == "http" else 200


def hang_up() -> None:
    """End the connection without an answer.

    Raises:
        ConnectionResetError: where the server does not let us reach its socket.
    """
    for name in ("werkzeug.socket", "gunicorn.socket"):
        connection = request.environ.get(name)
        if isinstance(connection, socket.socket):
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
                connection.shutdown(socket.SHUT_RDWR)
            return
    raise ConnectionResetError
