"""Whether an opening is what a need asks for: the place, the time, what the doctor knows; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from rapidfuzz import fuzz

from scheduling.types import HalfDay, Need, Opening

_EXPERTISE_SHOWN = 2
# What the ear makes of 上午, 早上, 下午, 晚上: people mean the hospital's half-day, not the hours.
_HALF_DAYS: dict[tuple[time, time], HalfDay] = {
    (time(8), time(12)): "am",
    (time(6), time(10)): "am",
    (time(12), time(18)): "pm",
    (time(18), time(22)): "night",
}


def is_right_place(opening: Opening, need: Need) -> bool:
    """A named doctor settles the department; otherwise it must be one of those asked for."""
    if need.doctor is not None:
        if opening.doctor != need.doctor:
            return False
    elif opening.department not in dict(need.departments):
        return False
    if need.site is not None and opening.site != need.site:
        return False
    return need.service_type is None or opening.service_type == need.service_type


def is_wished(
    one: Opening, starts_at: datetime, when: Sequence[tuple[datetime, datetime]]
) -> bool:
    """Tell whether a slot of the shift of `one` is in a wished interval; none means any time."""
    return not when or any(_within(one, starts_at, start, end) for start, end in when)


def expertise_fit(terms: Sequence[str], words: Sequence[str]) -> tuple[float, tuple[str, ...]]:
    """
    Return how well a doctor's terms meet the patient's words (0 to 1) and the terms that do.

    A term fits when it stands in the words, or shares at least two neighbouring characters with
    one of them; 偏头痛 meets 头痛, 心理病 does not meet 心脏病.
    """
    fits = [(_term_fit(term, words), term) for term in terms]
    good = sorted((fit for fit in fits if fit[0] > 0), key=lambda fit: -fit[0])
    if not good:
        return 0.0, ()
    second = good[1][0] if len(good) > 1 else 0.0
    return 0.8 * good[0][0] + 0.2 * second, tuple(term for _, term in good[:_EXPERTISE_SHOWN])


# -- inside


def _within(one: Opening, starts_at: datetime, start: datetime, end: datetime) -> bool:
    if start.date() == end.date():
        half = _HALF_DAYS.get((start.time(), end.time()))
        if half is not None:
            return one.starts_at.date() == start.date() and one.half_day == half
    return start <= starts_at < end


def _term_fit(term: str, words: Sequence[str]) -> float:
    if any(term in word for word in words):
        return 1.0
    pairs = [term[at : at + 2] for at in range(len(term) - 1)]
    close = [word for word in words if any(pair in word for pair in pairs)]
    return max((fuzz.partial_ratio(term, word) / 100 for word in close), default=0.0)
