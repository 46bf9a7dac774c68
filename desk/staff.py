"""
The people who work here: invited with a one-time code, bound to a WeChat account by sending it.

A code has 8 of 24 letters (10^11), lives a day and works once: it cannot be guessed by asking.
Whoever sends a wrong one learns nothing, not even that there are codes.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from desk import audit, patient_search
from desk.placing import CODE_LETTERS
from desk.rows import insert_row
from desk.work import Actor, Work
from models import Doctor, Site, Staff
from scheduling.rota import Member, PatientLine
from scheduling.staff_errors import NotAllowed

ROLES = ("admin", "desk", "doctor")
_CODE_LENGTH = 8
_LONGEST = 60
_CODE_LIVES = timedelta(days=1)


class StaffError(ValueError):
    """
    Somebody cannot be invited like this; the message says why.

    `about`: what has to be written anew (name | taken | role | doctor | site | elsewhere).
    """

    def __init__(self, about: str, message: str) -> None:
        super().__init__(message)
        self.about = about


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list of staff; `has_code`: the second step of the login is on."""

    id: int
    name: str
    role: str
    doctor: str
    site: str
    is_bound: bool
    has_code: bool


_MEMBERS = (
    select(
        Staff.id,
        Staff.name,
        Staff.role,
        Staff.openid_hash,
        Staff.totp_enc,
        Doctor.code.label("doctor"),
        Site.code.label("site"),
    )
    .outerjoin(Doctor, Doctor.id == Staff.doctor_id)
    .outerjoin(Site, Site.id == Staff.site_id)
    .where(Staff.removed_at.is_(None))
    .order_by(Staff.id)
)
_NAMES = select(Staff.id, Staff.name).outerjoin(Site, Site.id == Staff.site_id).order_by(Staff.id)
# The name is what one logs in with, and what the record of acts shows.
_NAMESAKE = select(Staff.id).where(Staff.name == bindparam("name"), Staff.removed_at.is_(None))
_BY_ACCOUNT = _MEMBERS.where(Staff.openid_hash == bindparam("openid"))
_BY_NUMBER = _MEMBERS.where(Staff.id == bindparam("number"))
_BY_CODE = _MEMBERS.where(
    Staff.code_hash == bindparam("code"), Staff.code_expires_at > bindparam("now")
)


def invite(
    work: Work, name: str, role: str, doctor: str | None = None, site: str | None = None
) -> str:
    """
    Return a one-time code for a new member of staff, good for a day.

    Raises:
        StaffError: nameless, named as somebody who works here, a doctor without a code of the
            roster, a code nobody has, or a doctor of another site.
    """
    name = name.strip()
    if not 0 < len(name) <= _LONGEST:
        raise StaffError("name", f"a name has 1 to {_LONGEST} characters")
    if work.conn.scalar(_NAMESAKE, {"name": name}):
        raise StaffError("taken", f"somebody named {name} works here already")
    if role not in ROLES:
        raise StaffError("role", f"a role is one of {', '.join(ROLES)}")
    if (role == "doctor") != (doctor is not None):
        raise StaffError(
            "doctor", "a doctor needs --doctor with a code of the roster, nobody else has one"
        )
    doctor_id, site_id = _id(work, Doctor, doctor), _id(work, Site, site)
    home = work.directory.doctors[doctor_id].site if doctor_id is not None else site
    if site not in (None, home):
        raise StaffError("elsewhere", f"{doctor} is a doctor of {home}")
    code = _code()
    row = {
        "name": name,
        "role": role,
        "doctor_id": doctor_id,
        "site_id": site_id,
        "code_hash": work.vault.lookup(code),
        "code_expires_at": work.now + _CODE_LIVES,
        "created_at": work.now,
    }
    number = insert_row(work.conn, insert(Staff), row)
    audit.record(work, "invite", f"staff:{number}", {"name": name, "role": role})
    return code


def _code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(_CODE_LENGTH))


def _id(work: Work, table: type[Doctor | Site], code: str | None) -> int | None:
    if code is None:
        return None
    found: int | None = work.conn.scalar(select(table.id).where(table.code == code))
    if found is None:
        about = "doctor" if table is Doctor else "site"
        raise StaffError(about, f"the roster has no code {code}")
    return found


def new_code(work: Work, number: int) -> str | None:
    """Return another one-time code for somebody who works here, None for nobody of that number."""
    code = _code()
    fresh = {"code_hash": work.vault.lookup(code), "code_expires_at": work.now + _CODE_LIVES}
    here = (Staff.id == number, Staff.removed_at.is_(None))
    if work.conn.execute(update(Staff).where(*here).values(**fresh)).rowcount == 0:
        return None
    audit.record(work, "code", f"staff:{number}")
    return code


def by_code(work: Work, code: str) -> Member | None:
    """Return whose one-time code this is; None for one that is no good."""
    values = {"code": work.vault.lookup(code.strip().upper()), "now": work.now}
    return to_member(work.conn.execute(_BY_CODE, values).one_or_none())


def by_number(work: Work, number: int) -> Member | None:
    """Return a member of staff, None for nobody of that number (any more)."""
    return to_member(work.conn.execute(_BY_NUMBER, {"number": number}).one_or_none())


def check(work: Work, member: Member, number: int) -> None:
    """
    Refuse an administrator of one site what concerns somebody who is not of that site.

    Raises:
        NotAllowed.
    """
    if member.site is None:
        return
    other = by_number(work, number)
    if other is None or other.site != member.site:
        raise NotAllowed


def everybody(work: Work, site: str | None = None) -> Sequence[Entry]:
    """Return all members of staff, or those of one site alone, the oldest first."""
    query = _MEMBERS if site is None else _MEMBERS.where(Site.code == site)
    return [
        Entry(
            id=row.id,
            name=row.name,
            role=row.role,
            doctor=row.doctor or "",
            site=row.site or "",
            is_bound=bool(row.openid_hash),
            has_code=row.totp_enc is not None,
        )
        for row in work.conn.execute(query)
    ]


def names(work: Work, site: str | None = None) -> dict[str, str]:
    """Return who is behind the labels of events, of a site or all, also who left."""
    query = _NAMES if site is None else _NAMES.where(Site.code == site)
    return {f"window:staff:{row.id}": row.name for row in work.conn.execute(query)}


def remove(work: Work, number: int) -> bool:
    """Take somebody's rights away; False for nobody of that number."""
    gone = {"removed_at": work.now, "openid_hash": None, "code_hash": None}
    here = (Staff.id == number, Staff.removed_at.is_(None))
    removed = work.conn.execute(update(Staff).where(*here).values(**gone)).rowcount == 1
    if removed:
        audit.record(work, "remove", f"staff:{number}")
    return removed


class StaffRoom:
    """Who the account that writes is, among the staff."""

    def __init__(self, work: Work) -> None:
        """Answer within this piece of work."""
        self._work = work

    def me(self) -> Member | None:
        """Return the member of staff who writes, or None."""
        openid = self._work.actor.openid
        if openid is None:
            return None
        values = {"openid": self._work.vault.lookup(openid)}
        return to_member(self._work.conn.execute(_BY_ACCOUNT, values).one_or_none())

    def may_look_up(self, member: Member) -> bool:
        """Tell whether this member may look patients up in the chat: where the site wishes it."""
        return self._work.policy.chat_lookup and member.role != "doctor"

    def look_up(self, words: str) -> Sequence[PatientLine]:
        """Return whom a name, a phone or a document fits, masked; who asked is kept."""
        member = self.me()
        named = Actor("window", name=f"staff:{member.id}") if member else self._work.actor
        return patient_search.search(replace(self._work, actor=named), words)

    def bind(self, code: str) -> Member | None:
        """Bind the account that writes by its one-time code; None for a code that is no good."""
        work = self._work
        openid = work.actor.openid
        member = by_code(work, code)
        if member is None or openid is None:
            return None
        mine = work.vault.lookup(openid)
        work.conn.execute(update(Staff).where(Staff.openid_hash == mine).values(openid_hash=None))
        bound = {"openid_hash": mine, "code_hash": None, "bound_at": work.now}
        work.conn.execute(update(Staff).where(Staff.id == member.id).values(**bound))
        audit.record(work, "bind", f"staff:{member.id}")
        return member


def to_member(row: Row[*tuple[Any, ...]] | None) -> Member | None:
    """Return a row of staff as people see it."""
    return None if row is None else Member(row.id, row.name, row.role, row.doctor, row.site)
