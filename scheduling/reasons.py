"""Why a wish for a time finds nothing; pure. All times are aware and site-local."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from scheduling.limits import last_open_day
from scheduling.matching import is_right_place, is_wished
from scheduling.policy import Policy
from scheduling.types import Miss, Need, Opening

_MOMENT = timedelta(microseconds=1)


def why_none(
    need: Need, openings: Sequence[Opening], barred: Collection[int], policy: Policy, now: datetime
) -> Miss | None:
    """
    Return why no opening meets the need; None when it asks for no time.

    `openings` are all that may be booked by time, full ones included; `barred` the slots that
    collide with what the patient has.
    """
    if not need.when:
        return None
    not_yet = _not_open(need.when, policy, now)
    if not_yet is not None:
        return not_yet
    if all(end <= now + policy.same_day_closes for _, end in need.when):
        return Miss("over")
    return _among([o for o in openings if _on_days(o, need)], need, barred)


def _not_open(
    when: Sequence[tuple[datetime, datetime]], policy: Policy, now: datetime
) -> Miss | None:
    first = min(start for start, _ in when)
    if first.date() <= last_open_day(policy, now):
        return None
    day = first.date() - timedelta(days=policy.days_ahead)
    return Miss("not_open", datetime.combine(day, policy.release_at, tzinfo=first.tzinfo))


def _among(that_day: Sequence[Opening], need: Need, barred: Collection[int]) -> Miss:
    anybody = replace(need, service_type=None)
    here = [o for o in that_day if is_right_place(o, anybody)]
    of_kind = [o for o in here if is_right_place(o, need)]
    if not here:
        return Miss("no_clinic")
    if not of_kind:
        return Miss("no_service")
    wished = [o for o in of_kind if is_wished(o, need.when)]
    if not wished:
        return Miss(
            "other_hours", min(o.starts_at for o in of_kind), max(o.ends_at for o in of_kind)
        )
    return Miss("busy" if any(o.left > 0 and o.slot in barred for o in wished) else "full")


def _on_days(opening: Opening, need: Need) -> bool:
    day: date = opening.starts_at.date()
    return any(start.date() <= day <= (end - _MOMENT).date() for start, end in need.when)
