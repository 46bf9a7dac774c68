"""
Whose business a question for a person is: at which site it belongs, and who may see it.

The site that is talked about; else that of what the account already waits for; else that of its
visits, where they are all at one. Nobody guesses: a question of no site is seen by all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, bindparam, or_, select, true

from desk.accounts import account
from desk.work import Work
from models import Appointment, Department, HumanRequest, Site
from scheduling.rota import Member

EMERGENCY = "emergency"
# A visit that long ago is still what a bill or a report is asked about.
_LATELY = timedelta(days=30)
_BY_CODE = select(Site.id).where(Site.code == bindparam("code"))
_WAITING = (
    select(HumanRequest.site_id)
    .where(HumanRequest.openid_hash == bindparam("openid"), HumanRequest.state == "open")
    .where(HumanRequest.site_id.is_not(None))
    .order_by(HumanRequest.id.desc())
    .limit(1)
)
_VISITS = (
    select(Department.site_id, Appointment.visit_on)
    .join(Department, Department.id == Appointment.department_id)
    .where(
        Appointment.wechat_user_id == bindparam("account"),
        Appointment.visit_on >= bindparam("since"),
        Appointment.status.in_(("booked", "checked_in", "completed", "suspended", "no_show")),
    )
    .distinct()
)


def site_of(work: Work, code: str = "") -> int | None:
    """Return the number of the site where a question of the acting account belongs, or None."""
    named: int | None = work.conn.scalar(_BY_CODE, {"code": code}) if code else None
    if named is not None:
        return named
    openid = work.vault.lookup(work.actor.openid or "")
    waits: int | None = work.conn.scalar(_WAITING, {"openid": openid})
    return waits if waits is not None else _of_visits(work)


def _of_visits(work: Work) -> int | None:
    """The one site of the visits ahead, or, without any, of those not long ago."""
    me = account(work)
    if me is None:
        return None
    today = work.local(work.now).date()
    rows = work.conn.execute(_VISITS, {"account": me, "since": today - _LATELY}).all()
    ahead = {row.site_id for row in rows if row.visit_on >= today}
    sites = ahead or {row.site_id for row in rows}
    return sites.pop() if len(sites) == 1 else None


def may_see(member: Member, holder: int | None, site: str, *, is_urgent: bool) -> bool:
    """
    Tell whether a request is a member's business: left to `holder`, of a `site` ("" for none).

    A doctor's is what was left to that doctor; for the desk of one site also what is the site's or
    nobody's yet. An emergency nobody has seen to is everybody's: the site may be the wrong one.
    """
    if holder == member.id:
        return True
    if member.role == "doctor":
        return False
    return is_urgent or member.site is None or site in ("", member.site)


def seen_by(member: Member) -> ColumnElement[bool]:
    """Return the same rule for open requests, joined with their site."""
    mine = HumanRequest.staff_id == member.id
    if member.role == "doctor":
        return mine
    if member.site is None:
        return true()
    here = or_(HumanRequest.site_id.is_(None), Site.code == member.site)
    return or_(mine, here, HumanRequest.kind == EMERGENCY)


def sites(work: Work, requests: Sequence[int]) -> Mapping[int, str]:
    """Return the code of the site of those of these requests that have one, by request."""
    if not requests:
        return {}
    placed = select(HumanRequest.id, Site.code).join(Site, Site.id == HumanRequest.site_id)
    rows = work.conn.execute(placed.where(HumanRequest.id.in_(requests)))
    return {row.id: row.code for row in rows}
