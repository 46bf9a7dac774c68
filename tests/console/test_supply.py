"""How a shift's places are shared, and who waits for one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from bot.turn import open_desk
from desk import roster_week, window
from models import AuditEvent, Department, Doctor, Shift, Slot, WaitlistEntry, WechatUser
from scheduling.rota import Member
from scheduling.types import Registration
from tests.console.conftest import CONSOLE

BOSS = Member(1, "", "admin", None, None)


def text(answer) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def shift(house):
    """A shift ahead with more than one free slot: its number and its slots."""
    with open_desk(house, CONSOLE) as counter:
        work = counter.work
        row = work.conn.execute(
            select(Slot.shift_id)
            .join(Shift, Shift.id == Slot.shift_id)
            .join(Department, Department.id == Slot.department_id)
            .where(Slot.visit_on > work.local(work.now).date(), Slot.booked == 0)
            .where(Shift.state == "published", Department.sex == "")
            .where(Department.bookable, Department.min_age_years.is_(None))
            .where(Department.max_age_years.is_(None))
            .where(Slot.capacity > 2)
            .order_by(Slot.id)
        ).first()
        return roster_week.one(work, BOSS, row.shift_id).id


def slots(house, shift):
    with open_desk(house, CONSOLE) as counter:
        query = select(
            Slot.id, Slot.capacity, Slot.chat_capacity, Slot.reserve, Slot.booked
        ).where(Slot.shift_id == shift)
        return counter.work.conn.execute(query.order_by(Slot.starts_at)).all()


def form(rows, **changes):
    """All slots of the page as they are, but for the first."""
    fields = {"slot": [str(row.id) for row in rows]}
    for row in rows:
        fields[f"capacity-{row.id}"] = str(row.capacity)
        fields[f"chat-{row.id}"] = str(row.chat_capacity)
        fields[f"reserve-{row.id}"] = str(row.reserve)
    return fields | {f"{name}-{rows[0].id}": value for name, value in changes.items()}


def test_the_window_is_given_some_of_the_chats_places(house, browser, enter, shift):
    enter()
    rows = slots(house, shift)
    assert f'name="chat-{rows[0].id}"' in text(browser.get(f"/shifts/{shift}/quotas"))
    asked = form(rows, capacity="9", chat="2", reserve="1")
    assert "已办好" in text(browser.post(f"/shifts/{shift}/quotas", **asked))
    first, *others = slots(house, shift)
    assert (first.capacity, first.chat_capacity, first.reserve) == (9, 2, 1)
    assert others == list(rows[1:]), "nothing else moved"
    with open_desk(house, CONSOLE) as counter:
        conn = counter.work.conn
        assert "places" in conn.scalar(select(Shift.overridden).where(Shift.id == shift))
        assert conn.scalar(select(AuditEvent.act).order_by(AuditEvent.id.desc())) == "quota"


IMPOSSIBLE = {
    "总数不能少于": {"capacity": "0", "chat": "0", "reserve": "0"},
    "微信数不能": {"capacity": "3", "chat": "4", "reserve": "0"},
    "当天放的不能": {"capacity": "9", "chat": "2", "reserve": "3"},
}


@pytest.mark.parametrize("why", IMPOSSIBLE)
def test_what_cannot_be_is_said_and_not_done(house, browser, enter, shift, why):
    who = Registration("李秀英", "resident_id", "110101195003070021", "self")
    with open_desk(house, CONSOLE) as counter:
        patient = window.register(counter.work, who)
    rows = slots(house, shift)
    with open_desk(house, CONSOLE) as counter:
        window.book(counter.work, BOSS, patient, rows[0].id)
    rows = slots(house, shift)
    enter()
    browser.get(f"/shifts/{shift}/quotas")
    answer = browser.post(f"/shifts/{shift}/quotas", **form(rows, **IMPOSSIBLE[why]))
    assert answer.status_code == 409
    assert why in text(answer)
    assert slots(house, shift) == rows
    assert browser.post(f"/shifts/{shift}/quotas", **form(rows, chat="x")).status_code == 400


def test_who_waits_is_seen_masked_and_by_line(house, browser, enter):
    who = Registration("李秀英", "resident_id", "110101195003070021", "self")
    with open_desk(house, CONSOLE) as counter:
        work = counter.work
        patient = window.register(work, who)
        account = {"openid_hash": "h", "openid_enc": work.vault.seal("o"), "created_at": work.now}
        work.conn.execute(insert(WechatUser).values(**account))
        ward = work.conn.execute(select(Doctor.id, Doctor.department_id, Doctor.name)).first()
        day = work.local(work.now).date() + timedelta(days=3)
        for number, doctor in enumerate((ward.id, None)):
            work.conn.execute(
                insert(WaitlistEntry).values(
                    patient_id=patient, wechat_user_id=1, department_id=ward.department_id,
                    doctor_id=doctor, first_on=day, last_on=day, joined_at=work.now,
                    closes_at=work.now + timedelta(days=2), wish=str(number), misses=number,
                )
            )  # fmt: skip
        name = work.conn.scalar(select(Department.name).where(Department.id == ward.department_id))
    enter()
    page = text(browser.get("/waitlists"))
    assert page.count("李*英") == 2
    for one in (name, ward.name, "谁都行", "没答复1次"):
        assert one in page
    assert "李秀英" not in page
