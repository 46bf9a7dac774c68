"""What happened to an appointment, when and by whom; append-only."""

from __future__ import annotations

from sqlalchemy import insert

from desk.work import Work
from models import AppointmentEvent

_INSERT = insert(AppointmentEvent)


def record(work: Work, appointment: int, before: str | None, after: str, reason: str = "") -> None:
    """Write that an appointment went from one status to another; `reason` is not personal."""
    values = {
        "appointment_id": appointment,
        "from_status": before,
        "to_status": after,
        "actor": work.actor.label,
        "reason": reason,
        "at": work.now,
    }
    work.conn.execute(_INSERT, values)
