"""
Staffing advice (诊室安排建议): what a site's day will be like, line by line; changes nothing.

Patients with a general number of a department wait in one line for all its rooms; who booked a
doctor by name waits for that one. What is not known yet is taken from the same weekday of the
weeks before: who walked in, who stayed away, how long a patient took.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from statistics import fmean
from typing import Any, NamedTuple

from sqlalchemy import Row

from desk import advice_rows as rows
from desk.advice_rows import GENERAL, Away, Pace
from desk.openings import to_half_day
from desk.work import Work
from scheduling.advice import LineAdvice, Seen, Staffing, Told
from scheduling.rooms import HOUR, Room, Session, Visit, WalkIns, scatter
from scheduling.rota import Member
from scheduling.staff_errors import NotAllowed
from scheduling.staffing import Thinking, forecast
from scheduling.types import HalfDay

_WEEK, _DAY, _MINUTE = timedelta(days=7), timedelta(days=1), timedelta(minutes=1)


class LineKey(NamedTuple):
    """Whose line it is: ids, `doctor` None for the general rooms of a department together."""

    department: int
    doctor: int | None
    half_day: HalfDay


@dataclass(frozen=True, slots=True)
class _Past:
    """What the weeks before tell, by line or department."""

    walk_ins: Mapping[LineKey, Mapping[int, int]]
    no_shows: Mapping[int, Away]
    paces: Mapping[tuple[int, int | None], Pace]


def sites(work: Work, member: Member) -> list[tuple[str, str]]:
    """Return code and name of the sites that this member may plan for."""
    return [
        (site.code, site.name) for site in work.directory.sites if member.site in (None, site.code)
    ]


def staffing(work: Work, member: Member, site: str, day: date) -> Staffing:
    """
    Return what to expect of a site's day, and what was seen last.

    A day that is over, today too once its shifts have ended, is held against itself, any other
    against the last one with tickets.

    Raises:
        NotAllowed: no such site, or not this member's.
    """
    name = dict(sites(work, member)).get(site)
    if name is None:
        raise NotAllowed
    wards = [key for key, ward in work.directory.wards.items() if ward.site == site]
    today = work.local(work.now).date()
    shifts = _by_line(rows.shifts(work, wards, day))
    booked = _by_line(rows.booked(work, wards, day))
    past = _past(work, wards, day)
    seen_on = day if day < today else _last_seen(work, wards, site, today)
    calls = rows.called(work, wards, seen_on) if seen_on else ()
    seen, by_line = _seen(work, calls), _by_line(calls)
    found = [_line(work, key, shifts[key], booked.get(key, ()), past) for key in shifts]
    lines = [
        replace(line, seen=tuple(seen.get(key, ())), told=_told(by_line.get(key, ())))
        for key, line in zip(shifts, found, strict=True)
        if line is not None
    ]
    lines.sort(key=lambda line: -line.forecast.wait)
    return Staffing(site, name, day, seen_on, tuple(lines), _told(calls))


def _last_seen(work: Work, wards: Sequence[int], site: str, today: date) -> date | None:
    ends = [row.ends_at for row in rows.shifts(work, wards, today)]
    is_over = bool(ends) and max(ends) <= work.now
    return rows.last_seen(work, site, today if is_over else today - _DAY)


def _by_line(found: Iterable[Row[*tuple[Any, ...]]]) -> dict[LineKey, list[Row[*tuple[Any, ...]]]]:
    lines: dict[LineKey, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in found:
        lines[_key(row)].append(row)
    return lines


def _key(row: Row[*tuple[Any, ...]]) -> LineKey:
    doctor = None if row.service_type in GENERAL else row.doctor_id
    return LineKey(row.department_id, doctor, to_half_day(row.half_day))


def _past(work: Work, wards: Sequence[int], day: date) -> _Past:
    today = work.local(work.now).date()
    newest = day - max(1, (day - today).days // 7 + 1) * _WEEK
    days = [newest - number * _WEEK for number in range(work.policy.planning_weeks)]
    walk_ins: dict[LineKey, Counter[int]] = defaultdict(Counter)
    for row in rows.walked_in(work, wards, days):
        hour = work.local(row.starts_at).hour * HOUR
        walk_ins[_key(row)][hour] += row.patients
    return _Past(walk_ins, rows.no_shows(work, wards, today), rows.paces(work, wards, today))


def _line(
    work: Work,
    key: LineKey,
    shifts: Sequence[Row[*tuple[Any, ...]]],
    booked: Sequence[Row[*tuple[Any, ...]]],
    past: _Past,
) -> LineAdvice | None:
    ward = work.directory.wards[key.department]
    doctor = work.directory.doctors.get(key.doctor or 0)
    pace = past.paces.get((key.department, key.doctor)) or _planned(work, shifts)
    policy, away = work.policy, past.no_shows[key.department]
    open_rooms = [
        Room(minute_of_day(work, row.starts_at), minute_of_day(work, row.ends_at))
        for row in shifts
    ]
    session = Session(
        rooms=tuple(open_rooms),
        booked=tuple(
            minute_of_day(work, row.starts_at) for row in booked for _ in range(row.patients)
        ),
        visit=Visit(pace.minutes, pace.scv),
        walk_ins=_walk_ins(work, key, open_rooms, shifts[0].visit_on, past),
        no_show=away.share,
        early=policy.arrive_early / _MINUTE,
        scatter=scatter(policy.arrive_early / _MINUTE, policy.arrive_late / _MINUTE),
        long=policy.long_wait / _MINUTE,
    )
    thinking = Thinking(
        lasts=int(policy.extra_room_lasts / _MINUTE), saves=policy.extra_room_saves / _MINUTE
    )
    found = forecast(session, seed=key.department, may_grow=key.doctor is None, thinking=thinking)
    if found is None:
        return None
    return LineAdvice(
        department=ward.code,
        department_name=ward.name,
        doctor=doctor.code if doctor else "",
        doctor_name=doctor.name if doctor else "",
        half_day=key.half_day,
        rooms=len(open_rooms),
        booked=len(session.booked),
        walk_ins=sum(one.expected for one in session.walk_ins),
        minutes=pace.minutes,
        measured=pace.patients,
        forecast=found,
        no_show=away.share,
        attended=away.seen,
    )


def _walk_ins(
    work: Work, key: LineKey, open_rooms: Sequence[Room], day: date, past: _Past
) -> tuple[WalkIns, ...]:
    """The mean of the weeks before; of today only what is still to come."""
    now = work.local(work.now)
    passed = now.hour * HOUR + now.minute if now.date() == day else 0
    opens, closes = min(r.opens for r in open_rooms), max(r.closes for r in open_rooms)
    found = []
    for hour, patients in sorted(past.walk_ins.get(key, {}).items()):
        begins, ends = max(hour, opens), min(hour + HOUR, closes)
        left = max(0, ends - max(begins, passed))
        if left:
            found.append(
                WalkIns(
                    ends - left,
                    ends,
                    patients / work.policy.planning_weeks * left / (ends - begins),
                )
            )
    return tuple(found)


def _planned(work: Work, shifts: Sequence[Row[*tuple[Any, ...]]]) -> Pace:
    """What the roster thinks a patient takes: the length of a slot over its places."""
    minutes = sum((row.ends_at - row.starts_at) / _MINUTE for row in shifts)
    return rows.planned(work, minutes / max(1, int(sum(row.places for row in shifts))))


def _told(calls: Iterable[Row[*tuple[Any, ...]]]) -> Told | None:
    """What was said to who checked in by herself, beside how long it was to her first call."""
    came = [
        (row, (row.called_at - row.came_at) / _MINUTE) for row in calls if row.told_low is not None
    ]
    if not came:
        return None
    return Told(
        patients=len(came),
        kept=fmean(row.told_low <= wait <= row.told_high for row, wait in came),
        error=fmean(abs(row.told_mean - wait) for row, wait in came),
        bias=fmean(row.told_mean - wait for row, wait in came),
    )


def _seen(work: Work, calls: Iterable[Row[*tuple[Any, ...]]]) -> dict[LineKey, list[Seen]]:
    """The waits of a day by line and hour: from the slot or a later arrival to the first call."""
    long = work.policy.long_wait / _MINUTE
    waits: dict[LineKey, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in calls:
        since: datetime = max(row.due_at, row.came_at)
        hour = work.local(since).hour * HOUR
        waits[_key(row)][hour].append(max(0.0, (row.called_at - since) / _MINUTE))
    return {
        key: [
            Seen(hour, len(some), sum(some) / len(some), sum(w > long for w in some) / len(some))
            for hour, some in sorted(hours.items())
        ]
        for key, hours in waits.items()
    }


def minute_of_day(work: Work, instant: datetime) -> int:
    """Return the minutes after local midnight."""
    at = work.local(instant)
    return at.hour * HOUR + at.minute
