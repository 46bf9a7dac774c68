"""The sites, departments and doctors there are, when doctors work and what visits cost."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select

from desk.openings import OPENINGS, openings
from desk.work import Work
from models import Department, Doctor, Shift, Site, Slot
from scheduling.limits import last_open_day
from scheduling.types import Fee, Opening, Physician, Place, Ward


class Catalogue:
    """What the roster says, read in one piece of work; orders are stable."""

    def __init__(self, work: Work) -> None:
        """Read within this piece of work."""
        self._work = work

    def sites(self) -> Sequence[Place]:
        """Return all sites, in the order of the roster."""
        return self._work.directory.sites

    def departments(self, codes: Sequence[str] | None = None) -> Sequence[Ward]:
        """Return the departments with these codes, in the order of the codes; all without."""
        there = self._work.directory
        if codes is None:
            return [*there.wards.values()]
        keys = (there.ward_ids.get(code) for code in dict.fromkeys(codes))
        return [there.wards[key] for key in keys if key is not None]

    def doctors(
        self, codes: Sequence[str] | None = None, department: str | None = None
    ) -> Sequence[Physician]:
        """Return doctors by code (in that order), of a department, or all."""
        there = self._work.directory
        found = [*there.doctors.values()]
        if codes is not None:
            keys = (there.doctor_ids.get(code) for code in dict.fromkeys(codes))
            found = [there.doctors[key] for key in keys if key is not None]
        return [one for one in found if department in (None, one.department)]

    def fees(self, codes: Sequence[str] = (), doctor: str | None = None) -> Sequence[Fee]:
        """Return what visits that can be booked cost: of departments, of a doctor, or of all."""
        now = self._work.local(self._work.now)
        window = {"first": now.date(), "last": last_open_day(self._work.policy, now)}
        if doctor is not None:
            rows = self._work.conn.execute(_FEES_OF_DOCTOR, {**window, "doctor": doctor})
        elif codes:
            rows = self._work.conn.execute(_FEES_OF_WARDS, {**window, "codes": list(codes)})
        else:
            rows = self._work.conn.execute(_FEES, window)
        return [Fee(*row) for row in rows]

    def doctor_days(self, doctor: str) -> Sequence[Opening]:
        """
        Return one opening per published shift of the doctor that can be booked by date.

        It is the first slot with a place left, else the first slot with `left == 0`, so that
        「王医生哪天出诊」 also names the days that are full.
        """
        now = self._work.local(self._work.now)
        query = OPENINGS.where(
            Doctor.code == doctor,
            Shift.doctor_id == Doctor.id,
            Shift.visit_on.between(now.date(), last_open_day(self._work.policy, now)),
            Shift.state == "published",
            Slot.starts_at >= self._work.now + self._work.policy.same_day_closes,
        ).order_by(Slot.starts_at, Slot.id)
        best: dict[int, Opening] = {}
        for opening in openings(self._work, query):
            kept = best.setdefault(opening.shift, opening)
            if not kept.left and opening.left:
                best[opening.shift] = opening
        return sorted(best.values(), key=lambda opening: (opening.starts_at, opening.slot))


_FEES = (
    select(Site.name, Shift.service_type, func.min(Shift.fee_fen), func.max(Shift.fee_fen))
    .select_from(Shift)
    .join(Department, Department.id == Shift.department_id)
    .join(Site, Site.id == Department.site_id)
    .outerjoin(Doctor, Doctor.id == Shift.doctor_id)
    .where(
        Shift.visit_on.between(bindparam("first"), bindparam("last")), Shift.state == "published"
    )
    .group_by(Site.id, Site.name, Shift.service_type)
    .order_by(Site.id, func.min(Shift.fee_fen))
)
_FEES_OF_WARDS = _FEES.where(Department.code.in_(bindparam("codes", expanding=True)))
_FEES_OF_DOCTOR = _FEES.where(Doctor.code == bindparam("doctor"))
