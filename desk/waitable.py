"""What one can wait for (候补): slots of days whose lists are still open, and which are full."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, or_, select

from desk.engagements import wished
from desk.openings import OPENINGS, openings
from desk.work import Work
from models import Department, Doctor, Shift, Slot
from scheduling import limits
from scheduling.errors import Refusal
from scheduling.types import Need, Opening
from scheduling.waiting import Wish, closes_at


def candidates(work: Work, need: Need) -> list[Opening]:
    """Slots one may wait for, full or not: of the places meant, and of the doctor's department."""
    now = work.local(work.now)
    codes = [code for code, _ in need.departments]
    last = limits.last_open_day(work.policy, now)
    found = openings(work, _WAITABLE, doctor=need.doctor, codes=codes, last=last)
    return [o for o in found if now < closes_at(work.policy, o.starts_at.date(), work.zone)]


def half_day(opening: Opening, need: Need) -> Wish:
    """Return the wish for the half-day of an opening, as it was sought."""
    day = opening.starts_at.date()
    doctor = need.doctor and opening.doctor
    service = need.service_type or ""
    return Wish(opening.department, doctor, day, day, opening.half_day, service)


def answers(wish: Wish, opening: Opening) -> bool:
    """Tell whether a place of this slot is one that is waited for."""
    who = opening.doctor == wish.doctor if wish.doctor else opening.department == wish.department
    return (
        who
        and wish.first_on <= opening.starts_at.date() <= wish.last_on
        and wish.half_day in ("", opening.half_day)
        and wish.service_type in ("", opening.service_type)
    )


def is_full(wish: Wish, found: Sequence[Opening]) -> bool:
    """Tell whether there are such places and none of them is free."""
    meant = [opening for opening in found if answers(wish, opening)]
    return bool(meant) and not any(opening.left for opening in meant)


def fitting(
    work: Work, found: Sequence[Opening], engaged: Sequence[limits.Visit]
) -> list[Opening]:
    """Return what goes together with the patient's other visits; raise why, if nothing does."""
    fitting, refused = [], None
    for opening in found:
        try:
            limits.check_patient(work.policy, wished(opening, opening), engaged)
            fitting.append(opening)
        except Refusal as no:
            refused = no
    if refused is not None and not fitting:
        raise refused
    return fitting


_WAITABLE = OPENINGS.where(
    Slot.visit_on > bindparam("today"),
    Slot.visit_on <= bindparam("last"),
    Slot.is_open,
    Shift.state == "published",
    Department.bookable,
    or_(
        Doctor.code == bindparam("doctor"),
        Department.code.in_(bindparam("codes", expanding=True)),
        Department.id.in_(select(Doctor.department_id).where(Doctor.code == bindparam("doctor"))),
    ),
).order_by(Slot.starts_at, Slot.id)
