"""Open slots for a need: what the roster has inside the booking window, ranked by the core."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, case, func, select

from desk import bookable, entitlements
from desk.accounts import account
from desk.appointments import SEES_ALL
from desk.engagements import colliding, engagements
from desk.openings import OPENINGS, openings
from desk.rows import among
from desk.work import Work
from models import Appointment, Doctor, PatientLink, Slot
from scheduling import quotas
from scheduling.errors import SlotTaken
from scheduling.fitting import is_right_place, is_wished
from scheduling.matching import Around, match
from scheduling.offers import Miss, Offers, ShiftTimes
from scheduling.reasons import why_none
from scheduling.types import Need, Opening, PatientId, SlotId, Ward

# A visit that took place, or will unless somebody says otherwise.
_SEEN = ("booked", "checked_in", "completed")
_SOME = OPENINGS.where(Slot.id.in_(bindparam("slots", expanding=True))).order_by(
    Slot.starts_at, Slot.id
)
_KEPT = select(func.min(Slot.visit_on)).where(
    Slot.id.in_(bindparam("slots", expanding=True)),
    Slot.visit_on > bindparam("quotas_open"),
    Slot.chat_booked < Slot.chat_capacity - Slot.reserve,
    Slot.booked < Slot.capacity,
    sum(getattr(Slot, f"kept_{name}") for name in quotas.QUOTAS) > 0,
)
_USUAL = (
    select(Doctor.code)
    .join(Appointment, Appointment.doctor_id == Doctor.id)
    .where(among(Appointment.status, _SEEN))
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
        whose = need.whose if patient is None else patient
        if whose is not None:
            self._work = replace(self._work, entitled=self._entitled(whose))
        if need.usual_doctor is None and patient is not None:
            need = replace(need, usual_doctor=self.usual_doctor(patient))
        engaged = engagements(self._work, patient, need.leaving) if patient is not None else []
        now = self._work.local(self._work.now)
        if need.when:
            asked = self._asked(need)
            barred = colliding(self._work, asked, engaged)
            found = match(_without(asked, barred), need, Around(now.date()))
            if found.exact:
                return found
        home, siblings = self._around(need)
        everything = self._everything(need, home | siblings)
        barred = colliding(self._work, everything, engaged)
        around = Around(now.date(), self._codes(home), self._codes(siblings))
        found = match(_without(everything, barred), need, around)
        if found.exact:
            return found
        miss = why_none(need, everything, barred, self._work.policy, now)
        if miss is not None and miss.reason == "full":
            miss = self._kept(need, everything) or miss
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

    def keeps_places(self) -> bool:
        """Tell whether places are kept for some, so that a list depends on who asks."""
        return quotas.is_kept(self._work.policy)

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

    def _entitled(self, patient: PatientId) -> frozenset[str]:
        return entitlements.of(self._work, patient, self._work.local(self._work.now).date())

    def _kept(self, need: Need, everything: Sequence[ShiftTimes]) -> Miss | None:
        """What is full but for places that are kept for others."""
        work = self._work
        if not quotas.is_kept(work.policy):
            return None
        wished = [
            time.slot
            for shift in everything
            for time in shift.times
            if is_right_place(shift.one, need)
            and is_wished(shift.one, work.local(time.starts_at), need.when)
        ]
        now = work.local(work.now)
        values = {"slots": wished, "quotas_open": quotas.opened_until(work.policy, now)}
        day = work.conn.scalar(_KEPT, values) if wished else None
        return None if day is None else Miss("kept", quotas.opens_at(work.policy, day, now))

    def _may_see_all(self, mine: int, patient: PatientId) -> bool:
        link = select(PatientLink.id).where(
            PatientLink.wechat_user_id == mine,
            PatientLink.patient_id == patient,
            among(PatientLink.state, SEES_ALL),
        )
        return self._work.conn.scalar(link) is not None

    def _asked(self, need: Need) -> Sequence[ShiftTimes]:
        """Read what can be exact: the wished days of the named doctor, else of the departments."""
        there, days = self._work.directory, _days(need.when)
        if need.doctor is not None:
            doctor = there.doctor_ids.get(need.doctor)
            return [] if doctor is None else bookable.of_doctor(self._work, doctor, days)
        return bookable.of_wards(self._work, self._named(need), days)

    def _everything(self, need: Need, wards: Collection[int]) -> Sequence[ShiftTimes]:
        """Read the whole window of the departments, and of the doctor wherever that works."""
        found = {s.one.shift: s for s in bookable.of_wards(self._work, sorted(wards))}
        doctor = self._work.directory.doctor_ids.get(need.doctor or "")
        if doctor is not None:
            found |= {s.one.shift: s for s in bookable.of_doctor(self._work, doctor)}
        return [*found.values()]

    def _named(self, need: Need) -> set[int]:
        """The ids of the departments a need names."""
        ids = self._work.directory.ward_ids
        return {ids[code] for code, _ in need.departments if code in ids}

    def _around(self, need: Need) -> tuple[set[int], set[int]]:
        """Return the departments asked for, and those that do the same elsewhere."""
        there = self._work.directory
        home = self._named(need)
        doctor = there.doctors.get(there.doctor_ids.get(need.doctor or "", 0))
        if doctor is not None:
            home.add(there.ward_ids[doctor.department])
        asked = [there.wards[key] for key in home]
        same = {key for key, ward in there.wards.items() if any(_same(ward, a) for a in asked)}
        return home, same - home

    def _codes(self, wards: Collection[int]) -> frozenset[str]:
        there = self._work.directory.wards
        return frozenset(there[key].code for key in wards if there[key].bookable)


def _without(found: Sequence[ShiftTimes], barred: Collection[SlotId]) -> Sequence[ShiftTimes]:
    """Keep what goes together with the patient's other visits."""
    if not barred:
        return found
    kept = ((s.one, tuple(t for t in s.times if t.slot not in barred)) for s in found)
    return [ShiftTimes(one, times) for one, times in kept if times]


def _same(ward: Ward, other: Ward) -> bool:
    """Whether two departments do the same work, by national code or name."""
    is_same_code = ward.national_code == other.national_code != ""
    return is_same_code or ward.name == other.name


def _days(when: Sequence[tuple[datetime, datetime]]) -> list[date]:
    """Return the local dates that half-open intervals touch, in order; intervals are short."""
    days: set[date] = set()
    for start, end in when:
        day = start.date()
        while datetime.combine(day, datetime.min.time(), tzinfo=start.tzinfo) < end:
            days.add(day)
            day += timedelta(days=1)
    return sorted(days)
