"""What planning new places needs to know: who is stranded, what is free; changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, exists, or_, select

from desk.engagements import colliding, of_all
from desk.openings import OPENINGS, openings
from desk.splitting import NO_PARTS, Parts
from desk.work import Work
from models import (
    Appointment,
    Department,
    Doctor,
    Patient,
    Shift,
    Site,
    Slot,
    SuspensionLine,
    Ticket,
)
from models.appointments import ACTIVE
from scheduling import limits
from scheduling.errors import AgeOrSexUnfit
from scheduling.fitting import expertise_fit
from scheduling.limits import DAYS_PER_YEAR, last_open_day
from scheduling.offers import alone
from scheduling.replanning import RANKS, Assigned, Seat, Stranded, plan
from scheduling.types import AppointmentId, Opening, PatientId

# The patients concerned: what the plan weighs, and what a new place takes over.
PEOPLE = (
    select(
        Appointment.id,
        Appointment.code,
        Appointment.status,
        Appointment.version,
        Appointment.patient_id,
        Appointment.wechat_user_id,
        Appointment.slot_id,
        Appointment.shift_id,
        Appointment.department_id,
        Appointment.starts_at,
        Appointment.half_day,
        Appointment.words_enc,
        Appointment.paid_fen,
        Appointment.service_type,
        Patient.birth_on,
        Patient.sex,
        Doctor.code.label("doctor"),
        Doctor.title,
        Site.code.label("site"),
        exists()
        .where(SuspensionLine.target_id == Appointment.id)
        .correlate(Appointment)
        .label("was_moved"),
    )
    .join(Patient, Patient.id == Appointment.patient_id)
    .join(Department, Department.id == Appointment.department_id)
    .join(Site, Site.id == Department.site_id)
    .outerjoin(Doctor, Doctor.id == Appointment.doctor_id)
    .order_by(Appointment.starts_at, Appointment.id)
)
OF_SHIFTS = PEOPLE.add_columns((Appointment.status == "checked_in").label("was_checked_in")).where(
    Appointment.shift_id.in_(bindparam("shifts", expanding=True)),
    Appointment.status.in_(ACTIVE),
    # Who was sent on to another room is seen there.
    ~exists().where(
        Ticket.appointment_id == Appointment.id, Ticket.shift_id != Appointment.shift_id
    ),
)
_SPECIAL, _CLINIC = "special", "clinic"
_HOME = Department.__table__.alias("home")
_SEATS = OPENINGS.join(
    _HOME,
    or_(
        _HOME.c.id == Department.id,
        (_HOME.c.national_code == Department.national_code) & (_HOME.c.national_code != ""),
        _HOME.c.name == Department.name,
    ),
).where(
    _HOME.c.id.in_(bindparam("departments", expanding=True)),
    Slot.visit_on.between(bindparam("today"), bindparam("last")),
    Slot.starts_at >= bindparam("soonest"),
    Slot.is_open,
    Shift.state == "published",
    Shift.id.not_in(bindparam("leaving", expanding=True)),
    Department.bookable,
)


def people_of(
    work: Work, shifts: Sequence[int], parts: Parts = NO_PARTS
) -> list[Row[*tuple[Any, ...]]]:
    """
    Return who would be stranded if these shifts were suspended: who is only choosing is not.

    Of those in `parts` only who comes then or later.
    """
    rows = work.conn.execute(OF_SHIFTS, {"shifts": list(shifts)})
    return [row for row in rows if row.status != "held" and _is_of(row, parts)]


def _is_of(row: Row[*tuple[Any, ...]], parts: Parts) -> bool:
    return row.shift_id not in parts or row.starts_at >= parts[row.shift_id]


def seats_beside(
    work: Work,
    people: Sequence[Row[*tuple[Any, ...]]],
    shifts: Sequence[int],
    parts: Parts = NO_PARTS,
) -> list[Opening]:
    """Return what would be free for them without these shifts, or these parts of them."""
    free = seats(work, people, [shift for shift in shifts if shift not in parts])
    closed = [(Slot.shift_id == shift) & (Slot.starts_at >= at) for shift, at in parts.items()]
    gone = set(work.conn.scalars(select(Slot.id).where(or_(*closed)))) if closed else set()
    return [opening for opening in free if opening.slot not in gone]


def seats(
    work: Work, people: Sequence[Row[*tuple[Any, ...]]], leaving: Sequence[int] = ()
) -> list[Opening]:
    """What is free in the same departments, at all sites, from the time it takes to come."""
    found = openings(
        work,
        _SEATS,
        departments=sorted({row.department_id for row in people}),
        last=last_open_day(work.policy, work.local(work.now)),
        soonest=work.now + work.policy.plan_lead,
        leaving=list(leaving) or [0],
    )
    return list({opening.slot: opening for opening in found}.values())


def planned(
    work: Work,
    people: Sequence[Row[*tuple[Any, ...]]],
    free: Sequence[Opening],
    refused: Sequence[tuple[int, int]],
) -> list[Assigned]:
    """Return where each of these people could go; pairs `refused` before are left out."""
    today = work.local(work.now).date()
    barred = _barred(work, people, free)
    return plan(
        [stranded(work, row, today, fits(work, row, free)) for row in people],
        [seat(one) for one in free],
        barred | set(refused),
    )


def seat(opening: Opening) -> Seat:
    """Return an open slot as the plan sees it."""
    return Seat(
        slot=opening.slot,
        starts_at=opening.starts_at,
        half_day=opening.half_day,
        doctor=opening.doctor,
        rank=RANKS.get(opening.title, 0),
        site=opening.site,
        left=opening.left,
    )


def _barred(
    work: Work, people: Sequence[Row[*tuple[Any, ...]]], free: Sequence[Opening]
) -> set[tuple[int, int]]:
    """What does not suit a person: engaged then, dearer, not in person, not for her age or sex."""
    remote = {o.slot for o in free if o.mode != _CLINIC}
    leaving = [(PatientId(row.patient_id), AppointmentId(row.id)) for row in people]
    engaged = _engaged(work, leaving)
    found: set[tuple[int, int]] = set()
    for row in people:
        dear = {o.slot for o in free if _SPECIAL == o.service_type != row.service_type}
        taken = colliding(work, map(alone, free), engaged[row.id])
        closed = _unfit(work, row)
        unfit = {o.slot for o in free if o.department in closed}
        found |= {(row.id, int(slot)) for slot in taken | dear | remote | unfit}
    return found


def _unfit(work: Work, row: Row[*tuple[Any, ...]]) -> set[str]:
    """The departments that see nobody of this age or sex."""
    found = set()
    today = work.local(work.now).date()
    for ward in work.directory.wards.values():
        admits = limits.Admits(ward.name, ward.min_age_years, ward.max_age_years, ward.sex)
        try:
            limits.check_fit(admits, row.birth_on, row.sex, today)
        except AgeOrSexUnfit:
            found.add(ward.code)
    return found


def _engaged(
    work: Work, leaving: Sequence[tuple[PatientId, AppointmentId]]
) -> dict[int, list[limits.Visit]]:
    """
    What each is engaged in but for the appointment that falls out, by that appointment.

    Somebody may lose two visits at once: each stands in the way of the other's new place.
    """
    found: dict[int, list[limits.Visit]] = {}
    rest = list(leaving)
    while rest:
        once = dict(reversed(rest))
        visits = of_all(work, once)
        found |= {appointment: visits[patient] for patient, appointment in once.items()}
        rest = [pair for pair in rest if pair[1] not in found]
    return found


def fits(work: Work, row: Row[*tuple[Any, ...]], free: Sequence[Opening]) -> frozenset[str]:
    """Return the doctors with free places who are known for what this patient told."""
    words = (work.vault.open(row.words_enc),) if row.words_enc else ()
    known = {o.doctor: o.expertise for o in free if o.doctor is not None} if words else {}
    return frozenset(d for d, terms in known.items() if expertise_fit(terms, words)[0] > 0)


def stranded(
    work: Work, row: Row[*tuple[Any, ...]], today: date, fits: frozenset[str]
) -> Stranded:
    """Return a patient of a shift that is suspended, as the plan sees her."""
    return Stranded(
        key=row.id,
        starts_at=work.local(row.starts_at),
        half_day=row.half_day,
        doctor=row.doctor,
        rank=RANKS.get(row.title or "", 0),
        site=row.site,
        fits=fits,
        is_elderly=(today - row.birth_on).days >= work.policy.elderly_years * DAYS_PER_YEAR,
        is_urgent=bool(row.was_checked_in),
        was_moved=row.was_moved,
    )
