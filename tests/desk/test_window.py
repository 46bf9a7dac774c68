"""Somebody at the window, or on the telephone, and the clerk who serves them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from desk import appointments, window
from desk.appointments import view
from desk.work import Actor
from models import Appointment, AppointmentEvent, AuditEvent, Department, Shift, Site, Slot
from scheduling.errors import AppointmentOver, SameHalfDay, SlotTaken, TooLate
from scheduling.rota import Member
from scheduling.staff_errors import NotAllowed
from tests.desk.hospital import NOW, race

CLERK = Actor("window", name="staff:1")
NURSE = Member(1, "刘护士", "desk", None, None)
ELSEWHERE = Member(2, "王护士", "desk", None, "T")


def acts(work) -> list[str]:
    return list(work.conn.scalars(select(AuditEvent.act).order_by(AuditEvent.id)))


def test_the_window_sells_its_own_share_when_the_chat_is_sold_out(small):
    slot = small.slot(2, chat=1)
    (openid, one), (_, other), (late, third) = small.patients(3)
    small.book(openid, slot, one)
    with pytest.raises(SlotTaken):
        small.book(late, slot, third)
    with small.work(CLERK) as work:
        booked = window.book(work, NURSE, other, slot)
        assert (booked.status, booked.channel) == ("booked", "window")
        assert acts(work) == ["book"]
    assert small.stock(slot) == (2, 2)
    with small.work(CLERK) as work, pytest.raises(SlotTaken):
        window.book(work, NURSE, third, slot)


def test_the_page_shows_what_the_window_and_what_the_chat_may_sell(small):
    slot = small.slot(3, chat=1)
    with small.work(CLERK) as work:
        row = work.conn.execute(
            select(Department.code, Slot.visit_on).join(Slot, Slot.department_id == Department.id)
        ).one()
        (found,) = window.openings(work, NURSE, row.code, row.visit_on)
        assert (found.opening.slot, found.free, found.opening.left) == (slot, 3, 1)
        assert window.openings(work, ELSEWHERE, row.code, row.visit_on) == []
        assert [ward.code for ward in window.departments(work, NURSE)] == [row.code]
        assert window.departments(work, ELSEWHERE) == []


def test_a_slot_that_is_over_is_not_sold_and_not_shown(small):
    slot = small.slot(day=0, hour=8)  # it is nine
    (_, patient) = small.patient()
    with small.work(CLERK) as work:
        code = work.conn.scalar(select(Department.code))
        assert window.openings(work, NURSE, code, NOW.date()) == []
        with pytest.raises(TooLate):
            window.book(work, NURSE, patient, slot)


def test_the_window_may_book_what_is_not_released_to_the_chat(small):
    slot = small.slot(day=40)
    (_, patient) = small.patient()
    with small.work(CLERK) as work:
        assert window.book(work, NURSE, patient, slot).status == "booked"


def test_nobody_is_booked_twice_in_one_half_day(small):
    ward = small.department()
    first, second = small.slot(department=ward), small.slot(department=ward, hour=10)
    (_, patient) = small.patient()
    with small.work(CLERK) as work:
        booked = window.book(work, NURSE, patient, first)
        with pytest.raises(SameHalfDay) as no:
            window.book(work, NURSE, patient, second)
        assert no.value.facts == {"appointment": booked.code}


def test_a_clerk_of_another_site_does_nothing_here(small):
    slot, other = small.slot(), small.slot()
    (_, patient) = small.patient()
    with small.work(CLERK) as work:
        mine = window.book(work, NURSE, patient, slot).id
        for act in (
            lambda: window.book(work, ELSEWHERE, patient, other),
            lambda: window.move(work, ELSEWHERE, mine, other),
            lambda: window.cancel(work, ELSEWHERE, mine),
            lambda: window.find(work, ELSEWHERE, mine),
            lambda: window.pay(work, ELSEWHERE, mine, is_paid=True),
        ):
            with pytest.raises(NotAllowed):
                act()
        assert view(work, mine).status == "booked"
        assert work.conn.scalar(select(Site.code)) == "S"


def test_what_was_paid_goes_along_and_cancelling_gives_the_place_back(small):
    slot, other = small.slot(), small.slot()
    (_, patient) = small.patient()
    with small.work(CLERK) as work:
        mine = window.book(work, NURSE, patient, slot)
        window.pay(work, NURSE, mine.id, is_paid=True)
        assert view(work, mine.id).paid_fen == 1000
        moved = window.move(work, NURSE, mine.id, other)
        assert (moved.opening.slot, moved.paid_fen) == (other, 1000)
        window.pay(work, NURSE, moved.id, is_paid=False)
        assert view(work, moved.id).paid_fen is None
        window.cancel(work, NURSE, moved.id)
        with pytest.raises(AppointmentOver):
            window.pay(work, NURSE, moved.id, is_paid=True)
        assert acts(work) == ["book", "pay", "move", "pay", "cancel"]
        reasons = list(work.conn.scalars(select(AppointmentEvent.reason)))
        assert {"paid 1000", "not paid"} <= set(reasons)
    assert small.stock(slot) == small.stock(other) == (0, 0)


def test_a_patient_of_the_chat_is_served_at_the_window_too(small):
    slot, other = small.slot(), small.slot()
    openid, patient = small.patient()
    booked = small.book(openid, slot, patient)
    with small.work(CLERK) as work:
        moved = window.move(work, NURSE, booked, other)
        assert moved.channel == "window"
        assert [v.id for v in appointments.of_patient(work, patient, NOW.date())] == [moved.id]
        account = select(Appointment.wechat_user_id).where(Appointment.id == moved.id)
        assert work.conn.scalar(account) is not None, "she still sees it in the chat"
    assert small.stock(slot) == (0, 0)


@pytest.mark.race
def test_two_clerks_and_a_chat_never_sell_one_place_twice(hospital):
    slot = hospital.slot(5)
    patients = hospital.patients(16)

    def at_window(patient):
        def act():
            with hospital.work(CLERK) as work:
                window.book(work, NURSE, patient, slot)

        return act

    def in_chat(openid, patient):
        return lambda: hospital.book(openid, slot, patient)

    sold = race([at_window(p) if n % 2 else in_chat(o, p) for n, (o, p) in enumerate(patients)], 8)
    assert sold["done"] == 5
    assert sold["SlotTaken"] == 11
    assert hospital.stock(slot) == (5, 5)
    with hospital.work() as work:
        assert work.conn.scalar(select(Shift.state)) == "published"
