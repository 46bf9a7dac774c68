"""A patient opens the subscription page on the phone, taps, and the notice comes."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from selenium.webdriver.support.ui import WebDriverWait
from werkzeug.serving import make_server

from bot import wechat
from bot.house import House, open_house
from bot.wechat_errors import PermanentError
from bot.wiring import furnish
from handlers.texts import subscribe as texts
from simulator.app import alongside, create_app
from simulator.config import DEMO_PATIENTS, SimulatorConfig
from simulator.screenshot import open_browser
from tests.bot.hospital import APP, TOKEN, build, settings

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENT = DEMO_PATIENTS[0][0]
CARD = {"thing1": "神经内科", "time2": "12月2日 9:00"}
# WeChat's element keeps the button in a shadow tree of its own.
_BUTTON = "document.querySelectorAll('wx-open-subscribe')[arguments[0]]?.shadowRoot"
_TAP = f"const root = {_BUTTON}; if (!root) return false; "
_TAP += "root.querySelector('button').click(); return true"


@pytest.fixture
def house(tmp_path, sqlite_url, redis_url) -> Iterator[House]:
    """A hospital with one long-term and one one-off template, beside WeChat on one port."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
        base = f"http://127.0.0.1:{free.getsockname()[1]}"
    channels = tmp_path / "channels.toml"
    channels.write_text('[long.changed]\nid = "LONG1"\n[once.reminder]\nid = "ONCE1"\n')
    own = settings(
        sqlite_url,
        redis_url,
        FIXED_NOW="",
        WECHAT_API_BASE_URL=base,
        WECHAT_JS_URL=f"{base}/open/js/jweixin-1.6.0.js",
        PUBLIC_URL=base,
        CHANNELS_FILE=str(channels),
    )
    build(own, tmp_path)
    opened = open_house(own)
    config = SimulatorConfig(
        webhook_url=f"{base}/wechat",
        token=TOKEN,
        app_id=APP,
        app_secret="a secret",
        account_id="gh_1",
        long_term_templates=frozenset({"LONG1"}),
    )
    both = alongside(furnish(Flask("test"), opened), create_app(config))
    server = make_server("127.0.0.1", int(base.rpartition(":")[2]), both, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield opened
    server.shutdown()
    thread.join()
    server.server_close()
    opened.close()


@pytest.fixture
def browser():
    driver = open_browser()
    yield driver
    driver.quit()


def told(browser) -> str:
    return browser.execute_script("return document.getElementById('told').textContent")


def tap(browser, number: int) -> None:
    WebDriverWait(browser, 20, 0.05).until(lambda b: b.execute_script(_TAP, number), "no button")


def test_she_subscribes_to_one_notice_and_gets_one(house, browser):
    base, ours = house.settings.public_url, wechat.connect(house)
    with pytest.raises(PermanentError, match="43101"):
        ours.send_subscription(PATIENT, "ONCE1", CARD)
    browser.get(f"{base}/phone")
    WebDriverWait(browser, 20, 0.05).until(lambda b: b.get_cookie("phone_openid"))

    browser.get(f"{base}/subscribe?from=menu")
    tap(browser, 1)

    WebDriverWait(browser, 20, 0.05).until(lambda b: told(b) == texts.DONE, told(browser))
    ours.send_subscription(PATIENT, "ONCE1", CARD)
    with pytest.raises(PermanentError, match="43101"):
        ours.send_subscription(PATIENT, "ONCE1", CARD)
    logged = [entry for entry in browser.get_log("browser") if "Content Security" in str(entry)]
    assert logged == []


def test_an_address_signed_for_another_page_gets_no_button(house, browser):
    """Behind a wrong PUBLIC_URL the page says so instead of showing a dead button."""
    base = house.settings.public_url

    browser.get(f"{base.replace('127.0.0.1', 'localhost')}/subscribe")

    WebDriverWait(browser, 20, 0.05).until(lambda b: told(b) in {texts.TROUBLE, texts.TOO_OLD})
