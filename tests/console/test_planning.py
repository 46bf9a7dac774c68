"""The pages of planning: figures beside what happened, drawn on the server."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import func, select

from bot.turn import open_desk
from desk import advice, advice_sites
from models import Appointment, Shift
from scheduling.rota import Member
from tests.console.conftest import CONSOLE
from tests.console.test_console import busiest, text

NURSE = Member(0, "", "desk", None, None)
SVG = {"svg": "http://www.w3.org/2000/svg"}


def chart(page: str) -> ET.Element:
    (drawn,) = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    return ET.fromstring(drawn)


def place_of(house, shift: int):
    """Site and day of a shift, and how many are booked there that day."""
    with open_desk(house, CONSOLE) as counter:
        work = counter.work
        row = work.conn.execute(
            select(Shift.site_id, Shift.visit_on).where(Shift.id == shift)
        ).one()
        booked = work.conn.scalar(
            select(func.count(Appointment.id))
            .join(Shift, Shift.id == Appointment.shift_id)
            .where(Shift.site_id == row.site_id, Shift.visit_on == row.visit_on)
            .where(Appointment.status == "booked", Shift.state == "published")
        )
        site = work.directory.sites[row.site_id - 1].code
        return site, row.visit_on, booked


@pytest.mark.parametrize("path", ["/planning", "/planning/sites", "/shifts/1/template"])
def test_nobody_plans_before_the_door(browser, path):
    assert browser.get(path, follow=False).status_code == 302


def test_a_day_is_shown_line_by_line_with_a_chart(house, browser, enter):
    enter()
    shift, _ = busiest(house)
    site, day, booked = place_of(house, shift)
    page = text(browser.get(f"/planning?site={site}&day={day}"))
    with open_desk(house, CONSOLE) as counter:
        found = advice.staffing(counter.work, NURSE, site, day)
    assert sum(line.booked for line in found.lines) == booked > 0
    first = found.lines[0]
    assert f"平均等{first.forecast.wait:.0f}分钟" in page
    assert "按模拟算" in page
    assert "按号源计划" in page
    assert "还没有实测，按规则" in page
    assert "没有实测时约了没来的14%" in page
    drawn = chart(page)
    bars = drawn.findall("rect")
    assert len(bars) == len(first.forecast.hours)
    tallest = max(bars, key=lambda bar: float(bar.get("height")))
    longest = max(first.forecast.hours, key=lambda hour: hour.wait)
    assert bars.index(tallest) == first.forecast.hours.index(longest)
    assert page.count("<script") == 0
    assert " style=" not in page, "the policy of the pages forbids it"


def test_another_line_is_a_click_away_and_nonsense_is_an_empty_place(house, browser, enter):
    enter()
    site, day, _ = place_of(house, busiest(house)[0])
    page = text(browser.get(f"/planning?site={site}&day={day}"))
    (last,) = re.findall(r'href="/console(/planning[^"]*line=\d+)"', page)[-1:]
    assert text(browser.get(last.replace("&amp;", "&"))).count("<svg") == 1
    for odd in ("line=999", "line=-1", "line=x", "line=²"):
        assert "<svg" not in text(browser.get(f"/planning?site={site}&day={day}&{odd}"))
    assert browser.get("/planning?day=never").status_code == 404
    assert browser.get("/planning?site=NO").status_code == 409
    assert "还没有人预约" in text(browser.get(f"/planning?site={site}&day=2030-01-06"))


def test_the_templates_of_a_shift_stand_in_a_table_and_on_a_curve(house, browser, enter):
    enter()
    shift, _ = busiest(house)
    page = text(browser.get(f"/shifts/{shift}/template"))
    assert "号源模板建议" in text(browser.get(f"/shifts/{shift}"))
    drawn = chart(page)
    assert len(drawn.findall("rect")) == 2, "as it is now, and the old rule"
    assert len(drawn.findall("circle")) == page.count('row">建议') > 1
    points = [
        tuple(map(float, p.split(","))) for p in drawn.find("polyline").get("points").split()
    ]
    assert points == sorted(points)
    assert [y for _, y in points] == sorted(y for _, y in points), "less idle, more wait"


def test_a_doctor_plans_the_own_shifts_alone(house, browser, enter):
    with open_desk(house, CONSOLE) as counter:
        rows = counter.work.conn.execute(
            select(Shift.id, Shift.doctor_id)
            .where(Shift.doctor_id.is_not(None))
            .order_by(Shift.id)
        ).all()
        mine = counter.work.directory.doctors[rows[0].doctor_id]
    other = next(row.id for row in rows if row.doctor_id != rows[0].doctor_id)
    enter("doctor", mine.code, name=mine.name)
    assert browser.get(f"/shifts/{rows[0].id}/template").status_code == 200
    assert browser.get(f"/shifts/{other}/template").status_code == 409
    for path in ("/planning", "/planning/sites"):
        assert browser.get(path).status_code == 403


def test_next_week_across_the_sites(house, browser, enter):
    enter()
    page = text(browser.get("/planning/sites"))
    with open_desk(house, CONSOLE) as counter:
        found = advice_sites.next_week(counter.work)
    assert f"预计还要看{found.demand}位，其中{found.at_home}位在本院区有号" in page
    assert "不会替患者改号" in page
