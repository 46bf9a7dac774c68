"""
The rules of taking and giving back a place; pure: facts and `now` in, a `Refusal` or nothing out.

All datetimes are aware; those compared with local hours are site-local. Sources of the numbers:
`scheduling.policy`.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from scheduling.errors import (
    AgeOrSexUnfit,
    DailyLimit,
    NotOpenYet,
    Overlapping,
    PatientBlocked,
    SameHalfDay,
    TooLate,
    TotalLimit,
)
from scheduling.policy import Policy

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Visit:
    """
    One active appointment of a patient, or the one that is wanted; half-open interval.

    `department` is whatever names it on both sides of a comparison: its id, or its code.
    """

    code: str
    department: int | str
    visit_on: date
    half_day: str
    starts_at: datetime
    ends_at: datetime


def last_open_day(policy: Policy, now: datetime) -> date:
    """Return the last local date that can be booked; the newest opens at `release_at`."""
    released = now.timetz().replace(tzinfo=None) >= policy.release_at
    return now.date() + timedelta(days=policy.days_ahead if released else policy.days_ahead - 1)


def check_window(policy: Policy, now: datetime, starts_at: datetime) -> None:
    """
    Refuse a slot that is not open yet or no longer.

    Raises:
        NotOpenYet: beyond the days that are released.
        TooLate: same-day booking of the slot has closed.
    """
    if starts_at.date() > last_open_day(policy, now):
        day = starts_at.date() - timedelta(days=policy.days_ahead)
        opens_at = datetime.combine(day, policy.release_at, tzinfo=starts_at.tzinfo)
        raise NotOpenYet(opens_at=opens_at)
    if now > starts_at - policy.same_day_closes:
        raise TooLate(starts_at=starts_at, closes=policy.same_day_closes)


def check_patient(policy: Policy, wanted: Visit, active: Sequence[Visit]) -> None:
    """
    Refuse what would break a patient's limits; `active` are held and booked ones ahead.

    Raises:
        SameHalfDay, Overlapping, DailyLimit, TotalLimit.
    """
    check_day(policy, wanted, active)
    if len(active) >= policy.total_limit:
        raise TotalLimit(limit=policy.total_limit)


def check_day(policy: Policy, wanted: Visit, active: Sequence[Visit]) -> None:
    """
    Refuse what does not go together with the patient's other visits of that day.

    Raises:
        SameHalfDay, Overlapping, DailyLimit.
    """
    check_times(wanted, active)
    if sum(other.visit_on == wanted.visit_on for other in active) >= policy.daily_limit:
        raise DailyLimit(limit=policy.daily_limit)


def check_times(wanted: Visit, active: Sequence[Visit]) -> None:
    """
    Refuse what cannot be kept along with the patient's other visits, however few they are.

    Raises:
        SameHalfDay, Overlapping.
    """
    for other in active:
        if _is_same_half_day(wanted, other):
            raise SameHalfDay(appointment=other.code)
        if _overlap(wanted, other):
            raise Overlapping(appointment=other.code)


def collisions(visit: Visit, others: Sequence[Visit]) -> list[str]:
    """Return the codes of all visits one of which would have to go: this one and what it hits."""
    hit = [o.code for o in others if _is_same_half_day(visit, o) or _overlap(visit, o)]
    return [visit.code, *hit] if hit else []


def _is_same_half_day(one: Visit, other: Visit) -> bool:
    return (one.department, one.visit_on, one.half_day) == (
        other.department,
        other.visit_on,
        other.half_day,
    )


def _overlap(one: Visit, other: Visit) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


@dataclass(frozen=True, slots=True)
class Admits:
    """Whom a department sees; ages in completed years, both ends inclusive; sex m, f or empty."""

    department: str
    min_age_years: float | None = None
    max_age_years: float | None = None
    sex: str = ""


def check_fit(admits: Admits, born: date, sex: str, on: date) -> None:
    """
    Refuse a patient the department does not see on the day of the visit.

    Raises:
        AgeOrSexUnfit: facts: department, reason (age | sex).
    """
    if admits.sex and sex != admits.sex:
        raise AgeOrSexUnfit(department=admits.department, reason="sex")
    least, most = admits.min_age_years, admits.max_age_years
    too_young = least is not None and on < reaches(born, least)
    too_old = most is not None and on >= reaches(born, most + 1)
    if too_young or too_old:
        raise AgeOrSexUnfit(department=admits.department, reason="age")


def reaches(born: date, years: float) -> date:
    """Return the day somebody reaches an age (周岁): birthdays, and days for parts of a year."""
    whole = int(years)
    leap_day = (born.month, born.day) == (2, 29)
    birthday = date(born.year + whole, 3, 1) if leap_day else born.replace(year=born.year + whole)
    if leap_day and isleap(born.year + whole):
        birthday = born.replace(year=born.year + whole)
    return birthday + timedelta(days=round((years - whole) * DAYS_PER_YEAR))


@dataclass(frozen=True, slots=True)
class Mark:
    """A visit missed (`no_show`) or given back too late (`late_cancel`), and when (local)."""

    why: str
    at: datetime


def check_record(policy: Policy, now: datetime, marks: Sequence[Mark]) -> None:
    """
    Refuse online booking for a while after too many marks of one kind, where the site counts it.

    Derived from the marks each time: a mark that the desk takes off opens booking at once.

    Raises:
        PatientBlocked: facts: until (local date), why (no_show | late_cancel).
    """
    rules = (
        ("no_show", policy.no_shows_allowed, policy.no_show_window, policy.no_show_block),
        (
            "late_cancel",
            policy.late_cancels_allowed,
            policy.late_cancel_window,
            policy.late_cancel_block,
        ),
    )
    for why, allowed, window, block in rules:
        if allowed is None:
            continue
        recent = [mark.at for mark in marks if mark.why == why and now - mark.at <= window]
        if len(recent) >= allowed and now < (until := max(recent) + block):
            raise PatientBlocked(until=until.date(), why=why)


def cancels_free(policy: Policy, now: datetime, booked_at: datetime, starts_at: datetime) -> bool:
    """Tell whether giving the place back now leaves no late mark."""
    if now - booked_at <= policy.free_cancel_within:
        return True
    eve = starts_at.date() - timedelta(days=1)
    return now <= datetime.combine(eve, policy.free_cancel_until, tzinfo=starts_at.tzinfo)


def common_until(policy: Policy, now: datetime) -> date:
    """Return the last day on which the window's unsold places are the chat's, too."""
    clock = policy.window_share_until
    return date.min if clock is None else eve_reached(clock, now)


def eve_reached(clock: time, now: datetime) -> date:
    """Return the last day for which that local time of the day before has come."""
    is_eve = now.timetz().replace(tzinfo=None) >= clock
    return now.date() + timedelta(days=int(is_eve))
