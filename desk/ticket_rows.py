"""Tickets as rows and as people see them, and the one way in which a ticket changes its state."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from desk import rooms
from desk.rows import WHERE
from desk.work import Work
from models import Appointment, Department, Doctor, Patient, Shift, Site, Ticket, TicketEvent
from scheduling.errors import NoSuchTicket, NotInLine
from scheduling.masking import mask_name
from scheduling.queueing import OVER, TRANSITIONS, Waiting, line
from scheduling.types import AppointmentId
from scheduling.visit import TicketId, TicketView

_TICKETS = (
    select(
        *Ticket.__table__.c,
        Appointment.version.label("appointment_version"),
        Appointment.status.label("appointment_status"),
        Appointment.shift_id.label("booked_shift_id"),
        Patient.name_enc,
        *WHERE,
        Department.location,
        Shift.room,
    )
    .join(Appointment, Appointment.id == Ticket.appointment_id)
    .join(Patient, Patient.id == Appointment.patient_id)
    .join(Shift, Shift.id == Ticket.shift_id)
    .join(Site, Site.id == Shift.site_id)
    .join(Department, Department.id == Shift.department_id)
    .outerjoin(Doctor, Doctor.id == Shift.doctor_id)
    .order_by(Ticket.due_at, Ticket.ready_at, Ticket.id)
)
_ONE = _TICKETS.where(Ticket.id == bindparam("ticket"))
_OF_APPOINTMENTS = _TICKETS.where(
    Ticket.appointment_id.in_(bindparam("appointments", expanding=True))
)
_OF_SHIFTS = _TICKETS.where(
    Ticket.shift_id.in_(bindparam("shifts", expanding=True)),
    Ticket.state.in_(bindparam("states", expanding=True)),
)
# What the order of a line needs: no names.
_LINES = (
    select(*Ticket.__table__.c, Appointment.version.label("appointment_version"))
    .join(Appointment, Appointment.id == Ticket.appointment_id)
    .where(
        Ticket.shift_id.in_(bindparam("shifts", expanding=True)),
        Ticket.state == "waiting",
    )
)
_CHANGE = (
    update(Ticket)
    .where(
        Ticket.id == bindparam("ticket"),
        Ticket.state == bindparam("before"),
        Ticket.version == bindparam("seen"),
    )
    .values(version=Ticket.version + 1)
)
_EVENT = insert(TicketEvent)
_LAST = (
    select(TicketEvent.from_state, TicketEvent.reason)
    .where(TicketEvent.ticket_id == bindparam("ticket"))
    .order_by(TicketEvent.id.desc())
    .limit(1)
)

_Row = Row[*tuple[Any, ...]]


def one(work: Work, ticket: int) -> _Row:
    """
    Return one ticket.

    Raises:
        NoSuchTicket.
    """
    row = work.conn.execute(_ONE, {"ticket": ticket}).one_or_none()
    if row is None:
        raise NoSuchTicket
    return row


def locked(work: Work, ticket: int, also: Collection[int] = ()) -> _Row:
    """
    Lock the line in which a ticket waits, and the lines `also`; returns the ticket as it is then.

    Raises:
        NoSuchTicket.
    """
    row = one(work, ticket)
    while True:
        rooms.lock(work, {row.shift_id, *also})
        now = one(work, ticket)
        if now.shift_id == row.shift_id:
            return now
        row = now  # it was sent to another room while we waited for the lock


def of_appointments(work: Work, appointments: Collection[int]) -> dict[int, _Row]:
    """Return the tickets of these appointments, by appointment."""
    if not appointments:
        return {}
    rows = work.conn.execute(_OF_APPOINTMENTS, {"appointments": list(appointments)})
    return {row.appointment_id: row for row in rows}


def of_shifts(work: Work, shifts: Collection[int], states: Collection[str]) -> list[_Row]:
    """Return the tickets in these shifts that are in one of these states, by their time."""
    values = {"shifts": list(shifts), "states": list(states)}
    return list(work.conn.execute(_OF_SHIFTS, values))


def lines(work: Work, shifts: Collection[int]) -> dict[int, list[_Row]]:
    """Return who can be called in these shifts, by shift, in no order; nobody's name is read."""
    found: dict[int, list[_Row]] = {shift: [] for shift in shifts}
    for row in work.conn.execute(_LINES, {"shifts": list(shifts)}):
        found[row.shift_id].append(row)
    return found


def in_order(work: Work, room: _Row | None, rows: Iterable[_Row]) -> list[_Row]:
    """Return who waits in a room in the order of calling; `room` is None before it has begun."""
    known = {row.id: row for row in rows}
    if room is None:
        return list(known.values())
    waits = [as_waiting(row) for row in known.values()]
    called, discipline = rooms.lanes(room), rooms.discipline(work, room)
    return [known[one.ticket] for one in line(waits, called, discipline, work.now)]


def as_waiting(row: _Row) -> Waiting:
    """Return a ticket as the rules of calling know it."""
    return Waiting(row.id, row.lane, row.rank, row.due_at, row.ready_at, row.calls_to_pass)


def change(work: Work, row: _Row, state: str, reason: str = "", **values: object) -> None:
    """
    Let a ticket pass from the state it is in to another one, and write that down.

    The line is locked; `reason` is not personal.

    Raises:
        NotInLine: that is not one of the ways a ticket can go, or it has gone another meanwhile.
    """
    if state not in TRANSITIONS[row.state]:
        raise NotInLine(state=row.state)
    if state in OVER:
        values["ended_at"] = work.now
    changed = work.conn.execute(
        _CHANGE,
        {**values, "state": state, "ticket": row.id, "before": row.state, "seen": row.version},
    )
    if changed.rowcount == 0:
        raise NotInLine(state=row.state)
    shift = values.get("shift_id", row.shift_id)
    event(work, row.id, (row.state, state), shift, reason)


def event(
    work: Work, ticket: int, states: tuple[str | None, str], shift: object, reason: str = ""
) -> None:
    """Write down what happened to a ticket: from one state to another."""
    values = {
        "ticket_id": ticket,
        "from_state": states[0],
        "to_state": states[1],
        "shift_id": shift,
        "actor": work.actor.label,
        "reason": reason,
        "at": work.now,
    }
    work.conn.execute(_EVENT, values)


def state_before(work: Work, ticket: int) -> str | None:
    """Return the state from which a ticket came to the one it is in."""
    last = work.conn.execute(_LAST, {"ticket": ticket}).one_or_none()
    return None if last is None else last.from_state


def last_reason(work: Work, ticket: int) -> str:
    """Return why a ticket is in the state it is in."""
    return str(work.conn.execute(_LAST, {"ticket": ticket}).one().reason)


def view(work: Work, row: _Row) -> TicketView:
    """Return a ticket as people see it, the name masked."""
    return TicketView(
        id=TicketId(row.id),
        appointment=AppointmentId(row.appointment_id),
        label=row.label,
        name_masked=mask_name(work.vault.open(row.name_enc)),
        site=row.site,
        site_name=row.site_name,
        department=row.department,
        department_name=row.department_name,
        doctor=row.doctor,
        doctor_name=row.doctor_name,
        shift=row.shift_id,
        room=row.room,
        lane=row.lane,
        rank=work.policy.rank(row.site, row.department, row.rank),
        state=row.state,
        due_at=work.local(row.due_at),
        called_at=None if row.called_at is None else work.local(row.called_at),
        location=row.location,
    )
