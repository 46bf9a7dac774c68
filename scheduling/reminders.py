"""When a patient is reminded of an appointment; pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Literal

from scheduling.policy import Policy

Moment = Literal["evening", "soon"]


def reminder_times(
    policy: Policy, now: datetime, starts_at: datetime
) -> list[tuple[Moment, datetime]]:
    """
    Return which reminders to send and when (local), those still to come.

    One the evening before, one shortly before the visit. What falls into the quiet hours waits
    for their end, and is left out when the visit has begun by then.
    """
    eve = starts_at.date() - timedelta(days=1)
    wishes: list[tuple[Moment, datetime]] = [
        ("evening", datetime.combine(eve, policy.reminder_evening, tzinfo=starts_at.tzinfo)),
        ("soon", starts_at - policy.reminder_before),
    ]
    kept = [(which, after_quiet(policy, at)) for which, at in wishes if at > now]
    return [(which, at) for which, at in kept if at < starts_at]


def after_quiet(policy: Policy, at: datetime) -> datetime:
    """Return that instant (local), or the end of the quiet hours it falls into."""
    clock = at.timetz().replace(tzinfo=None)
    if clock >= policy.quiet_from:
        return _at(at + timedelta(days=1), policy.quiet_until)
    if clock < policy.quiet_until:
        return _at(at, policy.quiet_until)
    return at


def _at(day: datetime, clock: time) -> datetime:
    return datetime.combine(day.date(), clock, tzinfo=day.tzinfo)
