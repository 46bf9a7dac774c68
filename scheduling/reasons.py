"""Why a wish for a time finds nothing; pure. All times are aware and site-local."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from scheduling.fitting import is_right_place, is_wished
from scheduling.limits import last_open_day
from scheduling.offers import Miss, ShiftTimes
from scheduling.policy import Policy
from scheduling.types import Need

_MOMENT = timedelta(microseconds=1)


def why_none(
    need: Need,
    shifts: Sequence[ShiftTimes],
    barred: Collection[int],
    policy: Policy,
    now: datetime,
) -> Miss | None:
    """
    Return why no slot meets the need; None when it asks for no time.

    `shifts` have all slots that may be booked by time, full ones included; `barred` are those
    that collide with what the patient has.
    """
    if not need.when:
        return None
    not_yet = _not_open(need.when, policy, now)
    if not_yet is not None:
        return not_yet
    if all(end <= now + policy.same_day_closes for _, end in need.when):
        return Miss("over")
    that_day = [shift for shift in shifts if _on_days(shift, need)]
    # What was seen today and is over cannot be told from what is not seen at all.
    if not that_day and all(_is_of(now, start, end) for start, end in need.when):
        return Miss("none_today")
    return _among(that_day, need, barred)


def _not_open(
    when: Sequence[tuple[datetime, datetime]], policy: Policy, now: datetime
) -> Miss | None:
    first = min(start for start, _ in when)
    if first.date() <= last_open_day(policy, now):
        return None
    day = first.date() - timedelta(days=policy.days_ahead)
    return Miss("not_open", datetime.combine(day, policy.release_at, tzinfo=first.tzinfo))


def _among(that_day: Sequence[ShiftTimes], need: Need, barred: Collection[int]) -> Miss:
    anybody = replace(need, service_type=None)
    here = [shift for shift in that_day if is_right_place(shift.one, anybody)]
    of_kind = [shift for shift in here if is_right_place(shift.one, need)]
    if not here:
        return Miss("no_clinic")
    if not of_kind:
        return Miss("no_service")
    wished = [t for s in of_kind for t in s.times if is_wished(s.one, t.starts_at, need.when)]
    if not wished:
        if any(is_wished(s.one, t.starts_at, need.when) for s in here for t in s.times):
            return Miss("no_service")
        zone = of_kind[0].one.starts_at.tzinfo
        begins = min(shift.times[0].starts_at for shift in of_kind)
        ends = max(shift.times[-1].ends_at for shift in of_kind)
        return Miss("other_hours", begins.astimezone(zone), ends.astimezone(zone))
    return Miss("busy" if any(t.left > 0 and t.slot in barred for t in wished) else "full")


def _is_of(now: datetime, start: datetime, end: datetime) -> bool:
    return start.date() == now.astimezone(start.tzinfo).date() == (end - _MOMENT).date()


def _on_days(shift: ShiftTimes, need: Need) -> bool:
    day: date = shift.one.starts_at.date()
    return any(start.date() <= day <= (end - _MOMENT).date() for start, end in need.when)
