"""
How long who waits has still to wait, from what the desk has seen: today, before, and of whom.

Four more queries for any number of tickets: how long visits take, who is with the doctor or out
for results, how many were sent for results, who is booked and not here yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select

from desk import rooms, ticket_rows
from desk.work import Work
from models import Appointment, Pace, Ticket
from scheduling import waits
from scheduling.disciplines import RETURN
from scheduling.overtaking import (
    Coming,
    Inside,
    Snapshot,
    expected_back,
    expected_booked,
    sent_share,
    wait,
)
from scheduling.waits import WaitRange

# A doctor who is later than this and has not said so: nobody knows.
_SILENT = timedelta(minutes=15)
# Whose slot is later by more than this gets before nobody.
_FORESEEN = timedelta(hours=1)
# To go out pays only with so many minutes to spare; who does is back so many before the earliest.
_WORTH_LEAVING, _MARGIN = 15, 5
_MINUTE = timedelta(minutes=1)

_PACES = select(Pace.subject, Pace.visits, Pace.minutes, Pace.squares).where(
    Pace.subject.in_(bindparam("subjects", expanding=True))
)
_BUSY = select(
    Ticket.id, Ticket.shift_id, Ticket.state, Ticket.lane, Ticket.due_at, Ticket.called_at
).where(
    Ticket.shift_id.in_(bindparam("shifts", expanding=True)),
    Ticket.state.in_(("called", "results")),
)
_SENT = (
    select(Ticket.shift_id, func.count().label("sent"))
    .where(
        Ticket.shift_id.in_(bindparam("shifts", expanding=True)),
        or_(Ticket.lane == RETURN, Ticket.state == "results"),
    )
    .group_by(Ticket.shift_id)
)
_ABSENT = select(Appointment.id, Appointment.shift_id, Appointment.starts_at).where(
    Appointment.shift_id.in_(bindparam("shifts", expanding=True)),
    Appointment.status == "booked",
    Appointment.starts_at <= bindparam("until"),
)

_Row = Row[*tuple[Any, ...]]
_Sums = tuple[int, float, float]
_NONE: _Sums = (0, 0.0, 0.0)


def of_tickets(
    work: Work, tickets: Sequence[_Row], known: Mapping[int, _Row], lines: Mapping[int, list[_Row]]
) -> dict[int, WaitRange]:
    """
    Return how long these tickets have to wait, as far as anything honest can be said.

    `known` are the rooms in which they wait or which they have left, `lines` who waits there.
    """
    asked = [row for row in tickets if row.state in ("waiting", "left")]
    known_paces = paces(work, [known[row.shift_id] for row in asked])
    told = {row.shift_id for row in asked if row.shift_id in known_paces}
    here = _snapshots(work, told, known, lines)
    return {
        row.id: wait(ticket_rows.as_waiting(row), here[row.shift_id], known_paces[row.shift_id])
        for row in asked
        if row.shift_id in here
    }


def back_at(work: Work, told: WaitRange | None) -> datetime | None:
    """Return when (local) somebody who goes out should be back; None: let her stay."""
    if told is None or told.shown[0] < _WORTH_LEAVING:
        return None
    return work.local(work.now) + (told.shown[0] - _MARGIN) * _MINUTE


def paces(work: Work, some: Iterable[_Row]) -> dict[int, waits.Pace]:
    """Return how long a visit takes, by shift; one of which too little is known is left out."""
    about = {room.shift_id: room for room in some}
    subjects = {
        rooms.subject(room.department_id, doctor)
        for room in about.values()
        for doctor in (room.doctor_id, None)
    }
    found = {
        row.subject: (row.visits, row.minutes, row.squares)
        for row in (work.conn.execute(_PACES, {"subjects": list(subjects)}) if subjects else ())
    }
    learnt = {}
    for shift, room in about.items():
        today = room.visits, room.minutes, room.squares
        whole = found.get(rooms.subject(room.department_id, None), _NONE)
        own = today
        if room.doctor_id is not None:
            own = found.get(rooms.subject(room.department_id, room.doctor_id), _NONE)
        # Each was summed up in the next: without that, what is seen thrice would weigh thrice.
        sums = today, _without(own, today), _without(whole, own)
        pace = waits.shrunk(*(waits.Pace.of_sums(*one) for one in sums))
        if pace is not None:
            learnt[shift] = pace
    return learnt


def opens_in(work: Work, room: _Row) -> float | None:
    """Return the minutes until the doctor of a room is to begin, or is to be back; None: there."""
    return None if _is_there(room) else max(0.0, (_due(room) - work.now) / _MINUTE)


# -- inside


def _without(whole: _Sums, part: _Sums) -> _Sums:
    visits, minutes, squares = (max(0, a - b) for a, b in zip(whole, part, strict=True))
    return int(visits), minutes, squares


def _snapshots(
    work: Work,
    shifts: Collection[int],
    known: Mapping[int, _Row],
    lines: Mapping[int, list[_Row]],
) -> dict[int, Snapshot]:
    """The lines as they are now; one whose doctor is missing is left out."""
    told = [shift for shift in shifts if _is_expected(work, known[shift])]
    if not told:
        return {}
    inside: dict[int, Inside] = {}
    coming: dict[int, list[Coming]] = defaultdict(list)
    for row in work.conn.execute(_BUSY, {"shifts": told}):
        if row.state == "called":
            inside[row.shift_id] = Inside(row.lane, (work.now - row.called_at) / _MINUTE)
        else:
            sent_at = row.called_at or work.now
            coming[row.shift_id].append(expected_back(row.id, row.due_at, sent_at, work.now))
    sent = {row.shift_id: row.sent for row in work.conn.execute(_SENT, {"shifts": told})}
    for booked in work.conn.execute(_ABSENT, {"shifts": told, "until": work.now + _FORESEEN}):
        # Appointments that have no ticket yet must not be taken for tickets of that number.
        coming[booked.shift_id] += expected_booked(
            -booked.id,
            booked.starts_at,
            work.now,
            work.policy.usual_no_show,
            work.policy.late_after,
        )
    return {
        shift: Snapshot(
            now=work.now,
            waiting=[ticket_rows.as_waiting(row) for row in lines[shift]],
            coming=coming[shift],
            called_lanes=rooms.lanes(known[shift]),
            discipline=rooms.discipline(work, known[shift]),
            inside=inside.get(shift),
            opens_in=opens_in(work, known[shift]),
            sent_share=sent_share(known[shift].visits, sent.get(shift, 0)),
        )
        for shift in told
    }


def _is_there(room: _Row) -> bool:
    return room.state == "open" and room.opened_at is not None


def _due(room: _Row) -> datetime:
    """When a doctor who is not there was to begin, or to be back."""
    due: datetime = room.delayed_until if room.state == "paused" else room.starts_at
    return due


def _is_expected(work: Work, room: _Row) -> bool:
    if room.state == "closed" or room.shift_state != "published":
        return False
    return _is_there(room) or work.now <= _due(room) + _SILENT
