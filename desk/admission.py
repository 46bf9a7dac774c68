"""Whether a patient may have a place: reads the facts under the patient's lock, asks the rules."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, bindparam, select

from desk.work import Work
from models import Appointment, Patient, PatientLink
from models.appointments import ACTIVE
from scheduling import limits
from scheduling.errors import NotYourPatient

_WINDOW = "window"
_LINK = select(PatientLink.id).where(PatientLink.active_key == bindparam("pair"))
_PATIENT = (
    select(Patient.id, Patient.sex, Patient.birth_on)
    .where(Patient.id == bindparam("patient"))
    .with_for_update(key_share=True)
)
_VISITS = select(
    Appointment.code,
    Appointment.department_id,
    Appointment.visit_on,
    Appointment.half_day,
    Appointment.starts_at,
    Appointment.ends_at,
).where(
    Appointment.patient_id == bindparam("patient"),
    Appointment.visit_on >= bindparam("today"),
    Appointment.status.in_(ACTIVE),
)


def check_speaks_for(work: Work, account: int | None, patient: int) -> None:
    """
    Refuse a WeChat account that has not registered the patient; a pending link is enough to book.

    Raises:
        NotYourPatient.
    """
    if work.actor.channel != "chat":
        return
    if work.conn.scalar(_LINK, {"pair": f"{account}:{patient}"}) is None:
        raise NotYourPatient


def lock_patient(work: Work, patient: int) -> Row[*tuple[Any, ...]]:
    """
    Lock the patient's row, so that limits are counted by one booking at a time; returns it.

    Raises:
        NotYourPatient: there is no such patient.
    """
    row = work.conn.execute(_PATIENT, {"patient": patient}).one_or_none()
    if row is None:
        raise NotYourPatient
    return row


def admit(work: Work, wanted: Row[*tuple[Any, ...]], patient: Row[*tuple[Any, ...]]) -> None:
    """
    Ask all rules whether the patient may have this slot now; both rows are locked.

    The window sees the patient face to face: its bookings skip windows of time and no-shows.

    Raises:
        NotOpenYet, TooLate, AgeOrSexUnfit, PatientBlocked, SameHalfDay, Overlapping, DailyLimit,
        TotalLimit.
    """
    now = work.local(work.now)
    starts_at = work.local(wanted.starts_at)
    if work.actor.channel != _WINDOW:
        limits.check_window(work.policy, now, starts_at)
        limits.check_no_shows(work.policy, now, _missed(work, patient.id))
    admits = limits.Admits(
        department=wanted.department_name,
        min_age_years=wanted.min_age_years,
        max_age_years=wanted.max_age_years,
        sex=wanted.department_sex,
    )
    limits.check_fit(admits, patient.birth_on, patient.sex, wanted.visit_on)
    visit = limits.Visit(
        code="",
        department=wanted.department_id,
        visit_on=wanted.visit_on,
        half_day=wanted.half_day,
        starts_at=starts_at,
        ends_at=work.local(wanted.ends_at),
    )
    limits.check_patient(work.policy, visit, _active(work, patient.id))


def _active(work: Work, patient: int) -> list[limits.Visit]:
    """What the patient has from today on: held, booked, checked in."""
    today = work.local(work.now).date()
    rows = work.conn.execute(_VISITS, {"patient": patient, "today": today})
    return [
        limits.Visit(
            code=row.code,
            department=row.department_id,
            visit_on=row.visit_on,
            half_day=row.half_day,
            starts_at=work.local(row.starts_at),
            ends_at=work.local(row.ends_at),
        )
        for row in rows
    ]


def _missed(work: Work, patient: int) -> list[Any]:
    """Local instants of the patient's no-shows; not read while the site does not count them."""
    if work.policy.no_shows_allowed is None:
        return []
    missed = select(Appointment.starts_at).where(
        Appointment.patient_id == patient, Appointment.status == "no_show"
    )
    return [work.local(at) for at in work.conn.scalars(missed)]
