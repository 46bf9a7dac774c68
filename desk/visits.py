"""The visit inside a room: who may call there, who is inside, and how that visit ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, bindparam, update

from desk import rooms, shifts, ticket_rows
from desk.events import record
from desk.work import Actor, Work
from models import Appointment
from scheduling.errors import NobodyInside, RoomClosed, ShiftSuspended, WrongDay
from scheduling.queueing import RETURN
from scheduling.rota import Member, ShiftView

_END = (
    update(Appointment)
    .where(Appointment.id == bindparam("appointment"), Appointment.status == "checked_in")
    .values(version=Appointment.version + 1)
)

_Row = Row[*tuple[Any, ...]]


def staff(work: Work, member: Member, shift: int) -> tuple[Work, ShiftView]:
    """
    Return the work in the name of a member who may call into a shift of today, and the shift.

    Raises:
        NotAllowed, ShiftSuspended, WrongDay.
    """
    about = shifts.one_to_call(work, member, shift)
    if about.state != "published":
        raise ShiftSuspended
    if about.starts_at.date() != work.local(work.now).date():
        raise WrongDay(starts_at=about.starts_at, site_name=about.site_name)
    return replace(work, actor=Actor("window", name=f"staff:{member.id}")), about


def enter(work: Work, member: Member, shift: int) -> tuple[Work, ShiftView, _Row]:
    """
    Return as `staff` does, with the line locked.

    Raises:
        NotAllowed, ShiftSuspended, WrongDay, RoomClosed.
    """
    work, about = staff(work, member, shift)
    room = rooms.lock(work, [shift])[shift]
    if room.shift_state != "published":
        raise ShiftSuspended
    if room.state == "closed":
        raise RoomClosed(room=about.room)
    return work, about, room


def inside(work: Work, shift: int) -> _Row | None:
    """Return the ticket that was called last and whose visit has not ended."""
    return next(iter(ticket_rows.of_shifts(work, [shift], ["called"])), None)


def is_still_inside(work: Work, member: Member, shift: int, seen: int) -> bool:
    """
    Lock the line and tell whether the one inside is the ticket that was `seen` there (0: nobody).

    Who acts on what a page shows asks this first: a key pressed twice must not call two people.

    Raises:
        NotAllowed, ShiftSuspended, WrongDay, RoomClosed.
    """
    enter(work, member, shift)
    row = inside(work, shift)
    return seen == (0 if row is None else row.id)


def called(work: Work, shift: int) -> _Row:
    """
    Return who is inside.

    Raises:
        NobodyInside.
    """
    if (row := inside(work, shift)) is None:
        raise NobodyInside
    return row


def end(work: Work, room: _Row, row: _Row, *, is_timed: bool = True) -> None:
    """The visit of the one inside is over; it `is_timed` where it is known when it ended."""
    ticket_rows.change(work, row, "done")
    end_appointment(work, row, "completed")
    if is_timed:
        count(work, room, row)


def count(work: Work, room: _Row, row: _Row) -> None:
    """Count how long the one inside has been there; visits with results are not what is told."""
    if row.lane != RETURN:
        rooms.visited(work, room, work.now - row.called_at)


def end_appointment(work: Work, row: _Row, status: str) -> None:
    """The appointment goes the way of its ticket."""
    values = {"status": status, "ended_at": work.now, "appointment": row.appointment_id}
    if work.conn.execute(_END, values).rowcount:
        record(work, row.appointment_id, "checked_in", status)
