"""
How much work is left in which room, and who might be called sooner in another one.

Patients who come for nobody by name (普通号) go to the room with the least; moving anybody who
waits already is only proposed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select

from desk import estimates, rooms, ticket_rows
from desk.work import Work
from models import Appointment, Calling, Department, Doctor, Shift, Site, Slot, Ticket
from scheduling.disciplines import FIRST
from scheduling.visit import Load, Proposal
from scheduling.waits import Pace

GENERAL = "general"
_MINUTE = timedelta(minutes=1)
_WAITING = (
    select(func.count())
    .select_from(Ticket)
    .where(Ticket.shift_id == Shift.id, Ticket.state.in_(("waiting", "called")))
    .scalar_subquery()
)
_COMING = (
    select(func.count())
    .select_from(Appointment)
    .where(
        Appointment.shift_id == Shift.id,
        Appointment.status == "booked",
        Appointment.starts_at >= bindparam("since"),
        Appointment.id != bindparam("arriving"),
    )
    .scalar_subquery()
)
_PLACES = (
    select(func.coalesce(func.sum(Slot.capacity), 0))
    .where(Slot.shift_id == Shift.id)
    .scalar_subquery()
)
_OPEN = (
    select(
        Shift.id.label("shift_id"),
        Shift.room,
        Shift.service_type,
        Shift.starts_at,
        Shift.ends_at,
        Shift.department_id,
        Shift.doctor_id,
        Doctor.name.label("doctor_name"),
        Calling.state,
        Calling.opened_at,
        Calling.delayed_until,
        func.coalesce(Calling.visits, 0).label("visits"),
        func.coalesce(Calling.minutes, 0.0).label("minutes"),
        func.coalesce(Calling.squares, 0.0).label("squares"),
        _WAITING.label("waiting"),
        _COMING.label("coming"),
        _PLACES.label("places"),
    )
    .outerjoin(Doctor, Doctor.id == Shift.doctor_id)
    .outerjoin(Calling, Calling.shift_id == Shift.id)
    .where(
        Shift.department_id.in_(bindparam("departments", expanding=True)),
        Shift.visit_on == bindparam("today"),
        Shift.state == "published",
        Shift.mode == "clinic",
        Shift.ends_at > bindparam("now"),
        or_(Calling.id.is_(None), Calling.state != "closed"),
    )
    .order_by(Shift.starts_at, Shift.id)
)
_DEPARTMENTS = (
    select(Department.id)
    .join(Site, Site.id == Department.site_id)
    .where(Site.code.in_(bindparam("sites", expanding=True)), Department.bookable)
)

_Row = Row[*tuple[Any, ...]]


def of_site(work: Work, site: str) -> list[Load]:
    """Return the rooms of a site that still take patients today, soonest first."""
    departments = list(work.conn.scalars(_DEPARTMENTS, {"sites": [site]}))
    return [load for load, _ in _loads(work, departments)]


def beside(work: Work, shift: _Row, arriving: int = 0) -> list[Load]:
    """
    Return the rooms that could take the patients of a shift: its own if open, and those like it.

    They are of its department and kind, and take place at a time when it does. The patient of the
    appointment that is `arriving` is not still to come.
    """
    return [
        load
        for load, row in _loads(work, [shift.department_id], arriving)
        if load.service_type == shift.service_type
        and row.starts_at < shift.ends_at
        and row.ends_at > shift.starts_at
    ]


def weight(load: Load) -> tuple[float, int, int]:
    """Rooms are compared by their work, then by people."""
    return load.minutes, load.waiting + load.coming, load.shift


def with_one_more(load: Load) -> Load:
    """Return a room after one more has joined its line."""
    return replace(load, waiting=load.waiting + 1)


def rebalance(work: Work, sites: Collection[str]) -> list[Proposal]:
    """
    Return who might be called sooner in another room: the last in line where a room is behind.

    Only who came for nobody by name, has no rank and has missed nothing; one for each department
    in which two rooms differ by more than the policy allows. Nothing is moved.
    """
    groups: dict[int, list[Load]] = defaultdict(list)
    departments = list(work.conn.scalars(_DEPARTMENTS, {"sites": list(sites)}))
    for load, row in _loads(work, departments):
        if row.doctor_id is None and load.service_type == GENERAL and row.starts_at <= work.now:
            groups[row.department_id].append(load)
    pairs = [(max(group, key=weight), min(group, key=weight)) for group in groups.values()]
    apart = {
        heavy.shift: (heavy, light) for heavy, light in pairs if _is_behind(work, heavy, light)
    }
    found = []
    for shift, last in _last(work, apart).items():
        heavy, light = apart[shift]
        found.append(Proposal(ticket_rows.view(work, last), heavy, light, _saves(heavy, light)))
    return found


# -- inside


def _saves(heavy: Load, light: Load) -> float:
    return heavy.minutes - light.minutes - heavy.each


def _is_behind(work: Work, heavy: Load, light: Load) -> bool:
    return _saves(heavy, light) * _MINUTE >= work.policy.rebalance_after


def _last(work: Work, shifts: Collection[int]) -> dict[int, _Row]:
    """The last in line of each of these rooms who could as well wait elsewhere."""
    if not shifts:
        return {}
    begun = rooms.read(work, shifts)
    lines: dict[int, list[_Row]] = defaultdict(list)
    for row in ticket_rows.of_shifts(work, shifts, ["waiting"]):
        lines[row.shift_id].append(row)
    found = {}
    for shift, rows in lines.items():
        order = reversed(ticket_rows.in_order(work, begun[shift], rows))
        last = next((row for row in order if row.lane == FIRST and not row.rank), None)
        if last is not None:
            found[shift] = last
    return found


def _loads(work: Work, departments: Collection[int], arriving: int = 0) -> list[tuple[Load, _Row]]:
    values = {
        "departments": list(departments),
        "today": work.local(work.now).date(),
        "now": work.now,
        "since": work.now - work.policy.late_after,
        "arriving": arriving,
    }
    found = work.conn.execute(_OPEN, values).all()
    paces = estimates.paces(work, found)
    return [(_load(work, row, paces.get(row.shift_id)), row) for row in found]


def _load(work: Work, row: _Row, pace: Pace | None) -> Load:
    # Where nobody knows how long visits take, they take as long as was planned.
    planned = (row.ends_at - row.starts_at) / _MINUTE / max(1, int(row.places))
    return Load(
        shift=row.shift_id,
        department=work.directory.wards[row.department_id].code,
        room=row.room,
        doctor_name=row.doctor_name,
        service_type=row.service_type,
        waiting=row.waiting,
        coming=row.coming,
        each=planned if pace is None else pace.mean_minutes,
        comes=1 - work.policy.usual_no_show,
        opens_in=estimates.opens_in(work, row) or 0.0,
    )
