"""Our appointments beside the hospital's own system: what differs, and what is taken over."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.turn import open_desk
from desk import staff
from models import Appointment, AuditEvent
from tests.console.conftest import CONSOLE, PASSWORD, Browser


def text(answer) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def day(house):
    """A day ahead with appointments."""
    with open_desk(house, CONSOLE) as counter:
        return counter.work.conn.scalar(
            select(Appointment.visit_on)
            .where(Appointment.status == "booked", Appointment.starts_at > counter.work.now)
            .order_by(Appointment.visit_on)
        )


def rows(house, day):
    with open_desk(house, CONSOLE) as counter:
        query = select(Appointment.code, Appointment.status, Appointment.paid_fen).where(
            Appointment.visit_on == day
        )
        return counter.work.conn.execute(query.order_by(Appointment.id)).all()


def later(house, day):
    """The same house when that day is over."""
    with open_desk(house, CONSOLE) as counter:
        now = counter.work.now
    over = now + timedelta(days=(day - now.date()).days + 1)
    return replace(house, settings=replace(house.settings, fixed_now=over))


def file(*lines: tuple[str, str, str]) -> io.BytesIO:
    body = "预约号,状态,已缴分\n" + "".join(",".join(line) + "\n" for line in lines)
    return io.BytesIO(body.encode("utf-8-sig"))


def test_our_list_goes_out_with_the_days_asked_for(house, browser, enter, day):
    enter("admin", name="管理员")
    browser.get("/reconcile")
    form = {"csrf_token": browser.token, "first": str(day), "last": str(day)}
    answer = browser.client.post("/console/reconcile/out", data=form)
    body = answer.data.decode("utf-8-sig")
    found = [row["code"] for row in csv.DictReader(io.StringIO(body))]
    assert sorted(found) == sorted(row.code for row in rows(house, day))
    with open_desk(house, CONSOLE) as counter:
        assert "export" in list(counter.work.conn.scalars(select(AuditEvent.act)))
    assert browser.client.get("/console/reconcile/out").status_code == 405


def test_what_differs_is_shown_and_what_they_know_better_taken_over(house, day):
    house = later(house, day)
    browser = Browser(house)
    came, missed, paid, *others = rows(house, day)
    lines = [
        (came.code, "已就诊", "100"),
        (missed.code, "未到", ""),
        (paid.code.lower(), "已预约", "200"),
        ("ZZZZZZZZ", "已预约", ""),
        *((row.code, "已取消", "") for row in others[:1]),
        *((row.code, "已预约", "") for row in others[2:]),
    ]
    with open_desk(house, CONSOLE) as counter:
        code = staff.invite(counter.work, "管理员", "admin")
    browser.get("/join")
    browser.post("/join", code=code, password=PASSWORD)
    browser.get("/reconcile")
    page = text(
        browser.post("/reconcile", first=str(day), last=str(day), file=(file(*lines), "his.csv"))
    )
    for one in ("只有对方有", "只有我们有", "状态不同", "缴费不同", "ZZZZZZZZ"):
        assert one in page
    asked = dict(re.findall(r'name="(first|last|content)" value="([^"]*)"', page))
    assert "已照对方改了3个" in text(browser.post("/reconcile/take", **asked))
    now = {row.code: row for row in rows(house, day)}
    assert (now[came.code].status, now[came.code].paid_fen) == ("completed", 100)
    assert now[missed.code].status == "no_show"
    assert (now[paid.code].status, now[paid.code].paid_fen) == ("booked", 200)
    assert now[others[0].code].status == "booked", "nothing is cancelled behind a patient's back"
    assert "没有可以照改的" in text(browser.post("/reconcile/take", **asked))


def test_a_visit_still_to_come_is_not_ended_by_a_file(house, browser, enter, day):
    enter("admin", name="管理员")
    first, *_ = rows(house, day)
    browser.get("/reconcile")
    lines = [(first.code, "已就诊", "")]
    page = text(
        browser.post("/reconcile", first=str(day), last=str(day), file=(file(*lines), "his.csv"))
    )
    assert "状态不同" in page
    assert "可以照改" not in page


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("a,b\n", "缺“预约号”"),
        ("预约号,状态\n,已预约\n", "预约号空着"),
        ("预约号,状态\nA,已预约\nA,已预约\n", "重复"),
        ("预约号,状态\nA,怪\n", "状态不认识"),
        ("预约号,状态,已缴分\nA,已预约,1.5\n", "单位分"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(browser, enter, body, why):
    enter("admin", name="管理员")
    browser.get("/reconcile")
    answer = browser.post(
        "/reconcile", first="2026-11-25", last="2026-11-25",
        file=(io.BytesIO(body.encode()), "his.csv"),
    )  # fmt: skip
    assert answer.status_code == 409
    assert why in text(answer)


def test_only_an_administrator_may(browser, enter):
    enter()
    assert browser.get("/reconcile").status_code == 403
    assert browser.post("/reconcile/out").status_code == 403
    assert browser.post("/reconcile/take").status_code == 403
