"""
GET /subscribe: the page on which a patient agrees to subscription notices.

WeChat's own element asks; it works only on a page signed with the JS ticket. Per page at most ten
elements of at most five templates, and never one-off and long-term ones in one element.
Sources: doc/service/Subscription_Messages/intro, doc/offiaccount/OA_Web_Apps/JS-SDK (appendix 1),
doc/offiaccount/OA_Web_Apps/Wechat_Open_Tag (frame-src).
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, render_template, request

from bot import wechat
from bot.house import House
from bot.settings import Settings
from bot.wechat_errors import WechatError
from handlers.texts import subscribe as texts
from models import clock
from scheduling.channels import LONG, ONCE

_LOG = logging.getLogger(__name__)

PATH = "/subscribe"
_MOST_ELEMENTS, _MOST_TEMPLATES = 10, 5
# While WeChat does not answer, so many visitors wait for it; the webhook needs the other threads.
_MOST_WAITING, _PATIENCE_SECONDS = 2, 0.5


@dataclass(frozen=True, slots=True)
class Element:
    """One button: up to five templates of one sort, and what it says about them."""

    templates: tuple[str, ...]
    note: str


def elements(long: Sequence[str], once: Sequence[str]) -> list[Element]:
    """Return the buttons of the page: long-term ones first, as WeChat allows them."""
    found = [
        Element(tuple(ids[start : start + _MOST_TEMPLATES]), note)
        for ids, note in ((long, texts.LONG), (once, texts.ONCE))
        for start in range(0, len(ids), _MOST_TEMPLATES)
    ]
    return found[:_MOST_ELEMENTS]


def offered(settings: Settings) -> list[Element]:
    """Return the buttons of a house; none where no template is set up or nobody could open it."""
    setup = settings.channels.setup if settings.public_url else {}
    # One template may serve several kinds of notices.
    long, once = (list(dict.fromkeys(setup.get(name, {}).values())) for name in (LONG, ONCE))
    return elements(long, once)


def address(settings: Settings) -> str:
    """Return the page's address; empty where there is nothing to subscribe to."""
    return settings.public_url + PATH if offered(settings) else ""


def sign(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """Return WeChat's signature of one page, whose address ends before any `#`."""
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}"
    return hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - WeChat fixes the algorithm


def create_blueprint(house: House) -> Blueprint:
    """Return the page's route; 404 where there is nothing to subscribe to."""
    settings = house.settings
    client = wechat.connect(house)
    shown = offered(settings)
    waiting = threading.BoundedSemaphore(_MOST_WAITING)
    blueprint = Blueprint("subscribe", __name__, template_folder="templates")

    @blueprint.get(PATH)
    def page() -> Response:
        if not shown:
            abort(404)
        nonce = secrets.token_urlsafe(16)
        config: Mapping[str, object] | None = None
        if waiting.acquire(timeout=_PATIENCE_SECONDS):
            try:
                config = _config(settings, client.jsapi_ticket())
            except WechatError as error:
                _LOG.warning("no JS ticket for the subscription page: %s", error)
            finally:
                waiting.release()
        html = render_template(
            "subscribe.html",
            texts=texts,
            elements=shown,
            config=config,
            js_url=settings.wechat_js_url,
            nonce=nonce,
        )
        return Response(
            html,
            200 if config else 503,
            _headers(settings.wechat_js_url, nonce),
            content_type="text/html; charset=utf-8",
        )

    return blueprint


def _config(settings: Settings, ticket: str) -> Mapping[str, object]:
    """What the page's `wx.config` gets; a signature is good for this very address."""
    query = request.query_string.decode("latin-1")
    url = settings.public_url + PATH + (f"?{query}" if query else "")
    nonce, timestamp = secrets.token_hex(8), int(clock.system_now().timestamp())
    return {
        "appId": settings.wechat_app_id,
        "timestamp": timestamp,
        "nonceStr": nonce,
        "signature": sign(ticket, nonce, timestamp, url),
        "jsApiList": ["closeWindow"],
        "openTagList": ["wx-open-subscribe"],
    }


def _headers(js_url: str, nonce: str) -> Mapping[str, str]:
    js = "{0.scheme}://{0.netloc}".format(urlsplit(js_url))
    policy = {
        "default-src": "'none'",
        "script-src": f"'nonce-{nonce}' {js}",
        # WeChat's element brings styles and a frame of its own.
        "style-src": "'unsafe-inline'",
        "frame-src": "https://*.qq.com webcompt:",
        "img-src": "data: https://*.qq.com",
        "connect-src": f"{js} https://*.qq.com",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
