"""Feasts and public holidays: when they are, and which days are off around them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar

from nlp import lunar
from nlp.calendar import Span, next_date
from nlp.datewords import FEASTS

_DAY = timedelta(days=1)
# The public holidays and the days off the State Council has arranged around them in every year
# since 2020; they count only for a year it has not published yet.
_HOLIDAYS = {"元旦": 1, "除夕": 8, "清明": 1, "五一": 5, "端午": 1, "中秋": 1, "国庆": 7}
_HOLIDAY_NAMES = {"春节": "除夕", "过年": "除夕", "年": "除夕", "十一": "国庆", "劳动节": "五一"}


def feast_date(name: str, today: date, year: int | None = None) -> date | None:
    """Return the next date of a feast of `lexicon/days.tsv`, or that of a year."""
    kind, value = FEASTS[name]
    if year is not None:
        today = date(year, 1, 1)
    if kind == "term":
        return next((d for y in (0, 1) if (d := _term(today.year + y, value)) >= today), None)
    numbers = [int(part) for part in value.split("-")]
    if kind == "lunar":
        return lunar.next_date(today, *numbers)
    if kind == "solar":
        return next_date(today, *numbers)
    return next((d for y in (0, 1) if (d := _nth_day(today.year + y, *numbers)) >= today), None)


def _term(year: int, value: str) -> date:
    month, _, constant = value.partition(":")
    short = year % 100
    leaps = (short - 1) // 4 if int(month) <= 2 else short // 4  # noqa: PLR2004 - before March
    return date(year, int(month), int(short * 0.2422 + float(constant)) - leaps)


def _nth_day(year: int, month: int, nth: int, weekday: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (nth - 1))


@lru_cache(maxsize=64)
def days_off(name: str, today: date) -> Span | None:
    """Return the days off around the next public holiday of that name; 「节」 is any."""
    short = _HOLIDAY_NAMES.get(name, name.removesuffix("节"))
    names = [short] if short in _HOLIDAYS else list(_HOLIDAYS)
    spans = [span for one in names if (span := _around(one, today))]
    return min(spans, default=None)


def _around(name: str, today: date) -> Span | None:
    first = feast_date(name, today - timedelta(days=_HOLIDAYS[name]))
    if first is None:
        return None
    fixed = {first + timedelta(days=n) for n in range(_HOLIDAYS[name])}
    begin, end = first, first + _DAY
    while _is_off(begin - _DAY, fixed):
        begin -= _DAY
    while _is_off(end, fixed):
        end += _DAY
    return (begin, end) if end >= today else None


def _is_off(day: date, fixed: set[date]) -> bool:
    """Tell whether nobody works that day; for a year not published yet weekends count."""
    try:
        return bool(chinese_calendar.is_holiday(day))
    except NotImplementedError:
        return day in fixed or day.isoweekday() > 5  # noqa: PLR2004 - Saturday, Sunday
