"""
What planning costs and what it is worth: rooms, templates, and a week across many sites.

The quick half-day of `scheduling.rooms` beside the one played call by call; a template beside the
even one that rosters have; the transportation problem beside sending everybody in turn to the
nearest place that is left.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import fmean

from benchmarks.measure import Row, interleaved
from benchmarks.places import Places
from scheduling.clinic_day import simulate, slots
from scheduling.clinic_types import USUAL, Duty, Habits, HalfDay
from scheduling.disciplines import Discipline
from scheduling.rooms import Room, Session, Visit, draw, simulated
from scheduling.templates import Clinic, Point, Search, bailey_welch
from scheduling.transport import Demand, Supply, plan

_OPENS = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
_LENGTH, _SLOT, _MEAN, _SCV = 240, 30, 6.0, 0.5
_PLAIN = Habits(
    visit=_MEAN, visit_cv=_SCV**0.5, return_share=0.0, priority_share=0.0, emergency_share=0.0,
    away_share=0.0, interruptions_an_hour=0.0, doctor_late=0.0,
)  # fmt: skip
_ROOMS = ((1, 4), (1, 5), (2, 10), (3, 14))  # and how many are called every half-hour
_PLAYED = 40
# Visits take somewhat longer than the seven and a half minutes that the roster has for them.
_CLINIC = Clinic(times=8, step=30, patients=32, mean=9.0, scv=_SCV, no_show=USUAL.no_show)
_EVEN, _WEIGHT = (4,) * 8, 0.1
_SITES, _SPECIALTIES, _DAYS = 12, 15, 6
_MONDAY = date(2026, 11, 30)


def rows(places: Places) -> Iterator[Row]:
    """Yield the forecast of a half-day, a template, and next week's plan."""
    yield _forecast(places)
    yield _template(places)
    yield from _week(places)


def _forecast(places: Places) -> Row:
    """CPU of one half-day, and the mean wait by both, on mornings of four hours."""
    runs = min(_PLAYED, places.sizes.suspensions)
    facts = {
        f"{rooms} rooms, {at_once} every half-hour": f"{_quick(rooms, at_once)[1]:.1f} min "
        f"quickly, {_played(rooms, at_once, runs)[1]:.1f} played"
        for rooms, at_once in _ROOMS
    }
    rooms, at_once = _ROOMS[-1]
    return Row(
        work="forecast of a half-day, three rooms",
        where="in process",
        unit="ms CPU a half-day",
        samples=interleaved(
            (
                lambda: {"quick": _quick(rooms, at_once)[0]},
                lambda: {"played": _played(rooms, at_once, runs)[0]},
            ),
            places.sizes.rounds,
        ),
        ours=("quick",),
        limit=("played",),
        goal=0.1,
        facts=facts,
    )


def _quick(rooms: int, at_once: int) -> tuple[float, float]:
    booked = tuple(int(at) for at in slots(at_once * _LENGTH // _SLOT, _SLOT, at_once))
    session = Session(
        (Room(0, _LENGTH),) * rooms, booked, Visit(_MEAN, _SCV), no_show=_PLAIN.no_show
    )
    started = time.thread_time()
    draws = draw(session, 1)
    wait = simulated(session, draws).wait
    return (time.thread_time() - started) * 1e3 / len(draws.come), wait


def _played(rooms: int, at_once: int, runs: int) -> tuple[float, float]:
    booked = slots(at_once * _LENGTH // _SLOT, _SLOT, at_once)
    day = HalfDay(_OPENS, booked, (Duty(0.0, _LENGTH),) * rooms, _PLAIN)
    started = time.thread_time()
    days = [simulate(day, Discipline("fifo"), Random(seed)) for seed in range(runs)]
    took = (time.thread_time() - started) * 1e3 / runs
    return took, fmean(max(0.0, call.called - call.claim) for one in days for call in one.calls)


def _template(places: Places) -> Row:
    """What the best template costs, patients' minutes at a tenth, beside the roster's even one."""
    search = Search(_CLINIC, 1)
    curve: list[Point] = []
    best, even, seconds = [], [], []
    for seed in range(places.sizes.rounds):
        search = Search(_CLINIC, seed)
        started = time.thread_time()
        curve = search.curve()
        seconds.append(time.thread_time() - started)
        best.append(min(point.cost.weighed(_WEIGHT) for point in curve))
        even.append(search.cost(_EVEN).weighed(_WEIGHT))
    points = [*curve, search.given(_EVEN), search.given(bailey_welch(_CLINIC))]
    facts = {
        "-".join(map(str, point.template)): f"wait {point.cost.wait:.1f}, idle "
        f"{point.cost.idle:.0f}, overtime {point.cost.overtime:.0f}"
        for point in points
    }
    return Row(
        work="a half-day of 32, its template",
        where="simulated",
        unit="min of the doctor",
        samples={"template": best, "4 every half-hour": even},
        ours=("template",),
        limit=("4 every half-hour",),
        goal=1.0,
        facts={**facts, "seconds CPU for a curve": f"{fmean(seconds):.2f}"},
    )


def _week(places: Places) -> Iterator[Row]:
    sites = min(_SITES, places.sizes.suspensions)
    demands, supplies, minutes = _sites(Random(1), sites)
    plan(demands[:1], supplies[:1], minutes, 60)  # loads scipy

    def ours() -> dict[str, float]:
        started = time.thread_time()
        plan(demands, supplies, minutes, 60)
        return {"plan": time.thread_time() - started, "a second": 1.0}

    yield Row(
        work=f"next week, {len(demands)} demands, {len(supplies)} shifts",
        where="in process",
        unit="s CPU",
        samples=interleaved((ours,), places.sizes.rounds),
        ours=("plan",),
        limit=("a second",),
        goal=1.0,
    )
    found = plan(demands, supplies, minutes, 60)
    unmet = sum(one.patients for one in found.unmet) or 1e-9
    in_turn = _in_turn(demands, supplies, minutes)
    yield Row(
        work=f"patients without a place within an hour, of a week at {sites} sites",
        where="generated",
        unit="patients",
        samples={"plan": [unmet], "in turn": [in_turn or 1e-9]},
        ours=("plan",),
        limit=("in turn",),
        goal=1.0,
        facts={"patients in all": sum(one.patients for one in demands)},
    )


def _sites(
    random: Random, sites: int
) -> tuple[list[Demand], list[Supply], dict[tuple[str, str], float]]:
    spots = {str(n): (random.uniform(0, 60), random.uniform(0, 60)) for n in range(sites)}
    minutes = {
        (one, other): 0.0 if one == other else 5 + abs(x - u) + abs(y - v)
        for one, (x, y) in spots.items()
        for other, (u, v) in spots.items()
    }
    keys = iter(range(10**6))
    demands, supplies = [], []
    for day in (_MONDAY + timedelta(days=n) for n in range(_DAYS)):
        for site in spots:
            for specialty in map(str, range(_SPECIALTIES)):
                wanted = random.randint(0, 12)
                demands.append(Demand(next(keys), site, specialty, day, "am", wanted))
                if random.random() < 0.7:
                    places = random.randint(2, 16)
                    supplies.append(Supply(next(keys), site, specialty, day, "am", places))
    return demands, supplies, minutes


def _in_turn(
    demands: Sequence[Demand], supplies: Sequence[Supply], minutes: dict[tuple[str, str], float]
) -> int:
    """Each demand takes what is nearest on its day, or on another, of what is left."""
    left = {supply.key: supply.places for supply in supplies}
    short = 0
    for one in demands:
        near = sorted(
            (60 * abs((one.day - s.day).days) + minutes[one.origin, s.site], s.key)
            for s in supplies
            if s.specialty == one.specialty and minutes[one.origin, s.site] <= 60
        )
        wanted = one.patients
        for _, key in near:
            taken = min(wanted, left[key])
            left[key] -= taken
            wanted -= taken
        short += wanted
    return short
