"""Whom a broadcast is for: counted, and read page by page: a million need no more memory."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.orm import aliased

from desk import groups
from desk.appointments import views
from desk.notices import facts
from desk.reach import family_of, opened_phone, phones_of, readers_of
from desk.shifts import own
from desk.work import Work
from models import (
    Appointment,
    Department,
    Doctor,
    Patient,
    PatientGroupMember,
    Shift,
    Site,
    Staff,
)
from models import WechatUser as User
from scheduling.broadcasting import OF_ALL, Audience
from scheduling.masking import mask_name
from scheduling.rota import Member
from scheduling.staff_errors import NobodyMeant, NotAllowed

# So many are written in one transaction, about; of visits as many as whole shifts have.
PAGE = 500
_SHIFTS_AT_ONCE = 20
_EXPECTED = ("booked", "checked_in")


_DOCTORS_SITE = aliased(Site)
_WRITERS = (
    select(Staff.id, func.coalesce(Site.code, _DOCTORS_SITE.code).label("site"))
    .outerjoin(Site, Site.id == Staff.site_id)
    .outerjoin(Doctor, Doctor.id == Staff.doctor_id)
    .outerjoin(_DOCTORS_SITE, _DOCTORS_SITE.id == Doctor.site_id)
    .where(Staff.id.in_(bindparam("staff", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class Recipient:
    """
    One person a broadcast is for: an account, or a phone, or neither.

    `key` tells recipients of one broadcast apart. `payload` is what her notice says of her.
    """

    key: str
    account: int | None = None
    appointment: int | None = None
    version: int | None = None
    starts_at: datetime | None = None
    phone: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


def scoped(work: Work, member: Member, audience: Audience) -> Audience:
    """
    Return the audience as far as it is this member's business.

    Raises:
        NobodyMeant: it says of no visits which.
        NotAllowed: it is somebody else's.
    """
    if audience.is_blank:
        raise NobodyMeant
    if audience.kind == "group":
        groups.check(work, member, audience.group)
        return audience
    if audience.kind in OF_ALL:
        if member.role == "doctor" or member.site is not None:
            raise NotAllowed
        return audience
    if member.doctor is not None:
        audience = replace(audience, doctors=(member.doctor,))
    if member.site is not None:
        audience = replace(audience, sites=(member.site,))
    theirs = own(_shifts(Audience(shifts=audience.shifts)), member)
    if audience.shifts and set(work.conn.scalars(theirs)) != set(audience.shifts):
        raise NotAllowed
    return audience


def kept(audience: Audience) -> str:
    """Return an audience as it is stored: ids and codes."""
    return json.dumps(asdict(audience), default=lambda at: at.isoformat())


def opened(text: str) -> Audience:
    """Return a stored audience."""
    given = json.loads(text)
    start, end = (datetime.fromisoformat(given[n]) if given[n] else None for n in ("start", "end"))
    return Audience(
        kind=given["kind"],
        shifts=tuple(given["shifts"]),
        doctors=tuple(given["doctors"]),
        departments=tuple(given["departments"]),
        sites=tuple(given["sites"]),
        start=start,
        end=end,
        group=given["group"],
    )


def homes(work: Work, broadcasts: Sequence[Row[Any]]) -> Mapping[int, str]:
    """
    Return the code of the site whose business a broadcast is, by its number.

    The one it was written for, its group's, or its writer's. What has none is the hospital's.
    """
    audiences = {row.id: opened(row.audience) for row in broadcasts}
    asked = {one.group for one in audiences.values() if one.group is not None}
    of_groups = groups.sites_of(work, list(asked)) if asked else {}
    writers = {row.staff_id for row in broadcasts}
    of_writers = {r.id: r.site for r in work.conn.execute(_WRITERS, {"staff": list(writers)})}
    found = {}
    for row in broadcasts:
        audience = audiences[row.id]
        named = audience.sites[0] if len(audience.sites) == 1 else None
        found[row.id] = named or of_groups.get(audience.group or 0) or of_writers.get(row.staff_id)
    return {number: site for number, site in found.items() if site}


def count(work: Work, audience: Audience) -> int:
    """Return how many recipients an audience has now; of everyone those whom we know."""
    if audience.kind in OF_ALL:
        return work.conn.scalar(_COUNT_FOLLOWERS) or 0
    if audience.kind == "group":
        return work.conn.scalar(_COUNT_MEMBERS, {"group": audience.group}) or 0
    shifts = _shifts(audience).subquery()
    visits = select(func.count()).where(
        Appointment.shift_id.in_(select(shifts.c.id)), *_still(work)
    )
    return work.conn.scalar(visits) or 0


def page(work: Work, audience: Audience, after: int) -> tuple[list[Recipient], int | None]:
    """
    Return the next recipients and where to go on behind them; None: these were the last.

    Of everyone these are the ones whom we know; the others are `desk.strangers`.
    """
    return _PAGES[audience.kind](work, audience, after)


# -- visits


def _shifts(audience: Audience) -> Select[*tuple[Any, ...]]:
    query = (
        select(Shift.id)
        .join(Site, Site.id == Shift.site_id)
        .join(Department, Department.id == Shift.department_id)
        .outerjoin(Doctor, Doctor.id == Shift.doctor_id)
    )
    for column, wanted in (
        (Shift.id, audience.shifts),
        (Doctor.code, audience.doctors),
        (Department.code, audience.departments),
        (Site.code, audience.sites),
    ):
        if wanted:
            query = query.where(column.in_(wanted))
    if audience.start is not None:
        query = query.where(Shift.ends_at > audience.start)
    if audience.end is not None:
        query = query.where(Shift.starts_at < audience.end)
    return query


def _still(work: Work) -> tuple[Any, ...]:
    return Appointment.status.in_(_EXPECTED), Appointment.starts_at > work.now


def _visits(work: Work, audience: Audience, after: int) -> tuple[list[Recipient], int | None]:
    some = _shifts(audience).where(Shift.id > after).order_by(Shift.id).limit(_SHIFTS_AT_ONCE)
    shifts = list(work.conn.scalars(some))
    rows = work.conn.execute(
        select(Appointment.id, Appointment.version, Appointment.starts_at)
        .where(Appointment.shift_id.in_(shifts), *_still(work))
        .order_by(Appointment.id)
    ).all()
    readers = readers_of(work, [row.id for row in rows]) if rows else {}
    found = [
        Recipient(
            key=f"a{row.id}",
            account=next(iter(readers[row.id]), None),
            appointment=row.id,
            version=row.version,
            starts_at=work.local(row.starts_at),
        )
        for row in rows
    ]
    return found, shifts[-1] if len(shifts) == _SHIFTS_AT_ONCE else None


# -- groups


_COUNT_MEMBERS = select(func.count()).where(PatientGroupMember.group_id == bindparam("group"))
_MEMBERS = (
    select(PatientGroupMember.patient_id, Patient.name_enc, Patient.phone_enc)
    .join(Patient, Patient.id == PatientGroupMember.patient_id)
    .where(
        PatientGroupMember.group_id == bindparam("group"),
        PatientGroupMember.patient_id > bindparam("after"),
    )
    .order_by(PatientGroupMember.patient_id)
    .limit(PAGE)
)


def _members(work: Work, audience: Audience, after: int) -> tuple[list[Recipient], int | None]:
    rows = work.conn.execute(_MEMBERS, {"group": audience.group, "after": after}).all()
    families = family_of(work, [row.patient_id for row in rows])
    found = []
    for row in rows:
        name, phone = work.vault.open(row.name_enc), opened_phone(work, row.phone_enc)
        payload = {"name": name, "patient": mask_name(name)}
        found.append(
            Recipient(
                key=f"p{row.patient_id}",
                account=next(iter(families[row.patient_id]), None),
                phone=phone,
                payload={**payload, "phone": phone} if phone else payload,
            )
        )
    return found, rows[-1].patient_id if len(rows) == PAGE else None


# -- followers


_COUNT_FOLLOWERS = select(func.count()).select_from(User).where(User.followed)
_FOLLOWERS = (
    select(User.id)
    .where(User.followed, User.id > bindparam("after"))
    .order_by(User.id)
    .limit(PAGE)
)


def _followers(work: Work, audience: Audience, after: int) -> tuple[list[Recipient], int | None]:
    ids = list(work.conn.scalars(_FOLLOWERS, {"after": after}))
    return [Recipient(key=f"u{one}", account=one) for one in ids], (
        ids[-1] if len(ids) == PAGE else None
    )


_PAGES = {
    "visits": _visits,
    "group": _members,
    "followers": _followers,
    "everyone": _followers,
}


def phones(work: Work, some: Sequence[Recipient]) -> Mapping[str, str | None]:
    """Return the phones of recipients that take messages, by key."""
    visits = phones_of(work, [one.appointment for one in some if one.appointment is not None])
    return {
        one.key: visits.get(one.appointment) if one.appointment is not None else one.phone
        for one in some
    }


def sample(work: Work, one: Recipient) -> Mapping[str, Any]:
    """Return what is told of a recipient, masked."""
    if one.appointment is None:
        return one.payload
    return dict(facts(next(iter(views(work, [one.appointment]).values()))))
