"""When somebody wants to come, in their own words, and which times that admits."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

_WEEKDAYS = "一二三四五六日"
_HALF = {"am": ("上午", "上半天"), "pm": ("下午", "下半天")}
_HALF_HOUR = timedelta(minutes=30)
_NOON, _EVENING = 12, 18


@dataclass(frozen=True)
class When:
    """A wish for a time: days (none: any), half-day, clock time to the half hour."""

    plain: str = ""
    dialect: str = ""
    days: frozenset[date] = frozenset()
    half: str | None = None
    clock: time | None = None
    is_soonest: bool = False

    def admits(self, start: datetime) -> bool:
        """Whether an appointment that begins then is what was wished for."""
        if self.days and start.date() not in self.days:
            return False
        if self.half and self.half != _half_of(start):
            return False
        return self.clock is None or self._is_about(start)

    def _is_about(self, start: datetime) -> bool:
        wished = datetime.combine(start.date(), self.clock or time(), start.tzinfo)
        return abs(start - wished) <= _HALF_HOUR


def _half_of(start: datetime) -> str:
    return "am" if start.hour < _NOON else "pm" if start.hour < _EVENING else "night"


ANY = When()


def draw(rng: random.Random, now: datetime, weekdays: frozenset[int] | None = None) -> When:
    """
    A wish somebody may have at this moment, on a day when clinics are open.

    `weekdays` (1 to 7) are those on which the doctor she knows sees patients.
    """
    kind = rng.choices(("any", "soonest", "half", "day", "clock"), (35, 8, 9, 38, 10))[0]
    if kind == "any":
        return ANY
    if kind == "soonest":
        words = rng.choice(("越快越好", "最早的", "最近的"))
        return When(words, words, is_soonest=True)
    half = rng.choice(("am", "pm"))
    if kind == "half":
        plain, dialect = _HALF[half]
        return When(f"{plain}的", f"{dialect}的", half=half)
    return _on_a_day(rng, now, weekdays, half, with_clock=kind == "clock")


def _on_a_day(
    rng: random.Random,
    now: datetime,
    weekdays: frozenset[int] | None,
    half: str,
    *,
    with_clock: bool,
) -> When:
    today = now.date()
    open_on = weekdays or frozenset(range(1, 6))
    days = [today + timedelta(days=n) for n in range(1, 12)]
    day = rng.choice([d for d in days if d.isoweekday() in open_on])
    plain, dialect = rng.choice(_names_of(day, today))
    if with_clock:
        clock = rng.choice((time(8), time(9), time(10), time(14), time(15)))
        half = "am" if clock.hour < _NOON else "pm"
        said = f"{_HALF[half][0]}{clock.hour if clock.hour <= _NOON else clock.hour - 12}点"
        return When(plain + said, dialect + said, frozenset({day}), half, clock)
    if rng.random() < 0.3:
        return When(plain, dialect, frozenset({day}))
    return When(plain + _HALF[half][0], dialect + _HALF[half][1], frozenset({day}), half)


def _names_of(day: date, today: date) -> list[tuple[str, str]]:
    """What a day is called: by its distance, its weekday, its date."""
    ahead = (day - today).days
    weekday = _WEEKDAYS[day.weekday()]
    names = [(f"{day.month}月{day.day}号", f"{day.month}月{day.day}号")]
    near = {1: ("明天", "明儿个"), 2: ("后天", "后儿个"), 3: ("大后天", "大后天")}
    if ahead in near:
        names += [near[ahead]] * 3
    weeks = (_monday(day) - _monday(today)).days // 7
    if weeks == 0:
        names += [(f"这周{weekday}", f"这个礼拜{weekday}"), (f"周{weekday}", f"礼拜{weekday}")]
    if weeks == 1:
        names += [(f"下周{weekday}", f"下个礼拜{weekday}")] * 3
    return names


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
