"""A page of the bot, on an address of its own, with the stand-in of WeChat's page script."""

from __future__ import annotations

import hashlib
import json

import pytest
from flask import Flask, request

from tests.simulator.conftest import LI, serving
from tests.simulator.visitor import Visitor

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><meta charset="utf-8"><p id="told"></p>
<script src="{script}"></script>
<wx-open-subscribe template="S1,S2">
  <script type="text/wxtag-template" slot="style"><style>.go {{ height: 50px }}</style></script>
  <script type="text/wxtag-template"><button class="go">订阅</button></script>
</wx-open-subscribe>
<script>
  const tell = (words) => {{ document.getElementById("told").textContent += words + ";"; }};
  const tag = document.querySelector("wx-open-subscribe");
  tag.addEventListener("success", (e) => tell(e.detail.errMsg + e.detail.subscribeDetails));
  tag.addEventListener("error", (e) => tell(e.detail.errMsg));
  wx.ready(() => tell("ready"));
  wx.error((e) => tell(e.errMsg));
  wx.config({config});
</script>"""
BUTTON = "document.querySelector('wx-open-subscribe').shadowRoot?.querySelector('.go')"


@pytest.fixture
def shop(live):
    """The bot's web server; `?spoil=…` makes it sign wrongly, `?tags=` forget the button."""
    app = Flask("pages")

    @app.get("/me")
    def me():
        ticket, _ = live.tokens.ticket()
        url = request.url.replace("spoil=yes", "spoil=no")
        text = f"jsapi_ticket={ticket}&noncestr=n1&timestamp=1&url={url}"
        config = {
            "appId": live.config.app_id,
            "timestamp": 1,
            "nonceStr": "n1",
            "signature": hashlib.sha1(text.encode()).hexdigest(),
            "jsApiList": [],
            "openTagList": request.args.get("tags", "wx-open-subscribe").split(),
        }
        script = f"{live.base}/open/js/jweixin-1.6.0.js"
        return PAGE.format(script=script, config=json.dumps(config))

    with serving(app) as base:
        yield f"{base}/me"


@pytest.fixture
def page(visitor, shop):
    def open_page(query=""):
        visitor.browser.get(shop + query)
        return Visitor(visitor.browser)

    return open_page


def test_a_tap_on_the_button_subscribes_whoever_holds_the_phone(page, live, bot):
    opened = page()
    opened.reads("#told", "ready")
    opened.wait(lambda: opened.browser.execute_script(f"return {BUTTON} != null"), "no button")
    opened.browser.execute_script(f"{BUTTON}.click()")
    opened.reads("#told", "subscribe:ok")
    opened.reads("#told", "accept")
    assert live.exchange.patient(LI).subscriptions == {"S1": 1, "S2": 1}
    opened.wait(lambda: bot.events("subscribe_msg_popup_event"), "not told")


def test_who_refuses_notices_is_told_so(page, live):
    live.refuse_notices(LI, on=True)
    opened = page()
    opened.wait(lambda: opened.browser.execute_script(f"return {BUTTON} != null"), "no button")
    opened.browser.execute_script(f"{BUTTON}.click()")
    opened.reads("#told", "reject")
    assert live.exchange.patient(LI).subscriptions == {}


def test_a_wrong_signature_has_no_button(page):
    opened = page("?spoil=yes")
    opened.reads("#told", "config:invalid signature")
    opened.reads("#told", "subscribe:fail")
    assert opened.browser.execute_script(f"return {BUTTON} == null")


def test_a_page_that_does_not_ask_for_the_button_has_none(page):
    opened = page("?tags=wx-open-launch-app")
    opened.reads("#told", "ready")
    opened.reads("#told", "subscribe:fail no permission")
