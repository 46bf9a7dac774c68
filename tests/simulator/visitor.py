"""Somebody in front of the phone page."""

from __future__ import annotations

from collections.abc import Callable

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait


class Visitor:
    """Someone in front of the page."""

    def __init__(self, browser):
        self.browser = browser

    def find(self, css: str):
        return self.browser.find_element(By.CSS_SELECTOR, css)

    def tap(self, css: str):
        self.find(css).click()

    def write(self, words: str):
        self.find("#text").send_keys(words, Keys.ENTER)

    def bubbles(self, kind: str = "official") -> list[str]:
        script = """return [...document.querySelectorAll(arguments[0])].map(b => b.innerText)"""
        found = self.browser.execute_script(script, f".row.{kind}:not(.typing) .bubble")
        return [text.strip() for text in found]

    def wait(self, condition: Callable[[], object], what: str):
        WebDriverWait(self.browser, 8, 0.05).until(lambda _: condition(), what)

    def sees(self, words: str, kind: str = "official"):
        self.wait(lambda: any(words in text for text in self.bubbles(kind)), f"no: {words}")

    def gone(self, css: str):
        self.wait(lambda: not self.find(css).is_displayed(), f"{css} is still there")

    def reads(self, css: str, words: str):
        script = "return document.querySelector(arguments[0])?.innerText.includes(arguments[1])"
        self.wait(lambda: self.browser.execute_script(script, css, words), f"{css}: no {words}")

    def open_drawer(self):
        self.tap("#more")
        self.tap("#open-drawer")
        self.reads("#drawer-clock", "·")

    def press_knob(self, label: str):
        script = """[...document.querySelectorAll('#drawer button')]
            .find(b => b.innerText === arguments[0]).click()"""
        self.browser.execute_script(script, label)
