"""How many to call when: never worse than the rule it starts from, as good as brute force."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

import pytest

from scheduling.templates import Clinic, Search, Template, bailey_welch

MORNING = Clinic(times=8, step=30, patients=32, mean=7.0, scv=0.5, no_show=0.12)
SMALL = Clinic(times=4, step=20, patients=6, mean=12.0, scv=0.5, no_show=0.2)


def _all(clinic: Clinic) -> Iterator[Template]:
    """Every way to spread the patients over the times."""
    bars = clinic.times - 1
    for marks in combinations(range(clinic.patients + bars), bars):
        edges = (-1, *marks, clinic.patients + bars)
        yield tuple(b - a - 1 for a, b in pairwise(edges))


def test_the_rule_calls_two_and_then_one_a_visit() -> None:
    assert bailey_welch(Clinic(6, 10, 7, mean=10, scv=0.5)) == (2, 1, 1, 1, 1, 1)
    assert bailey_welch(Clinic(3, 30, 9, mean=10, scv=0.5)) == (4, 3, 2)
    assert bailey_welch(Clinic(2, 10, 9, mean=10, scv=0.5)) == (2, 7), "the rest at the last time"


@pytest.mark.parametrize("weight", [0.02, 0.1, 0.5, 2.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_search_finds_the_best_of_all(weight: float, seed: int) -> None:
    search = Search(SMALL, seed)
    found = search.best(weight)
    best = min(search.cost(template).weighed(weight) for template in _all(SMALL))
    assert found.cost.weighed(weight) == pytest.approx(best)


@pytest.mark.parametrize("start", [None, (32, 0, 0, 0, 0, 0, 0, 0), (4,) * 8])
def test_it_is_never_worse_than_its_start(start: Template | None) -> None:
    search = Search(MORNING, 3)
    before = search.cost(start or bailey_welch(MORNING)).weighed(0.1)
    found = search.best(0.1, start)
    assert found.cost.weighed(0.1) <= before
    assert sum(found.template) == 32
    assert min(found.template) >= 0


def test_the_same_seed_says_the_same_and_another_hardly_differs() -> None:
    assert Search(MORNING, 3).best(0.1) == Search(MORNING, 3).best(0.1)
    one, other = (Search(MORNING, seed).best(0.1).cost for seed in (3, 4))
    assert one.wait == pytest.approx(other.wait, rel=0.2)


def test_on_a_fine_grid_it_is_still_never_worse() -> None:
    fine = Clinic(times=16, step=15, patients=24, mean=9.0, scv=0.5, no_show=0.1)
    search = Search(fine, 5)
    assert search.best(0.2).cost.weighed(0.2) < search.cost(bailey_welch(fine)).weighed(0.2)


def test_a_gap_in_the_morning_helps_patients_more_than_it_costs_the_doctor() -> None:
    """A full morning falls behind; who is called a step later waits less, and nobody stands."""
    clinic = Clinic(times=8, step=30, patients=28, mean=8.0, scv=0.5)
    search = Search(clinic, 7)
    full, gap = (4, 4, 4, 4, 4, 4, 4, 0), (4, 4, 3, 4, 4, 3, 4, 2)
    before, after = search.cost(full), search.cost(gap)
    assert after.wait < before.wait - 1
    lost = after.idle + after.overtime - before.idle - before.overtime
    assert 0 <= lost < (before.waits - after.waits) / 5
    best = search.best(0.2).template
    assert min(best[1:]) < max(best[1:]), "the best one breathes, too"


def test_the_curve_goes_from_the_doctors_patience_to_the_patients() -> None:
    points = Search(MORNING, 9).curve()
    assert len(points) > 2
    waits = [point.cost.wait for point in points]
    doctors = [point.cost.doctor for point in points]
    assert waits == sorted(waits, reverse=True)
    assert doctors == sorted(doctors)
    assert len({point.template for point in points}) == len(points)


def test_nobody_waits_who_is_alone_and_punctual() -> None:
    cost = Search(Clinic(times=3, step=100, patients=3, mean=5, scv=0.1), 1).cost((1, 1, 1))
    assert (cost.wait, cost.overtime) == (0, 0)
    assert cost.idle == pytest.approx(200 - 2 * 5, abs=1.5)


def test_who_does_not_come_takes_no_time() -> None:
    crowd = Clinic(times=1, step=1, patients=10, mean=10, scv=1e-9, no_show=0.5)
    cost = Search(crowd, 1).cost((10,))
    assert cost.overtime == pytest.approx(10 * 10 * 0.5 - 1, abs=5)
    assert cost.idle == 0


def test_a_template_of_another_clinic_is_refused() -> None:
    for template in ((1,), (33, 0, 0, 0, 0, 0, 0, 0), (33, -1, 0, 0, 0, 0, 0, 0)):
        with pytest.raises(ValueError, match="another clinic"):
            Search(MORNING, 1).cost(template)
