"""
The wait that is told beside the wait that came, on simulated half-days of one doctor.

What is learnt before comes from other such days; what each discipline does stands in `fairness`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean

from benchmarks import fairness
from benchmarks.half_days import (
    CROWDED,
    FIFO,
    FULL,
    PATTERN,
    PLAIN,
    other,
    seen,
    true_pace,
    various,
)
from benchmarks.measure import Row
from benchmarks.places import Places, Sizes
from scheduling.clinic_day import Moment, simulate
from scheduling.clinic_types import Call, HalfDay
from scheduling.disciplines import Discipline
from scheduling.overtaking import length, wait
from scheduling.waits import NOTHING, Pace, Visit, WaitRange, estimate, shrunk

_PAST_DAYS, _DOCTORS_DAYS = 60, 10


def rows(places: Places) -> Iterator[Row]:
    """Yield the estimate's figures, the disciplines', and the time a whole hospital takes."""
    yield from _estimates(places)
    yield from fairness.rows(places)
    yield _hospital(places)


# -- the wait that is told


@dataclass(frozen=True, slots=True)
class Told:
    """What was told to somebody who joined the line, and what came of it; minutes."""

    range: WaitRange
    if_known: WaitRange  # were the doctor's pace of this half-day known beforehand
    if_sure: WaitRange  # ... and who goes before her, too: only how long each stays is chance
    last_wait: float
    came: float


@dataclass(frozen=True, slots=True)
class Case:
    """Half-days on which the estimate is judged; `known` others of the doctor were seen before."""

    name: str
    day: HalfDay
    discipline: Discipline
    known: int
    error: float | None = None  # minutes, the goal


_CASES = (
    Case("first visits in order of slot, doctor known", PLAIN, FIFO, _DOCTORS_DAYS, 9.6),
    Case("first visits in order of slot, doctor new", PLAIN, FIFO, 0, 9.6),
    Case("2+1, returns, ranks, missed calls, doctor known", CROWDED, PATTERN, _DOCTORS_DAYS),
)


def told(
    day: HalfDay, discipline: Discipline, dice: Random, past: Pace, doctor: Pace = NOTHING
) -> list[Told]:
    """Return what everybody is told who joins the line, given what was seen on other days."""
    said: dict[tuple[int, float], tuple[Moment, WaitRange]] = {}
    true = true_pace(day)

    def watch(moment: Moment) -> None:
        pace = shrunk(moment.day, doctor, past)
        if pace is not None:
            key = moment.mine.ticket, round(moment.minute, 3)
            said[key] = moment, wait(moment.mine, moment.here, pace)

    calls = simulate(day, discipline, dice, watch).calls
    found = []
    for call in calls:
        if (key := (call.ticket, round(call.ready, 3))) not in said:
            continue
        moment, told = said[key]
        found.append(
            Told(
                range=told,
                if_known=wait(moment.mine, moment.here, true),
                if_sure=_sure(moment, call, calls, true),
                last_wait=told.middle if moment.last_wait is None else moment.last_wait,
                came=call.wait,
            )
        )
    return found


def _sure(moment: Moment, mine: Call, calls: Sequence[Call], true: Pace) -> WaitRange:
    """What would be told of a call if it were known who is called before it."""
    inside = moment.here.inside
    return estimate(
        [
            Visit(length=length(call.lane))
            for call in calls
            if moment.minute <= call.called < mine.called and call.answered
        ],
        true,
        inside=None if inside is None else (Visit(length=length(inside.lane)), inside.minutes),
        opens_in=moment.here.opens_in,
    )


def _estimates(places: Places) -> Iterator[Row]:
    rounds = places.sizes.rounds
    days = max(1, places.sizes.half_days // rounds)
    for case in _CASES:
        samples: dict[str, list[float]] = {}
        for number in range(rounds):
            heard = _heard(case, Random(f"waits {number}"), places.sizes)
            for name, figure in _figures(heard).items():
                samples.setdefault(name, []).append(figure)
        where = f"{days * rounds} half-days: {case.name}"
        goals = {} if case.error is None else {"goal": [case.error] * rounds}
        yield Row(
            work="wait told, mean absolute error",
            where=where,
            unit="min",
            samples={**samples, **goals},
            ours=("error",),
            limit=tuple(goals),
            goal=1.0 if goals else None,
            facts={name: round(fmean(figures), 2) for name, figures in samples.items()},
        )
        yield Row(
            work="wait told, error beside the last wait seen",
            where=where,
            unit="min",
            samples={name: samples[name] for name in ("error", "error of the last wait")},
            ours=("error",),
            limit=("error of the last wait",),
            goal=1.0,
        )
        # One figure for all rounds: what is judged is the whole, not the luck of a round.
        distance = abs(fmean(samples["kept"]) - 80)
        yield Row(
            work="wait told, ranges kept: distance from 80 %",
            where=where,
            unit="points",
            samples={"distance": [distance] * rounds, "3 points": [3.0] * rounds},
            ours=("distance",),
            limit=("3 points",),
            goal=1.0,
        )


def _past(day: HalfDay, discipline: Discipline, dice: Random, sizes: Sizes) -> Pace:
    days = min(_PAST_DAYS, sizes.half_days)
    return seen((various(day, dice) for _ in range(days)), discipline, dice)


def _heard(case: Case, dice: Random, sizes: Sizes) -> list[Told]:
    past = _past(case.day, case.discipline, dice, sizes)
    heard: list[Told] = []
    for _ in range(max(1, sizes.half_days // sizes.rounds)):
        day = various(case.day, dice)
        days_before = (other(day, dice) for _ in range(case.known))
        doctor = seen(days_before, case.discipline, dice)
        heard += told(other(day, dice), case.discipline, dice, past, doctor)
    return heard


def _figures(heard: Sequence[Told]) -> dict[str, float]:
    def kept(ends: Callable[[WaitRange], tuple[float, float]]) -> float:
        return 100 * fmean(
            low <= one.came <= high for one in heard for low, high in (ends(one.range),)
        )

    return {
        "error": fmean(abs(one.range.middle - one.came) for one in heard),
        "error if the pace were known": fmean(
            abs(one.if_known.middle - one.came) for one in heard
        ),
        "error if who comes were known, too": fmean(
            abs(one.if_sure.middle - one.came) for one in heard
        ),
        "error of the last wait": fmean(abs(one.last_wait - one.came) for one in heard),
        "bias": fmean(one.range.mean - one.came for one in heard),
        "kept": kept(lambda told: (told.low, told.high)),
        "kept as shown": kept(lambda told: told.shown),
        "width": fmean(one.range.high - one.range.low for one in heard),
        "mean wait": fmean(one.came for one in heard),
    }


# -- a whole hospital


def _hospital(places: Places) -> Row:
    discipline, half_days = PATTERN, 2 * places.sizes.rooms

    def once(number: int) -> tuple[float, int]:
        dice, visits = Random(f"hospital {number}"), 0
        started = time.thread_time()
        past = _past(FULL, discipline, dice, places.sizes)
        for _ in range(half_days):
            visits += len(told(various(FULL, dice), discipline, dice, past))
        return time.thread_time() - started, visits

    runs = [once(number) for number in range(places.sizes.rounds)]
    return Row(
        work="a day of a hospital, with the wait told to everybody",
        where=f"{half_days} half-days, {places.sizes.rooms} rooms",
        unit="s CPU",
        samples={"day": [run[0] for run in runs], "a minute": [60.0] * len(runs)},
        ours=("day",),
        limit=("a minute",),
        goal=1.0,
        facts={"visits": min(run[1] for run in runs)},
    )
