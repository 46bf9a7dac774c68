"""Who stands in which line (候补), as the desk sees it: all lines of a site, names masked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, or_, select

from desk import audit
from desk.waitlist import OFFERED
from desk.work import Work
from models import Appointment, Department, Doctor, Patient, Site, WaitlistEntry
from models.waitlist import IN_LINE
from scheduling.masking import mask_name
from scheduling.rota import Member
from scheduling.types import PatientId

_ENTRIES = (
    select(
        WaitlistEntry.id,
        WaitlistEntry.patient_id,
        WaitlistEntry.first_on,
        WaitlistEntry.last_on,
        WaitlistEntry.half_day,
        WaitlistEntry.state,
        WaitlistEntry.joined_at,
        WaitlistEntry.closes_at,
        WaitlistEntry.misses,
        Site.name.label("site_name"),
        Department.name.label("department_name"),
        Doctor.name.label("doctor_name"),
        Patient.name_enc,
        Appointment.held_until,
    )
    .join(Department, Department.id == WaitlistEntry.department_id)
    .join(Site, Site.id == Department.site_id)
    .join(Patient, Patient.id == WaitlistEntry.patient_id)
    .outerjoin(Doctor, Doctor.id == WaitlistEntry.doctor_id)
    .outerjoin(Appointment, OFFERED)
    .where(
        WaitlistEntry.state.in_(IN_LINE),
        or_(WaitlistEntry.closes_at > bindparam("now"), Appointment.id.is_not(None)),
    )
    .order_by(Site.name, Department.name, Doctor.name, WaitlistEntry.joined_at, WaitlistEntry.id)
)


@dataclass(frozen=True, slots=True)
class InLine:
    """
    One patient in line; times local, `offer_until` is how long an offer of a place still stands.

    `doctor_name` and `half_day` are empty where any will do; `misses` counts offers left
    unanswered.
    """

    patient: PatientId
    name_masked: str
    site_name: str
    department_name: str
    doctor_name: str
    first_on: date
    last_on: date
    half_day: str
    joined_at: datetime
    closes_at: datetime
    misses: int
    offer_until: datetime | None


def lines(work: Work, member: Member) -> Sequence[InLine]:
    """Return everybody in line at this member's site, by line, the longest waiting first."""
    query = _ENTRIES if member.site is None else _ENTRIES.where(Site.code == member.site)
    rows = work.conn.execute(query, {"now": work.now}).all()
    audit.record(work, "look", "waitlists", {"entries": len(rows)})
    return [
        InLine(
            patient=PatientId(row.patient_id),
            name_masked=mask_name(work.vault.open(row.name_enc)),
            site_name=row.site_name,
            department_name=row.department_name,
            doctor_name=row.doctor_name or "",
            first_on=row.first_on,
            last_on=row.last_on,
            half_day=row.half_day,
            joined_at=work.local(row.joined_at),
            closes_at=work.local(row.closes_at),
            misses=row.misses,
            offer_until=None if row.held_until is None else work.local(row.held_until),
        )
        for row in rows
    ]
