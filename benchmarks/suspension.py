"""Where the patients of a suspended shift go: planned together, beside one after the other."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from benchmarks.measure import Row, interleaved
from benchmarks.places import Places
from scheduling.replanning import Assigned, Seat, Stranded, Weights, burdens, plan, weight

_MORNING = datetime(2026, 11, 25, 8, tzinfo=UTC)
_WEIGHTS = Weights()
_DAYS, _DAYS_FREE = 10, 3
_PEOPLE, _SEATS = 500, 2000


def rows(places: Places) -> Iterator[Row]:
    """Yield the time of the largest plan, then how many are stranded and what the rest bear."""
    yield _time(places)
    yield from _quality(places)


def _time(places: Places) -> Row:
    people, seats = _suspension(Random(1), _PEOPLE, _SEATS)
    plan(people[:1], seats[:1])  # loads scipy

    def ours() -> dict[str, float]:
        started = time.thread_time()
        plan(people, seats)
        return {"plan": time.thread_time() - started, "a second": 1.0}

    return Row(
        work=f"plan for {_PEOPLE} patients, {_SEATS} slots",
        where="in process",
        unit="s CPU",
        samples=interleaved((ours,), places.sizes.rounds),
        ours=("plan",),
        limit=("a second",),
        goal=1.0,
    )


def _quality(places: Places) -> Iterator[Row]:
    """Scarce and plentiful mornings, each planned both ways."""
    rounds = places.sizes.rounds
    each = max(1, places.sizes.suspensions // rounds)
    lost: dict[str, list[float]] = {way: [] for way in WAYS}
    borne: dict[str, list[float]] = {way: [] for way in WAYS}
    waited: dict[str, list[float]] = {way: [] for way in WAYS}
    found = list(compared(rounds * each))
    for first in range(0, len(found), each):
        some = found[first : first + each]
        for way in WAYS:
            ends = [one.ends[way] for one in some]
            placed = sum(one.people for one in some) - sum(end.stranded for end in ends)
            lost[way].append(sum(end.stranded for end in ends) or 1e-9)
            borne[way].append(sum(end.burden for end in ends))
            waited[way].append(sum(end.days for end in ends) / placed)
    what = f"of {places.sizes.suspensions} suspensions"
    for work, unit, samples in (
        (f"patients left without a place, {what}", "patients", lost),
        (f"burden of all patients, stranded ones included, {what}", "minutes", borne),
        (f"delay of a patient who has a place, {what}", "days", waited),
    ):
        yield Row(
            work=work,
            where="generated",
            unit=unit,
            samples=samples,
            ours=("plan",),
            limit=("one by one",),
            # More patients have a place, and so some a later one: that is told and no goal.
            goal=None if samples is waited else 1.0,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a suspension's patients: none for so many, and what the others bear."""

    stranded: int
    burden: float  # of all, in weighted minutes
    days: float  # from the old visits to the new ones, of those who have one


@dataclass(frozen=True, slots=True)
class Compared:
    """One suspension planned both ways: how many patients, and free places for each of them."""

    people: int
    free: float
    ends: dict[str, Outcome]


WAYS = ("plan", "one by one")


def compared(count: int, seed: int = 2) -> Iterator[Compared]:
    """Yield so many generated suspensions."""
    random = Random(seed)
    for _ in range(count):
        yield _both(random)


def _both(random: Random) -> Compared:
    people, seats = _suspension(random, random.randint(8, 40), random.randint(5, 40))
    # Everybody can come on a few of the days only.
    can = {person.key: set(random.sample(range(_DAYS), _DAYS_FREE)) for person in people}
    barred = {
        (person.key, seat.slot)
        for person in people
        for seat in seats
        if (seat.starts_at - _MORNING).days not in can[person.key]
    }
    costs = burdens(people, seats, _WEIGHTS)
    column = {seat.slot: number for number, seat in enumerate(seats)}

    def told(planned: Sequence[Assigned]) -> Outcome:
        stranded, minutes, days = 0, 0.0, 0.0
        for row, one in enumerate(planned):
            if one.slot is None:
                stranded += 1
                minutes += _WEIGHTS.stranded * weight(people[row], _WEIGHTS)
            else:
                number = column[one.slot]
                minutes += float(costs[row, number])
                days += abs((seats[number].starts_at - people[row].starts_at) / timedelta(days=1))
        return Outcome(stranded, minutes, days)

    planned = (plan(people, seats, barred), _one_by_one(people, seats, barred, costs))
    return Compared(
        people=len(people),
        free=sum(seat.left for seat in seats) / len(people),
        ends={way: told(one) for way, one in zip(WAYS, planned, strict=True)},
    )


def _one_by_one(
    people: Sequence[Stranded],
    seats: Sequence[Seat],
    barred: set[tuple[int, int]],
    costs: Any,
) -> list[Assigned]:
    """What a clerk does on the telephone: the next patient takes the best that is left."""
    left = {seat.slot: seat.left for seat in seats}
    found = []
    for row, person in enumerate(people):
        free = [
            (costs[row][number], seat.slot)
            for number, seat in enumerate(seats)
            if left[seat.slot] and (person.key, seat.slot) not in barred
        ]
        slot = min(free)[1] if free else None
        if slot is not None:
            left[slot] -= 1
        found.append(Assigned(person.key, slot))
    return found


def _suspension(random: Random, people: int, seats: int) -> tuple[list[Stranded], list[Seat]]:
    doctors, ranks = ["D1", "D2", "D3", "D4"], [3, 2, 1, 0]
    patients = [
        Stranded(
            key=number,
            starts_at=_MORNING + timedelta(minutes=10 * (number % 24)),
            half_day="am",
            doctor="D1",
            rank=3,
            site="A",
            fits=frozenset(random.sample(doctors, 2)),
            is_elderly=random.random() < 0.3,
            is_urgent=random.random() < 0.1,
        )
        for number in range(people)
    ]
    free = []
    for slot in range(seats):
        which = random.randrange(4)
        afternoon = random.random() < 0.5
        minutes = random.randrange(16) * 15 + (330 if afternoon else 0)
        free.append(
            Seat(
                slot=slot,
                starts_at=_MORNING + timedelta(days=random.randrange(_DAYS), minutes=minutes),
                half_day="pm" if afternoon else "am",
                doctor=doctors[which],
                rank=ranks[which],
                site=random.choice("AAB"),
                left=random.randint(1, 2),
            )
        )
    return patients, free
