"""Who goes before others is what the site's rules say, on every page that says it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.rules import Rules
from bot.turn import open_desk
from desk import calling, shifts, standing, tickets
from scheduling.types import AppointmentId
from tests.console.conftest import CONSOLE
from tests.console.test_visit_pages import NURSE, patients, site_of, text

OURS = """
[disciplines.default.ranks]
hero = { label = "见义勇为", mark = "义" }
elder80 = { from_years = 70 }
soldier = false
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(OURS)
    return path


@pytest.fixture
def house(house, file):
    return replace(house, rules=Rules(file))


def test_the_desk_the_doctor_and_the_board_say_it_as_the_site_does(house, browser, enter, shift):
    one = patients(house, shift)[0]
    enter()
    page = text(browser.get(f"/shifts/{shift}"))
    assert '<option value="hero">见义勇为优先</option>' in page
    assert '<option value="elder80">70岁以上优先</option>' in page
    assert "军人" not in page
    assert "见义勇为优先" in text(browser.get("/patients/1/walk-in"))

    assert "已签到" in text(browser.post(f"/shifts/{shift}/arrived/{one}", rank="hero"))
    assert "见义勇为优先" in text(browser.get(f"/rooms/{shift}"))
    board = text(browser.client.get(f"/board/{site_of(house, shift)}"))
    assert '<span class="mark">义</span>' in board
    assert "见义勇为" not in board, "only its mark is anybody's business"


def test_a_rank_that_has_left_the_rules_stays_until_the_desk_takes_it(
    house, browser, enter, shift, file
):
    one = patients(house, shift)[0]
    enter()
    browser.post(f"/shifts/{shift}/arrived/{one}", rank="hero")
    file.write_text("days_ahead = 7\n")

    page = text(browser.get(f"/shifts/{shift}"))
    assert '<option value="hero" selected>优先</option>' in page
    with open_desk(house, CONSOLE) as counter:
        ticket = standing.room(counter.work, NURSE, shift).line[0]
    assert "优先。" in text(browser.post(f"/shifts/{shift}/rank/{ticket.id}", rank="hero"))
    assert "不优先" in text(browser.post(f"/shifts/{shift}/rank/{ticket.id}", rank=""))
    refused = text(browser.post(f"/shifts/{shift}/rank/{ticket.id}", rank="hero"))
    assert "这个科没有这种优先" in refused


def test_who_is_sent_on_to_a_department_that_does_not_know_the_rank_keeps_it(house, shift, file):
    one = patients(house, shift)[0]
    with open_desk(house, CONSOLE) as counter:
        here = standing.room(counter.work, NURSE, shift).shift
        today = shifts.of_day(counter.work, NURSE, counter.now.date())
    other = next(
        to.id for to in today if to.site == here.site and to.department != here.department
    )
    file.write_text(OURS.replace("default", here.department))
    with open_desk(house, CONSOLE) as counter:
        work = counter.work
        ticket = tickets.check_in(work, AppointmentId(one), rank="hero", by_desk=True)
        moved = calling.transfer(work, NURSE, shift, other, ticket.id)
    assert (moved.shift, moved.rank.label) == (other, "见义勇为")


def test_an_administrator_sees_what_the_file_says(browser, enter, file):
    file.write_text(OURS + '[disciplines.GH-EK]\nkind = "fifo"\n')
    enter("admin", name="管理员")

    page = text(browser.get("/policy"))
    assert "<td>儿科</td><td>叫号规则：按预约时间先后叫号" in page
    assert "除了急诊，都按时间先后叫" in page
    assert "<td>其他各科</td>" in page
    assert "70岁以上、3岁以下，签到时按登记的生日自动优先" in page
    assert "孕妇、残疾人、见义勇为请到分诊台" in page
