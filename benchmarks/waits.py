"""
The wait that is told beside the wait that came, and what each discipline does to whom.

All on simulated half-days (`scheduling.clinic_day`) of one doctor: patients who do not come, come
early or late, are away when called, come back with results; doctors of different speed, who are
interrupted and begin late. What is learnt before comes from other such days.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from statistics import fmean

from benchmarks.measure import Row, percentile
from benchmarks.places import Places, Sizes
from scheduling.clinic_day import Moment, simulate, slots
from scheduling.clinic_types import Call, Duty, Habits, HalfDay
from scheduling.disciplines import EMERGENCY, FIRST, Discipline
from scheduling.overtaking import length, wait
from scheduling.waits import NOTHING, Pace, Visit, WaitRange, estimate, shrunk

_OPENS = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
# A doctor's visits last so many times the usual, other ones on other days, and scatter so much.
_SPEEDS, _DAYS, _CVS = (0.7, 1.4), (0.9, 1.1), (0.6, 0.8)
_PAST_DAYS, _DOCTORS_DAYS = 60, 10
# Booked so densely that the mean wait is about 40 minutes; first visits only, as far as possible.
_PLAIN = HalfDay(
    _OPENS,
    slots(54, 4.4),
    (Duty(0.0, 240.0),),
    Habits(return_share=0.0, priority_share=0.0, emergency_share=0.0, away_share=0.0),
)
# The same length with returns, ranks and missed calls.
_CROWDED = HalfDay(_OPENS, slots(48, 5.0), (Duty(0.0, 240.0),))
# The half-day of the table: 40 booked in three and a half hours.
_FULL = HalfDay(_OPENS, slots(40, 5.25), (Duty(0.0, 210.0),))
_FIFO, _PATTERN = Discipline("fifo", cap_minutes=None), Discipline()
_DISCIPLINES: Mapping[str, Discipline] = {
    "fifo": _FIFO,
    "strict priority": Discipline("priority", cap_minutes=None),
    "2+1": _PATTERN,
    "APQ 3:2:1, cap 90": Discipline("accumulating"),
}
_CLASSES = ("new", "priority", "return", "missed")


def rows(places: Places) -> Iterator[Row]:
    """Yield the estimate's figures, the disciplines', and the time a whole hospital takes."""
    yield from _estimates(places)
    yield from _disciplines(places)
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
    Case("first visits in order of slot, doctor known", _PLAIN, _FIFO, _DOCTORS_DAYS, 9.6),
    Case("first visits in order of slot, doctor new", _PLAIN, _FIFO, 0, 9.6),
    Case("2+1, returns, ranks, missed calls, doctor known", _CROWDED, _PATTERN, _DOCTORS_DAYS),
)


def told(
    day: HalfDay, discipline: Discipline, dice: Random, past: Pace, doctor: Pace = NOTHING
) -> list[Told]:
    """Return what everybody is told who joins the line, given what was seen on other days."""
    said: dict[tuple[int, float], tuple[Moment, WaitRange]] = {}
    true = _true_pace(day)

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


def _true_pace(day: HalfDay) -> Pace:
    habits = day.habits
    interrupted = 1 + habits.interruptions_an_hour * habits.interruption / 60
    mean = habits.visit * habits.speed * interrupted
    return Pace(1e9, mean, (habits.visit_cv * mean) ** 2)


def various(day: HalfDay, dice: Random) -> HalfDay:
    """Return the half-day with a doctor of some speed whose visits scatter in some way."""
    habits = replace(day.habits, speed=dice.uniform(*_SPEEDS), visit_cv=dice.uniform(*_CVS))
    return replace(day, habits=habits)


def other(day: HalfDay, dice: Random) -> HalfDay:
    """Return another half-day of the same doctor."""
    habits = replace(day.habits, speed=day.habits.speed * dice.uniform(*_DAYS))
    return replace(day, habits=habits)


def seen(days: Iterable[HalfDay], discipline: Discipline, dice: Random) -> Pace:
    """Return how long visits took on some half-days, those with results left out."""
    lengths = [
        call.ended - call.called
        for day in days
        for call in simulate(day, discipline, dice).calls
        if call.answered and not call.is_return
    ]
    return Pace.of_sums(len(lengths), sum(lengths), sum(length**2 for length in lengths))


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


# -- what a discipline does to whom


def _disciplines(places: Places) -> Iterator[Row]:
    rounds = places.sizes.rounds
    days = max(1, places.sizes.half_days // rounds)
    for name, discipline in _DISCIPLINES.items():
        samples: dict[str, list[float]] = {}
        for number in range(rounds):
            dice = Random(f"disciplines {number}")
            past = [simulate(various(_FULL, dice), discipline, dice).calls for _ in range(days)]
            for what, figure in _effects(past).items():
                samples.setdefault(what, []).append(figure)
        yield Row(
            work=f"waits under {name}",
            where=f"{days * rounds} simulated half-days",
            unit="min, mean of new patients",
            samples=samples,
            ours=("new mean",),
            facts={what: round(fmean(figures), 2) for what, figures in samples.items()},
        )


def kind(call: Call) -> str:
    """Return the class in which a call is counted."""
    if call.rank == EMERGENCY:
        return EMERGENCY
    if call.rank:
        return "priority"
    return "new" if call.lane == FIRST else call.lane


def overtaken(calls: Sequence[Call]) -> list[int]:
    """
    Return by how many each was overtaken: called before her, though their claim is younger.

    A claim is as old as the slot, or as the arrival of who came after it (`Call.claim`).
    """
    return [
        sum(other.claim > call.claim and other.called < call.called for other in calls)
        for call in calls
    ]


def gini(values: Sequence[float]) -> float:
    """Return how unequal some waits are: 0 all the same, 1 one has all of it."""
    ranked = sorted(max(0.0, value) for value in values)
    total = sum(ranked)
    if not total:
        return 0.0
    number = len(ranked)
    weighted = sum(rank * value for rank, value in enumerate(ranked, 1))
    return 2 * weighted / (number * total) - (number + 1) / number


def _effects(half_days: Sequence[Sequence[Call]]) -> dict[str, float]:
    """Mean, 95th percentile and worst wait of each class; how fair it was to new patients."""
    everybody = [call for calls in half_days for call in calls]
    found: dict[str, float] = {}
    for name in _CLASSES:
        waits = [call.wait for call in everybody if kind(call) == name] or [0.0]
        found |= {
            f"{name} mean": fmean(waits),
            f"{name} p95": percentile(waits, 0.95),
            f"{name} worst": max(waits),
        }
    passed = [
        count
        for calls in half_days
        for call, count in zip(calls, overtaken(calls), strict=True)
        if kind(call) == "new"
    ]
    found["new overtaken by"] = fmean(passed) if passed else 0.0
    found["Gini of all waits"] = gini([call.wait for call in everybody])
    return found


# -- a whole hospital


def _hospital(places: Places) -> Row:
    discipline, half_days = _PATTERN, 2 * places.sizes.rooms

    def once(number: int) -> tuple[float, int]:
        dice, visits = Random(f"hospital {number}"), 0
        started = time.thread_time()
        past = _past(_FULL, discipline, dice, places.sizes)
        for _ in range(half_days):
            visits += len(told(various(_FULL, dice), discipline, dice, past))
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
