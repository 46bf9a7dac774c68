"""
The Chinese calendar: which date a day of its months is.

The months are data (`lexicon/lunar.tsv`, 2015 to 2060): they follow the moon, not a formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from nlp import lexicon

_LONG, _SHORT = 30, 29


@dataclass(frozen=True, slots=True)
class _Year:
    """First day of a year and its months in order: (month, is the doubled one, days)."""

    first: date
    months: tuple[tuple[int, bool, int], ...]


@cache
def _years() -> dict[int, _Year]:
    return {int(row["year"]): _year(row) for row in lexicon.rows("lunar.tsv")}


def _year(row: dict[str, str]) -> _Year:
    lengths = [_LONG if sign == "+" else _SHORT for sign in row["months"]]
    leap = int(row["leap"] or 0)
    names = [(month, False) for month in range(1, 13)]
    if leap:
        names.insert(leap, (leap, True))
    months = tuple((*name, days) for name, days in zip(names, lengths, strict=True))
    return _Year(date.fromisoformat(row["first"]), months)


def month_of(year: int, month: int, *, leap: bool = False) -> tuple[date, date] | None:
    """Return the half-open dates of a month of a Chinese year, None where there is none."""
    known = _years().get(year)
    start = known.first if known else None
    for number, doubled, days in known.months if known else ():
        if start and (number, doubled) == (month, leap):
            return start, start + timedelta(days=days)
        start = start and start + timedelta(days=days)
    return None


def date_of(year: int, month: int, day: int) -> date | None:
    """Return the date of a day of a Chinese year; day 0 is the last of its month."""
    span = month_of(year, month)
    if span is None:
        return None
    found = span[0] + timedelta(days=day - 1) if day else span[1] - timedelta(days=1)
    return found if found < span[1] else None


def next_date(today: date, month: int, day: int) -> date | None:
    """Return the next date from `today` on that is this day of the Chinese calendar."""
    found = (date_of(today.year + years, month, day) for years in (-1, 0, 1, 2))
    return next((one for one in found if one and one >= today), None)


def next_month(today: date, month: int, *, leap: bool = False) -> tuple[date, date] | None:
    """Return the dates of the month of this name that is not over yet."""
    found = (month_of(today.year + years, month, leap=leap) for years in range(-1, 30))
    return next((one for one in found if one and one[1] > today), None)
