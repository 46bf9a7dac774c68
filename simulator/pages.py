"""Web pages inside WeChat: web authorization, the page script, the subscription button.

The patient is the one the phone page last showed: it leaves her openid in a cookie. Cookies do
not tell ports apart, so a bot on another port of the same machine is visited as the same patient.

Sources: https://developers.weixin.qq.com/doc/service/guide/h5/auth.html ,
https://developers.weixin.qq.com/doc/service/guide/h5/opentag.html
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from simulator.calls import Payload
from simulator.errors import ApiError
from simulator.exchange import Patient, UnknownPatientError
from simulator.switchboard import Switchboard

PATIENT_COOKIE = "phone_openid"
_CODE_SECONDS = 300.0
_TOKEN_SECONDS = 7200
_SCOPES = frozenset({"snsapi_base", "snsapi_userinfo"})
_MOST_TEMPLATES = 5


@dataclass(slots=True)
class Code:
    """A code that a page got for its patient; good once, for five minutes."""

    openid: str
    scope: str
    until: float
    used: bool = False


class Authorization:
    """网页授权 of one account."""

    def __init__(self, switchboard: Switchboard) -> None:
        """Authorize for this account."""
        self._board = switchboard
        self._lock = threading.Lock()
        self._codes: dict[str, Code] = {}

    def authorize(self) -> ResponseReturnValue:
        """GET /connect/oauth2/authorize: silently back to the page with a code."""
        asked, config = request.args, self._board.config
        patient = current_patient(self._board)
        if patient is None:
            return _page("请在微信客户端打开链接")
        target = urlsplit(asked.get("redirect_uri", ""))
        allowed = config.callback_host in {"", target.hostname}
        if target.scheme not in {"http", "https"} or not target.hostname or not allowed:
            return _page("redirect_uri域名与后台配置不一致，错误码:10003")
        if asked.get("appid") != config.app_id:
            return _page("appid参数错误，错误码:10013")
        if asked.get("response_type") != "code" or asked.get("scope") not in _SCOPES:
            return _page("Scope参数错误或没有Scope权限，错误码:10005")
        code = secrets.token_urlsafe(24)
        until = config.clock() + _CODE_SECONDS
        self._codes[code] = Code(patient.openid, asked["scope"], until)
        added = urlencode({"code": code, "state": asked.get("state", "")})
        query = f"{target.query}&{added}" if target.query else added
        back = urlunsplit((target.scheme, target.netloc, target.path, query, target.fragment))
        return Response(status=302, headers={"Location": back})

    def token(self, payload: Payload) -> Payload:
        """GET /sns/oauth2/access_token: the openid for a code.

        Raises:
            ApiError: 41008 no code, 40029 unknown or too old, 40163 used, 40002.
        """
        if payload.get("grant_type") != "authorization_code":
            raise ApiError(40002, "invalid grant_type")
        app_id, secret = str(payload.get("appid", "")), str(payload.get("secret", ""))
        self._board.tokens.authenticate(app_id, secret)
        if not payload.get("code"):
            raise ApiError(41008, "missing code")
        code = self._spend(str(payload["code"]))
        answer: Payload = {
            "access_token": secrets.token_urlsafe(48),
            "expires_in": _TOKEN_SECONDS,
            "refresh_token": secrets.token_urlsafe(48),
            "openid": code.openid,
            "scope": code.scope,
        }
        if self._board.config.snapshot_page:
            virtual = hashlib.sha256(code.openid.encode()).hexdigest()[:23]
            return {**answer, "openid": f"oSnap{virtual}", "is_snapshotuser": 1}
        return answer

    def _spend(self, given: str) -> Code:
        with self._lock:
            code = self._codes.get(given)
            if code is None or code.until <= self._board.config.clock():
                raise ApiError(40029, "invalid code")
            if code.used:
                raise ApiError(40163, "code been used")
            code.used = True
            return code


class PageScript:
    """What the stand-in of WeChat's page script asks: is the page ours, and a subscription."""

    def __init__(self, switchboard: Switchboard) -> None:
        """Pages of this account."""
        self._board = switchboard
        self._passes: set[str] = set()

    def config(self) -> ResponseReturnValue:
        """POST /open/config: the signature of `wx.config`, made with the page ticket."""
        asked = _body()
        told = {name: str(asked.get(name, "")) for name in ("nonceStr", "timestamp", "url")}
        ticket, _ = self._board.tokens.ticket()
        text = (
            f"jsapi_ticket={ticket}&noncestr={told['nonceStr']}"
            f"&timestamp={told['timestamp']}&url={told['url'].partition('#')[0]}"
        )
        wanted = hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - WeChat's protocol
        if asked.get("appId") != self._board.config.app_id:
            return _to_page(errMsg="config:invalid appid")
        if not hmac.compare_digest(wanted.encode(), str(asked.get("signature", "")).encode()):
            return _to_page(errMsg="config:invalid signature")
        passed = secrets.token_urlsafe(16)
        self._passes.add(passed)
        return _to_page(errMsg="config:ok", **{"pass": passed})

    def subscribe(self) -> ResponseReturnValue:
        """POST /open/subscribe: the patient tapped `<wx-open-subscribe>`."""
        asked, patient = _body(), current_patient(self._board)
        templates = asked.get("templates")
        if asked.get("pass") not in self._passes or patient is None:
            return _to_page(errMsg="subscribe:fail permission denied")
        if not isinstance(templates, list) or not 1 <= len(templates) <= _MOST_TEMPLATES:
            return _to_page(errMsg="subscribe:fail invalid template", errCode=10004)
        known, standing = self._board.config.templates, self._board.config.long_term_templates
        names = [str(name) for name in templates]
        mixed = 0 < sum(name in standing for name in names) < len(names)
        if mixed or (known and not set(names) <= known.keys() | standing):
            return _to_page(errMsg="subscribe:fail invalid template", errCode=10004)
        status = self._board.subscribe(patient.openid, names)
        details = {name: json.dumps({"status": status}) for name in names}
        return _to_page(errMsg="subscribe:ok", subscribeDetails=json.dumps(details))


def current_patient(switchboard: Switchboard) -> Patient | None:
    """Whose phone the browser is, told by its cookie."""
    try:
        return switchboard.exchange.patient(request.cookies.get(PATIENT_COOKIE, ""))
    except UnknownPatientError:
        return None


def _page(words: str) -> str:
    head = '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>微信</title>'
    return f'{head}<p style="font-size:20px;text-align:center;margin-top:30vh">{words}</p>'


def _body() -> dict[str, Any]:
    """The request of the script; sent as text, which needs no preflight between two ports."""
    body = request.get_json(force=True, silent=True)
    return body if isinstance(body, dict) else {}


def _to_page(**fields: object) -> Response:
    answer: Response = jsonify(fields)
    if origin := request.headers.get("Origin"):
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Access-Control-Allow-Credentials"] = "true"
        answer.headers["Vary"] = "Origin"
    return answer


def make_pages(switchboard: Switchboard, authorization: Authorization) -> Blueprint:
    """The blueprint of web authorization and of the page script."""
    blueprint = Blueprint(
        "pages", __name__, static_folder="static/open", static_url_path="/open/js"
    )
    script = PageScript(switchboard)
    blueprint.add_url_rule("/connect/oauth2/authorize", "authorize", authorization.authorize)
    blueprint.add_url_rule("/open/config", "config", script.config, methods=["POST"])
    blueprint.add_url_rule("/open/subscribe", "subscribe", script.subscribe, methods=["POST"])
    return blueprint
