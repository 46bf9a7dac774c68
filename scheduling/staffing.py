"""
How many rooms a half-day needs (诊室安排): hour by hour how busy, how long people wait; pure.

Where every hour is quiet and even enough for a line to settle in it, the formula of
`queueing_theory` is taken (Allen-Cunneen); everywhere else the half-day is simulated
(`rooms`), seeded, with the same patients for every number of rooms. Each answer says which.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from scheduling.queueing_theory import (
    Traffic,
    UnstableError,
    allen_cunneen,
    allen_cunneen_waits_over,
    settles_within,
)
from scheduling.rooms import (
    HOUR,
    Draws,
    Hour,
    Room,
    Session,
    draw,
    hours,
    mean_wait,
    simulated,
    walking_in,
)

# A line has settled in an hour if it forgets within a third of it (5 % of the start is left).
_CONSTANTS_TO_SETTLE = 3


@dataclass(frozen=True, slots=True)
class Extra:
    """One more room between two times would save each patient of the half-day `saves` minutes."""

    begins: int
    ends: int
    saves: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """
    What a half-day will be like.

    `wait` and `long` are of all its patients, `overtime` how long after the last closing the last
    visit ends in the mean; the true mean wait is within `error` of `wait` in 95 of 100 cases as
    far as the simulation goes (0 by formula).
    """

    method: Literal["formula", "simulation"]
    hours: tuple[Hour, ...]
    wait: float
    long: float
    overtime: float = 0.0
    error: float = 0.0
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class Thinking:
    """An extra room is thought of for `lasts` minutes, and said where it saves that much each."""

    lasts: int = 120
    saves: float = 3.0


_USUAL = Thinking()


def forecast(
    session: Session, seed: int, *, may_grow: bool = True, thinking: Thinking = _USUAL
) -> Forecast | None:
    """
    Return what to expect of a half-day; None where no room is open or nobody is expected.

    `may_grow`: whether one more room could take patients of this line, so that it is worth asking.
    """
    if not session.rooms or not (session.booked or any(one.expected for one in session.walk_ins)):
        return None
    settled = _by_formula(session)
    if settled is not None and (settled.wait < thinking.saves or not may_grow):
        return settled
    draws = draw(session, seed)
    found = settled or _by_simulation(session, draws)
    return replace(found, extra=_best_extra(session, draws, thinking)) if may_grow else found


def _by_simulation(session: Session, draws: Draws) -> Forecast:
    run = simulated(session, draws)
    return Forecast("simulation", run.hours, run.wait, run.long, run.overtime, run.error)


def _by_formula(session: Session) -> Forecast | None:
    """Every hour by itself; None where one of them would not settle."""
    found = [_settled_hour(session, begins) for begins in hours(session)]
    settled = [hour for hour in found if hour is not None]
    if len(settled) < len(found):
        return None
    patients = sum(hour.patients for hour in settled) or 1.0
    wait = sum(hour.patients * hour.wait for hour in settled) / patients
    long = sum(hour.patients * hour.long for hour in settled) / patients
    return Forecast("formula", tuple(settled), wait, long)


def _settled_hour(session: Session, begins: int) -> Hour | None:
    """
    One hour by Allen-Cunneen, as if everybody came at random; None where that would be untrue.

    Booked patients come more evenly than at random, unless more are due at a time than there are
    rooms: then they wait for each other, which no formula knows. The same rooms must be open all
    the time, and the line must forget the hour before.
    """
    spans = [
        (max(room.opens, begins), min(room.closes, begins + HOUR))
        for room in session.rooms
        if room.opens < begins + HOUR and begins < room.closes
    ]
    due = [at for at in session.booked if begins <= at < begins + HOUR]
    if len(set(spans)) != 1 or any(due.count(at) > len(spans) for at in set(due)):
        return None
    opens, closes = spans[0]
    if not all(opens <= at < closes for at in due):
        return None
    patients = len(due) * (1 - session.no_show) + walking_in(session.walk_ins, begins)
    line = Traffic(
        patients / (closes - opens), session.visit.mean, len(spans), scv=session.visit.scv
    )
    try:
        settles = settles_within(line)
    except UnstableError:
        return None
    if settles * _CONSTANTS_TO_SETTLE > closes - opens:
        return None
    settled = allen_cunneen(line)
    long = allen_cunneen_waits_over(session.long, line)
    rooms = len(spans) * (closes - opens) / HOUR
    return Hour(begins, patients, rooms, settled.utilisation, settled.wait, long)


def _best_extra(session: Session, draws: Draws, thinking: Thinking) -> Extra | None:
    """The hours in which one more room saves most; None where it is hardly felt."""
    opens = min(room.opens for room in session.rooms)
    closes = max(room.closes for room in session.rooms)
    now, best = mean_wait(session.rooms, draws), None
    for begins in range(opens, closes, HOUR):
        ends = min(begins + thinking.lasts, closes)
        saves = now - mean_wait([*session.rooms, Room(begins, ends)], draws)
        if saves >= thinking.saves and (best is None or saves > best.saves):
            best = Extra(begins, ends, saves)
    return best
