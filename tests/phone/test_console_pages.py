"""
Every page of the console in a real browser: by keyboard alone, on a phone and at a desk, for all.

axe-core looks for what keeps somebody out who cannot see or point; a page must not scroll
sideways at 360 and 1440 px; and whatever can be done can be reached with the Tab key.
"""

from __future__ import annotations

import re

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.phone.conftest import Visitor, running_demo, visiting
from tests.phone.for_all import LARGEST, SMALLEST, fits, unreached, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TUESDAY = "2026-11-24T09:30:00+08:00"
PAGES = (
    "", "patients", "patients/new", "patients/1", "patients/1/book", "print?day=2026-11-25",
    "roster", "roster/import", "roster/shift?shift=40", "shifts/40", "shifts/40/quotas",
    "shifts/40/suspend", "waitlists", "calls", "inbox", "canned", "staff", "audit", "account",
    "policy", "reconcile",
    "planning?site=GH&day=2026-11-25", "planning/sites",
    "shifts/40/template", "moves", "patients/1/walk-in", "rooms/40",
)  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("console-demo")
    with running_demo(folder, FIXED_NOW=TUESDAY) as base:
        code = re.search(r"code: (\w{8})", (folder / "log").read_text()).group(1)
        yield base, code


@pytest.fixture(scope="module")
def boss(demo):
    base, code = demo
    with visiting(base) as visitor:
        visitor.browser.get(f"{base}/console/join")
        type_in(visitor, code, "a phrase of some length")
        visitor.shows("h1", "出诊")
        yield visitor


def type_in(visitor: Visitor, *fields: str):
    """Fill fields from the one that has the focus on, and send them off with Enter."""
    for number, words in enumerate(fields):
        active = visitor.browser.switch_to.active_element
        active.send_keys(words, Keys.TAB if number < len(fields) - 1 else Keys.ENTER)


@pytest.mark.parametrize("path", PAGES)
def test_everybody_can_use_the_page(demo, boss, path):
    boss.browser.get(f"{demo[0]}/console/{path}")
    assert fits(boss, SMALLEST), path
    assert violations(boss) == []
    boss.picture(f"console-{re.sub('[^a-z]+', '-', path) or 'board'}-small")
    assert fits(boss, LARGEST), path
    assert violations(boss) == []
    assert unreached(boss) == 0
    boss.picture(f"console-{re.sub('[^a-z]+', '-', path) or 'board'}")


def test_so_can_who_is_not_in_yet(demo):
    with visiting(demo[0]) as stranger:
        for path in ("login", "join", "code"):
            stranger.browser.get(f"{demo[0]}/console/{path}")
            assert fits(stranger, SMALLEST), path
            assert violations(stranger) == []
            assert unreached(stranger) == 0


def test_control_what_axe_would_find(demo, boss):
    boss.browser.get(f"{demo[0]}/console/patients")
    boss.browser.execute_script("document.querySelector('label').replaceWith("
                                "document.querySelector('input[name=words]'))")  # fmt: skip
    assert any(found.startswith("label:") for found in violations(boss))
    boss.browser.execute_script("document.querySelector('main button').tabIndex = -1")
    assert unreached(boss) == 1


def test_a_caller_is_registered_and_booked_with_the_keyboard_alone(demo, boss):
    boss.browser.get(f"{demo[0]}/console/patients/new")
    type_in(boss, "李秀英", "", "110101195003070021", "", "", "", "", "", "13800138000")
    press(boss, "input[name=told]", Keys.SPACE)
    press(boss, "main form button", Keys.ENTER)
    boss.shows("h1", "李*英")
    press(boss, "main p.acts a", Keys.ENTER)
    boss.shows("h1", "挂号")
    press(boss, "main form.row button", Keys.ENTER)
    boss.wait(lambda: boss.browser.find_elements(By.CSS_SELECTOR, "fieldset"), "no slots")
    boss.picture("console-slots")
    press(boss, "fieldset button:not(:disabled)", Keys.ENTER)
    boss.shows(".told", "已约好")
    press(boss, "td button[value='1']", Keys.ENTER)
    boss.shows(".told", "已记下缴费")
    boss.picture("console-patient")
    press(boss, "td a[aria-label^='取消']", Keys.ENTER)
    boss.shows("h1", "取消预约")
    press(boss, "main button.danger", Keys.ENTER)
    boss.shows(".told", "已取消")


def press(visitor: Visitor, css: str, key: str):
    """Tab until this has the focus, and press the key."""
    for _ in range(120):
        active = visitor.browser.switch_to.active_element
        wanted = visitor.browser.execute_script(
            "return document.activeElement.matches(arguments[0])", css
        )
        if wanted:
            active.send_keys(key)
            return
        active.send_keys(Keys.TAB)
    raise AssertionError(f"{css} is never reached")
