"""
What a clerk does for whoever stands at the window or rings: register, book, move, cancel, pay.

The same acts as everybody's, on the window's own share of the places: what is free there is
`capacity` less `booked`, whatever the chat may still sell. Every act is an audit event.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from desk import appointments, audit, filing, shifts
from desk.bookings import Bookings
from desk.events import record
from desk.family import VOUCHED
from desk.identity import identify
from desk.openings import OPENINGS, rows, to_opening
from desk.work import Work
from models import Appointment, Department, Site, Slot
from scheduling.errors import AppointmentOver, SlotTaken, TooLate
from scheduling.rota import Member
from scheduling.staff_errors import NotAllowed
from scheduling.types import (
    AppointmentId,
    AppointmentView,
    CancelReason,
    Opening,
    PatientId,
    Registration,
    SlotId,
    Ward,
)

_PAYABLE = ("booked", "checked_in", "completed")
_OF_DAY = (
    OPENINGS.add_columns(Slot.booked)
    .where(
        Department.code == bindparam("department"),
        Slot.visit_on == bindparam("day"),
        Slot.ends_at > bindparam("now"),
        Slot.is_open,
    )
    .order_by(Slot.starts_at, Slot.shift_id, Slot.id)
)
_SLOT = select(Slot.shift_id, Slot.starts_at, Slot.ends_at).where(Slot.id == bindparam("slot"))
_SHIFT_OF = select(Appointment.shift_id).where(Appointment.id == bindparam("appointment"))


@dataclass(frozen=True, slots=True)
class WindowOpening:
    """A slot with `free` places for the window; `opening.left` are those the chat may sell."""

    opening: Opening
    free: int


def departments(work: Work, member: Member) -> list[Ward]:
    """Return the departments that are booked, of this member's site."""
    return [
        ward
        for ward in work.directory.wards.values()
        if ward.bookable and member.site in (None, ward.site)
    ]


def openings(work: Work, member: Member, department: str, day: date) -> list[WindowOpening]:
    """Return a department's slots of a local day that are not over, full ones too, by time."""
    query = _OF_DAY if member.site is None else _OF_DAY.where(Site.code == member.site)
    found = rows(work, query, department=department, day=day, now=work.now)
    return [WindowOpening(to_opening(row, work), row.capacity - row.booked) for row in found]


def is_on_file(work: Work, registration: Registration) -> bool:
    """Tell whether registering would find a record that is there; raises as `register`."""
    return filing.on_file(work, identify(work, registration, None, proof=VOUCHED)) is not None


def register(work: Work, registration: Registration) -> PatientId:
    """
    Put a patient on file whose papers the clerk has seen; one who is on file already is found.

    A phone given with the papers is the patient's own: a code may be sent to it.

    Raises:
        BadName, BadDocument, BadPhone, SexMissing, BirthDateMissing, BadBirthDate: see there.
        NameMismatch, BadBirthDate: the document is on file as somebody else's.
    """
    who = identify(work, registration, registration.phone, proof=VOUCHED)
    known = filing.on_file(work, who)
    if known is not None:
        return PatientId(known)
    patient, _ = filing.create(work, who, account=None)
    audit.record(work, "register", f"patient:{patient}")
    return PatientId(patient)


def book(
    work: Work, member: Member, patient: PatientId, slot: SlotId, *, is_replaced: bool = False
) -> AppointmentView:
    """
    Take and confirm a place, perhaps for one the hospital has taken away (`is_replaced`).

    Raises:
        NotAllowed: not this member's site. TooLate: the slot is over. What `Bookings.hold` raises.
    """
    _check_slot(work, member, slot)
    bookings = Bookings(work)
    held = bookings.hold(slot, patient, is_replaced=is_replaced)
    view = bookings.confirm(held.id)
    audit.record(work, "book", f"appointment:{view.id}", {"patient": patient})
    return view


def move(work: Work, member: Member, appointment: AppointmentId, slot: SlotId) -> AppointmentView:
    """
    Move an appointment to another slot; what was paid goes with it.

    Raises:
        NotAllowed, TooLate; what `Bookings.move` raises.
    """
    _check_appointment(work, member, appointment)
    _check_slot(work, member, slot)
    view = Bookings(work).move(appointment, slot)
    audit.record(work, "move", f"appointment:{view.id}", {"before": appointment})
    return view


def find(work: Work, member: Member, appointment: AppointmentId) -> AppointmentView:
    """
    Return an appointment of this member's site.

    Raises:
        NotAllowed, NotYourAppointment.
    """
    view = appointments.view(work, appointment)
    _check_appointment(work, member, appointment)
    return view


def cancel(
    work: Work, member: Member, appointment: AppointmentId, reason: CancelReason | None = None
) -> AppointmentView:
    """
    Give a place back.

    Raises:
        NotAllowed; what `Bookings.cancel` raises.
    """
    _check_appointment(work, member, appointment)
    view = Bookings(work).cancel(appointment, reason)
    audit.record(work, "cancel", f"appointment:{appointment}")
    return view


def pay(work: Work, member: Member, appointment: AppointmentId, *, is_paid: bool) -> None:
    """
    Mark the fee as paid, or take the mark off.

    Raises:
        NotAllowed, NotYourAppointment. AppointmentOver: it is cancelled, moved or missed.
    """
    _check_appointment(work, member, appointment)
    row = appointments.find(work, appointment)
    fen = row.fee_fen if is_paid else None
    marked = work.conn.execute(
        update(Appointment)
        .where(Appointment.id == appointment, Appointment.status.in_(_PAYABLE))
        .values(paid_fen=fen)
    )
    if marked.rowcount == 0:
        raise AppointmentOver
    record(work, appointment, row.status, row.status, f"paid {fen}" if is_paid else "not paid")
    details = {"before": row.paid_fen, "after": fen}
    audit.record(work, "pay", f"appointment:{appointment}", details)


def find_slot(work: Work, slot: SlotId) -> Row[*tuple[Any, ...]]:
    """
    Return the shift and the times of a slot.

    Raises:
        SlotTaken: there is none.
    """
    row = work.conn.execute(_SLOT, {"slot": slot}).one_or_none()
    if row is None:
        raise SlotTaken
    return row


def _check_slot(work: Work, member: Member, slot: SlotId) -> None:
    row = find_slot(work, slot)
    shifts.check(work, member, [row.shift_id])
    if row.ends_at <= work.now:
        raise TooLate(starts_at=work.local(row.starts_at))


def _check_appointment(work: Work, member: Member, appointment: AppointmentId) -> None:
    shift = work.conn.scalar(_SHIFT_OF, {"appointment": appointment})
    if shift is None:
        raise NotAllowed
    shifts.check(work, member, [shift])
