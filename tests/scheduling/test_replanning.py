"""A doctor is away: who goes where is planned for all together, never worse than one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.replanning import (
    Assigned,
    Seat,
    Stranded,
    Weights,
    burdens,
    cheapest,
    plan,
    weight,
)

MORNING = datetime(2026, 11, 25, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
WEIGHTS = Weights()
ORLIB = Path(__file__).parents[1] / "data" / "orlib"


def _person(key: int, minutes: int = 0, **more: object) -> Stranded:
    at = MORNING + timedelta(minutes=minutes)
    return replace(Stranded(key, at, "am", "D1", 2, "A"), **more)


def _seat(slot: int, minutes: int = 0, **more: object) -> Seat:
    at = MORNING + timedelta(minutes=minutes)
    return replace(Seat(slot, at, "am", "D2", 2, "A", 1), **more)


people = st.lists(
    st.builds(
        _person,
        key=st.integers(0, 10**6),
        minutes=st.integers(0, 240),
        rank=st.integers(0, 3),
        is_elderly=st.booleans(),
        is_urgent=st.booleans(),
        fits=st.frozensets(st.sampled_from(["D2", "D3"])),
    ),
    max_size=4,
    unique_by=lambda person: person.key,
)
seats = st.lists(
    st.builds(
        _seat,
        slot=st.integers(0, 10**6),
        minutes=st.integers(-2000, 8000),
        half_day=st.sampled_from(["am", "pm"]),
        doctor=st.sampled_from(["D1", "D2", "D3", None]),
        rank=st.integers(0, 3),
        site=st.sampled_from(["A", "B"]),
        left=st.integers(0, 2),
    ),
    max_size=4,
    unique_by=lambda seat: seat.slot,
)


def _total(
    planned: Sequence[Assigned], everybody: Sequence[Stranded], all_seats: Sequence[Seat]
) -> float:
    costs = burdens(everybody, all_seats, WEIGHTS)
    column = {seat.slot: number for number, seat in enumerate(all_seats)}
    total = 0.0
    for row, person in enumerate(everybody):
        slot = planned[row].slot
        lost = WEIGHTS.stranded * weight(person, WEIGHTS)
        total += lost if slot is None else costs[row, column[slot]]
    return total


def _one_by_one(everybody: Sequence[Stranded], all_seats: Sequence[Seat]) -> list[Assigned]:
    """What a clerk does on the telephone: the next patient takes the best that is left."""
    left = {seat.slot: seat.left for seat in all_seats}
    found = []
    costs = burdens(everybody, all_seats, WEIGHTS)
    for row, person in enumerate(everybody):
        free = [(costs[row, n], s.slot) for n, s in enumerate(all_seats) if left[s.slot]]
        slot = min(free)[1] if free else None
        if slot is not None:
            left[slot] -= 1
        found.append(Assigned(person.key, slot))
    return found


def _all_plans(everybody: Sequence[Stranded], all_seats: Sequence[Seat]) -> list[list[Assigned]]:
    choices = [None, *(seat.slot for seat in all_seats)]
    left = {seat.slot: seat.left for seat in all_seats}
    plans = []
    for picked in product(choices, repeat=len(everybody)):
        if all(picked.count(slot) <= most for slot, most in left.items()):
            pairs = zip(everybody, picked, strict=True)
            plans.append([Assigned(person.key, slot) for person, slot in pairs])
    return plans


@given(people, seats)
def test_no_plan_is_better_than_this_one(everybody: list[Stranded], all_seats: list[Seat]) -> None:
    best = min(_total(p, everybody, all_seats) for p in _all_plans(everybody, all_seats))
    assert _total(plan(everybody, all_seats), everybody, all_seats) == pytest.approx(best)


@given(people, seats)
def test_nobody_sits_on_a_taken_seat(everybody: list[Stranded], all_seats: list[Seat]) -> None:
    planned = plan(everybody, all_seats)
    assert [one.key for one in planned] == [person.key for person in everybody]
    for seat in all_seats:
        assert sum(one.slot == seat.slot for one in planned) <= seat.left


def _morning(seed: int) -> tuple[list[Stranded], list[Seat]]:
    """A suspended morning: 24 patients, fewer places than that would fill comfortably."""
    random = Random(seed)
    everybody = [
        _person(n, 10 * n, is_elderly=random.random() < 0.3, is_urgent=random.random() < 0.1)
        for n in range(24)
    ]
    all_seats = [
        _seat(
            n,
            random.randint(0, 6) * 1440 + random.randint(0, 16) * 15,
            doctor=random.choice(["D1", "D2", "D3"]),
            rank=random.randint(0, 3),
            left=random.randint(0, 2),
        )
        for n in range(20)
    ]
    return everybody, all_seats


def test_planning_together_is_never_worse_and_usually_better_than_one_by_one() -> None:
    better = 0
    for seed in range(50):
        everybody, all_seats = _morning(seed)
        ours = _total(plan(everybody, all_seats), everybody, all_seats)
        theirs = _total(_one_by_one(everybody, all_seats), everybody, all_seats)
        assert ours <= theirs + 1e-6
        better += ours < theirs - 1e-6
    assert better > 40


def test_assignment_of_or_library() -> None:
    """OR-Library's assign100: the least sum of 100 to 100 is published as 305."""
    count, *numbers = map(int, (ORLIB / "assign100.txt").read_text().split())
    costs = np.array(numbers, float).reshape(count, count)
    columns = cheapest(costs, [1] * count, [1e6] * count)
    assert sorted(columns) == list(range(count))
    assert sum(costs[row, column] for row, column in enumerate(columns)) == 305


@pytest.mark.parametrize(
    ("size", "added", "least"),
    [(100, 0, 198), (100, 100, 11_399), (1000, 0, 1000), (1000, 100, 101_078)],
)
def test_seeded_assignments_whose_least_sums_are_published(
    size: int, added: int, least: int
) -> None:
    """
    Costs 1 to 100 by a seed; the hard ones have up to 99 `added` to each row and column.

    The sums are those of the tests of `lap` (see `data/orlib/README.md`), found by other methods.
    """
    dice = np.random.RandomState(1299821)  # the stream of old is kept unchanged for ever
    costs = dice.randint(1, 101, size=(size, size)).astype(float)
    if added:
        costs += np.array([[dice.randint(0, added)] for _ in range(size)])
        costs += np.array([dice.randint(0, added) for _ in range(size)])
    columns = cheapest(costs, [1] * size, [1e6] * size)
    assert sorted(c for c in columns if c is not None) == list(range(size))
    assert sum(costs[row, c] for row, c in enumerate(columns) if c is not None) == least


@pytest.mark.parametrize("size", [10, 100, 300])
def test_assignment_of_machol_and_wien(size: int) -> None:
    """
    Costs i·j, hard for many methods (Machol, Wien 1976): the least sum is known in closed form.

    The dearest row goes with the cheapest column (rearrangement): Σ i·(n+1−i) = n(n+1)(n+2)/6.
    """
    upto = np.arange(1.0, size + 1)
    costs = np.outer(upto, upto)
    columns = cheapest(costs, [1] * size, [1e9] * size)
    assert columns == list(range(size))[::-1]
    paid = sum(costs[row, column] for row, column in enumerate(columns) if column is not None)
    assert paid == size * (size + 1) * (size + 2) / 6


def test_random_assignments_cost_what_is_proved_of_them() -> None:
    """
    Exponential costs of mean 1, n to n: on average Σ 1/k² for k = 1…n.

    Parisi's conjecture; Linusson and Wästlund 2004, Nair, Prabhakar and Sharma 2005.
    """
    size, days = 20, 1000
    dice = np.random.default_rng(7)
    sums = []
    for _ in range(days):
        costs = dice.exponential(size=(size, size))
        columns = cheapest(costs, [1] * size, [1e6] * size)
        sums.append(sum(costs[row, c] for row, c in enumerate(columns) if c is not None))
    proved = sum(1 / k**2 for k in range(1, size + 1))
    error = np.std(sums) / days**0.5
    assert error < proved / 100
    assert abs(np.mean(sums) - proved) < 3 * error


def test_scipys_example_and_a_place_for_two() -> None:
    costs = np.array([[4.0, 1, 3], [2, 0, 5], [3, 2, 2]])
    assert cheapest(costs, [1, 1, 1], [100] * 3) == [1, 0, 2]
    assert cheapest(costs, [0, 2, 0], [100, 100, 50]) == [1, 1, None]


def test_who_is_engaged_then_is_not_sent_there() -> None:
    (one,) = plan([_person(1)], [_seat(7), _seat(8, 1440)], barred={(1, 7)})
    assert (one.slot, one.change) == (8, "later")


def test_the_same_doctor_is_worth_a_short_wait_but_not_a_week() -> None:
    colleague, tomorrow, next_week = (
        _seat(1, 30, rank=1),
        _seat(2, 1440, doctor="D1"),
        _seat(3, 7 * 1440, doctor="D1"),
    )
    (one,) = plan([_person(1)], [colleague, tomorrow])
    assert one.slot == 2
    (one,) = plan([_person(1)], [colleague, next_week])
    assert (one.slot, one.change) == (1, "shifted")


def test_an_old_patient_gets_the_near_place() -> None:
    near, far = _seat(1, 15), _seat(2, 15, site="B")
    young, old = _person(1), _person(2, is_elderly=True)
    assert [one.slot for one in plan([young, old], [near, far])] == [2, 1]


def test_nobody_is_planned_where_nothing_is_left() -> None:
    assert plan([_person(1)], [_seat(1, left=0)]) == [Assigned(1, None)]
    assert plan([], [_seat(1)]) == []
