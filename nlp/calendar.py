"""Dates counted along the calendar: weeks, months, the next 25th."""

from __future__ import annotations

from datetime import date, timedelta

Span = tuple[date, date]

_DAY = timedelta(days=1)


def one_day(day: date) -> Span:
    """Return the half-open interval of one date."""
    return day, day + _DAY


def monday_of(day: date) -> date:
    """Return the Monday of the week of `day`."""
    return day - timedelta(days=day.weekday())


def month_start(day: date, months: int) -> date:
    """Return the first of the month `months` after that of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def date_of(year: int, month: int, day: int) -> date | None:
    """Return a date, None where there is none (2月30日)."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def next_date(today: date, month: int, day: int) -> date | None:
    """Return the next date from `today` on that is this day of this month."""
    found = (date_of(today.year + years, month, day) for years in range(9))
    return next((one for one in found if one and one >= today), None)


def next_day_of_month(start: date, day: int) -> date | None:
    """Return the next date from `start` on that is the `day`th of its month."""
    for months in range(3):
        first = month_start(start, months)
        found = date_of(first.year, first.month, day)
        if found and found >= start:
            return found
    return None


def on_weekday(day: date, weekdays: tuple[int, ...]) -> date | None:
    """Return the date, this year or the last, that falls on one of the weekdays named with it."""
    for years in (0, 1):
        found = date_of(day.year - years, day.month, day.day)
        if found and found.weekday() in weekdays:
            return found
    return None


def shifted(today: date, count: float, unit: str) -> date:
    """Return the date `count` units from today; months keep the day of the month."""
    if unit in {"月", "年"}:
        months = count * (12 if unit == "年" else 1)
        first = month_start(today, int(months))
        last = month_start(first, 1) - _DAY
        half = timedelta(days=round(30 * (months - int(months))))
        return first.replace(day=min(today.day, last.day)) + half
    return today + timedelta(days=round(count * (1 if unit in {"天", "日"} else 7)))
