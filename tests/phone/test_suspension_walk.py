"""A nurse suspends a clinic; the patient's phone hears of it, answers, and the numbers move."""

from __future__ import annotations

import re
from datetime import date

import pytest
import requests
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.phone.conftest import TUESDAY, Visitor, running_demo, visiting
from tests.phone.many import Phones, widen

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AFTER_TEN_MINUTES = "2026-11-24T09:42:00+08:00"
FORTY = 40
AFTER_A_MINUTE = "2026-11-24T09:32:00+08:00"
SOMEBODY_ELSE = "oDemo0WangXiaomin00000000003"


@pytest.fixture(scope="module")
def demo(folder):
    with running_demo(folder, FIXED_NOW=TUESDAY) as base:
        yield base


@pytest.fixture(scope="module")
def patient(demo):
    with visiting(demo) as visitor:
        visitor.book_for_mother("我妈这两天头晕，想挂后天上午的号")
        yield visitor


@pytest.fixture(scope="module")
def nurse(demo, folder):
    """She joins with the code that the demo printed, by keyboard alone."""
    code = re.search(r"code: (\w{8})", (folder / "log").read_text()).group(1)
    with visiting(demo) as visitor:
        visitor.browser.get(f"{demo}/console/join")
        focused = visitor.browser.switch_to.active_element
        focused.send_keys(code, Keys.TAB)
        visitor.browser.switch_to.active_element.send_keys("a phrase of some length", Keys.ENTER)
        visitor.shows("h1", "出诊")
        yield visitor


def heading(visitor: Visitor) -> str:
    return visitor.browser.find_element(By.TAG_NAME, "h1").text


def follow(visitor: Visitor, label: str):
    visitor.browser.find_element(By.PARTIAL_LINK_TEXT, label).send_keys(Keys.ENTER)


def count(visitor: Visitor, label: str) -> int:
    script = """const found = [...document.querySelectorAll('#live div')]
        .find(d => d.querySelector('dt')?.innerText === arguments[0]);
        return Number(found?.querySelector('dd')?.innerText ?? -1)"""
    return visitor.browser.execute_script(script, label)


def test_from_the_nurse_to_the_patient_and_back(patient, nurse, demo):
    doctor = re.search(r"(\S{2,3}) (?:副?主任|主治)医师", patient.last()).group(1)
    follow(nurse, "后一天")
    nurse.wait(lambda: "11月25日" in heading(nurse), "no tomorrow")
    follow(nurse, "后一天")
    nurse.wait(lambda: "11月26日" in heading(nurse), "no day after")
    nurse.picture("console-board")
    follow(nurse, doctor)
    nurse.shows("h1", doctor)
    follow(nurse, "停诊")
    nurse.shows("h1", "停诊：")
    nurse.picture("console-suspend")
    nurse.browser.find_element(By.CSS_SELECTOR, "main form button.danger").send_keys(Keys.ENTER)
    nurse.shows("h1", "停诊进度")
    nurse.wait(lambda: count(nurse, "等答复") >= 1, "nobody waits")

    before = len(patient.bubbles())
    turned = {"at": AFTER_A_MINUTE}
    requests.post(f"{demo}/simulator/clock", json=turned, timeout=5).raise_for_status()
    patient.wait(lambda: len(patient.bubbles()) > before, "no notice")
    assert "停诊通知" in patient.last()
    assert "已为您留了一个号" in patient.last()
    patient.picture("suspended")
    patient.write("1", "已改好")
    nurse.wait(lambda: count(nurse, "接受新号") == 1, "the number did not move")
    nurse.picture("console-progress")


def test_she_also_does_it_on_her_phone(nurse, demo):
    nurse.browser.get(f"{demo}/console/staff")
    nurse.browser.find_element(By.NAME, "name").send_keys("刘护士")
    nurse.browser.find_element(By.NAME, "role").send_keys("服务台")
    nurse.browser.find_element(By.CSS_SELECTOR, "main form.narrow button").send_keys(Keys.ENTER)
    nurse.shows(".told", "一次性码")
    code = nurse.browser.find_element(By.CSS_SELECTOR, ".told strong").text
    with visiting(demo, SOMEBODY_ELSE) as phone:
        phone.wait(lambda: "您好" in phone.last(), "no welcome")
        phone.write(f"绑定 {code}", "绑定成功")
        phone.write("停诊进度", "没有正在进行的停诊")
        phone.write("停诊 王建国 下周四上午", "确认停诊")
        phone.picture("staff-preview")
        phone.write("确认停诊", "已停诊")
        phone.write("撤销停诊", "确认恢复")
        phone.write("确认恢复", "已恢复")


def test_forty_phones_hear_of_it_and_the_numbers_move(nurse, demo, folder):
    doctor, afternoon = "唐文博", "2026-11-25"
    widen(folder / "var", doctor, date.fromisoformat(afternoon), places=6)
    phones = Phones(demo, FORTY)
    for number in range(FORTY):
        phones.book(number, f"挂{doctor}明天下午")
    nurse.browser.get(f"{demo}/console/?day={afternoon}")
    follow(nurse, doctor)
    nurse.shows("h1", doctor)
    follow(nurse, "停诊")
    nurse.shows("h1", "停诊：")
    assert str(FORTY) in nurse.browser.find_element(By.CSS_SELECTOR, "main").text
    nurse.browser.find_element(By.CSS_SELECTOR, "main form button.danger").send_keys(Keys.ENTER)
    nurse.shows("h1", "停诊进度")

    turned = {"at": AFTER_TEN_MINUTES}
    requests.post(f"{demo}/simulator/clock", json=turned, timeout=5).raise_for_status()
    hear = [lambda n=n: "停诊通知" in phones.last(n) for n in range(FORTY)]
    for heard in hear:
        nurse.wait(heard, "a phone hears nothing")
    kept = [n for n in range(FORTY) if "已为您留了一个号" in phones.last(n)]
    for number in kept[:24]:
        assert "已改好" in phones.say(number, "1")
    for number in kept[24:30]:
        phones.say(number, "3")
    nurse.wait(lambda: count(nurse, "接受新号") == 24, "the yeses are not counted")
    nurse.wait(lambda: count(nurse, "等答复") == FORTY - 30, "the silent are not counted")
    nurse.picture("console-progress-forty")
