"""A patient is here: marked by the desk, once, on the day of the visit."""

from __future__ import annotations

from sqlalchemy import update

from desk import audit
from desk.events import record
from desk.work import Work
from models import Appointment
from scheduling.types import AppointmentId


def arrive(work: Work, appointment: AppointmentId, shift: int) -> bool:
    """Mark a booked patient of a shift of today as here; False when that cannot be."""
    here = work.conn.execute(
        update(Appointment)
        .where(
            Appointment.id == appointment,
            Appointment.shift_id == shift,
            Appointment.status == "booked",
            Appointment.visit_on == work.local(work.now).date(),
        )
        .values(status="checked_in", version=Appointment.version + 1)
    )
    if here.rowcount == 0:
        return False
    record(work, appointment, "booked", "checked_in")
    audit.record(work, "arrive", f"appointment:{appointment}")
    return True
