"""Until when a patient of a suspended shift may answer, and when somebody rings; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduling.policy import Policy


@dataclass(frozen=True, slots=True)
class Deadlines:
    """`call_at`: silence is put on the call list; `held_until`: the place is given back."""

    call_at: datetime
    held_until: datetime


def answer_by(policy: Policy, told_at: datetime, old: datetime, new: datetime | None) -> Deadlines:
    """
    Return the deadlines of a plan; `old` and `new` are the starts of the visits, times local.

    Whose visit is near is rung soon, at whatever hour: nobody shall stand before a closed door.
    The place stays held while the desk rings, but not beyond the last moment at which it could
    be sold.
    """
    soon = told_at + policy.plan_answer_near
    call_at = max(soon, min(told_at + policy.plan_answer, old - policy.near_visit))
    held_until = call_at + policy.plan_ringing
    if new is not None:
        held_until = min(held_until, new - policy.same_day_closes)
    return Deadlines(call_at, max(held_until, told_at))
