"""
Groups of patients that the staff speak to together (分组).

They are kept here alone: WeChat is told neither their names nor who is in them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from desk import audit
from desk.appointments import SEES_ALL
from desk.patient_search import known_by
from desk.rows import insert_row
from desk.work import Work
from models import Doctor, Patient, PatientGroup, PatientGroupMember, PatientLink, Site
from scheduling.rota import Member
from scheduling.staff_errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Group:
    """One group as its members of staff see it."""

    id: int
    name: str
    size: int


_SIZE = (
    select(func.count())
    .select_from(PatientGroupMember)
    .where(PatientGroupMember.group_id == PatientGroup.id)
    .scalar_subquery()
)
# A doctor's group is the business of the site where the doctor works.
_DOCTORS_SITE = aliased(Site)
_ANY = (
    select(
        PatientGroup.id,
        PatientGroup.name_enc,
        Doctor.code.label("doctor"),
        func.coalesce(Site.code, _DOCTORS_SITE.code).label("site"),
        _SIZE.label("size"),
    )
    .outerjoin(Doctor, Doctor.id == PatientGroup.doctor_id)
    .outerjoin(Site, Site.id == PatientGroup.site_id)
    .outerjoin(_DOCTORS_SITE, _DOCTORS_SITE.id == Doctor.site_id)
    .order_by(PatientGroup.id)
)
_GROUPS = _ANY.where(PatientGroup.removed_at.is_(None))
_ONE = _GROUPS.where(PatientGroup.id == bindparam("group"))
_SOME = _ANY.where(PatientGroup.id.in_(bindparam("groups", expanding=True)))
_PATIENTS = select(Patient.id).where(Patient.merged_into_id.is_(None))
_KNOWN = select(PatientGroupMember.patient_id).where(
    PatientGroupMember.group_id == bindparam("group")
)


_OF_PATIENT = (
    select(PatientGroup.name_enc)
    .join(PatientGroupMember, PatientGroupMember.group_id == PatientGroup.id)
    .join(PatientLink, PatientLink.patient_id == PatientGroupMember.patient_id)
    .where(
        PatientGroupMember.patient_id == bindparam("patient"),
        PatientGroup.removed_at.is_(None),
        PatientLink.active_key == bindparam("pair"),
        PatientLink.state.in_(SEES_ALL),
    )
    .order_by(PatientGroup.id)
)


def of(work: Work, member: Member) -> Sequence[Group]:
    """Return the groups that are this member's business."""
    return [
        Group(row.id, work.vault.open(row.name_enc), row.size)
        for row in work.conn.execute(_GROUPS)
        if _is_own(row, member)
    ]


def check(work: Work, member: Member, group: int | None) -> Group:
    """
    Return a group.

    Raises:
        NotAllowed: there is none, or it is not this member's business.
    """
    row = work.conn.execute(_ONE, {"group": group}).one_or_none()
    if row is None or not _is_own(row, member):
        raise NotAllowed
    return Group(row.id, work.vault.open(row.name_enc), row.size)


def sites_of(work: Work, groups: Sequence[int]) -> Mapping[int, str]:
    """Return the code of the site of those of these groups that are one's, ended ones too."""
    rows = work.conn.execute(_SOME, {"groups": list(groups)})
    return {row.id: row.site for row in rows if row.site}


def names_of(work: Work, account: int | None, patient: int) -> Sequence[str]:
    """Return the groups a patient is in, for an account that was verified to speak for her."""
    if account is None:
        return ()
    sealed = work.conn.scalars(_OF_PATIENT, {"pair": f"{account}:{patient}", "patient": patient})
    return [work.vault.open(name) for name in sealed]


def _is_own(row: Row[*tuple[Any, ...]], member: Member) -> bool:
    if member.role == "doctor":
        return bool(row.doctor == member.doctor)
    return member.site is None or row.site in (None, member.site)


def create(work: Work, member: Member, name: str) -> int:
    """Make a group, a doctor's own or one of the member's site; returns its number."""
    ids = {
        "doctor_id": _id(work, Doctor, member.doctor),
        "site_id": _id(work, Site, member.site),
    }
    row = {"name_enc": work.vault.seal(name.strip()), "created_at": work.now, **ids}
    number = insert_row(work.conn, insert(PatientGroup), row)
    audit.record(work, "group", f"group:{number}", {"name": name.strip()})
    return number


def _id(work: Work, table: type[Doctor | Site], code: str | None) -> int | None:
    return None if code is None else work.conn.scalar(select(table.id).where(table.code == code))


def add(work: Work, member: Member, group: int, lines: Sequence[str]) -> tuple[int, list[int]]:
    """
    Put patients into a group, each a document number or a phone; returns how many are new.

    And the places (from 1) of lines that name nobody, or more than one.

    Raises:
        NotAllowed.
    """
    check(work, member, group)
    inside = set(work.conn.scalars(_KNOWN, {"group": group}))
    fresh: dict[int, None] = {}
    unknown = []
    for place, line in enumerate(lines, start=1):
        by = known_by(work, line.strip())
        found = list(work.conn.scalars(_PATIENTS.where(or_(*by)))) if by else []
        if len(found) != 1:
            unknown.append(place)
        elif found[0] not in inside:
            fresh[found[0]] = None
    if fresh:
        rows = [{"group_id": group, "patient_id": patient} for patient in fresh]
        work.conn.execute(insert(PatientGroupMember), rows)
    audit.record(work, "group", f"group:{group}", {"added": len(fresh)})
    return len(fresh), unknown


def remove(work: Work, member: Member, group: int) -> None:
    """
    End a group; what was sent to it stays in the records.

    Raises:
        NotAllowed.
    """
    check(work, member, group)
    ended = update(PatientGroup).where(PatientGroup.id == group).values(removed_at=work.now)
    work.conn.execute(ended)
    audit.record(work, "group", f"group:{group}", {"removed": True})
