"""The visit inside a room: who may call there, who is inside, and how that visit ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from desk import rooms, shifts, ticket_rows
from desk.events import record
from desk.work import Actor, Work
from models import Appointment, Ticket
from scheduling.disciplines import RETURN
from scheduling.errors import ShiftSuspended, WrongDay
from scheduling.rota import Member, ShiftView
from scheduling.staff_errors import NobodyInside, NoVisitToResume, RoomClosed

_END = (
    update(Appointment)
    .where(Appointment.id == bindparam("appointment"), Appointment.status == "checked_in")
    .values(version=Appointment.version + 1)
)
_GO_ON = (
    update(Appointment)
    .where(
        Appointment.id == bindparam("appointment"),
        Appointment.status.in_(("completed", "no_show")),
    )
    .values(version=Appointment.version + 1)
)

# Who is booked in a `shift` and may still come: the visit begins `since` then or later.
TO_COME = (
    select(Appointment.id, Appointment.version)
    .where(
        Appointment.shift_id == bindparam("shift"),
        Appointment.status == "booked",
        Appointment.starts_at >= bindparam("since"),
    )
    .order_by(Appointment.id)
)

# What an event says of a visit whose end nobody saw: its length tells nothing.
_UNSEEN = "nobody saw it end"
_JUST_OVER = (
    select(Ticket.id)
    .where(
        Ticket.shift_id == bindparam("shift"),
        Ticket.state.in_(("done", "no_show")),
        Ticket.ended_at >= bindparam("since"),
    )
    .order_by(Ticket.ended_at.desc(), Ticket.id.desc())
    .limit(1)
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


def to_come(work: Work, shift: int) -> list[_Row]:
    """Return who is booked in a room and may still come: (id, version)."""
    wanted = {"shift": shift, "since": work.now - work.policy.late_after}
    return list(work.conn.execute(TO_COME, wanted))


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
    ticket_rows.change(work, row, "done", "" if is_timed else _UNSEEN)
    end_appointment(work, row, "completed")
    if is_timed:
        count(work, room, row)


def just_over(work: Work, shift: int) -> _Row | None:
    """Return the ticket whose visit ended last, if so lately that it may still go on."""
    since = work.now - work.policy.finish_undo
    ticket = work.conn.scalar(_JUST_OVER, {"shift": shift, "since": since})
    return None if ticket is None else ticket_rows.one(work, ticket)


def go_on(work: Work, room: _Row, row: _Row, state: str, **values: object) -> None:
    """
    Let a visit that has ended by mistake go on, as `called` or `waiting`; the line is locked.

    Raises:
        NoVisitToResume: the patient has another appointment of that half-day by now.
    """
    was_timed = row.state == "done" and ticket_rows.last_reason(work, row.id) != _UNSEEN
    try:
        with work.conn.begin_nested():
            back = {"status": "checked_in", "ended_at": None, "appointment": row.appointment_id}
            if work.conn.execute(_GO_ON, back).rowcount == 0:
                raise NoVisitToResume
    except IntegrityError as error:
        raise NoVisitToResume from error
    ticket_rows.change(work, row, state, "ended by mistake", ended_at=None, **values)
    record(work, row.appointment_id, row.appointment_status, "checked_in", "ended by mistake")
    if was_timed and row.lane != RETURN:
        rooms.unvisited(work, room, row.ended_at - row.called_at)


def count(work: Work, room: _Row, row: _Row) -> None:
    """Count how long the one inside has been there; visits with results are not what is told."""
    if row.lane != RETURN:
        rooms.visited(work, room, work.now - row.called_at)


def end_appointment(work: Work, row: _Row, status: str) -> None:
    """The appointment goes the way of its ticket."""
    values = {"status": status, "ended_at": work.now, "appointment": row.appointment_id}
    if work.conn.execute(_END, values).rowcount:
        record(work, row.appointment_id, "checked_in", status)
