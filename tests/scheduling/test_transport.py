"""Who could go where: no dearer than brute force, whole patients, published optima, reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.transport import Demand, Flow, Plan, Supply, Unmet, allocate, plan

ORLIB = Path(__file__).parents[1] / "data" / "orlib"
MONDAY, TUESDAY = date(2026, 11, 30), date(2026, 12, 1)
MINUTES = {("village", "near"): 8.0, ("village", "far"): 40.0, ("near", "near"): 0.0}
UNMET = 1000.0


def _demand(key: int = 1, patients: int = 3, **more: object) -> Demand:
    known = {"origin": "village", "specialty": "02", "day": MONDAY, "half_day": "am"}
    return Demand(key=key, patients=patients, **{**known, **more})


def _supply(key: int = 7, places: int = 2, **more: object) -> Supply:
    known = {"site": "near", "specialty": "02", "day": MONDAY, "half_day": "am"}
    return Supply(key=key, places=places, **{**known, **more})


# -- the solver ------------------------------------------------------------------------------

tiny = st.integers(1, 3).flatmap(
    lambda wide: st.tuples(
        st.lists(st.integers(0, 2), min_size=1, max_size=3),
        st.lists(st.integers(0, 3), min_size=wide, max_size=wide),
        st.lists(
            st.lists(
                st.one_of(st.integers(0, 50), st.just(float("inf"))),
                min_size=wide,
                max_size=wide,
            ),
            min_size=3,
            max_size=3,
        ),
        st.one_of(
            st.none(),
            st.lists(
                st.lists(st.integers(1, 3), min_size=wide, max_size=wide), min_size=3, max_size=3
            ),
        ),
    )
)


def _price(flows: Sequence[Sequence[int]], amounts: Sequence[int], costs: list) -> float:
    paid = sum(
        n * c
        for row, cost in zip(flows, costs, strict=True)
        for n, c in zip(row, cost, strict=True)
        if n
    )
    return paid + UNMET * sum(a - sum(row) for a, row in zip(amounts, flows, strict=True))


def _every_way(amount: int, columns: int) -> Iterator[tuple[int, ...]]:
    return (row for row in product(range(amount + 1), repeat=columns) if sum(row) <= amount)


def _fits(flows: Sequence[Sequence[int]], capacities: Sequence[int], uses: list | None) -> bool:
    return all(
        sum(row[at] * (uses[n][at] if uses else 1) for n, row in enumerate(flows)) <= most
        for at, most in enumerate(capacities)
    )


@given(tiny)
@settings(max_examples=40)
def test_nothing_is_cheaper(drawn: tuple[list[int], list[int], list, list | None]) -> None:
    amounts, capacities, costs, uses = drawn
    costs, uses = costs[: len(amounts)], uses and uses[: len(amounts)]
    found = allocate(amounts, capacities, costs, UNMET, uses)
    assert _fits(found, capacities, uses)
    assert all(sum(row) <= most for row, most in zip(found, amounts, strict=True))
    best = min(
        _price(ways, amounts, costs)
        for ways in product(*(_every_way(a, len(capacities)) for a in amounts))
        if _fits(ways, capacities, uses)
    )
    assert _price(found, amounts, costs) == pytest.approx(best)


def test_a_big_problem_comes_out_in_whole_patients() -> None:
    amounts = [3 + n % 5 for n in range(60)]
    capacities = [2 + n % 4 for n in range(90)]
    costs = [[abs(7 * n - 5 * m) % 61 + 1.5 for m in range(90)] for n in range(60)]
    found = allocate(amounts, capacities, costs, UNMET)
    assert sum(map(sum, found)) == min(sum(amounts), sum(capacities))
    assert _fits(found, capacities, None)


def test_the_example_of_scipys_manual() -> None:
    costs = [[4, 1, 3], [2, 0, 5], [3, 2, 2]]
    assert _price(allocate([1] * 3, [1] * 3, costs, UNMET), [1] * 3, costs) == 5


def _gap(name: str) -> Iterator[tuple[int, list[list[int]], list[list[int]], list[int]]]:
    numbers = iter(map(int, (ORLIB / name).read_text().split()))

    def table(rows: int, columns: int) -> list[list[int]]:
        return [[next(numbers) for _ in range(columns)] for _ in range(rows)]

    for _ in range(next(numbers)):
        agents, jobs = next(numbers), next(numbers)
        earns, takes = table(agents, jobs), table(agents, jobs)
        (has,) = table(1, agents)
        yield next(numbers), earns, takes, has


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("gap1.txt", [336, 327, 339, 341, 326]),
        ("gap2.txt", [434, 436, 420, 419, 428]),
        ("gap3.txt", [580, 564, 573, 570, 564]),
        ("gap12.txt", [1451, 1449, 1433, 1447, 1446]),
    ],
)
def test_generalised_assignment_of_or_library(name: str, published: list[int]) -> None:
    found = []
    for _, earns, takes, has in _gap(name):
        jobs = range(len(earns[0]))
        costs = [[-row[job] for row in earns] for job in jobs]
        uses = [[row[job] for row in takes] for job in jobs]
        flows = allocate([1] * len(costs), has, costs, UNMET, uses)
        assert all(sum(row) == 1 for row in flows), "every job is done once"
        found.append(-round(_price(flows, [1] * len(costs), costs)))
    assert found == [best for best, *_ in _gap(name)] == published


# -- patients and shifts ---------------------------------------------------------------------


def test_the_near_shift_fills_first_and_the_rest_go_further() -> None:
    found = plan([_demand()], [_supply(), _supply(8, 5, site="far")], MINUTES, 60)
    assert found == Plan((Flow(1, 7, 2, 8.0), Flow(1, 8, 1, 40.0)), ())


def test_another_half_day_is_better_than_a_long_way_and_another_day_is_not() -> None:
    afternoon = _supply(8, 5, half_day="pm")
    far, tomorrow = _supply(9, 5, site="far"), _supply(10, 5, day=TUESDAY)
    assert plan([_demand()], [far, afternoon], MINUTES, 60).flows == (Flow(1, 8, 3, 8.0),)
    assert plan([_demand()], [far, tomorrow], MINUTES, 60).flows == (Flow(1, 9, 3, 40.0),)
    whenever = _demand(half_day="")
    assert plan([whenever], [afternoon], MINUTES, 60).flows == (Flow(1, 8, 3, 8.0),)


@pytest.mark.parametrize(
    ("supplies", "farthest", "why"),
    [
        pytest.param([_supply(specialty="03.03")], 60, "no_specialty", id="nobody does it"),
        pytest.param([], 60, "no_specialty", id="nobody works"),
        pytest.param([_supply(site="far", places=9)], 30, "too_far", id="too far"),
        pytest.param([_supply(site="nowhere", places=9)], 30, "too_far", id="no way known"),
        pytest.param([_supply(places=0)], 30, "full", id="full"),
    ],
)
def test_what_cannot_be_met_is_named(supplies: list[Supply], farthest: float, why: str) -> None:
    assert plan([_demand()], supplies, MINUTES, farthest) == Plan((), (Unmet(1, 3, why),))


def test_who_has_no_choice_goes_before_who_has() -> None:
    stuck = _demand(2, 2, origin="near")
    found = plan([_demand(1, 2), stuck], [_supply(), _supply(8, 2, site="far")], MINUTES, 60)
    assert {(flow.demand, flow.supply) for flow in found.flows} == {(1, 8), (2, 7)}
    assert not found.unmet


def test_long_visits_take_two_places_and_are_not_split() -> None:
    found = plan([_demand(patients=2, takes=2)], [_supply(places=3)], MINUTES, 60)
    assert found == Plan((Flow(1, 7, 1, 8.0),), (Unmet(1, 1, "full"),))


def test_nobody_asks_and_nothing_comes_of_it() -> None:
    assert plan([], [_supply()], MINUTES, 60) == Plan((), ())
    assert plan([_demand(patients=0)], [_supply()], MINUTES, 60) == Plan((), ())
