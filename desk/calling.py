"""
Calling (叫号): what a doctor, or the desk, does with the line of a shift.

Each act locks the line first, is one event per ticket, and writes what its holders are told in
the same transaction. Nobody marks that a patient has gone in: calling the next ends the visit of
the one called before, unless the doctor has said what became of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from desk import audit, rehousing, rooms, ticket_notices, ticket_rows, visits
from desk.work import Work
from models import Appointment, Ticket
from scheduling.disciplines import EMERGENCY, RETURN
from scheduling.errors import NotInLine
from scheduling.queueing import OVER
from scheduling.rota import Member, ShiftView
from scheduling.staff_errors import (
    NobodyInside,
    NoSuchRank,
    NotAllowed,
    NoVisitToResume,
    RoomClosed,
)
from scheduling.visit import TicketId, TicketView, near

_JUST_NOW = timedelta(minutes=2)

_LET_PASS = (
    update(Ticket)
    .where(
        Ticket.shift_id == bindparam("shift"),
        Ticket.state == "waiting",
        Ticket.calls_to_pass > 0,
    )
    .values(calls_to_pass=Ticket.calls_to_pass - 1)
)
_SET = update(Ticket).where(Ticket.id == bindparam("ticket"))
_BOOKED = (
    select(Appointment.id, Appointment.version)
    .where(Appointment.shift_id == bindparam("shift"), Appointment.status == "booked")
    .order_by(Appointment.id)
)
_Row = Row[*tuple[Any, ...]]


def call_next(work: Work, member: Member, shift: int) -> TicketView | None:
    """
    Call who is next, which ends the visit of the one before; None: nobody waits.

    Raises:
        NotAllowed, ShiftSuspended, WrongDay; RoomClosed.
    """
    work, _, room = visits.enter(work, member, shift)
    order = ticket_rows.in_order(work, room, ticket_rows.lines(work, [shift])[shift])
    if (row := visits.inside(work, shift)) is not None:
        # Where nobody waited until just now, she may have left long ago.
        is_timed = not order or any(one.ready_at < work.now - _JUST_NOW for one in order)
        visits.end(work, room, row, is_timed=is_timed)
    opened = {"state": "open", "delayed_until": None, "opened_at": room.opened_at or work.now}
    if not order:
        rooms.change(work, shift, **opened)
        return None
    head, *rest = order
    lanes = room.lanes if head.rank == EMERGENCY else rooms.with_lane(room, head.lane)
    rooms.change(work, shift, **opened, calls=room.calls + 1, lanes=lanes)
    work.conn.execute(_LET_PASS, {"shift": shift})
    _call(work, head)
    _tell(work, rest)
    return _view(work, head.id)


def call_again(work: Work, member: Member, shift: int) -> TicketView:
    """
    Call once more the one called last, also where that one was marked as missed since.

    Raises:
        NotAllowed, ShiftSuspended, WrongDay, RoomClosed; NobodyInside.
    """
    work, _, room = visits.enter(work, member, shift)
    row = visits.inside(work, shift) or _last_missed(work, shift)
    if row is None:
        raise NobodyInside
    rooms.change(work, shift, calls=room.calls + 1)
    _call(work, row, calls_missed=row.calls_missed - (row.state == "missed"))
    return _view(work, row.id)


def miss(work: Work, member: Member, shift: int) -> TicketView:
    """
    Mark that the one called did not come (过号); the third time ends the visit.

    Raises:
        NotAllowed, ShiftSuspended, WrongDay, RoomClosed; NobodyInside.
    """
    work, _, _ = visits.enter(work, member, shift)
    row = visits.called(work, shift)
    times = row.calls_missed + 1
    if times >= work.policy.missed_most:
        ticket_rows.change(work, row, "no_show", calls_missed=times)
        visits.end_appointment(work, row, "no_show")
    else:
        ticket_rows.change(work, row, "missed", calls_missed=times)
    return _view(work, row.id)


def finish(work: Work, member: Member, shift: int) -> TicketView:
    """
    End the visit of the one inside.

    Raises:
        NotAllowed, ShiftSuspended, WrongDay, RoomClosed; NobodyInside.
    """
    work, _, room = visits.enter(work, member, shift)
    row = visits.called(work, shift)
    visits.end(work, room, row)
    return _view(work, row.id)


def take_back(work: Work, member: Member, shift: int) -> TicketView:
    """
    Let the visit that ended last go on: it was ended by mistake, a moment ago.

    Who was called by the very act that ended it waits again, before all others. Who was called
    later stays inside: the one whose visit goes on waits as one who is back.

    Raises:
        NotAllowed, ShiftSuspended, WrongDay, RoomClosed; NoVisitToResume.
    """
    work, _, room = visits.enter(work, member, shift)
    row, now_inside = visits.just_over(work, shift), visits.inside(work, shift)
    if row is None:
        raise NoVisitToResume
    values = {"calls_missed": row.calls_missed - (row.state == "no_show")}
    if now_inside is not None and now_inside.called_at == row.ended_at:
        _uncall(work, room, now_inside)
        now_inside = None
    if now_inside is None:
        visits.go_on(work, room, row, "called", **values)
    else:
        back = {"lane": RETURN, "ready_at": work.now, "told": 0}
        visits.go_on(work, room, row, "waiting", **back, **values)
    audit.record(work, "take_back", f"ticket:{row.id}", {"before": row.state})
    return _view(work, row.id)


def send_for_results(work: Work, member: Member, shift: int) -> TicketView:
    """
    Send the one inside for an examination: she comes back with the results, before others.

    Raises:
        NotAllowed, ShiftSuspended, WrongDay, RoomClosed; NobodyInside.
    """
    work, _, room = visits.enter(work, member, shift)
    row = visits.called(work, shift)
    ticket_rows.change(work, row, "results")
    visits.count(work, room, row)
    return _view(work, row.id)


def transfer(
    work: Work, member: Member, shift: int, to_shift: int, ticket: TicketId | None = None
) -> TicketView:
    """
    Send the one inside, or another ticket of this room, to another doctor or room of the site.

    Raises:
        NotAllowed, ShiftSuspended, WrongDay; RoomClosed: that room takes nobody. NobodyInside,
        NoSuchTicket, NotInLine.
    """
    work, about = visits.staff(work, member, shift)
    locked = rooms.lock(work, {shift, to_shift})
    _check_target(work, about, locked[to_shift])
    row = visits.called(work, shift) if ticket is None else ticket_rows.one(work, ticket)
    if row.shift_id != shift or row.state in OVER:
        raise NotInLine(state=row.state)
    if row.state == "called":
        visits.count(work, locked[shift], row)
    rehousing.move(work, row, to_shift, "sent on")
    audit.record(work, "transfer", f"ticket:{row.id}", {"from": shift, "to": to_shift})
    return _view(work, row.id)


def delay(work: Work, member: Member, shift: int, until: datetime) -> int:
    """
    Say that the doctor comes, or is back, at `until` (local); returns how many are told.

    Raises:
        NotAllowed, ShiftSuspended, WrongDay, RoomClosed.
    """
    work, about, room = visits.enter(work, member, shift)
    rooms.change(work, shift, state="paused", delayed_until=until)
    has_begun = room.opened_at is not None
    here = ticket_rows.of_shifts(work, [shift], ("waiting", "left", "missed", "results"))
    told = [(row.appointment_id, row.appointment_version) for row in here]
    told += [(row.id, row.version) for row in work.conn.execute(_BOOKED, {"shift": shift})]
    for appointment, version in told:
        ticket_notices.delayed(work, (appointment, version), about, until, has_begun=has_begun)
    audit.record(work, "delay", f"shift:{shift}", {"until": until.isoformat()})
    return len(told)


def resume(work: Work, member: Member, shift: int) -> None:
    """
    The doctor is back before, or after, the time that was told: nothing is put off any more.

    Raises:
        NotAllowed, ShiftSuspended, WrongDay, RoomClosed.
    """
    work, _, _ = visits.enter(work, member, shift)
    rooms.change(work, shift, state="open", delayed_until=None)
    audit.record(work, "resume_room", f"shift:{shift}", {})


def set_rank(work: Work, member: Member, ticket: TicketId, rank: str) -> TicketView:
    """
    Say why somebody goes before others, or ("") that she does not any more.

    Raises:
        NotAllowed: doctors do not. NoSuchTicket; NotInLine: it is over; NoSuchRank: the department
        knows none of that name.
    """
    row = ticket_rows.one(work, ticket)
    work, _ = visits.staff(work, member, row.shift_id)
    if member.role == "doctor":
        raise NotAllowed
    row = ticket_rows.locked(work, ticket)
    if row.state in OVER:
        raise NotInLine(state=row.state)
    known = work.policy.discipline(row.site, row.department).ranks
    if rank not in known and rank not in ("", row.rank):
        raise NoSuchRank
    work.conn.execute(_SET, {"ticket": row.id, "rank": rank, "version": row.version + 1})
    same = row.state, row.state
    ticket_rows.event(work, row.id, same, row.shift_id, f"rank {rank}".strip())
    audit.record(work, "rank", f"ticket:{row.id}", {"before": row.rank, "after": rank})
    return _view(work, row.id)


# -- inside


def _check_target(work: Work, about: ShiftView, target: _Row) -> None:
    today = work.local(work.now).date()
    ward = work.directory.wards[target.department_id]
    if target.visit_on != today or ward.site != about.site:
        raise NotAllowed
    if target.shift_state != "published" or target.state == "closed":
        raise RoomClosed(room=target.room)


def _view(work: Work, ticket: int) -> TicketView:
    return ticket_rows.view(work, ticket_rows.one(work, ticket))


def _last_missed(work: Work, shift: int) -> _Row | None:
    rows = ticket_rows.of_shifts(work, [shift], ["missed"])
    return max(rows, key=lambda row: (row.called_at, row.id), default=None)


def _call(work: Work, row: _Row, **values: object) -> None:
    ticket_rows.change(work, row, "called", "", called_at=work.now, **values)
    ticket_notices.called(work, ticket_rows.one(work, row.id))


def _tell(work: Work, rest: Sequence[_Row]) -> None:
    """Tell who is near now; each number once, and no greater one after a smaller one."""
    for ahead, row in enumerate(rest):
        number = near(ahead)
        if not number:
            return
        if row.told and row.told <= number:
            continue
        work.conn.execute(_SET, {"ticket": row.id, "told": number})
        ticket_notices.ahead(work, ticket_rows.one(work, row.id), ahead)


def _uncall(work: Work, room: _Row, row: _Row) -> None:
    """A call that was a mistake: she waits again as she did, and is told that she does."""
    if row.rank != EMERGENCY:
        rooms.change(work, room.shift_id, lanes=room.lanes[:-1])
    ticket_rows.change(work, row, "waiting", "called by mistake", told=1)
    ticket_notices.ahead(work, ticket_rows.one(work, row.id), 1)
