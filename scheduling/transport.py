"""
Who could go where (分流): the demand of places against what sites and shifts have free; pure.

The transportation problem (Hitchcock 1941), solved by HiGHS through scipy: every demand is met
from what does the same work, within reach, as cheaply as can be for all together; a vertex of it
is integral, so nobody is split. Where a visit takes more of one shift than of another it is the
generalised assignment problem, and integers are asked for. What cannot be met is named with its
reason. It is advice: nobody is sent anywhere by it.

A burden is minutes of travel; `Weights` says what another day or half-day weighs beside it. Ours,
to be corrected by a hospital that has asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Table = npt.NDArray[np.float64]
    Counts = npt.NDArray[np.int64]

Why = Literal["no_specialty", "too_far", "full"]


@dataclass(frozen=True, slots=True)
class Weights:
    """Burdens in minutes of travel."""

    day: float = 60.0  # per day later or earlier
    half_day: float = 30.0
    unmet: float = 100_000.0  # more than any way


@dataclass(frozen=True, slots=True)
class Demand:
    """
    So many `patients` of one place need a specialty on a day.

    `origin` is a village, a site or whatever else ways are known from; `half_day` is empty where
    any will do. Each takes `takes` places of a shift (a long visit takes two).
    """

    key: int
    origin: str
    specialty: str
    day: date
    half_day: str
    patients: int
    takes: int = 1


@dataclass(frozen=True, slots=True)
class Supply:
    """A shift with free `places`."""

    key: int
    site: str
    specialty: str
    day: date
    half_day: str
    places: int


@dataclass(frozen=True, slots=True)
class Flow:
    """So many patients of a demand could go to a shift, `minutes` away."""

    demand: int
    supply: int
    patients: int
    minutes: float


@dataclass(frozen=True, slots=True)
class Unmet:
    """
    So many patients of a demand have nowhere to go.

    no_specialty: nobody does this work in these days; too_far: somebody does, out of reach; full:
    what is within reach is taken by all together.
    """

    demand: int
    patients: int
    why: Why


@dataclass(frozen=True, slots=True)
class Plan:
    """The cheapest way to meet all demands, and what is left."""

    flows: tuple[Flow, ...]
    unmet: tuple[Unmet, ...]


def plan(
    demands: Sequence[Demand],
    supplies: Sequence[Supply],
    minutes: Mapping[tuple[str, str], float],
    farthest: float,
    weights: Weights | None = None,
) -> Plan:
    """
    Return who could go where.

    `minutes` are the ways from an origin to a site; one that is missing, or longer than
    `farthest`, is out of reach.
    """
    weights = weights or Weights()
    able: dict[str, list[tuple[int, Supply]]] = defaultdict(list)
    for column, supply in enumerate(supplies):
        able[supply.specialty].append((column, supply))
    costs = [[float("inf")] * len(supplies) for _ in demands]
    for row, demand in enumerate(demands):
        for column, supply in able[demand.specialty]:
            costs[row][column] = _cost(demand, supply, minutes, farthest, weights)
    flows = allocate(
        [one.patients for one in demands],
        [one.places for one in supplies],
        costs,
        weights.unmet,
        _uses(demands, supplies),
    )
    met = [
        Flow(d.key, s.key, flows[row][column], minutes[d.origin, s.site])
        for row, d in enumerate(demands)
        for column, s in enumerate(supplies)
        if flows[row][column]
    ]
    short = [
        Unmet(d.key, left, _why(d, supplies, costs[row]))
        for row, d in enumerate(demands)
        if (left := d.patients - sum(flows[row]))
    ]
    return Plan(tuple(met), tuple(short))


def allocate(
    amounts: Sequence[int],
    capacities: Sequence[int],
    costs: Sequence[Sequence[float]],
    unmet: float,
    uses: Sequence[Sequence[float]] | None = None,
) -> list[list[int]]:
    """
    Return how much of each amount goes to each capacity: integers, a row an amount.

    The sum of costs is the least there is; inf where a pair is impossible, and what is not met
    costs `unmet` a piece. `uses` is what a piece takes of a capacity, 1 where it is None.

    Raises:
        ArithmeticError: the solver gave up, which is not known to happen.
    """
    if not amounts or not capacities:
        return [[0] * len(capacities) for _ in amounts]
    # A quarter of a second and sixty megabytes that only planning needs.
    import numpy as np  # noqa: PLC0415

    price = np.array(costs, float)
    pairs = np.argwhere(np.isfinite(price))
    result: Counts = np.zeros(price.shape, dtype=np.int64)
    if len(pairs):
        takes = None if uses is None else np.array(uses, float)[tuple(pairs.T)]
        gain = price[tuple(pairs.T)] - unmet
        result[tuple(pairs.T)] = _solve(pairs, gain, amounts, capacities, takes)
    return [[int(count) for count in row] for row in result]


def _solve(
    pairs: Counts,
    gain: Table,
    amounts: Sequence[int],
    capacities: Sequence[int],
    takes: Table | None,
) -> Counts:
    """Minimise the gain of meeting over not meeting; a variable a possible pair."""
    import numpy as np  # noqa: PLC0415 - see above
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415
    from scipy.sparse import coo_array, vstack  # noqa: PLC0415

    count = len(pairs)
    ones, columns = np.ones(count), np.arange(count)
    given = coo_array((ones, (pairs[:, 0], columns)), shape=(len(amounts), count))
    taken = ones if takes is None else takes
    used = coo_array((taken, (pairs[:, 1], columns)), shape=(len(capacities), count))
    limits = np.concatenate([amounts, capacities]).astype(float)
    found = milp(
        gain,
        # With equal uses the simplex ends at a vertex, and every vertex is integral.
        integrality=np.zeros(count) if takes is None else ones,
        bounds=Bounds(0, np.array(amounts, float)[pairs[:, 0]]),
        constraints=LinearConstraint(vstack([given, used]).tocsr(), ub=limits),
    )
    if found.x is None:
        raise ArithmeticError(found.message)
    whole: Counts = np.rint(found.x).astype(np.int64)
    return whole


def _uses(
    demands: Sequence[Demand], supplies: Sequence[Supply]
) -> Sequence[Sequence[float]] | None:
    """None where every visit takes one place: that problem needs no integers."""
    if all(one.takes == 1 for one in demands):
        return None
    return [[one.takes] * len(supplies) for one in demands]


def _cost(
    demand: Demand,
    supply: Supply,
    minutes: Mapping[tuple[str, str], float],
    farthest: float,
    weights: Weights,
) -> float:
    way = minutes.get((demand.origin, supply.site))
    if way is None or way > farthest:
        return float("inf")
    days = abs((demand.day - supply.day).days)
    is_other_half = demand.half_day not in ("", supply.half_day)
    return way + weights.day * days + weights.half_day * is_other_half


def _why(demand: Demand, supplies: Sequence[Supply], costs: Sequence[float]) -> Why:
    if not any(one.specialty == demand.specialty for one in supplies):
        return "no_specialty"
    return "full" if any(cost < float("inf") for cost in costs) else "too_far"
