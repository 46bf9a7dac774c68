"""Whether a page is for everybody: who sees it on a phone, who cannot see it, who has no mouse."""

from __future__ import annotations

from pathlib import Path

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.phone.conftest import Visitor

SMALLEST, LARGEST = 360, 1440
AXE = Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js"
RUN_AXE = """const done = arguments[0];
axe.run(document, {resultTypes: ["violations"]}).then(found => done(found.violations.map(
    v => v.id + ": " + v.nodes.map(n => n.target.join(" ")).join(", "))))"""
# Fields of dates and times have parts of their own to tab through.
FOCUSABLE = """const found = [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter(e => !e.disabled && e.type !== "hidden" && e.checkVisibility())
  .filter(e => e.type !== "radio" || e.checked);  // the arrows lead to the others
const parts = {date: 4, time: 4, "datetime-local": 8};
return [found.length, found.reduce((sum, e) => sum + (parts[e.type] ?? 0), 0)]"""
LISTEN = """window.reached = new Set();
document.addEventListener("focusin", e => window.reached.add(e.target));
document.activeElement?.blur(); window.scrollTo(0, 0)"""


def fits(visitor: Visitor, width: int) -> bool:
    """Whether nothing scrolls sideways at so many CSS pixels."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    visitor.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    assert visitor.browser.execute_script("return window.innerWidth") == width
    script = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    return bool(visitor.browser.execute_script(script))


def violations(visitor: Visitor) -> list[str]:
    visitor.browser.execute_script(AXE.read_text(encoding="utf-8"))
    return visitor.browser.execute_async_script(RUN_AXE)


def unreached(visitor: Visitor) -> int:
    """How many things on the page the Tab key never comes to."""
    wanted, parts = visitor.browser.execute_script(FOCUSABLE)
    visitor.browser.execute_script(LISTEN)
    visitor.browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB * (wanted + parts + 3))
    return max(0, wanted - visitor.browser.execute_script("return window.reached.size"))


def serves_all(visitor: Visitor, what: str):
    """This page does not scroll sideways, keeps nobody out, and needs no mouse; in pictures."""
    assert fits(visitor, SMALLEST), what
    assert violations(visitor) == []
    visitor.picture(f"console-{what}-small")
    assert fits(visitor, LARGEST), what
    assert violations(visitor) == []
    assert unreached(visitor) == 0
    visitor.picture(f"console-{what}")
