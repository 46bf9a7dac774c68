"""
How many patients to call to which time of a half-day (号源模板), and where to leave a gap; pure.

A template says how many are due at each time of a grid (0, one step, two steps … after opening).
Patients come when they are due or not at all; the doctor sees them in that order. What a template
costs is a weighted sum of what the patients wait, what the doctor stands idle between the first
and the last visit, and what is worked after closing; simulated on seeded days that are the same
for all templates.

The search starts from Bailey and Welch's rule (two at the beginning, then one per mean visit:
Lancet 1952) and moves to the best neighbour until none is better. Neighbours are those of
Kaandorp and Koole (Health Care Management Science 2007, 10:217-229): any set of moves of one
patient by one step towards the opening, around the end. They prove that with exponential visits a
template without a better neighbour of this kind is the best of all. All sets are tried on grids of
up to `_FULL` times, single moves and pairs on finer ones. Minutes throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import combinations
from math import log1p, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Moves = npt.NDArray[np.int64]

Template = tuple[int, ...]
_FULL = 9
_RUNS = 100
_SMALLEST_STEP = 1e-9
# How many minutes of the doctor one minute of all patients together is worth, from impatient
# doctors to impatient patients: the curve has a point for each.
WEIGHTS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_OVERTIME = 1.5


@dataclass(frozen=True, slots=True)
class Clinic:
    """
    A half-day of one doctor.

    `times` steps of `step` minutes each, at which patients may be due; `patients` to be called;
    visits of `mean` minutes and squared coefficient of variation `scv`; `no_show` the share that
    does not come; a minute of `overtime` counts so many idle ones.
    """

    times: int
    step: float
    patients: int
    mean: float
    scv: float
    no_show: float = 0.0
    overtime: float = _OVERTIME

    @property
    def length(self) -> float:
        """From opening to closing."""
        return self.times * self.step


@dataclass(frozen=True, slots=True)
class Cost:
    """
    What a template costs in the mean.

    `wait` of one patient who comes, `idle` and `overtime` of the doctor in a half-day; `waits` of
    all patients of a half-day together.
    """

    wait: float
    idle: float
    overtime: float
    waits: float
    overtime_counts: float = _OVERTIME

    @property
    def doctor(self) -> float:
        """Idle time and overtime together, which counts more."""
        return self.idle + self.overtime_counts * self.overtime

    def weighed(self, weight: float) -> float:
        """Return all of it in minutes of the doctor, if one of patients is worth `weight`."""
        return weight * self.waits + self.doctor


@dataclass(frozen=True, slots=True)
class Point:
    """A template and its cost; `weight` is the one it is best for, None for a given template."""

    template: Template
    cost: Cost
    weight: float | None = None


def bailey_welch(clinic: Clinic) -> Template:
    """Return two at the beginning and then one per mean visit, each at the step it falls into."""
    template = [0] * clinic.times
    for number in range(clinic.patients):
        due = max(0, number - 1) * clinic.mean
        template[min(int(due // clinic.step), clinic.times - 1)] += 1
    return tuple(template)


class Search:
    """Looks for templates of one clinic; the simulated days are drawn once, by `seed`."""

    def __init__(self, clinic: Clinic, seed: int) -> None:
        """Draw who comes and how long the visits are."""
        import numpy as np  # noqa: PLC0415 - only who plans needs it

        self.clinic = clinic
        dice = np.random.default_rng(seed)
        shape = (_RUNS, clinic.patients)
        spread = log1p(clinic.scv)
        self._comes = dice.random(shape) >= clinic.no_show
        self._lengths = clinic.mean * dice.lognormal(-spread / 2, sqrt(spread), shape)

    def cost(self, template: Template) -> Cost:
        """
        Return what a template of this clinic costs.

        Raises:
            ValueError: it is for another number of patients or times, or calls fewer than none.
        """
        clinic = self.clinic
        if len(template) != clinic.times or sum(template) != clinic.patients or min(template) < 0:
            raise ValueError("a template of another clinic")
        return self._costs([template])[0]

    def best(self, weight: float, start: Template | None = None) -> Point:
        """Return the best template found from a start, which is never worse than the start."""
        template = start or bailey_welch(self.clinic)
        found = Point(template, self.cost(template), weight)
        while better := self._better(found, self._single) or self._better(found, self._moves):
            found = better
        return found

    def curve(self, weights: Sequence[float] = WEIGHTS) -> list[Point]:
        """
        Return the trade-off: the best template for each weight, from least idle to least wait.

        Each search goes on from the one before; a template is listed once, and none of which
        another is better for patients and doctor alike.
        """
        points: dict[Template, Point] = {}
        start: Template | None = None
        for weight in weights:
            point = self.best(weight, start)
            start = point.template
            points.setdefault(point.template, point)
        found = list(points.values())
        return [one for one in found if not any(_is_better(other, one) for other in found)]

    def given(self, template: Template) -> Point:
        """Return a template that is in use, for comparison."""
        return Point(template, self.cost(template))

    # -- inside ------------------------------------------------------------------------------

    @cached_property
    def _single(self) -> Moves:
        """One patient a step earlier, or from the first time to the last: what each move adds."""
        import numpy as np  # noqa: PLC0415 - see above

        times = self.clinic.times
        moves = np.zeros((times, times), dtype=np.int64)
        for number in range(times):
            moves[number, number] -= 1
            moves[number, number - 1] += 1
        return moves

    @cached_property
    def _moves(self) -> Moves:
        """All sets of moves that are tried; a set without one is that one backwards."""
        import numpy as np  # noqa: PLC0415 - see above

        times = self.clinic.times
        sizes = range(1, times) if times <= _FULL else (1, 2, times - 2, times - 1)
        sets = [list(some) for size in sizes for some in combinations(range(times), size)]
        rows = [self._single[some].sum(axis=0) for some in sets]
        return np.unique(np.array(rows).reshape(-1, times), axis=0)

    def _better(self, point: Point, moves: Moves) -> Point | None:
        """Return the best neighbour, None if none is better."""
        import numpy as np  # noqa: PLC0415 - see above

        weight = point.weight or 0.0
        around = np.array(point.template) + moves
        rows: list[list[int]] = around[(around >= 0).all(axis=1)].tolist()
        near = [tuple(row) for row in rows]
        priced = zip(near, self._costs(near) if near else (), strict=True)
        best = min(priced, key=lambda pair: pair[1].weighed(weight), default=None)
        if best is None or best[1].weighed(weight) >= point.cost.weighed(weight) - _SMALLEST_STEP:
            return None
        return Point(*best, weight)

    def _costs(self, templates: Sequence[Template]) -> list[Cost]:
        """Simulate all templates on all days at once: a row a template, a column a day."""
        import numpy as np  # noqa: PLC0415 - see above

        clinic, at = self.clinic, np.arange(self.clinic.times) * self.clinic.step
        due = np.array([np.repeat(at, template) for template in templates])
        free = np.zeros((len(templates), _RUNS))
        waits, idle = np.zeros_like(free), np.zeros_like(free)
        for number in range(clinic.patients):
            comes, when = self._comes[:, number], due[:, number, None]
            begins = np.maximum(free, when)
            waits += np.where(comes, begins - when, 0.0)
            idle += np.where(comes, begins - free, 0.0)
            free = np.where(comes, begins + self._lengths[:, number], free)
        overtime = np.maximum(free - clinic.length, 0.0).mean(axis=1)
        all_waits, people = waits.mean(axis=1), max(self._comes.sum() / _RUNS, 1 / _RUNS)
        rows = np.stack([all_waits / people, idle.mean(axis=1), overtime, all_waits], axis=1)
        return [replace(Cost(*row), overtime_counts=clinic.overtime) for row in rows.tolist()]


@lru_cache(maxsize=64)
def trade_off(clinic: Clinic, now: Template, seed: int) -> tuple[Point, Point, tuple[Point, ...]]:
    """Return a template in use, the old rule and the curve; kept: a search takes a second."""
    search = Search(clinic, seed)
    return search.given(now), search.given(bailey_welch(clinic)), tuple(search.curve())


def _is_better(one: Point, other: Point) -> bool:
    """Whether `one` is no worse for patients and doctor, and better for somebody."""
    mine, theirs = (one.cost.wait, one.cost.doctor), (other.cost.wait, other.cost.doctor)
    return mine != theirs and all(a <= b for a, b in zip(mine, theirs, strict=True))
