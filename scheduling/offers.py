"""What a search finds: the open times of half-days, best first, or why there are none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, NamedTuple

from scheduling.types import Opening, SlotId


class SlotTime(NamedTuple):
    """One slot by itself (时段): what differs between those of a shift; aware, in any zone."""

    slot: SlotId
    starts_at: datetime
    ends_at: datetime
    left: int
    capacity: int


@dataclass(frozen=True, slots=True)
class ShiftTimes:
    """A shift with its slots, soonest first; `one` of them tells what all of them share."""

    one: Opening
    times: tuple[SlotTime, ...]


def alone(opening: Opening) -> ShiftTimes:
    """Return an opening as a shift that has this slot only."""
    at = opening
    return ShiftTimes(at, (SlotTime(at.slot, at.starts_at, at.ends_at, at.left, at.capacity),))


@dataclass(frozen=True, slots=True)
class Why:
    """Why an offer stands where it stands; the texts make one phrase of it."""

    expertise: tuple[str, ...] = ()
    usual: bool = False
    earliest: bool = False
    least_busy: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """
    A doctor (or a department's 普通号) on one half-day, with its open `times`, best first.

    `first` is the first of them as people see it.
    """

    first: Opening
    times: tuple[SlotTime, ...]
    why: Why

    @property
    def slots(self) -> list[SlotId]:
        """The slots that are open, best first."""
        return [time.slot for time in self.times]

    @property
    def left(self) -> int:
        """How many places are left in all of them."""
        return sum(time.left for time in self.times)

    @property
    def openings(self) -> tuple[Opening, ...]:
        """The open times as people see them, best first."""
        return tuple(opening_at(self.first, time) for time in self.times)


def opening_at(one: Opening, time: SlotTime) -> Opening:
    """Return another slot of the shift of `one`."""
    if one.slot == time.slot:
        return one
    zone = one.starts_at.tzinfo
    return replace(
        one,
        slot=time.slot,
        starts_at=time.starts_at.astimezone(zone),
        ends_at=time.ends_at.astimezone(zone),
        left=time.left,
        capacity=time.capacity,
    )


Reason = Literal[
    "not_open",
    "over",
    "no_clinic",
    "none_today",
    "other_hours",
    "no_service",
    "busy",
    "full",
    "kept",
]


@dataclass(frozen=True, slots=True)
class Miss:
    """
    Why nothing meets a wish for a time.

    not_open: the days are not released (`begins` is when they are); over: the time is past or
    booking for it has closed; no_clinic: nobody sees patients on those days;
    none_today: nobody does today any more; other_hours: they
    do, from `begins` to `ends`; no_service: but not this kind (专家号); busy: the patient is
    elsewhere then; full: all places are taken; kept: but for those kept for some patients, which
    are everybody's from `begins` on.
    """

    reason: Reason
    begins: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Offers:
    """
    The answer to a `Need`.

    `exact` offers meet the wish; when there are none, `nearby` are the closest that exist (other
    day, other half-day, other doctor) and `miss` says why, where a time was asked for. `full`
    names shifts that would have fitted but are full.
    """

    exact: tuple[Offer, ...]
    nearby: tuple[Offer, ...] = ()
    full: int = 0
    miss: Miss | None = None
