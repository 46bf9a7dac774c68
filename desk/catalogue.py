"""The sites, departments and doctors there are, and the names the ear should know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

from desk.openings import OPENINGS, openings
from desk.work import Work
from models import Department, Doctor, RosterVersion, Shift, Site, Slot
from scheduling.limits import last_open_day
from scheduling.types import Fee, Opening, Physician, Place, Ward


class Catalogue:
    """What the roster says, read in one piece of work; orders are stable."""

    def __init__(self, work: Work) -> None:
        """Read within this piece of work."""
        self._work = work

    def sites(self) -> Sequence[Place]:
        """Return all sites, in the order of the roster."""
        return [Place(*row) for row in self._work.conn.execute(_SITES)]

    def departments(self, codes: Sequence[str] | None = None) -> Sequence[Ward]:
        """Return the departments with these codes, in the order of the codes; all without."""
        query = _ALL_WARDS if codes is None else _WARDS
        wards = [
            Ward(
                code=row.code,
                name=row.name,
                site=row.site_code,
                site_name=row.site_name,
                location=row.location,
                bookable=row.bookable,
                national_code=row.national_code,
                aliases=split(row.aliases),
                min_age_years=row.min_age_years,
                max_age_years=row.max_age_years,
                sex=row.sex,
            )
            for row in self._work.conn.execute(query, {"codes": codes})
        ]
        if codes is not None:
            wards.sort(key=lambda ward: codes.index(ward.code))
        return wards

    def doctors(
        self, codes: Sequence[str] | None = None, department: str | None = None
    ) -> Sequence[Physician]:
        """Return doctors by code (in that order), of a department, or all."""
        query = select(*_PHYSICIAN).select_from(_DOCTORS).order_by(Doctor.id)
        if codes is not None:
            query = query.where(Doctor.code.in_(codes))
        if department is not None:
            query = query.where(Department.code == department)
        found = [
            Physician(
                code=row.code,
                name=row.name,
                title=row.title,
                department=row.department_code,
                department_name=row.department_name,
                site=row.site_code,
                site_name=row.site_name,
                expertise=split(row.expertise),
            )
            for row in self._work.conn.execute(query)
        ]
        if codes is not None:
            found.sort(key=lambda physician: codes.index(physician.code))
        return found

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
_SITES = select(
    Site.code, Site.name, Site.kind, Site.address, Site.phone, Site.emergency_phone,
    Site.hours, Site.latitude, Site.longitude,
).order_by(Site.id)  # fmt: skip
_ALL_WARDS = select(
    Department.code, Department.name, Site.code.label("site_code"),
    Site.name.label("site_name"), Department.location, Department.bookable,
    Department.national_code, Department.aliases, Department.min_age_years,
    Department.max_age_years, Department.sex,
).join(Site, Site.id == Department.site_id).order_by(Department.id)  # fmt: skip
_WARDS = _ALL_WARDS.where(Department.code.in_(bindparam("codes", expanding=True)))
_DOCTORS = Doctor.__table__.join(Department.__table__, Department.id == Doctor.department_id).join(
    Site.__table__, Site.id == Doctor.site_id
)
_PHYSICIAN = (
    Doctor.code, Doctor.name, Doctor.title, Doctor.expertise,
    Department.code.label("department_code"), Department.name.label("department_name"),
    Site.code.label("site_code"), Site.name.label("site_name"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class VocabularyRows:
    """
    What the ear's vocabulary is made of; the fields of each tuple are those of its entry.

    Sites: code, name. Departments: code, name, site, national_code, aliases (tuple), bookable,
    min_age_years, max_age_years, sex (m, f or None). Doctors: code, name, site, department,
    title, expertise (separated by ;).
    """

    sites: tuple[tuple[str, str], ...]
    departments: tuple[
        tuple[str, str, str, str, tuple[str, ...], bool, float | None, float | None, str | None],
        ...,
    ]
    doctors: tuple[tuple[str, str, str, str, str, str], ...]
    version: int


def vocabulary_rows(work: Work) -> VocabularyRows:
    """Return the names of the installation; the version is read first, so never too new."""
    version = roster_version(work)
    catalogue = Catalogue(work)
    return VocabularyRows(
        sites=tuple((site.code, site.name) for site in catalogue.sites()),
        departments=tuple(
            (
                ward.code,
                ward.name,
                ward.site,
                ward.national_code,
                ward.aliases,
                ward.bookable,
                ward.min_age_years,
                ward.max_age_years,
                ward.sex or None,
            )
            for ward in catalogue.departments()
        ),
        doctors=tuple(_doctor_names(catalogue)),
        version=version,
    )


def _doctor_names(catalogue: Catalogue) -> Iterator[tuple[str, str, str, str, str, str]]:
    for one in catalogue.doctors():
        yield (
            one.code,
            one.name,
            one.site,
            one.department,
            one.title,
            ";".join(one.expertise),
        )


_VERSION = select(RosterVersion.version)


def roster_version(work: Work) -> int:
    """Return the version of the roster; 0 before the first import."""
    return work.conn.scalar(_VERSION) or 0


def split(cell: str) -> tuple[str, ...]:
    """Return the values of a column that holds several."""
    return tuple(filter(None, cell.split(";")))
