"""
Sites' advice for next week (院区分流建议): who could be seen where there is room; changes nothing.

What a department will be asked for is what its weekdays were booked for in the four weeks before,
less what is booked already, and who stands on its waitlist. It is met from what is free in
departments that do the same work (national code, else name), at home first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import permutations
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from desk.advice_rows import WEEKS
from desk.work import Work
from models import Appointment, Shift, Slot, WaitlistEntry
from scheduling.advice import Move, Short, SitesAdvice
from scheduling.distance import is_walk, travel_minutes
from scheduling.transport import Demand, Plan, Supply, Unmet, plan
from scheduling.types import Place, Ward

_DAY, _WEEK = timedelta(days=1), 7
# Further than this nobody is asked to go for an ordinary visit; minutes.
_FARTHEST = 60.0
_TAKEN = ("booked", "checked_in", "completed", "no_show")
_BETWEEN = Shift.visit_on.between(bindparam("first"), bindparam("last"))
_BOOKED = (
    select(Shift.department_id, Shift.visit_on, Shift.half_day, func.count().label("patients"))
    .select_from(Appointment)
    .join(Shift, Shift.id == Appointment.shift_id)
    .where(_BETWEEN, Appointment.status.in_(_TAKEN))
    .group_by(Shift.department_id, Shift.visit_on, Shift.half_day)
)
_FREE = (
    select(
        Shift.id,
        Shift.department_id,
        Shift.visit_on,
        Shift.half_day,
        func.sum(Slot.capacity - Slot.booked).label("places"),
    )
    .join(Slot, Slot.shift_id == Shift.id)
    .where(_BETWEEN, Shift.state == "published", Shift.mode == "clinic", Slot.is_open)
    .group_by(Shift.id, Shift.department_id, Shift.visit_on, Shift.half_day)
    .order_by(Shift.id)
)
_WAITING = select(
    WaitlistEntry.department_id, WaitlistEntry.first_on, WaitlistEntry.half_day
).where(
    WaitlistEntry.state == "waiting",
    WaitlistEntry.first_on <= bindparam("last"),
    WaitlistEntry.last_on >= bindparam("first"),
)


class _Asked(NamedTuple):
    """Whom is asked for what: the department's id, a day, a half-day, "" for any."""

    department: int
    day: date
    half_day: str


def next_week(work: Work) -> SitesAdvice:
    """Return who could be seen elsewhere in the next calendar week, and who nowhere."""
    today = work.local(work.now).date()
    first = today + (_WEEK - today.weekday()) * _DAY
    last = first + (_WEEK - 1) * _DAY
    wards = {key: ward for key, ward in work.directory.wards.items() if ward.bookable}
    asked = _asked(work, wards, first, last)
    free = _free(work, wards, first, last)
    demands = [
        Demand(number, wards[one.department].site, _does(wards[one.department]), one.day,
               one.half_day, patients)
        for number, (one, patients) in enumerate(asked)
    ]  # fmt: skip
    found = plan(demands, free, _ways(work), _FARTHEST)
    moves = _moves(work, wards, [one for one, _ in asked], free, found)
    return SitesAdvice(
        first=first,
        last=last,
        demand=sum(patients for _, patients in asked),
        at_home=sum(flow.patients for flow in found.flows) - sum(m.patients for m in moves),
        moves=tuple(moves),
        short=tuple(_short(wards, asked[one.demand][0], one) for one in found.unmet),
    )


def _asked(
    work: Work, wards: Mapping[int, Ward], first: date, last: date
) -> list[tuple[_Asked, int]]:
    """What the days of a week will still be asked for, in a fixed order."""
    this_monday = first - _WEEK * _DAY
    month = {"first": this_monday - _WEEK * WEEKS * _DAY, "last": this_monday - _DAY}
    usual: Counter[_Asked] = Counter()
    for row in work.conn.execute(_BOOKED, month):
        day = first + row.visit_on.weekday() * _DAY
        usual[_Asked(row.department_id, day, row.half_day)] += row.patients
    asked = Counter({what: round(patients / WEEKS) for what, patients in usual.items()})
    for row in work.conn.execute(_BOOKED, {"first": first, "last": last}):
        asked[_Asked(row.department_id, row.visit_on, row.half_day)] -= row.patients
    asked = +asked  # more than usual is no demand less elsewhere
    for ward, first_on, half_day in work.conn.execute(_WAITING, {"first": first, "last": last}):
        asked[_Asked(ward, max(first, first_on), half_day)] += 1
    return sorted((what, count) for what, count in asked.items() if what.department in wards)


def _free(work: Work, wards: Mapping[int, Ward], first: date, last: date) -> list[Supply]:
    rows = work.conn.execute(_FREE, {"first": first, "last": last})
    return [
        Supply(row.id, wards[row.department_id].site, _does(wards[row.department_id]),
               row.visit_on, row.half_day, int(row.places))
        for row in rows
        if row.department_id in wards and row.places > 0
    ]  # fmt: skip


def _does(ward: Ward) -> str:
    return ward.national_code or ward.name


def _ways(work: Work) -> dict[tuple[str, str], float]:
    """Minutes between sites; without coordinates a site is near itself only."""
    sites = work.directory.sites
    ways = {(site.code, site.code): 0.0 for site in sites}
    for one, other in permutations(sites, 2):
        if one.spot is not None and other.spot is not None:
            ways[one.code, other.code] = travel_minutes(one.spot, other.spot)
    return ways


def _moves(
    work: Work,
    wards: Mapping[int, Ward],
    asked: Sequence[_Asked],
    free: Sequence[Supply],
    found: Plan,
) -> list[Move]:
    """Flows that leave their site, shifts of a half-day together."""
    at = {supply.key: supply for supply in free}
    patients: Counter[tuple[int, str, date, str, float]] = Counter()
    for flow in found.flows:
        there = at[flow.supply]
        if there.site != wards[asked[flow.demand].department].site:
            where = (flow.demand, there.site, there.day, there.half_day, flow.minutes)
            patients[where] += flow.patients
    sites = {site.code: site for site in work.directory.sites}
    return [
        Move(
            department_name=wards[asked[number].department].name,
            from_site=wards[asked[number].department].site_name,
            to_site=sites[site].name,
            from_day=asked[number].day,
            to_day=day,
            half_day=half_day,
            patients=count,
            minutes=minutes,
            is_walk=_is_walk(sites[wards[asked[number].department].site], sites[site]),
        )
        for (number, site, day, half_day, minutes), count in patients.items()
    ]


def _is_walk(one: Place, other: Place) -> bool:
    return one.spot is not None and other.spot is not None and is_walk(one.spot, other.spot)


def _short(wards: Mapping[int, Ward], asked: _Asked, unmet: Unmet) -> Short:
    ward = wards[asked.department]
    return Short(ward.name, ward.site_name, asked.day, asked.half_day, unmet.patients, unmet.why)
