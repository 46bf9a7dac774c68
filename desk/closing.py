"""
The end of a line (结束叫号): a doctor stops, a room is forgotten, a day is over.

Whoever still waits goes to another room or is rung; nobody stays in a line that has ended. Who is
booked and not here yet is told, and rung where no other room will take her; nothing more is sold.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update

from desk import audit, loads, rehousing, rooms, stock, ticket_notices, ticket_rows, visits
from desk.events import record
from desk.work import Work
from models import Appointment, Slot
from scheduling.rota import Member
from scheduling.visit import Closed

_IDLE = timedelta(minutes=30)
_DAY_IS_OVER = "the day is over"
# What becomes of a ticket, and of its appointment, of who has not come back by then.
_AT_DAYS_END = {
    "results": ("done", "completed"),
    "missed": ("no_show", "no_show"),
    "left": ("no_show", "no_show"),
}

_BOOKED = (
    select(Appointment.id, Appointment.version)
    .where(
        Appointment.shift_id == bindparam("shift"),
        Appointment.status == "booked",
        Appointment.starts_at < bindparam("until"),
    )
    .order_by(Appointment.id)
)
_AHEAD = select(Slot.id).where(
    Slot.shift_id == bindparam("shift"), Slot.ends_at > bindparam("now")
)
_ABSENT = (
    update(Appointment)
    .where(
        Appointment.id == bindparam("appointment"),
        Appointment.status == "booked",
        Appointment.version == bindparam("seen"),
    )
    .values(status="no_show", version=Appointment.version + 1)
)


def close(work: Work, member: Member, shift: int) -> Closed:
    """
    End a shift's calling: the one inside is done, who waits goes to another room or is rung.

    Closing twice changes nothing.

    Raises:
        NotAllowed, ShiftSuspended, WrongDay.
    """
    work, _ = visits.staff(work, member, shift)
    slots = list(work.conn.scalars(_AHEAD, {"shift": shift, "now": work.now}))
    stock.lock(work, slots)
    done = _close(work, shift)
    work.conn.execute(update(Slot).where(Slot.id.in_(slots)).values(is_open=False))
    told = {"stranded": done.to_ring, "coming": done.coming}
    audit.record(work, "close", f"shift:{shift}", told)
    return done


def close_forgotten(work: Work, shift: int) -> timedelta | None:
    """
    End the day of a room long after its shift; the job of that name.

    A room that nobody closed is closed, and nobody stays in its line for ever: who did not come
    back with results has been seen, who missed her call or went away has not been. Whoever has to
    be rung stays on the call list.
    """
    room = rooms.lock(work, [shift])[shift]
    if room.shift_state != "published":
        return _IDLE if room.visit_on == work.local(work.now).date() else None
    called = ticket_rows.of_shifts(work, [shift], ["called"])
    if any(work.now - row.called_at < _IDLE for row in called):
        return _IDLE
    if room.state != "closed":
        _close(work, shift)
    for row in ticket_rows.of_shifts(work, [shift], list(_AT_DAYS_END)):
        state, status = _AT_DAYS_END[row.state]
        ticket_rows.change(work, row, state, _DAY_IS_OVER)
        visits.end_appointment(work, row, status)
    if room.calls and work.policy.absent_is_no_show:
        _mark_absent(work, shift, room.closed_at or work.now)
    return None


# -- inside


def _mark_absent(work: Work, shift: int, until: datetime) -> None:
    """Whoever is booked in a room that called `until` then, and was never here, did not come."""
    for row in work.conn.execute(_BOOKED, {"shift": shift, "until": until}).all():
        values = {"appointment": row.id, "seen": row.version, "ended_at": work.now}
        if work.conn.execute(_ABSENT, values).rowcount:
            record(work, row.id, "booked", "no_show", _DAY_IS_OVER)


def _close(work: Work, shift: int) -> Closed:
    """Close a line; its neighbours are locked with it."""
    room = rooms.lock(work, [shift])[shift]
    if room.state == "closed":
        return Closed(None, 0, 0)
    if (row := visits.inside(work, shift)) is not None:
        visits.end(work, room, row)
    rooms.change(work, shift, state="closed", closed_at=work.now, delayed_until=None)
    stranded = rehousing.clear(work, shift, "the room has closed")
    coming, others = visits.to_come(work, shift), bool(loads.beside(work, room))
    for one in coming:
        ticket_notices.ended(work, (one.id, one.version), shift, others=others)
    inside = ticket_rows.view(work, ticket_rows.one(work, row.id)) if row is not None else None
    return Closed(inside, stranded + (0 if others else len(coming)), len(coming))
