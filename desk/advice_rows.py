"""What planning reads: one query each for all departments of a site, however many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, or_, select

from desk.work import Work
from models import Appointment, Calling, Shift, Site, Slot, Ticket, TicketEvent

# Numbers that any room of the department can take; the others wait for their doctor.
GENERAL = ("general", "convenience")
_CAME, _STAYED_AWAY = ("checked_in", "completed"), ("booked", "no_show")
_EXPECTED = (*_CAME, *_STAYED_AWAY)

_OF_WARDS = Shift.department_id.in_(bindparam("wards", expanding=True))
_LINE = (Shift.department_id, Shift.doctor_id, Shift.service_type, Shift.half_day)
_PLACES = (
    select(func.coalesce(func.sum(Slot.capacity), 0))
    .where(Slot.shift_id == Shift.id)
    .scalar_subquery()
)
_SHIFTS = (
    select(*_LINE, Shift.visit_on, Shift.starts_at, Shift.ends_at, _PLACES.label("places"))
    .where(
        _OF_WARDS,
        Shift.visit_on == bindparam("day"),
        Shift.state == "published",
        Shift.mode == "clinic",
    )
    .order_by(Shift.department_id, Shift.starts_at, Shift.id)
)
_COUNT = func.count(Appointment.id).label("patients")
_APPOINTMENTS = (
    select(*_LINE, Appointment.starts_at, _COUNT)
    .join(Shift, Shift.id == Appointment.shift_id)
    .where(_OF_WARDS, Shift.state == "published", Shift.mode == "clinic")
    .group_by(*_LINE, Appointment.starts_at)
    .order_by(Appointment.starts_at)
)
_BOOKED = _APPOINTMENTS.where(
    Shift.visit_on == bindparam("day"), Appointment.status.in_(_EXPECTED)
)
_AT_WINDOW = _APPOINTMENTS.where(
    Appointment.channel == "window", Appointment.status.in_(_EXPECTED)
)
# Where a room has called, whoever is still as booked as before has not come.
_ATTENDED = (
    select(Shift.department_id, Appointment.status, _COUNT)
    .join(Shift, Shift.id == Appointment.shift_id)
    .join(Calling, Calling.shift_id == Shift.id)
    .where(
        _OF_WARDS,
        Shift.visit_on.between(bindparam("first"), bindparam("last")),
        Appointment.status.in_(_EXPECTED),
    )
    .group_by(Shift.department_id, Appointment.status)
)
_DONE = (
    select(func.count())
    .select_from(Ticket)
    .where(Ticket.shift_id == Shift.id, Ticket.state == "done")
    .scalar_subquery()
)
_PACES = (
    select(*_LINE, Calling.visits, Calling.minutes, Calling.squares, _DONE.label("patients"))
    .join(Shift, Shift.id == Calling.shift_id)
    .where(
        _OF_WARDS,
        Shift.visit_on.between(bindparam("first"), bindparam("last")),
        Calling.visits > 0,
    )
)
_LAST_SEEN = (
    select(func.max(Calling.visit_on))
    .join(Site, Site.id == Calling.site_id)
    .where(Site.code == bindparam("site"), Calling.visit_on <= bindparam("latest"))
)
_CALLED_AT = func.min(TicketEvent.at).label("called_at")
_FIRST_EVENT = TicketEvent.__table__.alias("first_event")
_CALLED = (
    select(
        *_LINE,
        Ticket.due_at,
        Ticket.told_low,
        Ticket.told_high,
        Ticket.told_mean,
        func.min(_FIRST_EVENT.c.at).label("came_at"),
        _CALLED_AT,
    )
    .join(Shift, Shift.id == Ticket.shift_id)
    .join(TicketEvent, and_(TicketEvent.ticket_id == Ticket.id, TicketEvent.to_state == "called"))
    .join(
        _FIRST_EVENT,
        and_(_FIRST_EVENT.c.ticket_id == Ticket.id, _FIRST_EVENT.c.from_state.is_(None)),
    )
    .where(_OF_WARDS, Shift.visit_on == bindparam("day"))
    .group_by(
        *_LINE, Ticket.id, Ticket.due_at, Ticket.told_low, Ticket.told_high, Ticket.told_mean
    )
)


@dataclass(frozen=True, slots=True)
class Pace:
    """
    What one patient takes of a room, all visits of the day together, as seen in `patients`.

    `minutes` in the mean, `scv` the squared coefficient of variation.
    """

    patients: int
    minutes: float
    scv: float


def shifts(work: Work, wards: Sequence[int], day: date) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the published shifts of these departments on a day, with their places."""
    return work.conn.execute(_SHIFTS, {"wards": list(wards), "day": day}).all()


def booked(work: Work, wards: Sequence[int], day: date) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return how many patients are booked for each time of a day."""
    return work.conn.execute(_BOOKED, {"wards": list(wards), "day": day}).all()


def walked_in(
    work: Work, wards: Sequence[int], days: Sequence[date]
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return who came without an appointment on these days, by time, all days together."""
    made_that_day = (
        and_(
            Shift.visit_on == day,
            Appointment.created_at >= datetime.combine(day, time(), work.zone),
        )
        for day in days
    )
    query = _AT_WINDOW.where(or_(*made_that_day))
    return work.conn.execute(query, {"wards": list(wards)}).all()


@dataclass(frozen=True, slots=True)
class Away:
    """The share of booked patients who stay away, as seen of so many; 0: as the policy says."""

    share: float
    seen: int


def no_shows(work: Work, wards: Sequence[int], today: date) -> Mapping[int, Away]:
    """Return the share of each department's booked patients who stay away."""
    counts: dict[int, Counter[str]] = {ward: Counter() for ward in wards}
    for row in work.conn.execute(_ATTENDED, {"wards": list(wards), **_before(work, today)}):
        counts[row.department_id][row.status] = row.patients
    return {
        ward: Away(sum(seen[status] for status in _STAYED_AWAY) / seen.total(), seen.total())
        if seen.total() >= work.policy.planning_least
        else Away(work.policy.usual_no_show, 0)
        for ward, seen in counts.items()
    }


def paces(work: Work, wards: Sequence[int], today: date) -> Mapping[tuple[int, int | None], Pace]:
    """Return what a patient takes, by department and doctor; doctor None: its general numbers."""
    sums: dict[tuple[int, int | None], list[float]] = {}
    for row in work.conn.execute(_PACES, {"wards": list(wards), **_before(work, today)}):
        doctor = None if row.service_type in GENERAL else row.doctor_id
        known = sums.setdefault((row.department_id, doctor), [0.0, 0.0, 0.0, 0.0])
        for at, value in enumerate((row.patients, row.visits, row.minutes, row.squares)):
            known[at] += value
    found = {key: _pace(*known) for key, known in sums.items()}
    least = work.policy.planning_least
    return {key: pace for key, pace in found.items() if pace.patients >= least}


def planned(work: Work, minutes: float) -> Pace:
    """Return what a patient takes as the roster has planned it, where nothing was measured."""
    return Pace(0, minutes, work.policy.usual_visit_cv**2)


def _pace(patients: float, visits: float, minutes: float, squares: float) -> Pace:
    """A patient who comes back with results has had two visits: their lengths add up."""
    mean = minutes / visits
    each = visits / max(patients, 1.0)
    spread = max(0.0, squares / visits - mean**2)
    return Pace(int(patients), mean * each, spread / mean**2 / each if mean else 0.0)


def last_seen(work: Work, site: str, latest: date) -> date | None:
    """Return the last day up to one on which anybody could be called at a site."""
    found: date | None = work.conn.scalar(_LAST_SEEN, {"site": site, "latest": latest})
    return found


def called(work: Work, wards: Sequence[int], day: date) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return of each ticket of a day when it was due, drawn, first called; what was said."""
    return work.conn.execute(_CALLED, {"wards": list(wards), "day": day}).all()


def _before(work: Work, today: date) -> dict[str, date]:
    """The weeks that tell: paces and no-shows come from all their days."""
    days = timedelta(days=7 * work.policy.planning_weeks)
    return {"first": today - days, "last": today - timedelta(days=1)}
