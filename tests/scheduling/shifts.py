"""Openings as a search hands them to the core: by shift, each with its slots in order."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from scheduling.offers import ShiftTimes, SlotTime
from scheduling.types import Opening


def by_shift(openings: Iterable[Opening]) -> list[ShiftTimes]:
    """Return the shifts of these openings, in the order in which they are first named."""
    openings = list(openings)
    place = {o.shift: number for number, o in reversed([*enumerate(openings)])}
    ordered = sorted(openings, key=lambda o: (place[o.shift], o.starts_at, o.slot))
    found = []
    for _, group in groupby(ordered, key=lambda o: o.shift):
        one, *more = group
        times = (
            SlotTime(o.slot, o.starts_at, o.ends_at, o.left, o.capacity) for o in (one, *more)
        )
        found.append(ShiftTimes(one, tuple(times)))
    return found
