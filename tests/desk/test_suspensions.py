"""A doctor is away: nobody slips in, everybody is told and offered a place, nobody is moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from desk import dispatch, rebooking
from desk.replacements import Replacements
from desk.staff import StaffRoom, invite
from desk.suspensions import Suspensions
from desk.work import Actor
from models import (
    Appointment,
    AuditEvent,
    Outbox,
    Prompt,
    Shift,
    Slot,
    SuspensionLine,
)
from scheduling.errors import HoldExpired, ShiftSuspended
from scheduling.rota import Member
from scheduling.staff_errors import NotAllowed, NothingToUndo
from tests.desk.hospital import NOW, Hospital, race

MINUTE = timedelta(minutes=1)
CONSOLE = Actor("window", name="console")


def nurse(hospital: Hospital, role: str = "desk", openid: str = "nurse") -> Member:
    with hospital.work(CONSOLE) as work:
        code = invite(work, "刘护士", role)
    with hospital.work(openid) as work:
        member = StaffRoom(work).bind(code)
    assert member is not None
    return member


def shift_of(hospital: Hospital, slot: int) -> int:
    with hospital.work() as work:
        return work.conn.scalar(select(Slot.shift_id).where(Slot.id == slot))


def suspend(hospital: Hospital, member: Member, *slots: int) -> int:
    shifts = [shift_of(hospital, slot) for slot in slots]
    with hospital.work("nurse") as work:
        return Suspensions(work).suspend(member, shifts)


def carry_out(hospital: Hospital, suspension: int) -> None:
    with hospital.work(Actor("job", name="courier")) as work:
        rebooking.carry_out(work, suspension)


def lines(hospital: Hospital) -> list:
    with hospital.work() as work:
        return work.conn.execute(select(*SuspensionLine.__table__.c)).all()


def status(hospital: Hospital, appointment: int) -> str:
    with hospital.work() as work:
        return work.conn.scalar(select(Appointment.status).where(Appointment.id == appointment))


def notices(hospital: Hospital, kind: str) -> list[str]:
    with hospital.work() as work:
        rows = work.conn.scalars(
            select(Outbox.state).where(Outbox.kind == kind).order_by(Outbox.id)
        )
        return list(rows)


def test_each_patient_is_held_a_place_and_takes_it(hospital):
    ward = hospital.department()
    away, free = hospital.slot(2, department=ward), hospital.slot(2, day=2, department=ward)
    people = hospital.patients(2)
    old = [hospital.book(openid, away, patient) for openid, patient in people]
    member = nurse(hospital)
    shift = shift_of(hospital, away)
    with hospital.work("nurse") as work:
        foreseen = Suspensions(work).foresee([shift])
        assert (foreseen.affected, foreseen.later) == (2, 2)
        assert foreseen.to_ring == 2, (
            "they have not written for two days, and nothing else reaches"
        )
    number = suspend(hospital, member, away)
    assert [status(hospital, one) for one in old] == ["suspended", "suspended"]
    carry_out(hospital, number)
    assert hospital.stock(free) == (2, 2)
    assert notices(hospital, "suspended") == ["due", "due"]
    (line, _) = lines(hospital)
    openid, _ = people[0]
    hospital.now += 5 * MINUTE
    with hospital.work(openid) as work:
        offered = Replacements(work).offered(line.id)
        assert (offered.opening.slot, offered.status) == (free, "held")
        assert Replacements(work).accept(line.id).status == "booked"
        assert Replacements(work).accept(line.id).status == "booked"
    with hospital.work("nurse") as work:
        progress = Suspensions(work).progress(number)
        assert (progress.accepted, progress.waiting) == (1, 1)


def test_nobody_is_told_before_it_could_be_taken_back(small):
    away = small.slot(1)
    openid, patient = small.patient()
    small.book(openid, away, patient)
    number = suspend(small, nurse(small), away)
    carry_out(small, number)
    with small.work() as work:
        leaves = work.conn.scalar(select(Outbox.not_before).where(Outbox.kind == "suspended"))
    assert leaves == NOW + timedelta(seconds=60)


def test_silence_moves_nobody_and_puts_her_on_the_call_list(small):
    ward = small.department()
    away = small.slot(1, day=2, department=ward)
    free = small.slot(1, day=3, department=ward)
    openid, patient = small.patient()
    small.book(openid, away, patient)
    carry_out(small, suspend(small, nurse(small), away))
    (line,) = lines(small)
    small.now = line.call_at
    with small.work() as work:
        rebooking.silence(work, line.id)
    (after,) = lines(small)
    assert after.state == "call"
    assert small.stock(free) == (1, 1)  # held while the desk rings
    with small.work() as work:
        (leased,) = [
            one for one in dispatch.lease(work, 9, MINUTE) if one.kind == "suspended_call"
        ]
        assert dispatch.start(work, leased, MINUTE) == "call"
    with small.work(openid) as work:
        Replacements(work).accept(line.id)
    assert notices(small, "suspended_call") == ["void"]


def test_who_cannot_be_offered_anything_is_rung(small):
    away = small.slot(1)
    openid, patient = small.patient()
    small.book(openid, away, patient)
    carry_out(small, suspend(small, nurse(small), away))
    (line,) = lines(small)
    assert (line.target_id, line.call_at) == (None, NOW + timedelta(seconds=60))
    with small.work(openid) as work:
        assert Replacements(work).offered(line.id) is None


def test_she_gives_it_back_and_the_place_is_free(small):
    ward = small.department()
    away, free = small.slot(1, department=ward), small.slot(1, day=2, department=ward)
    openid, patient = small.patient()
    small.book(openid, away, patient)
    carry_out(small, suspend(small, nurse(small), away))
    (line,) = lines(small)
    with small.work(openid) as work:
        Replacements(work).give_back(line.id)
    assert small.stock(free) == (0, 0)
    assert lines(small)[0].state == "returned"
    with small.work(openid) as work, pytest.raises(Exception, match="AppointmentOver"):
        Replacements(work).accept(line.id)


def test_a_held_place_is_not_given_back_by_another_booking_of_the_family(small):
    ward = small.department()
    away, free = small.slot(1, department=ward), small.slot(1, day=2, department=ward)
    openid, patient = small.patient()
    small.book(openid, away, patient)
    carry_out(small, suspend(small, nurse(small), away))
    _, child = small.patient()
    small.link(openid, child, "own")
    elsewhere, sooner = small.slot(1), small.slot(1, day=2, hour=10, department=ward)
    with small.bookings(openid) as desk:
        desk.hold(elsewhere, child)
    assert small.stock(free) == (1, 1)
    with small.bookings(openid) as desk:  # the same patient looks for herself: then it is free
        desk.hold(sooner, patient)
    assert small.stock(free) == (0, 0)


def test_taken_back_everybody_has_the_old_place_and_only_the_told_are_told(hospital):
    ward = hospital.department()
    away, free = hospital.slot(3, department=ward), hospital.slot(3, day=2, department=ward)
    people = hospital.patients(3)
    old = [hospital.book(openid, away, patient) for openid, patient in people]
    member = nurse(hospital)
    number = suspend(hospital, member, away)
    carry_out(hospital, number)
    told, accepting = lines(hospital)[0], lines(hospital)[1]
    with hospital.work() as work:
        row = work.conn.execute(
            select(Outbox.id, Outbox.kind)
            .where(Outbox.appointment_id == told.appointment_id)
            .where(Outbox.kind == "suspended")
        ).one()
        work.conn.execute(
            Outbox.__table__.update().where(Outbox.id == row.id).values(state="sent")
        )
    with hospital.work(people[1][0]) as work:
        Replacements(work).accept(accepting.id)
    hospital.now += MINUTE
    with hospital.work("nurse") as work:
        Suspensions(work).resume(member, number)
    assert [status(hospital, one) for one in old] == ["booked", "suspended", "booked"]
    assert hospital.stock(away) == (2, 2)
    assert hospital.stock(free) == (1, 1)
    assert notices(hospital, "suspended") == ["sent", "void", "void"]
    assert notices(hospital, "resumed") == ["due"]
    with hospital.work("nurse") as work, pytest.raises(NothingToUndo):
        Suspensions(work).resume(member, number)
    with hospital.work() as work:
        assert set(work.conn.scalars(select(Shift.state))) == {"published"}
        asked = work.conn.scalars(select(Prompt.state).where(Prompt.kind == "suspended"))
        assert "open" not in list(asked)


def test_a_patient_who_was_only_choosing_learns_it(small):
    slot = small.slot(2)
    openid, patient = small.patient()
    with small.bookings(openid) as desk:
        held = desk.hold(slot, patient)
    suspend(small, nurse(small), slot)
    with small.bookings(openid) as desk, pytest.raises(ShiftSuspended):
        desk.confirm(held.id)
    with small.bookings(openid) as desk, pytest.raises(ShiftSuspended):
        desk.hold(slot, patient)
    assert lines(small) == []


def test_a_crash_in_the_plan_leaves_it_to_be_done(small, monkeypatch):
    ward = small.department()
    away, free = small.slot(1, department=ward), small.slot(1, day=2, department=ward)
    openid, patient = small.patient()
    small.book(openid, away, patient)
    number = suspend(small, nurse(small), away)
    monkeypatch.setattr(rebooking, "_tell", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        carry_out(small, number)
    assert small.stock(free) == (0, 0)
    monkeypatch.undo()
    carry_out(small, number)
    carry_out(small, number)
    assert small.stock(free) == (1, 1)
    assert notices(small, "suspended") == ["due"]


def test_a_doctor_touches_the_own_shifts_only(small):
    slot = small.slot(1)
    doctor = Member(1, "张伟", "doctor", "D001", None)
    shift = shift_of(small, slot)
    with small.work("nurse") as work, pytest.raises(NotAllowed):
        Suspensions(work).suspend(doctor, [shift])


def test_what_staff_did_is_written_down(small):
    slot = small.slot(1)
    member = nurse(small)
    suspend(small, member, slot)
    with small.work() as work:
        rows = work.conn.execute(select(AuditEvent.act, AuditEvent.actor).order_by(AuditEvent.id))
        assert [tuple(row) for row in rows] == [
            ("invite", "window:console"),
            ("bind", "chat"),
            ("suspend", f"window:staff:{member.id}"),
        ]


def test_a_code_works_once_and_a_day_long(small):
    with small.work(CONSOLE) as work:
        code, late = invite(work, "刘护士", "desk"), invite(work, "王护士", "desk")
    with small.work("nurse") as work:
        assert StaffRoom(work).me() is None
        assert StaffRoom(work).bind("WRONGONE") is None
        assert StaffRoom(work).bind(code.lower()).name == "刘护士"
        assert StaffRoom(work).me().name == "刘护士"
    with small.work("thief") as work:
        assert StaffRoom(work).bind(code) is None
    small.now += timedelta(days=1)
    with small.work("other") as work:
        assert StaffRoom(work).bind(late) is None


@pytest.mark.race
def test_nobody_books_into_a_shift_that_is_being_suspended(hospital):
    slot = hospital.slot(20)
    people = hospital.patients(30)
    member = nurse(hospital)

    def book(openid: str, patient: int):
        def act() -> None:
            hospital.book(openid, slot, patient)

        return act

    acts = [book(openid, patient) for openid, patient in people]
    acts.insert(15, lambda: suspend(hospital, member, slot))
    outcomes = race(acts, threads=12)
    assert outcomes["conflict"] == 0
    assert outcomes["done"] + outcomes["ShiftSuspended"] + outcomes["SlotTaken"] == 31
    assert hospital.stock(slot) == (0, 0)
    with hospital.work() as work:
        active = work.conn.scalars(
            select(Appointment.id).where(Appointment.status.in_(("held", "booked")))
        )
        assert list(active) == []
    assert len(lines(hospital)) == outcomes["done"] - 1


def test_control_whoever_frees_first_and_closes_later_loses_who_slips_in(small):
    slot = small.slot(2)
    first, second = small.patients(2)
    small.book(first[0], slot, first[1])
    with small.work() as work:  # frees everybody …
        gone = {"status": "suspended"}
        work.conn.execute(Appointment.__table__.update().values(**gone))
    late = small.book(second[0], slot, second[1])  # … somebody slips in …
    with small.work() as work:  # … and only then it is closed
        work.conn.execute(Slot.__table__.update().values(is_open=False))
    assert status(small, late) == "booked"


def test_an_offer_that_has_run_out_is_not_taken(small):
    ward = small.department()
    away, free = small.slot(1, department=ward), small.slot(1, day=2, department=ward)
    openid, patient = small.patient()
    small.book(openid, away, patient)
    carry_out(small, suspend(small, nurse(small), away))
    (line,) = lines(small)
    small.now += timedelta(days=1, hours=1)
    with small.work(openid) as work, pytest.raises(HoldExpired):
        Replacements(work).accept(line.id)
    other, stranger = small.patient()
    assert small.book(other, free, stranger)


def test_one_shift_of_many_is_opened_again_and_no_other(hospital):
    """Taking back one day of a week's leave took back the whole week."""
    ward = hospital.department()
    monday, tuesday = hospital.slot(2, department=ward), hospital.slot(2, day=2, department=ward)
    people = hospital.patients(2)
    first = hospital.book(people[0][0], monday, people[0][1])
    second = hospital.book(people[1][0], tuesday, people[1][1])
    member = nurse(hospital)
    number = suspend(hospital, member, monday, tuesday)
    back, closed = shift_of(hospital, tuesday), shift_of(hospital, monday)
    with hospital.work("nurse") as work:
        Suspensions(work).resume(member, number, [back])
    assert [status(hospital, one) for one in (first, second)] == ["suspended", "booked"]
    with hospital.work("nurse") as work:
        progress = Suspensions(work).progress(number)
        assert [view.id for view in progress.shifts] == [closed]
        assert (progress.total, progress.open) == (1, 1)
        Suspensions(work).resume(member, number)
    assert status(hospital, first) == "booked"
    with hospital.work("nurse") as work, pytest.raises(NothingToUndo):
        Suspensions(work).resume(member, number)


def test_who_reads_a_copy_is_not_counted_as_told_once_more(small):
    away = small.slot(1)
    openid, patient = small.patient()
    booked = small.book(openid, away, patient)
    number = suspend(small, nurse(small), away)
    carry_out(small, number)
    with small.work() as work:
        told = work.conn.execute(
            select(*Outbox.__table__.c).where(Outbox.kind == "suspended")
        ).one()
        copy = dict(told._mapping) | {"dedupe_key": "copy", "is_copy": True, "prompt_id": None}
        copy.pop("id")
        work.conn.execute(Outbox.__table__.insert(), copy)
        work.conn.execute(Outbox.__table__.update().values(state="sent"))
    with small.work("nurse") as work:
        assert Suspensions(work).progress(number).told == 1
    assert status(small, booked) == "suspended"


def test_who_has_as_many_visits_as_anybody_may_have_is_given_a_place_all_the_same(hospital):
    ward = hospital.department()
    away, free = hospital.slot(1, department=ward), hospital.slot(1, day=3, department=ward)
    ((openid, patient),) = hospital.patients(1)
    hospital.book(openid, away, patient)
    hospital.policy = replace(hospital.policy, total_limit=0)
    carry_out(hospital, suspend(hospital, nurse(hospital), away))
    assert hospital.stock(free) == (1, 1)
