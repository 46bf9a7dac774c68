"""
Tickets that cannot stay where they are: a room closes, a shift is suspended; nobody is lost.

They go to the lightest room like theirs, else on the desk's call list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row

from desk import loads, outbox, rooms, ticket_notices, ticket_rows
from desk.work import Work
from scheduling.disciplines import MISSED, RETURN
from scheduling.visit import Load

# In which lane somebody comes back, by where she was.
LANE_AFTER = {"missed": MISSED, "results": RETURN}
# Who is not over yet, wherever she is.
ALIVE = ("waiting", "called", "missed", "results", "left", "unseen")

_Row = Row[*tuple[Any, ...]]


def rehouse(work: Work, rows: Iterable[_Row], leaving: int, to: Sequence[Load], why: str) -> int:
    """
    Send tickets out of a room, each to the lightest of `to`; all lines are locked.

    Returns how many are on the call list now.
    """
    free = {load.shift: load for load in to if load.shift != leaving}
    stranded = 0
    for row in rows:
        load = min(free.values(), key=loads.weight, default=None)
        if load is not None:
            free[load.shift] = loads.with_one_more(load)
            move(work, row, load.shift, why)
        elif row.state != "unseen":
            ticket_rows.change(work, row, "unseen", why)
            ticket_notices.unseen(work, row)
            stranded += 1
    return stranded


def clear(work: Work, shift: int, why: str) -> int:
    """
    Send who is inside and all who wait to rooms like this one, in order; its line is locked.

    Who was out, missed or sent for results stays where she is until she comes back. Returns how
    many are on the call list now.
    """
    room = rooms.read(work, [shift])[shift]
    to = open_rooms(work, loads.beside(work, room))
    inside = ticket_rows.of_shifts(work, [shift], ["called"])
    waits = ticket_rows.of_shifts(work, [shift], ["waiting"])
    order = [*inside, *ticket_rows.in_order(work, room, waits)]
    return rehouse(work, order, shift, to, why)


def open_rooms(work: Work, some: Iterable[Load]) -> list[Load]:
    """Lock the lines of rooms, and return those that have not closed meanwhile."""
    some = list(some)
    locked = rooms.lock(work, {load.shift for load in some})
    return [load for load in some if locked[load.shift].state != "closed"]


def move(work: Work, row: _Row, shift: int, why: str) -> None:
    """Let a ticket wait in another room from now on, its place in time unchanged; both locked."""
    lane = LANE_AFTER.get(row.state, row.lane)
    values = {"lane": lane, "shift_id": shift, "told": 0, "calls_to_pass": 0}
    if row.state != "waiting":
        values["ready_at"] = work.now
    if row.state == "unseen":
        outbox.void(work, row.appointment_id)  # nobody has to ring any more
    ticket_rows.change(work, row, "waiting", why, **values)
    ticket_notices.sent_on(work, ticket_rows.one(work, row.id))


def suspend(work: Work, appointment: int) -> None:
    """Take the ticket of an appointment that was suspended out of its line, which is locked."""
    row = ticket_rows.of_appointments(work, [appointment]).get(appointment)
    if row is not None and row.state in ALIVE:
        ticket_rows.change(work, row, "suspended")


def restore(work: Work, appointment: int) -> None:
    """Put the ticket of an appointment that stands again where it was; its line is locked."""
    row = ticket_rows.of_appointments(work, [appointment]).get(appointment)
    if row is None or row.state != "suspended":
        return
    before = ticket_rows.state_before(work, row.id) or "waiting"
    ticket_rows.change(work, row, "waiting" if before == "called" else before)
    if before == "unseen":
        ticket_notices.unseen(work, ticket_rows.one(work, row.id))
