"""
In which order those who wait are called, under the discipline of their department; pure.

Emergencies stand outside all disciplines and go first; whoever has waited longer than the cap goes
next. What a discipline is, and who goes before others in it: `scheduling.disciplines`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduling.disciplines import (
    ACCUMULATING,
    EMERGENCY,
    FIFO,
    FIRST,
    LANES,
    MISSED,
    PATTERN,
    PRIORITY,
    RETURN,
    Discipline,
)

_MINUTE = timedelta(minutes=1)

# What may become of a ticket; what is not here is refused. `called` again is another call of the
# same, `waiting` again another room. `unseen`: the room closed before the call and nobody else
# could take it, somebody rings. `suspended`: its shift does not take place. `cancelled`: its
# appointment was given back. What is over goes on only where that was a mistake a moment ago.
TRANSITIONS: Mapping[str, frozenset[str]] = {
    "waiting": frozenset({"called", "left", "waiting", "unseen", "suspended", "cancelled"}),
    "called": frozenset(
        {"called", "done", "missed", "no_show", "results", "waiting", "suspended"}
    ),
    "missed": frozenset({"waiting", "called", "unseen", "suspended", "no_show", "cancelled"}),
    "results": frozenset({"waiting", "done", "unseen", "suspended"}),
    "left": frozenset({"waiting", "unseen", "suspended", "no_show", "cancelled"}),
    "unseen": frozenset({"waiting", "suspended", "cancelled"}),
    "suspended": frozenset({"waiting", "missed", "results", "left", "unseen"}),
    "done": frozenset({"called", "waiting"}),
    "no_show": frozenset({"called", "waiting"}),
    "cancelled": frozenset(),
}
OVER = ("done", "no_show", "cancelled")


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    Somebody who can be called.

    `due_at` is the start of the slot, or the arrival of who came too late for it; `ready_at` since
    when this one waits in this lane. A missed call comes back after `calls_to_pass` others.
    """

    ticket: int
    lane: str
    rank: str
    due_at: datetime
    ready_at: datetime
    calls_to_pass: int = 0

    @property
    def turn_at(self) -> datetime:
        """The place in time: of a first visit its slot, of the others when they came back."""
        return self.due_at if self.lane == FIRST else self.ready_at

    @property
    def waits_since(self) -> datetime:
        """Since when the wait counts: who comes early gains nothing by it."""
        return max(self.turn_at, self.ready_at)


def line(
    waiting: Sequence[Waiting],
    called_lanes: Sequence[str],
    discipline: Discipline,
    now: datetime,
) -> tuple[Waiting, ...]:
    """
    Return the order in which they would be called from `now` on if nobody else came.

    `called_lanes` are the lanes of the last calls, the newest last, emergencies left out; as many
    as the greatest share are enough. Waiting times are those of `now`.
    """
    urgent = sorted((one for one in waiting if one.rank == EMERGENCY), key=_arrival)
    rest = [one for one in waiting if one.rank != EMERGENCY]
    capped = sorted((one for one in rest if _is_capped(one, discipline, now)), key=_since)
    rest = [one for one in rest if not _is_capped(one, discipline, now)]
    first = [*urgent, *capped]
    lanes = [*called_lanes, *(one.lane for one in capped)]
    return (*first, *_ORDERS[discipline.kind](rest, lanes, discipline, now, len(first)))


def next_up(
    waiting: Sequence[Waiting],
    called_lanes: Sequence[str],
    discipline: Discipline,
    now: datetime,
) -> Waiting | None:
    """Return who is called now; None if nobody waits."""
    return next(iter(line(waiting, called_lanes, discipline, now)), None)


# -- inside


_Place = tuple[datetime, datetime, datetime, int]


def _arrival(one: Waiting) -> _Place:
    return one.ready_at, one.due_at, one.turn_at, one.ticket


def _since(one: Waiting) -> tuple[datetime, _Place]:
    return one.waits_since, _turn(one)


def _turn(one: Waiting) -> _Place:
    return one.turn_at, one.due_at, one.ready_at, one.ticket


def _waited(one: Waiting, now: datetime) -> float:
    return (now - one.waits_since) / _MINUTE


def _is_capped(one: Waiting, discipline: Discipline, now: datetime) -> bool:
    """Who missed a call has had it; the cap is for those who are still waiting for theirs."""
    cap = discipline.cap_minutes
    return cap is not None and one.lane != MISSED and _waited(one, now) >= cap


def _fifo(
    rest: list[Waiting], _lanes: list[str], _by: Discipline, _now: datetime, made: int
) -> Iterator[Waiting]:
    return _passing(sorted(rest, key=_turn), made)


def _priority(
    rest: list[Waiting], _lanes: list[str], by: Discipline, _now: datetime, made: int
) -> Iterator[Waiting]:
    return _passing(sorted(rest, key=lambda one: (-by.rate(one.lane, one.rank), _turn(one))), made)


def _accumulating(
    rest: list[Waiting], _lanes: list[str], by: Discipline, now: datetime, made: int
) -> Iterator[Waiting]:
    def credit(one: Waiting) -> float:
        waited = _waited(one, now)
        # Before its time nobody's credit grows: the nearer slot comes first, whatever the rate.
        return by.rate(one.lane, one.rank) * waited if waited > 0 else waited

    return _passing(sorted(rest, key=lambda one: (-credit(one), _turn(one))), made)


def _passing(ordered: list[Waiting], made: int) -> Iterator[Waiting]:
    """Yield in that order, but whoever has calls to let pass after these; `made` are made."""
    while ordered:
        yield _pop(ordered, made)
        made += 1


def _pop(ordered: list[Waiting], made: int) -> Waiting:
    free = (n for n, one in enumerate(ordered) if one.calls_to_pass <= made)
    return ordered.pop(next(free, 0))


def _pattern(
    rest: list[Waiting], lanes: list[str], by: Discipline, _now: datetime, made: int
) -> Iterator[Waiting]:
    """Yield so many of each lane in turn; within a lane those with a rank go before."""
    ordered = sorted(rest, key=lambda one: (not one.rank, _turn(one)))
    queues = {lane: [one for one in ordered if one.lane == lane] for lane in LANES}
    last, run = _tail(lanes)
    while any(queues.values()):
        lane = _next_lane(queues, last, run, by, made)
        yield _pop(queues[lane], made)
        last, run = lane, run + 1 if lane == last else 1
        made += 1


def _tail(lanes: list[str]) -> tuple[str | None, int]:
    """The lane of the last call, and how many calls in a row it has had."""
    run = 0
    for lane in reversed(lanes):
        if lane != lanes[-1]:
            break
        run += 1
    return (lanes[-1], run) if lanes else (None, 0)


def _next_lane(
    queues: Mapping[str, list[Waiting]], last: str | None, run: int, by: Discipline, made: int
) -> str:
    """Return the lane whose turn it is; who has calls to let pass comes when nobody else is."""
    at = -1 if last is None else LANES.index(last)
    after = [LANES[(at + step) % len(LANES)] for step in range(1, len(LANES) + 1)]
    if last is not None and run < _share(queues, last, by):
        after.insert(0, last)
    standing = [lane for lane in after if queues[lane]]
    return next(
        (lane for lane in standing if any(one.calls_to_pass <= made for one in queues[lane])),
        standing[0],
    )


def _share(queues: Mapping[str, list[Waiting]], lane: str, by: Discipline) -> int:
    if by.is_dynamic and len(queues[RETURN]) > len(queues[FIRST]):
        return 1
    return by.shares[lane]


_Order = Callable[[list[Waiting], list[str], Discipline, datetime, int], Iterator[Waiting]]
_ORDERS: Mapping[str, _Order] = {
    FIFO: _fifo,
    PRIORITY: _priority,
    PATTERN: _pattern,
    ACCUMULATING: _accumulating,
}
