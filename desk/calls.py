"""The call list: notices that found no way to the patient, for somebody to ring about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from desk.work import Work
from models import Appointment, Department, Outbox, Patient

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Call:
    """
    One call to make, in full: the desk needs name and phone. Times are local.

    What is not about an appointment has no visit, and perhaps no name.
    """

    id: int
    kind: str
    visit_at: datetime | None
    name: str
    phone: str
    department: str
    why: str


def waiting(work: Work) -> list[Call]:
    """Return the calls to make, the next visit first."""
    rows = work.conn.execute(
        select(
            Outbox.id,
            Outbox.kind,
            Outbox.payload_enc,
            Outbox.last_error,
            Appointment.starts_at,
            Patient.name_enc,
            Patient.phone_enc,
            Department.name.label("department"),
        )
        .outerjoin(Appointment, Appointment.id == Outbox.appointment_id)
        .outerjoin(Patient, Patient.id == Appointment.patient_id)
        .outerjoin(Department, Department.id == Appointment.department_id)
        .where(Outbox.state == "call")
        .order_by(Appointment.starts_at.is_(None), Appointment.starts_at, Outbox.id)
    )
    return [
        Call(
            id=row.id,
            kind=row.kind,
            visit_at=work.local(row.starts_at) if row.starts_at else None,
            name=work.vault.open(row.name_enc) if row.name_enc else "",
            phone=_phone(work, row.phone_enc, row.payload_enc),
            department=row.department or "",
            why=row.last_error,
        )
        for row in rows
    ]


def done(work: Work, number: int) -> bool:
    """Take a call off the list; False if there is none of that number."""
    called = update(Outbox).where(Outbox.id == number, Outbox.state == "call")
    return work.conn.execute(called.values(state="called", sent_at=work.now)).rowcount == 1


def census(work: Work) -> dict[str, int]:
    """Return how much waits, by state, and what was `uncertain` in the last day."""
    waits = ("due", "leased", "sending", "call")
    rows = work.conn.execute(
        select(Outbox.state, func.count().label("number"))
        .where(Outbox.state.in_(waits))
        .group_by(Outbox.state)
    )
    found = {row.state: row.number for row in rows}
    uncertain = select(func.count()).where(Outbox.uncertain_at > work.now - _DAY)
    return {
        **{state: found.get(state, 0) for state in waits},
        "uncertain": work.conn.scalar(uncertain) or 0,
    }


def _phone(work: Work, patients: bytes | None, payload: bytes) -> str:
    if patients:
        return work.vault.open(patients)
    return str(json.loads(work.vault.open(payload)).get("phone", ""))
