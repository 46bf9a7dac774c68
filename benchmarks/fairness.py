"""What each discipline does to whom: the waits of each class, who is overtaken, how unequal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from statistics import fmean

from benchmarks.half_days import FIFO, FULL, PATTERN, various
from benchmarks.measure import Row, percentile
from benchmarks.places import Places
from scheduling.clinic_day import simulate
from scheduling.clinic_types import Call
from scheduling.disciplines import EMERGENCY, FIRST, Discipline

_DISCIPLINES: Mapping[str, Discipline] = {
    "fifo": FIFO,
    "strict priority": Discipline("priority", cap_minutes=None),
    "2+1": PATTERN,
    "APQ 3:2:1, cap 90": Discipline("accumulating"),
}
_CLASSES = ("new", "priority", "return", "missed")


def rows(places: Places) -> Iterator[Row]:
    """Yield how long each class waits under each discipline, and how fair it is."""
    rounds = places.sizes.rounds
    days = max(1, places.sizes.half_days // rounds)
    for name, discipline in _DISCIPLINES.items():
        samples: dict[str, list[float]] = {}
        for number in range(rounds):
            dice = Random(f"disciplines {number}")
            past = [simulate(various(FULL, dice), discipline, dice).calls for _ in range(days)]
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
