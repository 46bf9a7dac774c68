"""Patients use the phone page in a real Chromium, against a bot of a few lines."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from simulator.screenshot import open_browser, take_picture
from tests.simulator.answers import bot_answer
from tests.simulator.conftest import LI, ZHANG
from tests.simulator.visitor import Visitor

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]


def test_a_patient_follows_writes_and_reads_the_answer(visitor, live, picture):
    visitor.write("我妈这两天头晕，想挂下周三上午的号")
    visitor.sees("您说：我妈这两天头晕")
    assert visitor.bubbles("user") == ["我妈这两天头晕，想挂下周三上午的号"]
    assert picture("answer").stat().st_size > 10_000
    visitor.browser.refresh()
    visitor.sees("您说：我妈这两天头晕")
    events = [d.push.fields.get("Event") for _, d in live.exchange.deliveries()]
    assert events.count("subscribe") == 1


def test_tapping_an_option_answers_with_its_question(visitor, bot, picture):
    visitor.write("挂号")
    visitor.sees("您想看哪位医生")
    options = visitor.browser.find_elements(By.CSS_SELECTOR, ".option button")
    assert [option.get_attribute("data-menu-id") for option in options] == ["q7-1", "q7-2"]
    assert all(option.size["height"] >= 44 for option in options)
    assert visitor.find("a[href='tel:120']").text == "120"
    picture("options")
    options[0].click()
    visitor.sees("（选项 q7-1）")
    assert visitor.bubbles("user")[-1] == "1"
    assert bot.fields()["bizmsgmenuid"] == "q7-1"


def test_two_patients_keep_their_own_chats(visitor, picture):
    visitor.write("我是李秀英")
    visitor.sees("您说：我是李秀英")
    visitor.tap("#who")
    picture("patients")
    visitor.tap(f"[data-openid='{ZHANG}']")
    visitor.sees("欢迎subscribe")
    assert visitor.bubbles("user") == []
    assert visitor.find("#who-name").text == "张建国"
    visitor.tap("#who")
    visitor.tap(f"[data-openid='{LI}']")
    visitor.sees("您说：我是李秀英")


def test_somebody_new_can_be_added(visitor, live):
    visitor.tap("#who")
    visitor.find("#add-name").send_keys("阿依古丽·买买提", Keys.ENTER)
    visitor.wait(lambda: visitor.find("#who-name").text == "阿依古丽·买买提", "not switched")
    visitor.sees("欢迎subscribe")
    assert live.exchange.patients()[-1].following


def run_simulator(port: int, webhook: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "simulator", "--webhook", webhook, "--port", str(port)]
    keys = ["--token", "tok", "--app-id", "wx0", "--app-secret", "x"]
    process = subprocess.Popen(
        command + keys, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(100):
        with contextlib.suppress(requests.ConnectionError):
            requests.get(f"http://127.0.0.1:{port}/phone", timeout=2)
            return process
        time.sleep(0.1)
    pytest.fail("the simulator did not start")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_an_open_page_survives_a_restart_of_the_simulator(browser, bot):
    bot.answer = bot_answer
    port, visitor = free_port(), Visitor(browser)
    process = run_simulator(port, bot.url)
    try:
        browser.get(f"http://127.0.0.1:{port}/phone")
        visitor.sees("欢迎subscribe")
        visitor.write("以前说的")
        visitor.sees("您说：以前说的")
        process.kill()
        process.wait()
        process = run_simulator(port, bot.url)
        visitor.wait(lambda: visitor.bubbles("user") == [], "the old chat is still shown")
        visitor.sees("欢迎subscribe")
        answer = requests.post(
            f"http://127.0.0.1:{port}/phone/api/send",
            json={"openid": LI, "text": "从别处发的"},
            timeout=5,
        )
        assert answer.ok
        visitor.sees("您说：从别处发的")
    finally:
        process.kill()
        process.wait()


def test_large_type_is_large_and_stays(visitor, picture):
    visitor.write("挂号")
    visitor.sees("您想看哪位医生")
    size = "return parseFloat(getComputedStyle(document.querySelector('.bubble')).fontSize)"
    assert visitor.browser.execute_script(size) >= 18
    visitor.tap("#large")
    assert visitor.browser.execute_script(size) >= 30
    picture("large")
    wide = "return document.documentElement.scrollWidth <= innerWidth"
    assert visitor.browser.execute_script(wide)
    visitor.browser.refresh()
    visitor.sees("您想看哪位医生")
    assert visitor.browser.execute_script(size) >= 30


def test_every_button_is_big_enough_and_named(visitor):
    small = visitor.browser.execute_script(
        """return [...document.querySelectorAll('button, a, input, textarea')]
        .filter(n => n.offsetParent && (n.offsetHeight < 44 || n.offsetWidth < 44))
        .map(n => n.outerHTML)"""
    )
    assert small == []
    unnamed = visitor.browser.execute_script(
        """return [...document.querySelectorAll('button, input, textarea')]
        .filter(n => !n.textContent.trim() && !n.getAttribute('aria-label') )
        .map(n => n.outerHTML)"""
    )
    assert unnamed == []


def test_words_stand_out_from_their_ground(visitor, live):
    visitor.write("挂号")
    visitor.sees("您想看哪位医生")
    visitor.tap("#more")
    rows = [["医生", "王建国"]]
    live.show_notice(
        live.exchange.patient(LI),
        {"kind": "notice", "title": "通知", "url": "http://a.cn", "rows": rows},
    )
    visitor.wait(lambda: visitor.browser.find_elements(By.CSS_SELECTOR, ".notice"), "no notice")
    faint = visitor.browser.execute_script(Path(__file__).with_name("contrast.js").read_text())
    assert faint == []


def test_waiting_is_shown_as_typing(visitor):
    visitor.write("慢")
    visitor.wait(lambda: visitor.find("#title").text == "对方正在输入…", "never typed")
    visitor.sees("您说：慢")
    visitor.wait(lambda: visitor.find("#title").text == "医院挂号台", "types for ever")


def test_the_menu_presses_and_opens(visitor, bot, picture):
    visitor.find("#menu > div:nth-child(1) > button").click()
    visitor.sees("欢迎CLICK")
    assert bot.fields()["EventKey"] == "book"
    visitor.find("#menu > div:nth-child(3) > button").click()
    picture("menu")
    visitor.find("#menu .sub button").click()
    visitor.wait(lambda: bot.fields()["EventKey"] == "cancel", "not pressed")


def test_unfollowing_and_coming_back(visitor, bot):
    visitor.tap("#more")
    visitor.tap("#toggle-follow")
    visitor.wait(lambda: visitor.find("#gone").is_displayed(), "still following")
    visitor.wait(lambda: bot.fields()["Event"] == "unsubscribe", "not told")
    visitor.tap("#follow-again")
    visitor.wait(lambda: not visitor.find("#gone").is_displayed(), "not back")
    visitor.wait(lambda: len(visitor.bubbles()) == 2, "no second welcome")


def test_html_in_a_message_stays_text(visitor):
    visitor.write("<img src=x onerror=alert(1)><b>粗</b>")
    visitor.sees("<b>粗</b>")
    assert visitor.browser.find_elements(By.CSS_SELECTOR, "#chat img, #chat b") == []


def test_the_fault_line_is_shown_when_the_bot_breaks(visitor, bot):
    bot.answer = lambda raw: "<broken"
    visitor.write("你好")
    fault = "该公众号提供的服务出现故障，请稍后再试"
    visitor.wait(lambda: fault in visitor.find("#chat").text, "no fault line")


def test_on_a_desktop_the_phone_stands_in_the_middle(live, bot, tmp_path):
    desktop = open_browser((1280, 900))
    try:
        desktop.get(f"{live.base}/phone")
        visitor = Visitor(desktop)
        visitor.sees("欢迎subscribe")
        visitor.tap("#more")
        visitor.tap("#open-drawer")
        visitor.wait(lambda: "subscribe" in visitor.find("#deliveries").text, "no delivery")
        frame, drawer = visitor.find(".phone").rect, visitor.find("#drawer").rect
        assert frame["width"] == 390
        assert frame["x"] + frame["width"] < drawer["x"]
        take_picture(desktop, Path(os.environ.get("PHONE_PICTURES", tmp_path)) / "desktop.png")
    finally:
        desktop.quit()
