"""
A cancellation afterwards: taken back, or explained.

Taken back it is the same place for the same patient, and no mark for the mistake.
"""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy import Row, update

from desk import appointments
from desk.events import record
from desk.work import Work
from models import Appointment
from scheduling.errors import Refusal
from scheduling.types import AppointmentId, AppointmentView, CancelReason, PatientId, SlotId


class Takes(Protocol):
    """What takes places: `desk.bookings.Bookings`."""

    def hold(self, slot: SlotId, patient: PatientId, words: str = "") -> AppointmentView:
        """Take a place for some minutes."""
        ...

    def confirm(self, appointment: AppointmentId) -> AppointmentView:
        """Turn a hold into an appointment."""
        ...


def restore(work: Work, bookings: Takes, appointment: AppointmentId) -> AppointmentView:
    """
    Take the place again that `appointment` gave back, with the complaint it was for.

    Raises:
        What `hold` raises of the place; the late mark then stays as it was.
    """
    gone = appointments.find(work, appointment)
    words = work.vault.open(gone.words_enc) if gone.words_enc else ""
    _mark(work, gone, late=False)  # it must not stand in its own way
    try:
        held = bookings.hold(SlotId(gone.slot_id), PatientId(gone.patient_id), words)
    except Refusal:
        _mark(work, gone, late=gone.late_cancel)
        raise
    return bookings.confirm(held.id)


def explain(work: Work, appointment: AppointmentId, reason: CancelReason) -> None:
    """
    Put down why an appointment was given back.

    Raises:
        NotYourAppointment: none that the actor may see.
    """
    row = appointments.find(work, appointment)
    if row.status == "cancelled":
        said = update(Appointment).where(Appointment.id == row.id).values(cancel_reason=reason)
        work.conn.execute(said)
        record(work, row.id, row.status, row.status, reason)


def _mark(work: Work, row: Row[Any], *, late: bool) -> None:
    one = Appointment.id == row.id, Appointment.late_cancel != late
    if work.conn.execute(update(Appointment).where(*one).values(late_cancel=late)).rowcount:
        why = "late mark on" if late else "taken back: late mark off"
        record(work, row.id, row.status, row.status, why)
