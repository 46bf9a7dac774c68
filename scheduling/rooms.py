"""
A half-day of one line before some rooms, and what it is like when it is simulated; pure.

`clinic_day` plays a half-day call by call in the discipline of the desk; here two hundred of them
are reckoned at once, first come first served, in a hundredth of the time, so that a whole page of
lines can be forecast and rooms be tried out. It is held against `clinic_day`
(tests/scheduling/test_staffing.py), and errs towards longer waits.

Who is booked comes around the slot as in `clinic_day`; an early one is taken when a room is free,
and the wait counts from the slot or the later arrival. A room that closes before the others takes
nobody after that; those that close last go on to the end; who comes after that does not count.
Visits are log-normal. Times are minutes after local midnight, lengths and waits minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, log1p, sqrt
from typing import TYPE_CHECKING

from scheduling.clinic_types import USUAL

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Table = npt.NDArray[np.float64]

HOUR = 60
# Who waits longer than this has waited long, unless a session says otherwise.
LONG = 30.0
_RUNS = 200
# Nobody comes earlier than this before the doors open.
_EARLIEST = 60
_TWO_SIDED = 1.96


@dataclass(frozen=True, slots=True)
class Visit:
    """How long visits are: mean in minutes and squared coefficient of variation."""

    mean: float
    scv: float


@dataclass(frozen=True, slots=True)
class Room:
    """A room with a doctor in it."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class WalkIns:
    """So many people are expected without an appointment between two times."""

    begins: int
    ends: int
    expected: float


@dataclass(frozen=True, slots=True)
class Session:
    """
    One line and its rooms; `booked` is when each patient is due.

    `no_show` is the share of booked patients who do not come; the others come logistically around
    the slot, `early` before it in the mean, with the scale `scatter`. Who waits over
    `long` minutes waits long.
    """

    rooms: tuple[Room, ...]
    booked: tuple[int, ...]
    visit: Visit
    walk_ins: tuple[WalkIns, ...] = ()
    no_show: float = 0.0
    early: float = USUAL.early
    scatter: float = USUAL.offset_scale
    long: float = LONG


@dataclass(frozen=True, slots=True)
class Hour:
    """
    One hour: `patients` expected to become ready in it, and the mean number of `rooms` open.

    `busy` is the busy share of the rooms, `wait` the mean wait of these patients, `long` the share
    of them that waits long.
    """

    begins: int
    patients: float
    rooms: float
    busy: float
    wait: float
    long: float


@dataclass(frozen=True, slots=True)
class Simulated:
    """
    The mean of many simulated half-days.

    `wait` and `long` are of all patients, `overtime` how long after the last closing the last
    visit ends. The true mean wait is within `error` of `wait` in 95 of 100 cases.
    """

    hours: tuple[Hour, ...]
    wait: float
    long: float
    overtime: float
    error: float


@dataclass(frozen=True, slots=True)
class Draws:
    """
    Patients of all runs, a run a row, in the order in which they are taken; inf: nobody.

    When they `come`, the time from which their wait counts (`since`), how long their visits are.
    """

    come: Table
    since: Table
    lengths: Table


def draw(session: Session, seed: int) -> Draws:
    """Return who comes when, and how long the visits are, in many such half-days."""
    import numpy as np  # noqa: PLC0415 - only who plans needs it

    dice = np.random.default_rng(seed)
    opens = min(room.opens for room in session.rooms)
    closes = max(room.closes for room in session.rooms)
    shape = (_RUNS, len(session.booked))
    due = np.tile(np.array(session.booked, float), (_RUNS, 1))
    come = due - session.early + dice.logistic(0.0, session.scatter, shape)
    come = np.maximum(come, opens - _EARLIEST)
    come[(dice.random(shape) < session.no_show) | (come > closes)] = np.inf
    everybody = [(come, np.maximum(come, due))]
    for one in session.walk_ins:
        counts = dice.poisson(one.expected, _RUNS)
        at = dice.uniform(one.begins, one.ends, (_RUNS, int(counts.max())))
        at[np.arange(at.shape[1]) >= counts[:, None]] = np.inf
        everybody.append((at, at))
    come, since = (np.hstack(tables) for tables in zip(*everybody, strict=True))
    # An early one is taken before the slot where there is time, so stands halfway between.
    order = np.argsort(come + since, axis=1)
    come, since = (np.take_along_axis(table, order, axis=1) for table in (come, since))
    return Draws(come, since, _lengths(session.visit, dice, come.shape))


def _lengths(visit: Visit, dice: np.random.Generator, shape: tuple[int, ...]) -> Table:
    """Log-normal lengths of visits of this mean and variation."""
    spread = log1p(visit.scv)
    return visit.mean * dice.lognormal(-spread / 2, sqrt(spread), shape)


def mean_wait(rooms: Sequence[Room], draws: Draws) -> float:
    """Return the mean wait of these patients before other rooms."""
    import numpy as np  # noqa: PLC0415 - see above

    came = np.isfinite(draws.come)
    waited = np.maximum(_starts_at(rooms, draws)[came] - draws.since[came], 0.0)
    return float(waited.sum()) / max(len(waited), 1)


def _starts_at(rooms: Sequence[Room], draws: Draws) -> Table:
    """When each patient is called: by the room that can take them soonest."""
    import numpy as np  # noqa: PLC0415 - see above

    last = max(room.closes for room in rooms)
    closes = np.array([np.inf if room.closes == last else room.closes for room in rooms], float)
    free = np.tile(np.array([room.opens for room in rooms], float), (len(draws.come), 1))
    starts = np.empty_like(draws.come)
    runs = np.arange(len(free))
    for number in range(draws.come.shape[1]):
        soonest = np.maximum(free, draws.come[:, number, None])
        soonest[soonest >= closes] = np.inf
        room = soonest.argmin(axis=1)
        at = soonest[runs, room]
        here = np.isfinite(at)
        free[runs[here], room[here]] = at[here] + draws.lengths[here, number]
        starts[:, number] = at
    return starts


def simulated(session: Session, draws: Draws) -> Simulated:
    """Return what the half-day is like in the mean of its draws."""
    import numpy as np  # noqa: PLC0415 - see above

    came = np.isfinite(draws.come)
    starts = np.where(came, _starts_at(session.rooms, draws), 0.0)
    waits = np.maximum(starts - np.where(came, draws.since, 0.0), 0.0)
    ends = np.where(came, starts + draws.lengths, 0.0)
    closes = max(room.closes for room in session.rooms)
    means = waits.sum(axis=1) / np.maximum(came.sum(axis=1), 1)
    people = max(int(came.sum()), 1)
    return Simulated(
        tuple(
            _simulated_hour(
                begins,
                open_minutes(session.rooms, begins),
                waits[(draws.since >= begins) & (draws.since < begins + HOUR)],
                np.clip(np.minimum(ends, begins + HOUR) - np.maximum(starts, begins), 0.0, None),
                session.long,
            )
            for begins in hours(session)
        ),
        wait=float(waits.sum() / people),
        long=float((waits > session.long).sum() / people),
        overtime=float(np.maximum(ends.max(axis=1, initial=0.0) - closes, 0.0).mean()),
        error=float(_TWO_SIDED * means.std() / sqrt(len(means))),
    )


def _simulated_hour(begins: int, minutes: int, waits: Table, worked: Table, over: float) -> Hour:
    """One hour of all runs: the waits of who got ready in it, the minutes worked in it."""
    people = max(len(waits), 1)
    return Hour(
        begins,
        patients=len(waits) / _RUNS,
        rooms=minutes / HOUR,
        busy=min(float(worked.sum()) / (_RUNS * minutes), 1.0) if minutes else 0.0,
        wait=float(waits.sum()) / people,
        long=float((waits > over).sum()) / people,
    )


def scatter(early: float, late: float) -> float:
    """Return the scale of a logistic with that mean before the slot, a tenth `late` after it."""
    return (early + late) / log(9)


def hours(session: Session) -> range:
    """Return the whole hours from the first opening or patient to the last closing."""
    walking = (one.begins for one in session.walk_ins if one.expected)
    first = min([*(room.opens for room in session.rooms), *session.booked, *walking])
    return range(first // HOUR * HOUR, max(room.closes for room in session.rooms), HOUR)


def open_minutes(rooms: Sequence[Room], begins: int) -> int:
    """Return how long the rooms are open in the hour that begins then, added up."""
    ends = begins + HOUR
    return sum(max(0, min(room.closes, ends) - max(room.opens, begins)) for room in rooms)


def walking_in(walk_ins: Sequence[WalkIns], begins: int) -> float:
    """Return how many are expected without an appointment in the hour that begins then."""
    ends = begins + HOUR
    return sum(
        one.expected
        * max(0, min(one.ends, ends) - max(one.begins, begins))
        / (one.ends - one.begins)
        for one in walk_ins
    )
