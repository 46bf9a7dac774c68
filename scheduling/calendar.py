"""
On which days a weekly shift takes place.

What Chinese hospitals print before a holiday, and what we therefore do:

- 「节假日停诊」: a weekly shift does not take place on a day off of a public holiday, Saturdays
  and Sundays inside the holiday included. An ordinary weekend is not a holiday: who has a
  Saturday shift works on Saturday.
- On a make-up workday (调休上班, a Saturday or Sunday) hospitals differ: some print 「按周三门诊
  安排」, others run their weekend clinic, and which weekday is replaced is never the same twice.
  Nothing is moved automatically: the weekend shift of that day takes place, and a hospital that
  runs another weekday's clinic says so with dated lines in its roster.
- A dated shift always takes place: somebody has written that very day down.

The State Council publishes a year's holidays late in the year before. For a year the calendar
does not know yet, only the holidays whose date the law fixes are days off and `Expansion` names
the year, so that the import can warn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar
from chinese_calendar import constants

_KNOWN_YEARS = frozenset(day.year for day in constants.holidays)
# Month and day of the holidays whose date does not move (全国年节及纪念日放假办法, 2025).
_FIXED = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


@dataclass(frozen=True, slots=True)
class Expansion:
    """The days of a weekly shift, those a holiday took, and the years not published yet."""

    days: tuple[date, ...]
    holidays: tuple[date, ...]
    unknown_years: tuple[int, ...]


def is_known(year: int) -> bool:
    """Tell whether the holidays of the year are published and in the calendar."""
    return year in _KNOWN_YEARS


def is_public_holiday(day: date) -> bool:
    """Tell whether the day is off because of a public holiday; a plain weekend is not."""
    if not is_known(day.year):
        return (day.month, day.day) in _FIXED
    off, occasion = chinese_calendar.get_holiday_detail(day)
    return bool(off and occasion is not None)


def expand(weekday: int, first: date, last: date) -> Expansion:
    """
    Return the days of a weekly shift from `first` to `last`, both inclusive.

    Args:
        weekday: ISO weekday, 1 is Monday, 7 is Sunday.
        first: the first local date on which the shift may take place.
        last: the last one.

    """
    days = list(_weekly(weekday, first, last))
    return Expansion(
        days=tuple(day for day in days if not is_public_holiday(day)),
        holidays=tuple(day for day in days if is_public_holiday(day)),
        unknown_years=tuple(sorted({day.year for day in days if not is_known(day.year)})),
    )


def _weekly(weekday: int, first: date, last: date) -> Iterator[date]:
    day = first + timedelta(days=(weekday - first.isoweekday()) % 7)
    while day <= last:
        yield day
        day += timedelta(days=7)
