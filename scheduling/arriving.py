"""Who may check in (签到) and when; pure: facts and `now` in, a `Refusal` or the due time out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduling.errors import (
    AppointmentOver,
    CheckInNotOpen,
    NotConfirmed,
    ShiftOver,
    ShiftSuspended,
    WrongDay,
    WrongSite,
)
from scheduling.policy import Policy

_BOOKED = ("booked", "checked_in")


@dataclass(frozen=True, slots=True)
class Arrival:
    """
    An appointment whose patient says to be here; times local.

    `site` is where it is booked, `at_site` where the patient is, None where nobody knows.
    `is_by_desk`: the desk sees the patient, and knows what it does with who is early or late.
    """

    status: str
    starts_at: datetime
    shift_ends_at: datetime
    site: str
    site_name: str
    address: str
    at_site: str | None = None
    is_by_desk: bool = False


def check_arrival(policy: Policy, now: datetime, one: Arrival) -> None:
    """
    Refuse who cannot check in now.

    Raises:
        NotConfirmed, ShiftSuspended, AppointmentOver, WrongDay, WrongSite, CheckInNotOpen,
        ShiftOver.
    """
    if one.status == "held":
        raise NotConfirmed
    if one.status == "suspended":
        raise ShiftSuspended
    if one.status not in _BOOKED:
        raise AppointmentOver
    if one.starts_at.date() != now.date():
        raise WrongDay(starts_at=one.starts_at, site_name=one.site_name)
    if one.at_site is not None and one.at_site != one.site:
        where = {"site_name": one.site_name, "address": one.address}
        raise WrongSite(**where, starts_at=one.starts_at)
    opens_at = datetime.combine(now.date(), policy.check_in_opens, now.tzinfo)
    if now < opens_at and not one.is_by_desk:
        raise CheckInNotOpen(begins_at=opens_at, starts_at=one.starts_at)
    if now >= one.shift_ends_at and not one.is_by_desk:
        raise ShiftOver(ended_at=one.shift_ends_at)


def due_at(policy: Policy, now: datetime, starts_at: datetime) -> datetime:
    """Return the place in time: the slot, or now for who comes too late for it."""
    return now if now - starts_at > policy.late_after else starts_at
