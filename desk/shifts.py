"""Shifts as the staff speak of them, and who of the staff may touch which."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, func, or_, select

from desk.openings import to_half_day
from desk.rows import WHERE
from desk.splitting import PART
from desk.work import Work
from models import Appointment, Department, Doctor, Patient, Shift, Site, Slot
from scheduling.masking import mask_name
from scheduling.rota import DayLine, Member, ShiftView
from scheduling.staff_errors import NotAllowed
from scheduling.types import AppointmentId

# Who has a place, seen already or not; and who of them has come.
_TAKEN = ("booked", "checked_in", "completed", "no_show")
_CAME = ("checked_in", "completed")
_BOOKED = (
    select(func.count())
    .select_from(Appointment)
    .where(Appointment.shift_id == Shift.id, Appointment.status.in_(_TAKEN))
    .scalar_subquery()
)
_ARRIVED = (
    select(func.count())
    .select_from(Appointment)
    .where(Appointment.shift_id == Shift.id, Appointment.status.in_(_CAME))
    .scalar_subquery()
)
_PLACES = (
    select(func.coalesce(func.sum(Slot.capacity), 0))
    .where(Slot.shift_id == Shift.id)
    .scalar_subquery()
)
_SHIFTS = (
    select(
        Shift.id,
        *WHERE,
        Shift.starts_at,
        Shift.ends_at,
        Shift.half_day,
        Shift.state,
        Shift.suspension_id,
        Shift.room,
        Shift.fee_fen,
        Shift.service_type,
        Shift.overridden,
        _BOOKED.label("booked"),
        _ARRIVED.label("arrived"),
        _PLACES.label("places"),
    )
    .join(Site, Site.id == Shift.site_id)
    .join(Department, Department.id == Shift.department_id)
    .outerjoin(Doctor, Doctor.id == Shift.doctor_id)
    .order_by(Shift.starts_at, Shift.id)
)
_OF_DAY = _SHIFTS.where(Shift.visit_on == bindparam("day"))
_AHEAD = _SHIFTS.where(Shift.ends_at > bindparam("now"))
_OF_SUSPENSION = _SHIFTS.where(Shift.suspension_id == bindparam("suspension"))
_SOME = _SHIFTS.where(Shift.id.in_(bindparam("shifts", expanding=True)))

_PATIENTS = (
    select(Appointment.id, Appointment.starts_at, Appointment.status, Patient.name_enc)
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
    return [_view(work, row) for row in work.conn.execute(own(query, member), {"now": work.now})]


def of_day(work: Work, member: Member, day: date) -> list[ShiftView]:
    """Return all shifts of a local day that are this member's business, soonest first."""
    return [_view(work, row) for row in work.conn.execute(own(_OF_DAY, member), {"day": day})]


def one(work: Work, member: Member, shift: int) -> ShiftView:
    """
    Return one shift.

    Raises:
        NotAllowed: there is none, or it is not this member's business.
    """
    row = work.conn.execute(own(_SOME, member), {"shifts": [shift]}).one_or_none()
    if row is None:
        raise NotAllowed
    return _view(work, row)


def own(query: Select[*tuple[Any, ...]], member: Member) -> Select[*tuple[Any, ...]]:
    """Return the query, of shifts with their doctors and sites, less what is not a member's."""
    if member.role == "doctor":
        query = query.where(Doctor.code == member.doctor)
    return query if member.site is None else query.where(Site.code == member.site)


def to_call(work: Work, member: Member, day: date) -> list[ShiftView]:
    """Return the shifts of a local day that this member may call into, soonest first."""
    rows = work.conn.execute(_callable(work, _OF_DAY, member), {"day": day})
    return [_view(work, row) for row in rows]


def one_to_call(work: Work, member: Member, shift: int) -> ShiftView:
    """
    Return one shift that this member may call into.

    Raises:
        NotAllowed: there is none, or it is not this member's business.
    """
    row = work.conn.execute(_callable(work, _SOME, member), {"shifts": [shift]}).one_or_none()
    if row is None:
        raise NotAllowed
    return _view(work, row)


def _callable(
    work: Work, query: Select[*tuple[Any, ...]], member: Member
) -> Select[*tuple[Any, ...]]:
    """A doctor also sees the patients of the own department who come for nobody by name."""
    if member.role != "doctor":
        return own(query, member)
    directory = work.directory
    known = directory.doctor_ids.get(member.doctor or "")
    home = None if known is None else directory.doctors[known].department
    nobodys = and_(Doctor.code.is_(None), Department.code == home)
    query = query.where(or_(Doctor.code == member.doctor, nobodys))
    return query if member.site is None else query.where(Site.code == member.site)


def of_suspension(work: Work, suspension: int) -> list[ShiftView]:
    """Return the shifts that an act suspended, soonest first."""
    return [
        _view(work, row) for row in work.conn.execute(_OF_SUSPENSION, {"suspension": suspension})
    ]


def some(work: Work, numbers: Sequence[int]) -> list[ShiftView]:
    """Return these shifts, soonest first; whoever asks may see them already."""
    return [_view(work, row) for row in work.conn.execute(_SOME, {"shifts": list(numbers)})]


def patients(work: Work, shift: int) -> list[DayLine]:
    """Return who is expected in a shift, by time; names masked."""
    rows = work.conn.execute(_PATIENTS, {"shift": shift})
    return [
        DayLine(
            AppointmentId(row.id),
            work.local(row.starts_at),
            mask_name(work.vault.open(row.name_enc)),
            row.status,
        )
        for row in rows
    ]


def check(work: Work, member: Member, shifts: Sequence[int]) -> None:
    """
    Refuse a member of staff who may not touch these shifts.

    Raises:
        NotAllowed.
    """
    wanted = set(shifts)
    found = work.conn.execute(own(_SOME, member), {"shifts": list(wanted)}).all()
    if len(found) != len(wanted):
        raise NotAllowed


def _view(work: Work, row: Row[*tuple[Any, ...]]) -> ShiftView:
    return ShiftView(
        id=row.id,
        site=row.site,
        site_name=row.site_name,
        department=row.department,
        department_name=row.department_name,
        doctor=row.doctor,
        doctor_name=row.doctor_name or "",
        starts_at=work.local(row.starts_at),
        ends_at=work.local(row.ends_at),
        half_day=to_half_day(row.half_day),
        state=row.state,
        suspension=row.suspension_id,
        booked=row.booked,
        arrived=row.arrived,
        places=int(row.places),
        room=row.room,
        fee_fen=row.fee_fen,
        service_type=row.service_type,
        is_part=PART in row.overridden.split(),
    )
