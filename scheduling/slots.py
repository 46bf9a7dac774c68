"""
A shift cut into slots (号源时段), and the chat's share of each.

`capacity_per_slot` and `wechat_capacity` of a roster line are both meant per slot: of the 4
people seen between 8:00 and 8:30, 3 may come through the chat. A shift's urgent reserve is a
share of all its chat places, spread evenly over its slots, so that an urgent patient of the same
day finds a place early and late alike.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from scheduling.types import HalfDay

# A shift belongs to the half-day in which it begins, as hospitals print 上午/下午/夜间门诊.
_NOON = time(12)
_EVENING = time(17, 30)


@dataclass(frozen=True, slots=True)
class Slice:
    """
    One slot before it is stored; numbers of people, times as given to `cut`.

    `kept` are the places of each quota, as `Cutting.kept_shares` has them.
    """

    starts_at: datetime
    ends_at: datetime
    capacity: int
    chat_capacity: int
    reserve: int
    kept: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cutting:
    """How a shift is cut: minutes and people per slot, the urgent share and those of quotas."""

    slot_minutes: int
    capacity: int
    chat_capacity: int
    urgent_share: float
    kept_shares: Mapping[str, float] = field(default_factory=dict)


def half_day(local_start: time) -> HalfDay:
    """Return the half-day of a shift that begins at this local time."""
    if local_start < _NOON:
        return "am"
    return "pm" if local_start < _EVENING else "night"


def cut(starts_at: datetime, ends_at: datetime, how: Cutting) -> tuple[Slice, ...]:
    """
    Return the slots of a shift, in order.

    A last slice that would end after the shift is left out: a doctor who goes home at 11:40 sees
    nobody at 11:30 for half an hour. A shift shorter than one slice has no slots.
    """
    step = timedelta(minutes=how.slot_minutes)
    count = max((ends_at - starts_at) // step, 0)
    reserved = reserves(count, how.chat_capacity, how.urgent_share)
    free = [how.chat_capacity - places for places in reserved]
    kept: dict[str, list[int]] = {}
    for name, share in how.kept_shares.items():
        wanted = reserves(count, how.chat_capacity, share)
        kept[name] = [min(places, left) for places, left in zip(wanted, free, strict=True)]
        free = [left - places for places, left in zip(kept[name], free, strict=True)]
    return tuple(
        Slice(
            starts_at=starts_at + index * step,
            ends_at=starts_at + (index + 1) * step,
            capacity=how.capacity,
            chat_capacity=how.chat_capacity,
            reserve=reserved[index],
            kept={name: places[index] for name, places in kept.items()},
        )
        for index in range(count)
    )


def reserves(count: int, chat_capacity: int, share: float) -> tuple[int, ...]:
    """
    Return the urgent reserve of each of `count` slots.

    Their sum is the share of all chat places, rounded down, so that a small shift keeps nothing
    back; no slot keeps more than it has.
    """
    total = math.floor(count * chat_capacity * min(max(share, 0.0), 1.0) + 1e-9)
    return tuple(
        (index + 1) * total // count - index * total // count if count else 0
        for index in range(count)
    )
