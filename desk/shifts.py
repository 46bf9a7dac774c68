"""Shifts as the staff speak of them, and who of the staff may touch which."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select

from desk.openings import to_half_day
from desk.work import Work
from models import Appointment, Department, Doctor, Patient, Shift, Site
from scheduling.errors import NotAllowed
from scheduling.masking import mask_name
from scheduling.types import DayLine, Member, ShiftView

_BOOKED = (
    select(func.count())
    .select_from(Appointment)
    .where(Appointment.shift_id == Shift.id, Appointment.status.in_(("booked", "checked_in")))
    .scalar_subquery()
)
_SHIFTS = (
    select(
        Shift.id,
        Site.code.label("site"),
        Site.name.label("site_name"),
        Department.name.label("department_name"),
        Department.code.label("department"),
        Doctor.code.label("doctor"),
        Doctor.name.label("doctor_name"),
        Shift.starts_at,
        Shift.ends_at,
        Shift.half_day,
        Shift.state,
        Shift.suspension_id,
        _BOOKED.label("booked"),
    )
    .join(Site, Site.id == Shift.site_id)
    .join(Department, Department.id == Shift.department_id)
    .outerjoin(Doctor, Doctor.id == Shift.doctor_id)
    .order_by(Shift.starts_at, Shift.id)
)
_AHEAD = _SHIFTS.where(Shift.ends_at > bindparam("now"))
_OF_SUSPENSION = _SHIFTS.where(Shift.suspension_id == bindparam("suspension"))
_SOME = _SHIFTS.where(Shift.id.in_(bindparam("shifts", expanding=True)))

_PATIENTS = (
    select(Appointment.starts_at, Appointment.status, Patient.name_enc)
    .join(Patient, Patient.id == Appointment.patient_id)
    .where(
        Appointment.shift_id == bindparam("shift"),
        Appointment.status.in_(("booked", "checked_in", "completed", "no_show")),
    )
    .order_by(Appointment.starts_at, Appointment.id)
)


def ahead(
    work: Work,
    member: Member,
    doctors: Sequence[str] = (),
    departments: Sequence[str] = (),
    when: Sequence[tuple[datetime, datetime]] = (),
) -> list[ShiftView]:
    """
    Return the shifts ahead that are meant and that this member may act on, soonest first.

    `when` are local intervals a shift must touch, empty for any; without doctors the shifts of
    the departments are meant, without either all of them.
    """
    query = _AHEAD
    if doctors:
        query = query.where(Doctor.code.in_(doctors))
    elif departments:
        query = query.where(Department.code.in_(departments))
    if when:
        touches = [(Shift.starts_at < end) & (Shift.ends_at > start) for start, end in when]
        query = query.where(or_(*touches))
    if member.role == "doctor":
        query = query.where(Doctor.code == member.doctor)
    if member.site is not None:
        query = query.where(Site.code == member.site)
    return [_view(work, row) for row in work.conn.execute(query, {"now": work.now})]


def of_suspension(work: Work, suspension: int) -> list[ShiftView]:
    """Return the shifts that an act suspended, soonest first."""
    return [
        _view(work, row) for row in work.conn.execute(_OF_SUSPENSION, {"suspension": suspension})
    ]


def patients(work: Work, shift: int) -> list[DayLine]:
    """Return who is expected in a shift, by time; names masked."""
    rows = work.conn.execute(_PATIENTS, {"shift": shift})
    return [
        DayLine(work.local(row.starts_at), mask_name(work.vault.open(row.name_enc)), row.status)
        for row in rows
    ]


def check(work: Work, member: Member, shifts: Sequence[int]) -> None:
    """
    Refuse a member of staff who may not touch these shifts.

    Raises:
        NotAllowed.
    """
    rows = work.conn.execute(_SOME, {"shifts": list(shifts)}).all()
    may = [
        (member.role != "doctor" or row.doctor == member.doctor)
        and member.site in (None, row.site)
        for row in rows
    ]
    if len(rows) != len(set(shifts)) or not all(may):
        raise NotAllowed


def _view(work: Work, row: Row[*tuple[Any, ...]]) -> ShiftView:
    return ShiftView(
        id=row.id,
        site=row.site,
        site_name=row.site_name,
        department_name=row.department_name,
        doctor=row.doctor,
        doctor_name=row.doctor_name or "",
        starts_at=work.local(row.starts_at),
        ends_at=work.local(row.ends_at),
        half_day=to_half_day(row.half_day),
        state=row.state,
        suspension=row.suspension_id,
        booked=row.booked,
    )
