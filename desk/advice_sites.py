"""
Sites' advice for next week (院区分流建议): who could be seen where there is room; changes nothing.

What a department will be asked for is what its weekdays were booked for in the four weeks before,
less what is booked already, and who stands on its waitlist. Where villages are known, they come
from those of its catchment (`scheduling.catchment`), else from the site itself. It is met from
what is free in departments that do the same work (national code, else name), at home first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from desk.work import Work
from models import Appointment, Shift, Slot, WaitlistEntry
from scheduling.advice import Move, Short, SitesAdvice
from scheduling.catchment import catchments, shares
from scheduling.distance import Spot
from scheduling.transport import Demand, Plan, Supply, Unmet, Weights, plan
from scheduling.types import Ward

_DAY, _WEEK, _MINUTE = timedelta(days=1), 7, timedelta(minutes=1)
# Villages and sites may have the same code.
_VILLAGE = "village:"
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


class _Coming(NamedTuple):
    """So many who ask, from a village ("": from the site itself); `origin` names it in ways."""

    what: _Asked
    patients: int
    spot: Spot | None
    village: str
    origin: str


def next_week(work: Work) -> SitesAdvice:
    """Return who could be seen elsewhere in the next calendar week, and who nowhere."""
    today = work.local(work.now).date()
    first = today + (_WEEK - today.weekday()) * _DAY
    last = first + (_WEEK - 1) * _DAY
    wards = {key: ward for key, ward in work.directory.wards.items() if ward.bookable}
    asked = _from_villages(work, wards, _asked(work, wards, first, last))
    free = _free(work, wards, first, last)
    demands = [
        Demand(number, one.origin, _does(wards[one.what.department]), one.what.day,
               one.what.half_day, one.patients)
        for number, one in enumerate(asked)
    ]  # fmt: skip
    policy = work.policy
    weights = Weights(day=policy.other_day / _MINUTE, half_day=policy.other_half_day / _MINUTE)
    found = plan(demands, free, _ways(work), policy.farthest / _MINUTE, weights)
    moves = _moves(work, wards, asked, free, found)
    return SitesAdvice(
        first=first,
        last=last,
        demand=sum(one.patients for one in asked),
        at_home=sum(flow.patients for flow in found.flows) - sum(m.patients for m in moves),
        moves=tuple(moves),
        short=tuple(_short(wards, asked[one.demand], one) for one in found.unmet),
        villages=len(work.directory.villages),
    )


def _from_villages(
    work: Work, wards: Mapping[int, Ward], asked: Sequence[tuple[_Asked, int]]
) -> list[_Coming]:
    """Where those come from who will ask: villages, as far as they are known."""
    done_at: dict[str, set[str]] = defaultdict(set)
    for ward in wards.values():
        done_at[_does(ward)].add(ward.site)
    spots = {site.code: site.spot for site in work.directory.sites if site.spot is not None}
    theirs = catchments(work.directory.villages, done_at, spots)
    found = []
    for what, patients in asked:
        ward = wards[what.department]
        split = shares(patients, theirs.get((ward.site, _does(ward)), ()))
        if split:
            found += [
                _Coming(what, count, village.spot, village.name, f"{_VILLAGE}{village.code}")
                for village, count in split.items()
            ]
        else:
            found.append(_Coming(what, patients, spots.get(ward.site), "", ward.site))
    return found


def _asked(
    work: Work, wards: Mapping[int, Ward], first: date, last: date
) -> list[tuple[_Asked, int]]:
    """What the days of a week will still be asked for, in a fixed order."""
    weeks = work.policy.planning_weeks
    this_monday = first - _WEEK * _DAY
    month = {"first": this_monday - _WEEK * weeks * _DAY, "last": this_monday - _DAY}
    usual: Counter[_Asked] = Counter()
    for row in work.conn.execute(_BOOKED, month):
        day = first + row.visit_on.weekday() * _DAY
        usual[_Asked(row.department_id, day, row.half_day)] += row.patients
    asked = Counter({what: round(patients / weeks) for what, patients in usual.items()})
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
    """Minutes from sites and villages to sites; without coordinates a site is near itself only."""
    sites, going = work.directory.sites, work.policy.going
    origins = {site.code: site.spot for site in sites}
    origins |= {f"{_VILLAGE}{one.code}": one.spot for one in work.directory.villages}
    ways = {
        (origin, site.code): going.minutes(spot, site.spot)
        for origin, spot in origins.items()
        for site in sites
        if spot is not None and site.spot is not None
    }
    return ways | {(site.code, site.code): 0.0 for site in sites}


def _moves(
    work: Work,
    wards: Mapping[int, Ward],
    asked: Sequence[_Coming],
    free: Sequence[Supply],
    found: Plan,
) -> list[Move]:
    """Flows that leave their site, shifts of a half-day together."""
    at = {supply.key: supply for supply in free}
    patients: Counter[tuple[int, str, date, str, float]] = Counter()
    for flow in found.flows:
        there = at[flow.supply]
        if there.site != wards[asked[flow.demand].what.department].site:
            where = (flow.demand, there.site, there.day, there.half_day, flow.minutes)
            patients[where] += flow.patients
    sites = {site.code: site for site in work.directory.sites}
    return [
        Move(
            department_name=wards[asked[number].what.department].name,
            from_site=wards[asked[number].what.department].site_name,
            to_site=sites[site].name,
            from_day=asked[number].what.day,
            to_day=day,
            half_day=half_day,
            patients=count,
            minutes=minutes,
            is_walk=_is_walk(work, asked[number].spot, sites[site].spot),
            village=asked[number].village,
        )
        for (number, site, day, half_day, minutes), count in patients.items()
    ]


def _is_walk(work: Work, one: Spot | None, other: Spot | None) -> bool:
    return one is not None and other is not None and work.policy.going.is_walk(one, other)


def _short(wards: Mapping[int, Ward], one: _Coming, unmet: Unmet) -> Short:
    ward, what = wards[one.what.department], one.what
    where = ward.name, ward.site_name, what.day, what.half_day
    return Short(*where, unmet.patients, unmet.why, one.village)
