"""
The next visit (约下次): with the same doctor, made by the doctor for the patient inside.

It is a booking of the window's: the doctor sees the patient, so no window of time and no mark
stands against it; the patient's own limits hold. Who booked the visit of today hears of the new
one and has it among the appointments.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func

from desk import appointments, audit, line, notices, shifts, stock
from desk.admission import admit, lock_patient
from desk.openings import OPENINGS, openings
from desk.placing import Placing, place
from desk.work import Actor, Work
from models import Department, Doctor, Shift, Slot
from scheduling.rota import Member
from scheduling.types import AppointmentId, AppointmentView, Opening, SlotId

# A visit so many days beside the day that was said is still what was meant.
_BEFORE, _AFTER = timedelta(days=3), timedelta(days=7)
_FREE = OPENINGS.where(
    Slot.visit_on.between(bindparam("first"), bindparam("last")),
    Slot.is_open,
    Slot.booked < Slot.capacity,
    Shift.state == "published",
    Department.code == bindparam("ward"),
    func.coalesce(Doctor.code, "") == bindparam("of"),
).order_by(Slot.starts_at, Slot.id)


def nearest(work: Work, member: Member, shift: int, at: datetime) -> Opening | None:
    """
    Return the free place of the shift's doctor nearest to a day, a later one before an earlier.

    Of that day it is the one nearest to the hour; midnight means any, the first.

    Raises:
        NotAllowed: not this member's shift.
    """
    about = shifts.one_to_call(work, member, shift)
    tomorrow = work.local(work.now).date() + timedelta(days=1)
    on = at.date()
    near = {"first": max(tomorrow, on - _BEFORE), "last": on + _AFTER}
    found = openings(work, _FREE, ward=about.department, of=about.doctor or "", **near)
    return min(found, key=lambda one: _distance(one, at), default=None)


def _distance(one: Opening, at: datetime) -> tuple[int, bool, timedelta]:
    days = (one.starts_at.date() - at.date()).days
    hour = at + timedelta(days=days)
    return abs(days), days < 0, abs(one.starts_at - hour)


def book(
    work: Work, member: Member, shift: int, slot: SlotId, after: AppointmentId
) -> AppointmentView:
    """
    Book a place for the patient of today's visit `after`, in the name of who booked that one.

    Raises:
        NotAllowed. SlotTaken, ShiftSuspended, AgeOrSexUnfit, SameHalfDay, Overlapping, DailyLimit,
        TotalLimit: a rule says no.
    """
    shifts.one_to_call(work, member, shift)
    hospital = replace(work, actor=Actor("window", name=f"staff:{member.id}"))
    today = appointments.find(hospital, after)
    wanted = stock.wanted(hospital, slot)
    person = lock_patient(hospital, today.patient_id)
    with work.conn.begin_nested():
        admit(hospital, wanted, person)
        stock.take(hospital, wanted)
        new = Placing(today.patient_id, today.wechat_user_id, "booked")
        placed = place(hospital, wanted, new)
        line.fulfilled(hospital, today.patient_id, wanted)
    view = appointments.view(hospital, placed)
    notices.booked(hospital, view)
    audit.record(work, "next_visit", f"appointment:{placed}", {"after": after})
    return view
