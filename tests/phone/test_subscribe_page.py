"""A patient opens the subscription page on the phone, taps, and the notice comes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver.support.ui import WebDriverWait

from bot import wechat
from bot.wechat_errors import PermanentError
from handlers.texts import subscribe as texts
from simulator.config import DEMO_PATIENTS
from simulator.screenshot import open_browser
from tests.bot.together import Together, together

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENT = DEMO_PATIENTS[0][0]
CARD = {"thing1": "神经内科", "time2": "12月2日 9:00"}
# WeChat's element keeps the button in a shadow tree of its own.
_BUTTON = "document.querySelectorAll('wx-open-subscribe')[arguments[0]]?.shadowRoot"
_TAP = f"const root = {_BUTTON}; if (!root) return false; "
_TAP += "root.querySelector('button').click(); return true"


@pytest.fixture
def both(tmp_path, sqlite_url, redis_url) -> Iterator[Together]:
    """A hospital with one long-term and one one-off template."""
    channels = tmp_path / "channels.toml"
    channels.write_text('[long.changed]\nid = "LONG1"\n[once.reminder]\nid = "ONCE1"\n')
    account = {"long_term_templates": frozenset({"LONG1"})}
    with together(
        sqlite_url, redis_url, tmp_path, account, FIXED_NOW="", CHANNELS_FILE=str(channels)
    ) as opened:
        yield opened


@pytest.fixture
def browser():
    driver = open_browser()
    yield driver
    driver.quit()


def told(browser) -> str:
    return browser.execute_script("return document.getElementById('told').textContent")


def tap(browser, number: int) -> None:
    WebDriverWait(browser, 20, 0.05).until(lambda b: b.execute_script(_TAP, number), "no button")


def test_she_subscribes_to_one_notice_and_gets_one(both, browser):
    base, ours = both.base, wechat.connect(both.house)
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


def test_an_address_signed_for_another_page_gets_no_button(both, browser):
    """Behind a wrong PUBLIC_URL the page says so instead of showing a dead button."""
    browser.get(f"{both.base.replace('127.0.0.1', 'localhost')}/subscribe")

    WebDriverWait(browser, 20, 0.05).until(lambda b: told(b) in {texts.TROUBLE, texts.TOO_OLD})
