"""`make demo` as a person meets it: one process, and a phone in a real browser."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from bot import demo
from bot.house import open_house
from simulator.screenshot import open_browser, take_picture
from tests import forked

ROOT = Path(__file__).resolve().parents[2]
BEFORE_SECONDS = 40
TUESDAY = "2026-11-24T09:30:00+08:00"
# The Tab key leads no further than to what is looked for: thirty can be pressed at once.
STOP_AT = """window.sought = arguments[0];
window.stops ??= addEventListener("keydown", e => {
    if (e.key === "Tab" && document.activeElement.matches(window.sought)) e.preventDefault();
}, true) ?? true"""
IS_THERE = """const found = document.activeElement.matches(arguments[0]);
if (found) window.sought = ":not(*)";
return found"""


@pytest.fixture(scope="session")
def _var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a demo leaves behind that was started once on that Tuesday."""
    home = tmp_path_factory.mktemp("once") / "var"
    with closing(
        open_house(demo.settings({"FIXED_NOW": TUESDAY}, home=home), with_redis=False)
    ) as house:
        demo.prepare(house)
    return home


@pytest.fixture(scope="module")
def folder(_var: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a demo is started again."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copytree(_var, folder / "var")
    return folder


@contextlib.contextmanager
def running_demo(folder: Path, **settings: str) -> Iterator[str]:
    """The demo command, started in an empty folder on a free port; gives its address."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    program = ["flask", "--app", str(ROOT / "wsgi.py"), "demo", "run"]
    env = {**os.environ, "PORT": str(port), "PYTHONPATH": str(ROOT), **settings}
    log = folder / "log"
    process = forked.start(program, env, folder, log)
    base = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + BEFORE_SECONDS
        while not _answers(base):
            assert process.is_alive(), log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.1)
        yield base
    finally:
        os.kill(process.pid, signal.SIGINT)
        process.join(20)
    assert "Traceback" not in log.read_text()
    assert process.exitcode == 0


def _answers(base: str) -> bool:
    with contextlib.suppress(requests.RequestException):
        return requests.get(f"{base}/phone", timeout=1).ok
    return False


class Visitor:
    """Somebody with a phone in the hand."""

    def __init__(self, browser):
        self.browser = browser

    def become(self, openid: str):
        """Take another person's phone, once the page has settled on the first one's."""
        self.wait(self.last, "the page says nothing")
        self.browser.execute_script("localStorage.setItem('phone.openid', arguments[0])", openid)
        self.browser.refresh()

    def bubbles(self) -> list[str]:
        script = "return [...document.querySelectorAll(arguments[0])].map(b => b.innerText)"
        found = self.browser.execute_script(script, ".row.official:not(.typing) .bubble")
        return [text.strip() for text in found]

    def wait(self, condition: Callable[[], object], what: str):
        WebDriverWait(self.browser, 30, 0.05).until(lambda _: condition(), what)

    def last(self) -> str:
        return (self.bubbles() or [""])[-1]

    def type(self, words: str):
        self.browser.find_element(By.CSS_SELECTOR, "#text").send_keys(words, Keys.ENTER)

    def write(self, words: str, expecting: str):
        before = len(self.bubbles())
        self.type(words)
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

    def developer(self) -> dict:
        """What the developer drawer knows about this patient."""
        script = """const done = arguments[0];
            const openid = encodeURIComponent(localStorage.getItem("phone.openid"));
            fetch(`/phone/api/developer?openid=${openid}`).then(a => a.json()).then(done)"""
        return self.browser.execute_async_script(script)

    def tap_element(self, css: str):
        self.browser.find_element(By.CSS_SELECTOR, css).click()

    def shows(self, css: str, words: str):
        script = "return document.querySelector(arguments[0])?.innerText.includes(arguments[1])"
        self.wait(lambda: self.browser.execute_script(script, css, words), f"{css}: no {words}")

    def fill(self, *fields: str):
        """Fill fields from the one that has the focus on, and send them off with Enter."""
        for number, words in enumerate(fields):
            active = self.browser.switch_to.active_element
            active.send_keys(words, Keys.TAB if number < len(fields) - 1 else Keys.ENTER)

    def press(self, css: str, *keys: str):
        """Tab until this has the focus, and press the keys."""
        self.browser.execute_script(STOP_AT, css)
        for _ in range(4):
            self.browser.switch_to.active_element.send_keys(Keys.TAB * 30)
            if self.browser.execute_script(IS_THERE, css):
                self.browser.switch_to.active_element.send_keys(*keys)
                return
        raise AssertionError(f"{css} is never reached")

    def picture(self, name: str):
        """A picture for the docs, where one is wanted."""
        if name and (pictures := os.environ.get("PHONE_PICTURES")):
            take_picture(self.browser, Path(pictures) / f"{name}.png")

    def book_for_mother(self, wish: str, picture: str = ""):
        """The whole way from the first word to the booked place."""
        self.wait(lambda: "您好" in self.last(), "no welcome")
        self.write(wish, "先问一句要紧的")
        self.tap("1. 都没有", "建议看神经内科")
        self.picture(picture)
        self.tap("1.", "选几点")
        self.tap("1.", "同意请回复1")
        self.tap("1. 同意", "请发妈妈的真实姓名")
        self.write("李秀英", "身份证号")
        self.write("110101195003070021", "手机号")
        self.write("13800138000", "请核对登记信息")
        self.tap("1. 都对", "号已为您留")
        self.tap("1. 确认", "预约成功，未缴费")


@contextlib.contextmanager
def visiting(base: str, openid: str = "") -> Iterator[Visitor]:
    """Somebody who opens the phone page in a browser of her own, as another person if wished."""
    browser = open_browser()
    try:
        browser.get(f"{base}/phone")
        visitor = Visitor(browser)
        if openid:
            visitor.become(openid)
        yield visitor
    finally:
        browser.quit()
