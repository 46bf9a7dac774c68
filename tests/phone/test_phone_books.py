"""`make demo` as a newcomer meets it: one process, a phone in the browser, a booked place."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from simulator.screenshot import open_browser, take_picture

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
BEFORE_SECONDS = 40


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo command, started in an empty folder on a free port."""
    folder = tmp_path_factory.mktemp("demo")
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    program = [sys.executable, "-m", "flask", "--app", str(ROOT / "wsgi.py"), "demo", "run"]
    env = {**os.environ, "PORT": str(port), "PYTHONPATH": str(ROOT)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(program, cwd=folder, env=env, stdout=log, stderr=log)
    base = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + BEFORE_SECONDS
        while not _answers(base):
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.2)
        yield base
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
    assert "Traceback" not in (folder / "log").read_text()


def _answers(base: str) -> bool:
    with contextlib.suppress(requests.RequestException):
        return requests.get(f"{base}/phone", timeout=1).ok
    return False


def _keep_picture(visitor):
    """The picture of the README, where one is wanted."""
    if pictures := os.environ.get("PHONE_PICTURES"):
        take_picture(visitor.browser, Path(pictures) / "phone.png")


class Visitor:
    """Somebody with a phone in the hand."""

    def __init__(self, browser):
        self.browser = browser

    def bubbles(self) -> list[str]:
        script = "return [...document.querySelectorAll(arguments[0])].map(b => b.innerText)"
        found = self.browser.execute_script(script, ".row.official:not(.typing) .bubble")
        return [text.strip() for text in found]

    def wait(self, condition: Callable[[], object], what: str):
        WebDriverWait(self.browser, 30, 0.05).until(lambda _: condition(), what)

    def last(self) -> str:
        return (self.bubbles() or [""])[-1]

    def write(self, words: str, expecting: str):
        before = len(self.bubbles())
        self.browser.find_element(By.CSS_SELECTOR, "#text").send_keys(words, Keys.ENTER)
        self.wait(lambda: len(self.bubbles()) > before, f"no answer to {words}")
        assert expecting in self.last(), self.last()

    def tap(self, label: str, expecting: str):
        before = len(self.bubbles())
        script = """const found = [...document.querySelectorAll('.row.official .bubble a, '
            + '.row.official .bubble button')].filter(a => a.innerText.includes(arguments[0]));
            found[found.length - 1].click()"""
        self.browser.execute_script(script, label)
        self.wait(lambda: len(self.bubbles()) > before, f"no answer to {label}")
        assert expecting in self.last(), self.last()


@pytest.fixture
def visitor(demo):
    browser = open_browser()
    try:
        browser.get(f"{demo}/phone")
        yield Visitor(browser)
    finally:
        browser.quit()


def test_a_newcomer_books_for_her_mother_within_a_minute(visitor, demo):
    started = time.monotonic()
    visitor.wait(lambda: "您好" in visitor.last(), "no welcome")

    visitor.write("我妈这两天头晕，想挂下周三上午的号", "建议看神经内科")
    _keep_picture(visitor)
    visitor.tap("1.", "选几点")
    visitor.tap("1.", "同意请回复1")
    visitor.tap("1. 同意", "请发妈妈的真实姓名")
    visitor.write("李秀英", "身份证号")
    visitor.write("110101195003070021", "手机号")
    visitor.write("13800138000", "请核对")
    visitor.tap("1. 确认", "预约成功，未缴费")

    assert re.search(r"时间：\d+月\d+日 周三 上午", visitor.last())
    visitor.write("我的预约", "李*英")
    assert time.monotonic() - started < 60


def test_an_emergency_is_answered_as_one_on_the_phone(visitor):
    visitor.wait(visitor.bubbles, "no welcome")
    visitor.write("我爸突然嘴歪了，说话不清楚", "120")
