"""The API the bot calls: one table of endpoints, with WeChat's answers, limits and errors."""

from __future__ import annotations

import re
import secrets

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from simulator.calls import OK, Call, Payload, make_view, refusal
from simulator.customer import Customer
from simulator.errors import ApiError
from simulator.mass import SEND_ALL_PATH, SEND_PATH, Mass
from simulator.menus import check_menu
from simulator.notices import SUBSCRIBE_PATH, TEMPLATE_PATH, VISIT_PATH, Notices
from simulator.pages import Authorization
from simulator.switchboard import Switchboard
from simulator.users import Users

_ANYTHING = ["GET", "POST", "PUT", "DELETE", "PATCH"]


class Api:
    """The calls of one account that are nobody else's."""

    def __init__(self, switchboard: Switchboard) -> None:
        """Calls that act on this account."""
        self._board = switchboard

    def token(self, payload: Payload) -> Payload:
        """GET /cgi-bin/token (POST with JSON is taken too)."""
        return self._board.tokens.issue(*self._credentials(payload))

    def stable_token(self, payload: Payload) -> Payload:
        """POST /cgi-bin/stable_token."""
        force = payload.get("force_refresh") is True
        return self._board.tokens.issue_stable(*self._credentials(payload), force=force)

    def clear_quota(self, payload: Payload) -> Payload:
        """POST /cgi-bin/clear_quota."""
        if payload.get("appid") != self._board.config.app_id:
            raise ApiError(40013, "invalid appid")
        self._board.quotas.clear()
        return OK

    def ticket(self, payload: Payload) -> Payload:
        """GET /cgi-bin/ticket/getticket?type=jsapi."""
        if payload.get("type") != "jsapi":
            raise ApiError(40097, "invalid args")
        ticket, seconds = self._board.tokens.ticket()
        return {**OK, "ticket": ticket, "expires_in": seconds}

    def menu_create(self, payload: Payload) -> Payload:
        """POST /cgi-bin/menu/create."""
        self._board.exchange.publish_menu(check_menu(payload))
        return OK

    def menu_get(self, payload: Payload) -> Payload:
        """GET /cgi-bin/menu/get."""
        if not self._board.exchange.menu_published:
            raise ApiError(46003, "menu no exist")
        return {"menu": {"button": self._board.exchange.menu()}}

    def menu_delete(self, payload: Payload) -> Payload:
        """GET /cgi-bin/menu/delete."""
        self._board.exchange.publish_menu(None)
        return OK

    def qrcode_create(self, payload: Payload) -> Payload:
        """POST /cgi-bin/qrcode/create: a ticket; scan it in the developer drawer."""
        info = payload.get("action_info")
        scene = info.get("scene") if isinstance(info, dict) else None
        code = self._board.qrcodes.create(
            payload.get("action_name"), scene, payload.get("expire_seconds")
        )
        answer: Payload = {"ticket": code.ticket, "url": code.url}
        if code.until is not None:
            answer["expire_seconds"] = round(code.until - self._board.config.clock())
        return answer

    def qrcode_show(self) -> ResponseReturnValue:
        """GET /cgi-bin/showqrcode?ticket=…: the picture; 404 for a ticket never given."""
        picture = self._board.qrcodes.picture(request.args.get("ticket", ""))
        return Response(picture or b"", 200 if picture else 404, mimetype="image/png")

    def media_upload(self, payload: Payload) -> Payload:
        """POST /cgi-bin/media/upload, a form with the file `media`."""
        file = request.files.get("media")
        if file is None:
            raise ApiError(41005, "media data missing")
        kind, content = str(payload.get("type", "")), file.read()
        file.close()
        media_id = self._board.media.upload(kind, file.filename or "", content)
        name = "thumb_media_id" if kind == "thumb" else "media_id"
        return {"type": kind, name: media_id, "created_at": int(self._board.config.clock())}

    def media_get(self, payload: Payload) -> Payload | Response:
        """GET /cgi-bin/media/get: the file; of a video only an address."""
        media = self._board.media.get(payload.get("media_id"))
        if media.kind == "video":
            return {"video_url": f"http://mp.weixin.qq.com/video/{secrets.token_hex(8)}"}
        answer = Response(media.content, mimetype=media.content_type)
        answer.headers["Content-Disposition"] = 'attachment; filename="media"'
        return answer

    def _credentials(self, payload: Payload) -> tuple[str, str]:
        if payload.get("grant_type") != "client_credential":
            raise ApiError(40002, "invalid grant_type")
        self._board.tokens.check_address(request.remote_addr or "")
        return str(payload.get("appid", "")), str(payload.get("secret", ""))


def endpoints(switchboard: Switchboard, authorization: Authorization) -> list[Call]:
    """Every call of the API. What WeChat counts itself (tokens) has no quota here."""
    api, users = Api(switchboard), Users(switchboard)
    customer, notices, mass = Customer(switchboard), Notices(switchboard), Mass(switchboard)
    return [
        Call("/cgi-bin/token", api.token, "ANY", takes_token=False),
        Call("/cgi-bin/stable_token", api.stable_token, takes_token=False),
        Call("/cgi-bin/clear_quota", api.clear_quota),
        Call("/cgi-bin/ticket/getticket", api.ticket, "GET"),
        Call("/cgi-bin/message/custom/send", customer.send, quota="custom_send"),
        Call("/cgi-bin/message/custom/typing", customer.typing),
        Call(TEMPLATE_PATH, notices.template_send, quota="template_send"),
        Call(SUBSCRIBE_PATH, notices.subscribe_send),
        Call("/cgi-bin/template/get_all_private_template", notices.template_list, "GET"),
        Call("/wxaapi/newtmpl/gettemplate", notices.subscription_list, "GET"),
        Call(VISIT_PATH, notices.visit_send),
        Call(SEND_PATH, mass.send, quota="mass_send", for_verified=True),
        Call(SEND_ALL_PATH, mass.send_all, quota="mass_send", for_verified=True),
        Call(
            "/cgi-bin/message/mass/preview", mass.preview, quota="mass_preview", for_verified=True
        ),
        Call("/cgi-bin/message/mass/delete", mass.delete),
        Call("/cgi-bin/message/mass/get", mass.get),
        Call("/cgi-bin/menu/create", api.menu_create, quota="menu_create"),
        Call("/cgi-bin/menu/get", api.menu_get, "GET"),
        Call("/cgi-bin/menu/delete", api.menu_delete, "GET"),
        Call("/cgi-bin/qrcode/create", api.qrcode_create, quota="qrcode"),
        Call("/cgi-bin/media/upload", api.media_upload, quota="media_upload"),
        Call("/cgi-bin/media/get", api.media_get, "GET", quota="media_get"),
        Call("/cgi-bin/user/info", users.info, "GET", quota="user_info", for_verified=True),
        Call("/cgi-bin/user/info/batchget", users.infos, quota="user_info", for_verified=True),
        Call("/cgi-bin/user/info/updateremark", users.remark),
        Call("/cgi-bin/user/get", users.followers, "GET", quota="user_list", for_verified=True),
        Call("/cgi-bin/user/tag/get", users.users_of_tag),
        Call("/cgi-bin/tags/create", users.create_tag),
        Call("/cgi-bin/tags/get", users.tags, "GET"),
        Call("/cgi-bin/tags/update", users.rename_tag),
        Call("/cgi-bin/tags/delete", users.delete_tag),
        Call("/cgi-bin/tags/members/batchtagging", users.tag_users),
        Call("/cgi-bin/tags/members/batchuntagging", users.untag_users),
        Call("/cgi-bin/tags/getidlist", users.tags_of_user),
        Call(
            "/sns/oauth2/access_token", authorization.token, "ANY", "sns_token", takes_token=False
        ),
    ]


def make_api(switchboard: Switchboard, authorization: Authorization) -> Blueprint:
    """The blueprint of all API calls; what it does not know is answered as WeChat does."""
    blueprint = Blueprint("api", __name__)
    for call in endpoints(switchboard, authorization):
        name = re.sub(r"\W", "_", call.path)
        blueprint.add_url_rule(call.path, name, make_view(switchboard, call), methods=_ANYTHING)
    shown = Api(switchboard).qrcode_show
    blueprint.add_url_rule("/cgi-bin/showqrcode", "showqrcode", shown)

    def unknown(rest: str) -> ResponseReturnValue:
        switchboard.exchange.record_call(request.path, "", 40066)
        return jsonify(refusal(ApiError(40066, "invalid url")))

    for prefix in ("cgi-bin", "cityservice", "sns"):
        rule = f"/{prefix}/<path:rest>"
        blueprint.add_url_rule(rule, f"unknown_{prefix}", unknown, methods=_ANYTHING)
    return blueprint
