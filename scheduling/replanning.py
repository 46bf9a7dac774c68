"""
Where the patients of a suspended shift could go instead: an optimal assignment (停诊改约).

Every patient gets at most one place, every place takes at most as many patients as are left in
it, and the sum of burdens is the least there is (linear assignment, Kuhn 1955; solved by
`scipy.optimize.linear_sum_assignment`). A burden is counted in minutes a patient would rather wait
in the same room than bear it; the weights are ours and stand in `Weights`. To be left without a
place weighs more than any place, so no plan strands more of the weighted patients than another
could (tests/scheduling/test_replanning.py: against greedy, brute force and published optima).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

# Titles by rank: who came for a chief physician is not sent to a resident without need.
RANKS = {"主任医师": 3, "副主任医师": 2, "主治医师": 1, "医师": 0}

Change = Literal["shifted", "later"]


@dataclass(frozen=True, slots=True)
class Weights:
    """Burdens in minutes; our own judgement, to be corrected by a hospital that has asked."""

    day: float = 180.0  # per day of waiting, earlier or later
    half_day: float = 90.0  # morning for afternoon: somebody took leave
    minute: float = 0.25  # per minute on the clock within the day
    other_doctor: float = 120.0
    lower_rank: float = 90.0  # per rank below the doctor asked for
    unfit: float = 60.0  # the other doctor is not known for the complaint
    other_site: float = 360.0
    stranded: float = 100_000.0
    # Who bears it harder counts for more.
    elderly: float = 0.5
    urgent: float = 1.0
    moved_before: float = 0.5


@dataclass(frozen=True, slots=True)
class Stranded:
    """
    A patient whose visit will not take place; times local.

    `key` is the caller's. `fits` are doctors known for the complaint. `is_elderly`, `is_urgent`
    and `was_moved` (by the hospital, before) weigh the burdens of this patient.
    """

    key: int
    starts_at: datetime
    half_day: str
    doctor: str | None
    rank: int
    site: str
    fits: frozenset[str] = frozenset()
    is_elderly: bool = False
    is_urgent: bool = False
    was_moved: bool = False


@dataclass(frozen=True, slots=True)
class Seat:
    """An open slot with `left` places; times local."""

    slot: int
    starts_at: datetime
    half_day: str
    doctor: str | None
    rank: int
    site: str
    left: int


@dataclass(frozen=True, slots=True)
class Assigned:
    """A patient's place in the plan; `slot` None: somebody has to ring."""

    key: int
    slot: int | None
    change: Change | None = None


def weight(person: Stranded, weights: Weights) -> float:
    """Return how much harder than others a patient bears a change."""
    return (
        1.0
        + weights.elderly * person.is_elderly
        + weights.urgent * person.is_urgent
        + weights.moved_before * person.was_moved
    )


def plan(
    people: Sequence[Stranded],
    seats: Sequence[Seat],
    barred: Collection[tuple[int, int]] = (),
    weights: Weights | None = None,
) -> list[Assigned]:
    """
    Return where each patient could go, in the order given.

    `barred` are pairs of patient key and slot that do not go together (another visit then).
    """
    weights = weights or Weights()
    open_seats = [seat for seat in seats if seat.left > 0]
    chosen = _solve(people, open_seats, frozenset(barred), weights) if people else []
    return [
        Assigned(person.key, seat.slot, _change(person, seat))
        if seat
        else Assigned(person.key, None)
        for person, seat in zip(people, chosen, strict=True)
    ]


def why(person: Stranded, seat: Seat | None) -> tuple[str, ...]:
    """
    Return what speaks for a place, or that there is none, as names of reasons.

    When it is (same_half, same_day, sooner, later), whose it is (same_doctor, same_rank, higher,
    lower, known_for), where (other_site), and what gave this patient the first choice.
    """
    first = [
        name
        for name, holds in (
            ("was_here", person.is_urgent),
            ("elderly", person.is_elderly),
            ("moved_before", person.was_moved),
        )
        if holds
    ]
    if seat is None:
        return ("nothing_free", *first)
    days = (seat.starts_at.date() - person.starts_at.date()).days
    if days:
        when = "later" if days > 0 else "sooner"
    else:
        when = "same_half" if seat.half_day == person.half_day else "same_day"
    found = [when]
    if person.doctor is not None and seat.doctor == person.doctor:
        found.append("same_doctor")
    elif person.doctor is not None:
        above = seat.rank - person.rank
        found.append("same_rank" if not above else "higher" if above > 0 else "lower")
        found += ["known_for"] if seat.doctor in person.fits else []
    return (*found, *(["other_site"] if seat.site != person.site else []), *first)


def _solve(
    people: Sequence[Stranded],
    seats: Sequence[Seat],
    barred: frozenset[tuple[int, int]],
    weights: Weights,
) -> list[Seat | None]:
    import numpy as np  # noqa: PLC0415 - see `cheapest`

    costs = burdens(people, seats, weights)
    row_of = {person.key: row for row, person in enumerate(people)}
    column_of = {seat.slot: column for column, seat in enumerate(seats)}
    for key, slot in barred:
        if key in row_of and slot in column_of:
            costs[row_of[key], column_of[slot]] = np.inf
    lost = [weights.stranded * weight(person, weights) for person in people]
    columns = cheapest(costs, [seat.left for seat in seats], lost)
    return [None if column is None else seats[column] for column in columns]


def cheapest(
    costs: npt.NDArray[np.float64], places: Sequence[int], lost: Sequence[float]
) -> list[int | None]:
    """
    Return the column for each row that makes the sum of costs the least there is.

    `places` is how many rows a column takes, inf a cost that may not be; a row without a column
    (None) costs what is `lost` by it.
    """
    # Half a second and sixty megabytes that only a suspension needs.
    import numpy as np  # noqa: PLC0415
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415

    count = len(costs)
    columns = np.repeat(np.arange(len(places)), [min(left, count) for left in places])
    # One place apart for everybody: to be stranded is always possible.
    alone = np.full((count, count), np.inf)
    np.fill_diagonal(alone, lost)
    _, picked = linear_sum_assignment(np.hstack([costs[:, columns], alone]))
    return [int(columns[place]) if place < len(columns) else None for place in picked]


def burdens(
    people: Sequence[Stranded], seats: Sequence[Seat], weights: Weights
) -> npt.NDArray[np.float64]:
    """Return what taking each seat costs each patient, in weighted minutes: a row a patient."""
    import numpy as np  # noqa: PLC0415 - see above

    days = np.array([seat.starts_at.toordinal() for seat in seats])
    minutes = np.array([_minute(seat.starts_at) for seat in seats])
    halves = np.array([seat.half_day for seat in seats])
    doctors = np.array([seat.doctor or "" for seat in seats])
    ranks = np.array([seat.rank for seat in seats])
    sites = np.array([seat.site for seat in seats])
    rows = np.empty((len(people), len(seats)))
    for number, person in enumerate(people):
        cost = weights.day * abs(days - person.starts_at.toordinal())
        cost += weights.minute * abs(minutes - _minute(person.starts_at))
        cost += weights.half_day * (halves != person.half_day)
        cost += weights.other_site * (sites != person.site)
        if person.doctor is not None:
            lower = weights.lower_rank * np.maximum(0, person.rank - ranks)
            cost += (weights.other_doctor + lower) * (doctors != person.doctor)
            if person.fits:
                cost += weights.unfit * ~np.isin(doctors, [person.doctor, *person.fits])
        rows[number] = cost * weight(person, weights)
    return rows


def _change(person: Stranded, seat: Seat) -> Change:
    same_day = person.starts_at.date() == seat.starts_at.date()
    return "shifted" if same_day and person.half_day == seat.half_day else "later"


def _minute(at: datetime) -> int:
    return at.hour * 60 + at.minute
