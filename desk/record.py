"""Marks against a patient (爽约, 临时取消), and taking one off on appeal: the desk's alone."""

from __future__ import annotations

from sqlalchemy import or_, select, update

from desk import audit
from desk.events import record
from desk.work import Work
from models import Appointment

EXCUSED = "excused"


def excuse(work: Work, code: str, reason: str) -> bool:
    """
    Take the mark off an appointment; False if it has none. `reason` is not personal.

    What is derived from marks, an online booking that is closed, is open again at once.
    """
    row = work.conn.execute(
        select(Appointment.id, Appointment.status, Appointment.late_cancel)
        .where(
            Appointment.code == code.strip().upper(),
            or_(Appointment.status == "no_show", Appointment.late_cancel),
        )
        .with_for_update()
    ).one_or_none()
    if row is None:
        return False
    status = EXCUSED if row.status == "no_show" else row.status
    work.conn.execute(
        update(Appointment)
        .where(Appointment.id == row.id)
        .values(status=status, late_cancel=False, version=Appointment.version + 1)
    )
    record(work, row.id, row.status, status, f"excused: {reason}")
    audit.record(work, "excuse", f"appointment:{row.id}", {"reason": reason})
    return True
