"""
Calls to WeChat: one base URL, bounded time, typed errors, one retry with a new token.

Not wechatpy's client: docs/dependencies.md says why.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from bot.access import Secret, Shelf
from bot.house import House
from bot.transport import Deadline, Request, Transport
from bot.wechat_errors import (
    BAD_TOKEN,
    SENT_BEFORE,
    PermanentError,
    TransientError,
    WechatError,
)

_LOG = logging.getLogger(__name__)

OFFICIAL = "https://api.weixin.qq.com"
# The only call of ours that WeChat serves from another host.
_PICTURES = "https://mp.weixin.qq.com"
_CALL_SECONDS = 20.0
# A courier fetches some of them one after the other within one lease, while notices wait.
MEDIA_SECONDS = 12.0
_TICKET_SECONDS = 5.0  # somebody is looking at an empty page
# WeChat renews the stable token itself five minutes before its end, both being good meanwhile.
_EARLY_SECONDS = 300.0
_SHORTEST_LIFE = 60.0
# 20 forced refreshes a day, 30 s apart. Each one doubles the pause before the next: 12 fit a day.
_FORCE_APART_SECONDS = 30.0
_DAY = 86_400.0
_TEMPLATES = "/cgi-bin/template/get_all_private_template"
_SUBSCRIPTIONS = "/wxaapi/newtmpl/gettemplate"
_FIELD = re.compile(r"\{\{\s*(\w+)\.DATA\s*\}\}")
_VISIT_BUSINESS = 150  # fixed by WeChat for 就医助手

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code: its ticket, the address it leads to, the address of its picture."""

    ticket: str
    url: str
    image_url: str


def connect(house: House) -> WechatClient:
    """Return the client of the house's account; nothing is called yet."""
    own = house.settings
    shelf = Shelf(own.wechat_app_id, house.redis, house.vault)
    return WechatClient(own.wechat_api_base_url, own.wechat_app_id, own.wechat_app_secret, shelf)


class WechatClient:
    """
    One account's calls; every one may raise

    Raises:
        TransientError: busy, unreachable, out of quota: worth another try.
        PermanentError: WeChat will not do it.
    """

    def __init__(self, base_url: str, app_id: str, app_secret: str, shelf: Shelf) -> None:
        self._http = Transport(base_url)
        self._app_id = app_id
        self._app_secret = app_secret
        self._shelf = shelf
        self._token = Secret("token", shelf, self._new_token)
        self._ticket = Secret("ticket", shelf, self._new_ticket)

    # -- messages

    def send_text(self, openid: str, text: str) -> None:
        """Send a customer-service text: five within 48 h of each message of the patient's."""
        body = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        self._post("/cgi-bin/message/custom/send", body)

    def send_template(
        self,
        openid: str,
        template_id: str,
        data: Mapping[str, str],
        *,
        client_msg_id: str,
        url: str = "",
    ) -> str:
        """
        Send a template message and return its msgid.

        WeChat delivers one `client_msg_id` per patient once within ten minutes, so this one is
        safe to repeat.
        """
        body = {
            "touser": openid,
            "template_id": template_id,
            "url": url,
            "client_msg_id": client_msg_id,
            "data": _values(data),
        }
        return str(self._post("/cgi-bin/message/template/send", body).get("msgid", ""))

    def send_subscription(
        self, openid: str, template_id: str, data: Mapping[str, str], *, page: str = ""
    ) -> str:
        """
        Send a subscription notice and return its msgid.

        It is empty as long as WeChat tells none but in the event that follows. Not safe to
        repeat: the call has no key of its own.
        """
        body = {
            "touser": openid,
            "template_id": template_id,
            "page": page,
            "data": _values(data),
        }
        return str(self._post("/cgi-bin/message/subscribe/bizsend", body).get("msgid", ""))

    def send_visit_notice(
        self, openid: str, *, status: int, order_id: str, msg_id: str, info: Mapping[str, str]
    ) -> None:
        """
        Send a notice of 微信就医助手 (public hospitals only).

        `status` is of Tencent's list (1501001: booked), `order_id` one per visit, `msg_id` one
        per patient and visit; `info` holds pat_name, doc_name, department_name, …
        Source: doc/service/api/medicalassistant/api_cityservice_sendchannelmsg.
        """
        body = {
            "status": status,
            "open_id": openid,
            "order_id": order_id,
            "msg_id": msg_id,
            "app_id": self._app_id,
            "business_id": _VISIT_BUSINESS,
            "business_info": dict(info),
        }
        self._post("/cityservice/sendchannelmsg", body)

    def send_mass(self, openids: Sequence[str], text: str, *, key: str) -> str:
        """
        Send one text to 2 to 10,000 followers and return its msg_id.

        Each of them sees four of these in a month. WeChat knows a `key` (64 bytes at most) for a
        day, and says then under which number it has gone out: safe to repeat.
        """
        body = {
            "touser": list(openids),
            "msgtype": "text",
            "text": {"content": text},
            "clientmsgid": key,
        }
        try:
            return str(self._post("/cgi-bin/message/mass/send", body).get("msg_id", ""))
        except PermanentError as error:
            if error.code == SENT_BEFORE and error.number:
                return error.number
            raise

    # -- the account

    def create_menu(self, buttons: list[dict[str, Any]]) -> None:
        """Publish the account's menu; phones show it within five minutes."""
        self._post("/cgi-bin/menu/create", {"button": buttons})

    def create_qr(self, scene: str, seconds: int | None) -> QrCode:
        """
        Make a QR code; scanning it sends us `scene` (1 to 64 characters).

        It is good for `seconds` (2,592,000 at most), or for ever if None: of those an account has
        100,000 in all.
        """
        permanent = seconds is None
        body: dict[str, Any] = {
            "action_name": "QR_LIMIT_STR_SCENE" if permanent else "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        }
        if not permanent:
            body["expire_seconds"] = seconds
        told = self._post("/cgi-bin/qrcode/create", body)
        ticket = str(told.get("ticket", ""))
        return QrCode(ticket, str(told.get("url", "")), qr_image(self._http.base, ticket))

    def download_media(self, media_id: str) -> bytes:
        """Return a picture or a voice, up to 10 MB; of a video WeChat tells only an address."""
        request = Request("/cgi-bin/media/get", params={"media_id": media_id})
        deadline = Deadline(MEDIA_SECONDS)
        return self._with_token(
            deadline, lambda token: self._http.download(request, deadline, token)
        )

    def jsapi_ticket(self) -> str:
        """Return the ticket that signs web pages; shared like the token."""
        return self._ticket.current(Deadline(_TICKET_SECONDS))

    def check(self) -> None:
        """Raise what stands between us and WeChat, if anything does."""
        self._token.current(Deadline(_CALL_SECONDS))

    def template_fields(self) -> dict[str, frozenset[str]]:
        """
        Return the account's template messages and the fields each has, by id.

        Source: offiaccount/Message_Management/Template_Message_Interface.html.
        """
        told = self._call(Request(_TEMPLATES), Deadline(_CALL_SECONDS))
        return {one["template_id"]: _fields(one) for one in told.get("template_list", ())}

    def subscription_fields(self) -> dict[str, frozenset[str]]:
        """
        Return the account's subscription templates and the fields each has, by id.

        Source: offiaccount/Subscription_Messages/api.html.
        """
        told = self._call(Request(_SUBSCRIPTIONS), Deadline(_CALL_SECONDS))
        return {one["priTmplId"]: _fields(one) for one in told.get("data", ())}

    def ask(self, path: str, **params: str) -> dict[str, Any]:
        """Make a call that only asks, and return what WeChat tells."""
        return self._call(Request(path, params=params), Deadline(_CALL_SECONDS))

    # -- how

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return self._call(Request(path, _json(body)), Deadline(_CALL_SECONDS))

    def _call(self, request: Request, deadline: Deadline) -> dict[str, Any]:
        return self._with_token(deadline, lambda token: self._http.call(request, deadline, token))

    def _with_token(self, deadline: Deadline, once: Callable[[str], T]) -> T:
        """Do it, and once more if the token was bad; never a third time."""
        token = self._token.current(deadline)
        try:
            return once(token)
        except WechatError as error:
            if error.code not in BAD_TOKEN:
                raise
        return once(self._token.current(deadline, failed=token))

    # -- what the shelf asks for

    def _new_token(self, failed: str, deadline: Deadline) -> tuple[str, float]:
        """
        Return another token than the failed one.

        Asked without force WeChat gives the one that is good now, which heals an expired token
        and one that another program has replaced. Only if it insists on the failed one is a new
        one forced.
        """
        token, seconds = self._ask_token(deadline, force=False)
        if token == failed:
            self._may_force()
            token, seconds = self._ask_token(deadline, force=True)
        return token, max(_SHORTEST_LIFE, seconds - _EARLY_SECONDS)

    def _may_force(self) -> None:
        if self._shelf.get("force-pause"):
            raise TransientError(40001, "the new token is refused too", _FORCE_APART_SECONDS)
        _LOG.error("WeChat insists on a token it refuses: a new one is forced")
        count = int(self._shelf.get("forced") or 0)
        self._shelf.put("force-pause", "1", _FORCE_APART_SECONDS * 2**count)
        self._shelf.put("forced", str(count + 1), _DAY)

    def _ask_token(self, deadline: Deadline, *, force: bool) -> tuple[str, float]:
        body = {
            "grant_type": "client_credential",
            "appid": self._app_id,
            "secret": self._app_secret,
            "force_refresh": force,
        }
        request = Request("/cgi-bin/stable_token", _json(body))
        return _secret(self._http.call(request, deadline), "access_token")

    def _new_ticket(self, failed: str, deadline: Deadline) -> tuple[str, float]:
        request = Request("/cgi-bin/ticket/getticket", params={"type": "jsapi"})
        ticket, seconds = _secret(self._call(request, deadline), "ticket")
        return ticket, max(_SHORTEST_LIFE, seconds - _EARLY_SECONDS)


def qr_image(base: str, ticket: str) -> str:
    """Return the address of a QR code's picture."""
    host = _PICTURES if base == OFFICIAL else base
    return f"{host}/cgi-bin/showqrcode?ticket={quote(ticket, safe='')}"


def _json(body: Mapping[str, Any]) -> bytes:
    # WeChat shows \\uXXXX escapes as they are, so the JSON is written in UTF-8.
    return json.dumps(body, ensure_ascii=False).encode()


def _fields(template: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(_FIELD.findall(str(template.get("content", ""))))


def _values(data: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {name: {"value": value} for name, value in data.items()}


def _secret(told: Mapping[str, Any], name: str) -> tuple[str, float]:
    value, seconds = told.get(name), told.get("expires_in")
    if not isinstance(value, str) or not value or not isinstance(seconds, int):
        raise TransientError(0, f"no {name} in the answer")
    return value, float(seconds)
