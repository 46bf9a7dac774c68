"""What a patient is engaged in already, so that only times that go together are offered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, or_, select

from desk import appointments
from desk.rows import among
from desk.work import Work
from models import Appointment, Department
from models.appointments import ACTIVE
from scheduling import limits
from scheduling.errors import Refusal
from scheduling.offers import ShiftTimes, SlotTime
from scheduling.types import AppointmentId, Opening, PatientId, SlotId


def engagements(
    work: Work, patient: PatientId, leaving: AppointmentId | None = None
) -> list[limits.Visit]:
    """
    Return the patient's visits from today on, but for the one that is being given up.

    Holds do not count, but for offers of the waitlist: a new hold of the account gives the old one
    back. Nor does what the actor may not know of: a list without those times would tell.
    """
    return of_all(work, {patient: leaving})[patient]


def of_all(
    work: Work, leaving: Mapping[PatientId, AppointmentId | None]
) -> Mapping[PatientId, list[limits.Visit]]:
    """Return the same of several patients, each with what that one is giving up, by one query."""
    rows = work.conn.execute(
        select(
            Appointment.id,
            Appointment.patient_id,
            Appointment.code,
            Department.code.label("department"),
            Appointment.visit_on,
            Appointment.half_day,
            Appointment.starts_at,
            Appointment.ends_at,
        )
        .join(Department, Department.id == Appointment.department_id)
        .where(
            Appointment.patient_id.in_(leaving),
            Appointment.visit_on >= work.local(work.now).date(),
            among(Appointment.status, ACTIVE),
            or_(Appointment.status != "held", Appointment.waitlist_id.is_not(None)),
            *((appointments.VISIBLE,) if appointments.is_chat(work) else ()),
        ),
        {"me": appointments.me(work)},
    )
    found: dict[PatientId, list[limits.Visit]] = {patient: [] for patient in leaving}
    for row in rows:
        if row.id != leaving[row.patient_id]:
            found[row.patient_id].append(visit_of(work, row))
    return found


def visit_of(work: Work, row: Row[*tuple[Any, ...]]) -> limits.Visit:
    """Return an appointment as the rules see it; `row.department` is its id, or its code."""
    return limits.Visit(
        code=row.code,
        department=row.department,
        visit_on=row.visit_on,
        half_day=row.half_day,
        starts_at=work.local(row.starts_at),
        ends_at=work.local(row.ends_at),
    )


def colliding(
    work: Work, shifts: Iterable[ShiftTimes], engaged: Sequence[limits.Visit]
) -> set[SlotId]:
    """Return the slots that do not go together with what the patient is engaged in."""
    if not engaged:
        return set()
    return {t.slot for s in shifts for t in s.times if _collides(work, s.one, t, engaged)}


def _collides(work: Work, one: Opening, time: SlotTime, engaged: Sequence[limits.Visit]) -> bool:
    try:
        limits.check_day(work.policy, wished(one, time), engaged)
    except Refusal:
        return True
    return False


def wished(one: Opening, time: Opening | SlotTime) -> limits.Visit:
    """Return the visit that an opening would be, at its own time or at another of its shift."""
    return limits.Visit(
        code="",
        department=one.department,
        visit_on=one.starts_at.date(),
        half_day=one.half_day,
        starts_at=time.starts_at,
        ends_at=time.ends_at,
    )
