"""
The line of a shift as one row: whoever moves a line locks it first, so its acts come one by one.

Order of locks: patients, slots, then these by id, then appointments and tickets. With it goes how
long visits take, summed up per shift, doctor and department.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from desk import jobs
from desk.rows import insert_row
from desk.work import Work
from models import Calling, Pace, Shift
from scheduling.disciplines import LANES, MOST_SHARE, Discipline

CLOSE = "close_room"
# A visit longer than this was not ended by anybody; it tells nothing of how long visits take.
_LONGEST = timedelta(minutes=60)
_MINUTE = timedelta(minutes=1)
_LANES = {lane[0]: lane for lane in LANES}

_TOUCH = (
    update(Calling)
    .where(Calling.shift_id == bindparam("shift"))
    .values(version=Calling.version + 1)
)
_SHIFT = select(Shift.site_id, Shift.visit_on, Shift.ends_at).where(Shift.id == bindparam("shift"))
_BEGIN = insert(Calling)
_ROOMS = select(
    *Calling.__table__.c,
    Shift.state.label("shift_state"),
    Shift.department_id,
    Shift.doctor_id,
    Shift.room,
    Shift.service_type,
    Shift.starts_at,
    Shift.ends_at,
).join(Shift, Shift.id == Calling.shift_id)
_SOME = _ROOMS.where(Calling.shift_id.in_(bindparam("shifts", expanding=True)))
_TODAY = select(Shift.id).where(
    Shift.id.in_(bindparam("shifts", expanding=True)), Shift.visit_on == bindparam("today")
)
_CHANGE = update(Calling).where(Calling.shift_id == bindparam("shift"))
_ADD = _CHANGE.values(
    visits=Calling.visits + bindparam("count"),
    minutes=Calling.minutes + bindparam("more"),
    squares=Calling.squares + bindparam("square"),
)
_ADD_PACE = (
    update(Pace)
    .where(Pace.subject == bindparam("about"))
    .values(
        visits=Pace.visits + bindparam("count"),
        minutes=Pace.minutes + bindparam("more"),
        squares=Pace.squares + bindparam("square"),
    )
)
_FIRST_PACE = insert(Pace)


def lock(work: Work, shifts: Collection[int]) -> Mapping[int, Row[*tuple[Any, ...]]]:
    """Lock the lines of these shifts, lowest id first, and return them as they are now."""
    wanted = sorted(set(shifts))
    for shift in wanted:
        if work.conn.execute(_TOUCH, {"shift": shift}).rowcount == 0:
            _begin(work, shift)
    return read(work, wanted)


def of_today(work: Work, shifts: Collection[int]) -> list[int]:
    """Return which of these shifts take place today; the others have no line yet."""
    values = {"shifts": list(shifts), "today": work.local(work.now).date()}
    return list(work.conn.scalars(_TODAY, values))


def read(work: Work, shifts: Collection[int]) -> Mapping[int, Row[*tuple[Any, ...]]]:
    """Return those lines of these shifts that have begun; no locks taken."""
    rows = work.conn.execute(_SOME, {"shifts": list(shifts)})
    return {row.shift_id: row for row in rows}


def discipline(work: Work, room: Row[*tuple[Any, ...]]) -> Discipline:
    """Return how patients are called into this room."""
    ward = work.directory.wards[room.department_id]
    return work.policy.discipline(ward.site, ward.code)


def lanes(room: Row[*tuple[Any, ...]]) -> list[str]:
    """Return the lanes of the last calls, the newest last."""
    return [_LANES[letter] for letter in room.lanes]


def with_lane(room: Row[*tuple[Any, ...]], lane: str) -> str:
    """Return the lanes of the last calls after one more."""
    return str(room.lanes + lane[0])[-MOST_SHARE:]


def change(work: Work, shift: int, **values: object) -> None:
    """Change the row of a line that is locked."""
    work.conn.execute(_CHANGE, {**values, "shift": shift})


def visited(work: Work, room: Row[*tuple[Any, ...]], time: timedelta) -> None:
    """Count a visit that has ended in this room after so long; the line is locked."""
    _count(work, room, time, 1)


def unvisited(work: Work, room: Row[*tuple[Any, ...]], time: timedelta) -> None:
    """Take a visit that was counted out again: it goes on; the line is locked."""
    _count(work, room, time, -1)


def subject(department: int, doctor: int | None) -> str:
    """Return what a pace is of: a doctor in a department, or all who work there."""
    return f"{department}:{doctor or ''}"


# -- inside


def _count(work: Work, room: Row[*tuple[Any, ...]], time: timedelta, count: int) -> None:
    if time > _LONGEST:
        return
    minutes = time / _MINUTE
    sums = {"count": count, "more": count * minutes, "square": count * minutes**2}
    work.conn.execute(_ADD, {"shift": room.shift_id, **sums})
    doctors = (room.doctor_id, None) if room.doctor_id is not None else (None,)
    for doctor in doctors:
        about = subject(room.department_id, doctor)
        if work.conn.execute(_ADD_PACE, {"about": about, **sums}).rowcount == 0:
            _first_pace(work, about, room.department_id, doctor, sums)


def _begin(work: Work, shift: int) -> None:
    """Write the row of a line; somebody else may be doing the same."""
    about = work.conn.execute(_SHIFT, {"shift": shift}).one()
    row = {"shift_id": shift, "site_id": about.site_id, "visit_on": about.visit_on}
    try:
        with work.conn.begin_nested():
            insert_row(work.conn, _BEGIN, row)
    except IntegrityError:
        work.conn.execute(_TOUCH, {"shift": shift})
        return
    at = about.ends_at + work.policy.room_closes_after
    jobs.put(work, CLOSE, f"{CLOSE}:{shift}", {"shift": shift}, at)


def _first_pace(
    work: Work, about: str, department: int, doctor: int | None, sums: Mapping[str, float]
) -> None:
    row = {
        "subject": about,
        "department_id": department,
        "doctor_id": doctor,
        "visits": sums["count"],
        "minutes": sums["more"],
        "squares": sums["square"],
    }
    try:
        with work.conn.begin_nested():
            insert_row(work.conn, _FIRST_PACE, row)
    except IntegrityError:
        work.conn.execute(_ADD_PACE, {"about": about, **sums})
