"""A nurse writes to the patients of a day; another one looks, too; phones and numbers follow."""

from __future__ import annotations

import csv
import io
import re

import pytest
import requests
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.phone.conftest import TUESDAY, Visitor, running_demo, visiting
from tests.phone.for_all import serves_all
from tests.phone.many import Phones

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AFTER_A_MINUTE = "2026-11-24T09:32:00+08:00"
PHRASE = "a phrase of some length"
CSV = "const done = arguments[1]; fetch(arguments[0]).then(a => a.text()).then(done)"


@pytest.fixture(scope="module")
def demo(folder):
    """Here nobody writes to more than one patient alone."""
    rules = folder / "rules.toml"
    rules.write_text("broadcast_alone = 1\n")
    with running_demo(folder, FIXED_NOW=TUESDAY, POLICY_FILE=str(rules)) as base:
        yield base


@pytest.fixture(scope="module")
def patient(demo):
    with visiting(demo) as visitor:
        visitor.book_for_mother("我妈这两天头晕，想挂后天上午的号")
        yield visitor


@pytest.fixture(scope="module")
def nurse(demo, folder):
    code = re.search(r"code: (\w{8})", (folder / "log").read_text()).group(1)
    with visiting(demo) as visitor:
        join(visitor, demo, code)
        yield visitor


def join(visitor: Visitor, demo: str, code: str):
    visitor.browser.get(f"{demo}/console/join")
    visitor.fill(code, PHRASE)
    visitor.shows("h1", "出诊")


def once(visitor: Visitor) -> str:
    """The code that is shown once."""
    visitor.shows(".told", "一次性码")
    return visitor.browser.find_element(By.CSS_SELECTOR, ".told strong").text


def count(visitor: Visitor, label: str) -> int:
    script = """const found = [...document.querySelectorAll('dl.counts div')]
        .find(d => d.querySelector('dt').innerText === arguments[0]);
        return Number(found?.querySelector('dd').innerText ?? 0)"""
    return visitor.browser.execute_script(script, label)


def test_from_her_first_word_to_the_list_of_who_has_it(patient, nurse, demo):
    # This nurse is the daughter who booked for her mother: her phone gets the test.
    nurse.browser.get(f"{demo}/console/staff")
    nurse.press("td button:not(.danger)", Keys.ENTER)
    patient.write(f"绑定 {once(nurse)}", "绑定成功")

    nurse.browser.get(f"{demo}/console/broadcasts/new")
    nurse.press("input[name=audience]", Keys.DOWN)
    nurse.press("input[name=first]", "11262026")
    nurse.press("textarea[name=words]", "{姓名}您好，{时间}改在3号楼二楼看诊，请提前十分钟到。")
    nurse.press("main form.compose > button", Keys.ENTER)
    nurse.shows(".bubble", "改在3号楼二楼看诊")
    total = count(nurse, "共")
    assert total > 1
    serves_all(nurse, "broadcast-draft")

    before = len(patient.bubbles())
    nurse.press("form[action$=try_out] button", Keys.ENTER)
    patient.wait(lambda: len(patient.bubbles()) > before, "no test")
    assert "改在3号楼二楼看诊" in patient.last()

    nurse.press("form[action$=confirm] button", Keys.ENTER)
    nurse.shows("main", "要另一位同事登录后批准")
    serves_all(nurse, "broadcast-waiting")
    assert nurse.browser.find_elements(By.CSS_SELECTOR, "form[action$=approve]") == []
    page = nurse.browser.current_url
    nurse.browser.get(f"{demo}/console/staff")
    nurse.press("input[name=name]", "王护士", Keys.TAB, "服务台", Keys.TAB, Keys.TAB, Keys.ENTER)
    with visiting(demo) as colleague:
        join(colleague, demo, once(nurse))
        colleague.browser.get(page)
        colleague.press("form[action$=approve] button", Keys.ENTER)
        colleague.shows("main", "王护士批准")

    nurse.browser.get(page)
    before = len(patient.bubbles())
    turned = {"at": AFTER_A_MINUTE}
    requests.post(f"{demo}/simulator/clock", json=turned, timeout=5).raise_for_status()
    patient.wait(lambda: len(patient.bubbles()) > before, "no notice")
    assert re.search(r"李\*英您好，11月26日 周四 上午.+改在3号楼二楼看诊", patient.last())
    patient.picture("broadcast-phone")
    nurse.browser.refresh()
    nurse.wait(lambda: count(nurse, "已发出") + count(nurse, "要打电话") == total, "not all")
    assert count(nurse, "已发出") >= 1
    serves_all(nurse, "broadcast-sending")

    told = nurse.browser.execute_async_script(CSV, f"{page}.csv")
    rows = list(csv.reader(io.StringIO(told.lstrip("\ufeff"))))
    assert len(rows) == 1 + total
    assert [row[1] for row in rows].count("已发出") == count(nurse, "已发出")
    assert all("*" in row[0] for row in rows[1:])


def test_everybody_who_follows_gets_the_news_registered_or_not(nurse, demo):
    phones = Phones(demo, 3)  # they have never said a word of themselves
    nurse.browser.get(f"{demo}/console/broadcasts/new")
    nurse.press("input[name=audience]", Keys.UP)  # the last one
    nurse.press("textarea[name=words]", "下周一上午停水，请自带饮水。")
    nurse.press("main form.compose > button", Keys.ENTER)
    nurse.shows("main", "没有登记过的，我们不知道本月收过几条群发")
    total = count(nurse, "共")
    assert total >= 3
    serves_all(nurse, "broadcast-everyone")
    nurse.press("form[action$=confirm] button", Keys.ENTER)
    nurse.shows("main", "要另一位同事登录后批准")
    page = nurse.browser.current_url
    nurse.browser.get(f"{demo}/console/staff")
    nurse.press("input[name=name]", "李护士", Keys.TAB, "服务台", Keys.TAB, Keys.TAB, Keys.ENTER)
    with visiting(demo) as colleague:
        join(colleague, demo, once(nurse))
        colleague.browser.get(page)
        colleague.press("form[action$=approve] button", Keys.ENTER)
        colleague.shows("main", "李护士批准")
    turned = {"forward": 120}
    requests.post(f"{demo}/simulator/clock", json=turned, timeout=5).raise_for_status()
    nurse.wait(lambda: all("下周一上午停水" in phones.last(n) for n in range(3)), "no news")

    nurse.browser.get(page)
    nurse.wait(lambda: reloaded(nurse, page).count("其余关注者") == 1, "no list of strangers")
    assert count(nurse, "已发出") >= 3
    serves_all(nurse, "broadcast-lists")


def reloaded(visitor: Visitor, page: str) -> str:
    """What the page says now of the lists."""
    visitor.browser.get(page)
    return "".join(one.text for one in visitor.browser.find_elements(By.CSS_SELECTOR, "tbody"))


def test_a_group_is_kept_and_written_to(nurse, demo):
    nurse.browser.get(f"{demo}/console/groups")
    nurse.press("input[name=name]", "东村老人", Keys.ENTER)
    nurse.shows("h2", "东村老人，0位")
    nurse.press("textarea[name=people]", "110101195003070021")
    nurse.press("button[aria-label$=加入]", Keys.ENTER)
    nurse.shows("h2", "东村老人，1位")
    serves_all(nurse, "groups-one")
    nurse.browser.get(f"{demo}/console/broadcasts/new")
    nurse.press("input[name=audience]", Keys.DOWN, Keys.DOWN)
    nurse.press("textarea[name=words]", "周三上午卫生站量血压，{姓名}请空腹来。")
    nurse.press("main form.compose > button", Keys.ENTER)
    nurse.shows(".bubble", "量血压")
    assert count(nurse, "共") == 1
    nurse.browser.get(f"{demo}/console/broadcasts")
    nurse.shows("table", "量血压")
    serves_all(nurse, "broadcasts-some")
