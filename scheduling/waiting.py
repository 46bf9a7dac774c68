"""
The waitlist (候补): what its conversations talk about, and when it offers and closes; pure.

All datetimes are aware and site-local. Sources of the numbers: `scheduling.policy`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import NewType

from scheduling import quotas
from scheduling.policy import Policy
from scheduling.reminders import after_quiet
from scheduling.types import AppointmentId, PatientId

WaitingId = NewType("WaitingId", int)
# Fewer past half-days tell nothing.
_LEAST_SHIFTS = 8


@dataclass(frozen=True, slots=True)
class Wish:
    """
    What somebody waits for: a doctor, or anybody of a department, on some days.

    Codes; both days included; `half_day` and `service_type` empty where any will do.
    """

    department: str
    doctor: str | None
    first_on: date
    last_on: date
    half_day: str = ""
    service_type: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """Of `shifts` past half-days like it, `enough` had as many places come back as are needed."""

    shifts: int
    enough: int


@dataclass(frozen=True, slots=True)
class Line:
    """
    A wish with names, and where in line somebody stands for it.

    `position` counts from 1, with all in front who might be served first. `history` is None where
    there is too little of it to tell.
    """

    wish: Wish
    site_name: str
    department_name: str
    doctor_name: str | None
    position: int
    closes_at: datetime
    history: History | None = None


@dataclass(frozen=True, slots=True)
class WaitingView:
    """
    One patient in line, as the account that put it there sees it.

    `skipped` names the refusal for which a place went to the next in line; `offer` is the
    appointment that is held for the patient now, until `offer_until`.
    """

    id: WaitingId
    line: Line
    patient: PatientId
    patient_name_masked: str
    skipped: str = ""
    offer: AppointmentId | None = None
    offer_until: datetime | None = None


def offer_until(policy: Policy, now: datetime, starts_at: datetime) -> datetime:
    """
    Return until when an offer made now can be accepted.

    One made in the quiet hours is read in the morning: it lives until then. No offer lives longer
    than its slot can be booked.
    """
    leaves_at = after_quiet(policy, now)
    until = now + policy.offer_lives
    if leaves_at != now:
        morning = datetime.combine(leaves_at.date(), policy.offer_night_until, leaves_at.tzinfo)
        until = max(morning, leaves_at)
    return min(until, starts_at - policy.same_day_closes)


def closes_at(policy: Policy, day: date, zone: tzinfo | None) -> datetime:
    """Return when the line for a day closes: the evening before."""
    return datetime.combine(day - timedelta(days=1), policy.waitlist_closes, zone)


def opens_at(policy: Policy, first: date, last: date, zone: tzinfo | None) -> list[datetime]:
    """Return when what was kept of these days opens: for the window, or for some patients."""
    clocks = {policy.window_share_until, policy.quotas_until if quotas.is_kept(policy) else None}
    eves = [first + timedelta(days=number - 1) for number in range((last - first).days + 1)]
    return [datetime.combine(eve, at, zone) for eve in eves for at in clocks if at is not None]


def returns_at(
    policy: Policy, now: datetime, starts_at: datetime, dice: random.Random
) -> datetime | None:
    """
    Return when a cancelled place that nobody waits for may be booked again; None: at once.

    At once where the wait would eat up the time in which it can still be booked.
    """
    span = policy.returns_before - policy.returns_after
    if policy.returns_before <= timedelta():
        return None
    at = now + policy.returns_after + dice.random() * max(span, timedelta())
    return at if at < starts_at - policy.same_day_closes - policy.returns_before else None


def history(returned: list[int], needed: int) -> History | None:
    """Sum up how many places came back in each past half-day, where that tells anything."""
    if len(returned) < _LEAST_SHIFTS:
        return None
    return History(len(returned), sum(1 for places in returned if places >= needed))
