"""Giving an appointment back: who still can, whether it is free, and out of the line with it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, bindparam, select

from desk import appointments, ticket_rows
from desk.work import Work
from models import Calling, Shift
from scheduling import limits
from scheduling.errors import AppointmentOver, NotInLine
from scheduling.queueing import TRANSITIONS
from scheduling.types import AppointmentId

_NOT_AS_BOOKED = frozenset({"doctor", "time"})
_OVERRIDDEN = select(Shift.overridden).where(Shift.id == bindparam("shift"))
_HAS_ENDED = select(Calling.id).where(
    Calling.shift_id == bindparam("shift"), Calling.state == "closed"
)

_Row = Row[*tuple[Any, ...]]


def ahead(work: Work, appointment: AppointmentId) -> _Row:
    """
    Return an appointment whose patient is still to come.

    Raises:
        NotYourAppointment; AppointmentOver: it has ended, or its patient is here.
    """
    row = appointments.find(work, appointment)
    held_over = row.status == "held" and row.held_until <= work.now
    if row.status not in ("held", "booked") or held_over or row.ends_at <= work.now:
        raise AppointmentOver
    return row


def leaving(work: Work, appointment: AppointmentId) -> _Row:
    """
    Return an appointment that can be given back: one ahead, or of who is here and not seen yet.

    Raises:
        NotYourAppointment, AppointmentOver; NotInLine: it is her turn, or she has been seen.
    """
    row = appointments.find(work, appointment)
    if row.status != "checked_in":
        return ahead(work, appointment)
    ticket = ticket_rows.of_appointments(work, [row.id])[row.id]
    if "cancelled" not in TRANSITIONS[ticket.state]:
        raise NotInLine(state=ticket.state)
    return row


def is_free(work: Work, row: _Row) -> bool:
    """Tell whether an appointment can be given back now without a mark."""
    booked_at = work.local(row.confirmed_at or row.created_at)
    if limits.cancels_free(
        work.policy, work.local(work.now), booked_at, work.local(row.starts_at)
    ):
        return True
    if work.conn.scalar(_HAS_ENDED, {"shift": row.shift_id}) is not None:
        return True  # the doctor has gone before the patient came
    # The hospital has changed the doctor or the hour: whoever does not want that pays nothing.
    changed = work.conn.scalar(_OVERRIDDEN, {"shift": row.shift_id}) or ""
    return not _NOT_AS_BOOKED.isdisjoint(changed.split())


def out_of_line(work: Work, row: _Row) -> None:
    """
    Take who has checked in out of the line, for good; the slot is locked.

    Raises:
        NotInLine: she was called at that moment.
    """
    if row.status == "checked_in":
        ticket = ticket_rows.of_appointments(work, [row.id])[row.id]
        ticket_rows.change(work, ticket_rows.locked(work, ticket.id), "cancelled", "given back")
