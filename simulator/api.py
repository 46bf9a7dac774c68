"""The API the bot calls: `/cgi-bin/…`, with WeChat's answers, limits and errors."""

from __future__ import annotations

import functools
import json
import secrets
from collections.abc import Callable
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from simulator.errors import ApiError
from simulator.exchange import Patient, UnknownPatientError
from simulator.ledger import OUT_OF_COUNT
from simulator.menus import check_menu
from simulator.notices import Notices
from simulator.richtext import msgmenu_body, text_body
from simulator.switchboard import Switchboard, news_body

Payload = dict[str, Any]
Handler = Callable[[Payload], Payload]

MAX_CUSTOM_TEXT_BYTES = 2048
_TYPING_SECONDS = 30.0  # an exchange this recent is needed to show 「对方正在输入…」
_MAX_QR_SECONDS = 2_592_000
_SHOWN_PLAINLY = frozenset({"image", "voice", "video", "music", "miniprogrampage", "link"})


def find_patient(switchboard: Switchboard, openid: object) -> Patient:
    """The addressee of a call.

    Raises:
        ApiError: 40003, no such openid.
    """
    try:
        return switchboard.exchange.patient(str(openid))
    except UnknownPatientError as error:
        raise ApiError(40003, "invalid openid") from error


def _payload() -> Payload:
    if request.method == "GET":
        return dict(request.args)
    try:
        payload = json.loads(request.get_data())
    except ValueError as error:
        raise ApiError(47001, "data format error") from error
    if not isinstance(payload, dict):
        raise ApiError(47001, "data format error")
    return payload


def _view(
    switchboard: Switchboard, handler: Handler, *, needs_token: bool
) -> Callable[[], ResponseReturnValue]:
    @functools.wraps(handler)
    def view() -> ResponseReturnValue:
        payload: Payload = {}
        try:
            if needs_token:
                switchboard.tokens.check(request.args.get("access_token", ""))
            payload = _payload()
            answer = handler(payload)
        except ApiError as error:
            rid = f"{secrets.token_hex(4)}-{secrets.token_hex(4)}"
            answer = {"errcode": error.code, "errmsg": f"{error.message} rid: {rid}"}
        errcode = int(answer.get("errcode", 0))
        switchboard.exchange.record_call(request.path, str(payload.get("touser", "")), errcode)
        return jsonify(answer)

    return view


class Api:
    """The calls of one account that are neither notices nor tokens' own business."""

    def __init__(self, switchboard: Switchboard) -> None:
        """Calls that act on this account."""
        self._board = switchboard

    def token(self, payload: Payload) -> Payload:
        """GET /cgi-bin/token (POST with JSON is taken too)."""
        _want_grant(payload)
        app_id, secret = str(payload.get("appid", "")), str(payload.get("secret", ""))
        return self._board.tokens.issue(app_id, secret)

    def stable_token(self, payload: Payload) -> Payload:
        """POST /cgi-bin/stable_token."""
        _want_grant(payload)
        app_id, secret = str(payload.get("appid", "")), str(payload.get("secret", ""))
        force = payload.get("force_refresh") is True
        return self._board.tokens.issue_stable(app_id, secret, force=force)

    def custom_send(self, payload: Payload) -> Payload:
        """POST /cgi-bin/message/custom/send, within the patient's message windows."""
        patient = find_patient(self._board, payload.get("touser"))
        body = _custom_body(payload, test_account=self._board.config.test_account)
        code = self._board.ledger.spend(patient.openid)
        if code == OUT_OF_COUNT:
            raise ApiError(code, "out of response count limit")
        if code:
            raise ApiError(code, "response out of time limit or subscription is canceled")
        self._board.show_official(patient.openid, body)
        return {"errcode": 0, "errmsg": "ok"}

    def custom_typing(self, payload: Payload) -> Payload:
        """POST /cgi-bin/message/custom/typing: the phone shows 「对方正在输入…」."""
        patient = find_patient(self._board, payload.get("touser"))
        command = payload.get("command")
        if command not in {"Typing", "CancelTyping"}:
            raise ApiError(45072, "invalid command")
        latest = self._board.exchange.timeline(patient.openid)[-1:]
        if not latest or self._board.config.clock() - latest[0].at > _TYPING_SECONDS:
            raise ApiError(45080, "no message exchanged in the last 30 seconds")
        self._board.exchange.publish("typing", patient.openid, {"on": command == "Typing"})
        return {"errcode": 0, "errmsg": "ok"}

    def menu_create(self, payload: Payload) -> Payload:
        """POST /cgi-bin/menu/create."""
        self._board.exchange.publish_menu(check_menu(payload))
        return {"errcode": 0, "errmsg": "ok"}

    def menu_get(self, payload: Payload) -> Payload:
        """GET /cgi-bin/menu/get."""
        if not self._board.exchange.menu_published:
            raise ApiError(46003, "menu no exist")
        return {"menu": {"button": self._board.exchange.menu()}}

    def menu_delete(self, payload: Payload) -> Payload:
        """GET /cgi-bin/menu/delete."""
        self._board.exchange.publish_menu(None)
        return {"errcode": 0, "errmsg": "ok"}

    def qrcode_create(self, payload: Payload) -> Payload:
        """POST /cgi-bin/qrcode/create: a ticket; scan its scene in the developer drawer."""
        info = payload.get("action_info")
        scene = info.get("scene") if isinstance(info, dict) else None
        if not isinstance(scene, dict) or not (scene.get("scene_str") or scene.get("scene_id")):
            raise ApiError(40053, "invalid action info")
        ticket = secrets.token_urlsafe(32)
        name = scene.get("scene_str") or scene.get("scene_id")
        answer: Payload = {"ticket": ticket, "url": f"http://weixin.qq.com/q/{name}"}
        if not str(payload.get("action_name", "")).startswith("QR_LIMIT"):
            seconds = payload.get("expire_seconds", 60)
            if not isinstance(seconds, int) or not 0 < seconds <= _MAX_QR_SECONDS:
                raise ApiError(40052, "invalid expire seconds")
            answer["expire_seconds"] = seconds
        return answer


def _custom_body(payload: Payload, *, test_account: bool) -> Payload:
    """The bubble a customer-service message becomes."""
    kind = str(payload.get("msgtype", ""))
    if kind in _SHOWN_PLAINLY:
        return text_body(f"［{kind}］")
    part = payload.get(kind)
    if kind not in _CUSTOM or not isinstance(part, dict):
        raise ApiError(40008, "invalid message type")
    if kind == "msgmenu" and test_account:
        raise ApiError(40200, "invalid account type")
    return _CUSTOM[kind](part)


def _custom_text(part: Payload) -> Payload:
    content = str(part.get("content", ""))
    if not content:
        raise ApiError(44004, "empty content")
    if len(content.encode()) > MAX_CUSTOM_TEXT_BYTES:
        raise ApiError(45002, "content size out of limit")
    return text_body(content)


def _custom_news(part: Payload) -> Payload:
    articles = part.get("articles")
    if not isinstance(articles, list) or len(articles) != 1:
        raise ApiError(45008, "article size out of limit")
    return news_body(articles)


def _custom_menu(part: Payload) -> Payload:
    if not _is_menu(part):
        raise ApiError(47001, "data format error")
    return msgmenu_body(part)


_CUSTOM: dict[str, Handler] = {
    "text": _custom_text,
    "news": _custom_news,
    "msgmenu": _custom_menu,
}


def _is_menu(part: Payload) -> bool:
    entries = part.get("list")
    return isinstance(entries, list) and all(
        isinstance(entry, dict) and {"id", "content"} <= entry.keys() for entry in entries
    )


def _want_grant(payload: Payload) -> None:
    if payload.get("grant_type") != "client_credential":
        raise ApiError(40002, "invalid grant_type")


def make_api(switchboard: Switchboard) -> Blueprint:
    """The blueprint of all `/cgi-bin/…` calls."""
    blueprint = Blueprint("api", __name__, url_prefix="/cgi-bin")
    api, notices = Api(switchboard), Notices(switchboard, find_patient)

    def add(path: str, handler: Handler, methods: list[str], *, needs_token: bool = True) -> None:
        view = _view(switchboard, handler, needs_token=needs_token)
        blueprint.add_url_rule(path, path.strip("/").replace("/", "_"), view, methods=methods)

    add("/token", api.token, ["GET", "POST"], needs_token=False)
    add("/stable_token", api.stable_token, ["POST"], needs_token=False)
    add("/message/custom/send", api.custom_send, ["POST"])
    add("/message/custom/typing", api.custom_typing, ["POST"])
    add("/message/template/send", notices.template_send, ["POST"])
    add("/message/subscribe/bizsend", notices.subscribe_send, ["POST"])
    add("/menu/create", api.menu_create, ["POST"])
    add("/menu/get", api.menu_get, ["GET"])
    add("/menu/delete", api.menu_delete, ["GET"])
    add("/qrcode/create", api.qrcode_create, ["POST"])
    return blueprint
