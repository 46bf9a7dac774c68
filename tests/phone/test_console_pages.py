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

from tests.phone.conftest import TUESDAY, running_demo, visiting
from tests.phone.for_all import SMALLEST, fits, serves_all, unreached, violations
from tests.phone.many import Phones

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = (
    "", "patients", "patients/new", "patients/1", "patients/1/book", "print?day=2026-11-25",
    "roster", "roster/import", "roster/shift?shift=40", "shifts/40", "shifts/40/quotas",
    "shifts/40/suspend", "waitlists", "calls", "inbox", "canned", "staff", "audit", "account",
    "policy", "reconcile",
    "planning?site=GH&day=2026-11-25", "planning/sites",
    "shifts/40/template", "moves", "patients/1/walk-in", "rooms/40",
    "broadcasts", "broadcasts/new", "groups",
)  # fmt: skip


@pytest.fixture(scope="module")
def demo(folder):
    with running_demo(folder, FIXED_NOW=TUESDAY) as base:
        code = re.search(r"code: (\w{8})", (folder / "log").read_text()).group(1)
        yield base, code


@pytest.fixture(scope="module")
def boss(demo):
    base, code = demo
    with visiting(base) as visitor:
        visitor.browser.get(f"{base}/console/join")
        visitor.fill(code, "a phrase of some length")
        visitor.shows("h1", "出诊")
        yield visitor


@pytest.mark.parametrize("path", PAGES)
def test_everybody_can_use_the_page(demo, boss, path):
    boss.browser.get(f"{demo[0]}/console/{path}")
    serves_all(boss, re.sub("[^a-z]+", "-", path) or "board")


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
    boss.fill("李秀英", "", "110101195003070021", "", "", "", "", "", "13800138000")
    boss.press("input[name=told]", Keys.SPACE)
    boss.press("main form button", Keys.ENTER)
    boss.shows("h1", "李*英")
    boss.press("main p.acts a", Keys.ENTER)
    boss.shows("h1", "挂号")
    boss.press("main form.row button", Keys.ENTER)
    boss.wait(lambda: boss.browser.find_elements(By.CSS_SELECTOR, "fieldset"), "no slots")
    boss.picture("console-slots")
    boss.press("fieldset button:not(:disabled)", Keys.ENTER)
    boss.shows(".told", "已约好")
    boss.press("td button[value='1']", Keys.ENTER)
    boss.shows(".told", "已记下缴费")
    boss.picture("console-patient")
    boss.press("td a[aria-label^='取消']", Keys.ENTER)
    boss.shows("h1", "取消预约")
    serves_all(boss, "cancel")
    boss.press("main button.danger", Keys.ENTER)
    boss.shows(".told", "已取消")


def test_two_records_of_one_person_are_merged_with_the_keyboard_alone(demo, boss):
    kept = registered(demo, boss, "张桂兰", "", "110101195502030024")
    gone = registered(demo, boss, "张桂兰", "护照", "E55020300", "女", "02031955")
    boss.browser.get(f"{demo[0]}/console/patients/{kept}")
    boss.press("details:last-of-type summary", Keys.ENTER)
    boss.press("input[name=gone]", gone, Keys.ENTER)
    boss.shows("h1", "合并两条登记")
    serves_all(boss, "merge")
    boss.press("button.danger", Keys.ENTER)
    boss.shows("h1", "张*兰")
    boss.browser.get(f"{demo[0]}/console/patients/{gone}")
    boss.shows("main", f"编号{kept}，")


def registered(demo, boss, *fields: str) -> str:
    """The number of somebody who is registered at the desk."""
    boss.browser.get(f"{demo[0]}/console/patients/new")
    boss.fill(*fields, *[""] * (8 - len(fields)), "")
    boss.press("input[name=told]", Keys.SPACE)
    boss.press("main form button", Keys.ENTER)
    boss.shows("h1", "张*兰")
    return boss.browser.current_url.rpartition("/")[2]


def test_a_suspension_and_a_cancellation_are_for_everybody_too(demo, boss):
    boss.browser.get(f"{demo[0]}/console/")
    boss.press("main a[href*='day=']:last-of-type", Keys.ENTER)
    most = """return [...document.querySelectorAll('main tbody tr')]
        .filter(row => row.cells[6].innerText === '出诊')
        .map(row => [parseInt(row.cells[4].innerText), row.querySelector('a').href])
        .sort((a, b) => b[0] - a[0])[0][1]"""
    boss.wait(lambda: boss.browser.find_elements(By.CSS_SELECTOR, "main tbody tr"), "no shifts")
    boss.browser.get(boss.browser.execute_script(most) + "/suspend")
    boss.shows("h2", "每位患者的安排")
    serves_all(boss, "suspend")
    boss.press("main form button.danger", Keys.ENTER)
    boss.shows("h1", "停诊进度")
    serves_all(boss, "suspension")
    boss.press("main td button[value='return']", Keys.ENTER)
    boss.shows(".told", "不算患者取消")
    boss.press("main td a[aria-label$='另选']", Keys.ENTER)
    boss.shows("main", "停诊的是")
    boss.browser.back()
    boss.press("main p.acts a.danger", Keys.ENTER)
    boss.shows("h1", "恢复出诊")
    serves_all(boss, "resume")


def test_the_talk_with_somebody_who_waits_is_for_everybody_too(demo, boss):
    Phones(demo[0], 1).say(0, "转人工")
    boss.browser.get(f"{demo[0]}/console/inbox")
    boss.press("main a[href*='/inbox/']", Keys.ENTER)
    boss.shows("main", "转人工")
    serves_all(boss, "thread")
