"""Open slots for a need: what the roster has inside the booking window, ranked by the core."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, or_, select

from desk.accounts import account
from desk.appointments import SEES_ALL
from desk.engagements import colliding, engagements
from desk.openings import OPENINGS, openings
from desk.work import Work
from models import Appointment, Department, Doctor, PatientLink, Shift, Site, Slot
from scheduling.errors import SlotTaken
from scheduling.limits import last_open_day
from scheduling.matching import Around, match
from scheduling.reasons import why_none
from scheduling.types import Need, Offers, Opening, PatientId, SlotId

# A visit that took place, or will unless somebody says otherwise.
_SEEN = ("booked", "checked_in", "completed")


_SOME = OPENINGS.where(Slot.id.in_(bindparam("slots", expanding=True))).order_by(
    Slot.starts_at, Slot.id
)
# What may be booked now, full slots included.
_OPEN = OPENINGS.where(
    Slot.visit_on.between(bindparam("today"), bindparam("last")),
    Slot.starts_at >= bindparam("soonest"),
    Slot.is_open,
    Shift.state == "published",
    Department.bookable,
).order_by(Slot.starts_at, Slot.id)
_USUAL = (
    select(Doctor.code)
    .join(Appointment, Appointment.doctor_id == Doctor.id)
    .where(Appointment.status.in_(_SEEN))
    .order_by(
        case((Appointment.starts_at <= bindparam("now"), 0), else_=1),
        Appointment.starts_at.desc(),
        Appointment.id.desc(),
    )
    .limit(1)
)


class Finder:
    """Looks for open slots on behalf of the actor of one piece of work; changes nothing."""

    def __init__(self, work: Work) -> None:
        """Look within this piece of work."""
        self._work = work

    def offers(self, need: Need, patient: PatientId | None = None) -> Offers:
        """
        Return the ranked open slots for a need, or the nearest when nothing fits.

        Only what may be booked now: released days, same-day slots not closed, published shifts
        of bookable departments, places left for the actor's channel. A need that names neither
        department nor doctor finds nothing: there is a question to ask first. `patient` brings
        the doctor seen last into the ranking, and leaves out what collides with other visits.
        """
        if not need.departments and need.doctor is None:
            return Offers(exact=())
        if need.usual_doctor is None and patient is not None:
            need = replace(need, usual_doctor=self.usual_doctor(patient))
        engaged = engagements(self._work, patient, need.leaving) if patient is not None else []
        now = self._work.local(self._work.now)
        if need.when:
            asked = self._candidates(_asked(need), _days(need.when))
            barred = colliding(self._work, asked, engaged)
            found = match(_without(asked, barred), need, Around(now.date()))
            if found.exact:
                return found
        home, siblings = self._around(need)
        places: list[ColumnElement[bool]] = [
            Slot.department_id.in_([*home.values(), *siblings.values()])
        ]
        if need.doctor is not None:
            places.append(_by_doctor(need.doctor))
        everything = self._candidates(or_(*places), None)
        barred = colliding(self._work, everything, engaged)
        around = Around(now.date(), frozenset(home), frozenset(siblings))
        found = match(_without(everything, barred), need, around)
        if found.exact:
            return found
        miss = why_none(need, everything, barred, self._work.policy, now)
        return replace(found, miss=miss)

    def opening(self, slot: SlotId) -> Opening:
        """
        Return one slot as it is now, even when it is full or closed (`left` is then 0).

        Raises:
            SlotTaken: there is no such slot any more.
        """
        found = self.openings([slot])
        if not found:
            raise SlotTaken
        return found[0]

    def openings(self, slots: Sequence[SlotId]) -> Sequence[Opening]:
        """Return slots as they are now, soonest first; one that is gone is left out."""
        return openings(self._work, _SOME, slots=list(slots))

    def usual_doctor(self, patient: PatientId | None = None) -> str | None:
        """
        Return the code of the doctor seen last, or booked next when none has been seen yet.

        Of the patient, as far as the account may know (a pending link sees only what it booked
        itself); without a patient, of the account's own bookings.
        """
        mine = account(self._work)
        if mine is None:
            return None
        query = _USUAL
        if patient is None or not self._may_see_all(mine, patient):
            query = query.where(Appointment.wechat_user_id == mine)
        if patient is not None:
            query = query.where(Appointment.patient_id == patient)
        return self._work.conn.scalar(query, {"now": self._work.now})

    def _may_see_all(self, mine: int, patient: PatientId) -> bool:
        link = select(PatientLink.id).where(
            PatientLink.wechat_user_id == mine,
            PatientLink.patient_id == patient,
            PatientLink.state.in_(SEES_ALL),
        )
        return self._work.conn.scalar(link) is not None

    def _around(self, need: Need) -> tuple[dict[str, int], dict[str, int]]:
        """Return the departments asked for and those that do the same elsewhere: code to id."""
        work = Department.__table__.alias("same")
        asked: ColumnElement[bool] = Department.code.in_([code for code, _ in need.departments])
        if need.doctor is not None:
            theirs = select(Doctor.department_id).where(Doctor.code == need.doctor)
            asked = or_(asked, Department.id.in_(theirs.scalar_subquery()))
        rows = self._work.conn.execute(
            select(work.c.code, work.c.id, (work.c.id == Department.id).label("is_home"))
            .select_from(Department)
            .join(work, _does_the_same(work.c))
            .where(asked, work.c.bookable)
        ).all()
        home = {row.code: row.id for row in rows if row.is_home}
        others = {row.code: row.id for row in rows if row.code not in home}
        return home, others

    def _candidates(
        self, places: ColumnElement[bool], days: Collection[date] | None
    ) -> list[Opening]:
        """Read the slots of these places inside the booking window, full ones included."""
        work = self._work
        now = work.local(work.now)
        query = _OPEN.where(places)
        if days is not None:
            query = query.where(Slot.visit_on.in_(days))
        return openings(
            work,
            query,
            last=last_open_day(work.policy, now),
            soonest=work.now + work.policy.same_day_closes,
        )


def _without(openings: Iterable[Opening], barred: Collection[SlotId]) -> list[Opening]:
    """Keep what goes together with the patient's other visits."""
    return [opening for opening in openings if opening.slot not in barred]


def _asked(need: Need) -> ColumnElement[bool]:
    """Narrow to what can be exact: the named doctor, else the departments asked for."""
    if need.doctor is not None:
        return _by_doctor(need.doctor)
    codes = [code for code, _ in need.departments]
    wanted = select(Department.id).where(Department.code.in_(codes))
    place = Slot.department_id.in_(wanted.scalar_subquery())
    return place if need.site is None else place & (Site.code == need.site)


def _by_doctor(code: str) -> ColumnElement[bool]:
    return Shift.doctor_id == select(Doctor.id).where(Doctor.code == code).scalar_subquery()


def _does_the_same(other: Any) -> ColumnElement[bool]:  # noqa: ANN401 - columns of an alias
    """Whether another department is this one, or the same discipline by national code or name."""
    same_code = (other.national_code == Department.national_code) & (other.national_code != "")
    return or_(other.id == Department.id, same_code, other.name == Department.name)


def _days(when: Sequence[tuple[datetime, datetime]]) -> list[date]:
    """Return the local dates that half-open intervals touch, in order; intervals are short."""
    days: set[date] = set()
    for start, end in when:
        day = start.date()
        while datetime.combine(day, datetime.min.time(), tzinfo=start.tzinfo) < end:
            days.add(day)
            day += timedelta(days=1)
    return sorted(days)
