"""
The directory: sites, villages, departments and doctors.

Read once and kept until the roster's version moves: they change with an import, some times a day
at most, and are looked up several times a turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from models import Department, Doctor, RosterVersion, Site, Village
from scheduling import catchment
from scheduling.types import Physician, Place, Ward

_VERSION = select(RosterVersion.version)
_SITES = select(
    Site.code, Site.name, Site.kind, Site.address, Site.phone, Site.emergency_phone,
    Site.hours, Site.latitude, Site.longitude,
).order_by(Site.id)  # fmt: skip
_VILLAGES = (
    select(
        Village.code, Village.name, Village.latitude, Village.longitude, Village.people,
        Site.code.label("site"),
    )
    .outerjoin(Site, Site.id == Village.site_id)
    .order_by(Village.id)
)  # fmt: skip
_SITE = (Site.code.label("site"), Site.name.label("site_name"))
_WARDS = (
    select(*Department.__table__.c, *_SITE)
    .join(Site, Site.id == Department.site_id)
    .order_by(Department.id)
)
_PHYSICIANS = (
    select(
        *Doctor.__table__.c,
        Department.code.label("department"),
        Department.name.label("department_name"),
        *_SITE,
    )
    .join(Department, Department.id == Doctor.department_id)
    .join(Site, Site.id == Doctor.site_id)
    .order_by(Doctor.id)
)


@dataclass(frozen=True, slots=True)
class Directory:
    """What the roster of one version names, in its own order; wards and doctors by row id."""

    version: int
    sites: tuple[Place, ...]
    wards: Mapping[int, Ward]
    doctors: Mapping[int, Physician]
    ward_ids: Mapping[str, int]
    doctor_ids: Mapping[str, int]
    villages: tuple[catchment.Village, ...] = ()


class Directories:
    """The newest directory of one database, for all threads."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._newest: Directory | None = None

    def current(self, conn: Connection, version: int | None = None) -> Directory:
        """
        Return the directory as this transaction sees it.

        `version` is the roster's, if this transaction has asked for it; else one tiny query does.
        """
        version = roster_version(conn) if version is None else version
        newest = self._newest
        if newest is None or newest.version != version:
            # The version was read first, so what follows is never older than it says.
            newest = self._newest = _read(conn, version)
        return newest


def roster_version(conn: Connection) -> int:
    """Return the version of the roster; 0 before the first import."""
    return conn.scalar(_VERSION) or 0


def _read(conn: Connection, version: int) -> Directory:
    wards = {row.id: _ward(row) for row in conn.execute(_WARDS)}
    doctors = {row.id: _physician(row) for row in conn.execute(_PHYSICIANS)}
    return Directory(
        version=version,
        sites=tuple(Place(*row) for row in conn.execute(_SITES)),
        wards=wards,
        doctors=doctors,
        ward_ids={ward.code: key for key, ward in wards.items()},
        doctor_ids={doctor.code: key for key, doctor in doctors.items()},
        villages=tuple(_village(row) for row in conn.execute(_VILLAGES)),
    )


def _village(row: Row[*tuple[Any, ...]]) -> catchment.Village:
    spot = row.latitude, row.longitude
    return catchment.Village(row.code, row.name, spot, row.people, row.site or "")


def _ward(row: Row[*tuple[Any, ...]]) -> Ward:
    return Ward(
        code=row.code,
        name=row.name,
        site=row.site,
        site_name=row.site_name,
        location=row.location,
        bookable=row.bookable,
        national_code=row.national_code,
        aliases=_split(row.aliases),
        min_age_years=row.min_age_years,
        max_age_years=row.max_age_years,
        sex=row.sex,
    )


def _physician(row: Row[*tuple[Any, ...]]) -> Physician:
    return Physician(
        code=row.code,
        name=row.name,
        title=row.title,
        department=row.department,
        department_name=row.department_name,
        site=row.site,
        site_name=row.site_name,
        expertise=_split(row.expertise),
    )


def _split(cell: str) -> tuple[str, ...]:
    """Return the values of a column that holds several."""
    return tuple(filter(None, cell.split(";")))
