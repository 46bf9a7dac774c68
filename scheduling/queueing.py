"""
In which order those who wait are called (叫号规则); pure.

A discipline is data: by appointment and arrival (`fifo`), by class (`priority`), the printed
pattern "2 first visits, 1 return, 1 missed" (`pattern`) and accumulating priority, rate times
waiting time (`accumulating`: Kleinrock 1964; Stanford, Taylor, Ziedins 2014). Emergencies stand
outside all of them and go first; whoever has waited longer than the cap goes next. Sources of the
rules as printed: docs/policy.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from types import MappingProxyType

FIRST, RETURN, MISSED = LANES = ("first", "return", "missed")
EMERGENCY = "emergency"
# Why somebody goes before (优先): `elder80` and `child3` are told by the birth date, the rest is
# shown at the desk.
RANKS = (EMERGENCY, "elder80", "pregnant", "disabled", "soldier", "child3")
RANKED = "ranked"
_ELDER_YEARS, _CHILD_YEARS = 80, 3
# A share is a number of calls in a row; the desk remembers so many.
MOST_SHARE = 9
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


def _shares() -> Mapping[str, int]:
    return MappingProxyType({FIRST: 2, RETURN: 1, MISSED: 1})


def _rates() -> Mapping[str, float]:
    return MappingProxyType({RANKED: 3.0, RETURN: 2.0, FIRST: 1.0, MISSED: 1.0})


@dataclass(frozen=True, slots=True)
class Discipline:
    """
    How a department calls.

    `shares`: so many of each lane in turn; where it `is_dynamic`, one first visit and one return
    while more returns than first visits wait. `rates` by lane or rank (`ranked` for all ranks): of
    the priority classes the highest goes first, of the accumulating ones it is the credit per
    minute. `cap_minutes`: no first visit or return waits longer for others; None: no cap.
    """

    kind: str = "pattern"
    shares: Mapping[str, int] = field(default_factory=_shares)
    is_dynamic: bool = True
    rates: Mapping[str, float] = field(default_factory=_rates)
    cap_minutes: float | None = 90.0

    def rate(self, one: Waiting) -> float:
        """Return the rate of somebody: of the lane, or of the rank where that is higher."""
        lane = self.rates[one.lane]
        if not one.rank:
            return lane
        return max(lane, self.rates.get(one.rank, self.rates[RANKED]))


def read_discipline(given: Mapping[str, object]) -> Discipline:
    """
    Return a discipline as a site writes it: what it leaves out is as in the default one.

    Raises:
        ValueError: a name or a value no discipline has.
    """
    unknown = given.keys() - {one.name for one in fields(Discipline)}
    if unknown:
        raise ValueError(f"no such part of a discipline: {', '.join(sorted(unknown))}")
    changes = dict(given)
    for name, default in (("shares", _shares()), ("rates", _rates())):
        changed = changes.get(name, {})
        if not isinstance(changed, Mapping):
            raise ValueError(f"{name} must be a table")  # noqa: TRY004 - one error for all
        changes[name] = MappingProxyType({**default, **changed})
    made = Discipline(**changes)  # type: ignore[arg-type] # checked in the next line
    _check(made)
    return made


def _check(made: Discipline) -> None:
    if made.kind not in _ORDERS:
        raise ValueError(f"kind must be one of {', '.join(_ORDERS)}")
    if made.shares.keys() != set(LANES):
        raise ValueError(f"shares are of {', '.join(LANES)}")
    if not all(type(n) is int and 0 < n <= MOST_SHARE for n in made.shares.values()):
        raise ValueError(f"a share is a whole number from 1 to {MOST_SHARE}")
    if not made.rates.keys() <= {*LANES, *RANKS, RANKED}:
        raise ValueError("rates are of a lane or a rank")
    numbers = [*made.rates.values(), *(() if made.cap_minutes is None else (made.cap_minutes,))]
    if not all(type(n) in (int, float) and n > 0 for n in numbers):
        raise ValueError("rates and cap_minutes are numbers above 0")
    if type(made.is_dynamic) is not bool:
        raise ValueError("is_dynamic is true or false")


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


def rank_by_age(born: date, today: date) -> str:
    """Return the rank that the birth date alone gives (周岁), "" for none."""
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if years >= _ELDER_YEARS:
        return "elder80"
    return "child3" if years < _CHILD_YEARS else ""


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
    return _passing(sorted(rest, key=lambda one: (-by.rate(one), _turn(one))), made)


def _accumulating(
    rest: list[Waiting], _lanes: list[str], by: Discipline, now: datetime, made: int
) -> Iterator[Waiting]:
    def credit(one: Waiting) -> float:
        waited = _waited(one, now)
        # Before its time nobody's credit grows: the nearer slot comes first, whatever the rate.
        return by.rate(one) * waited if waited > 0 else waited

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
    "fifo": _fifo,
    "priority": _priority,
    "pattern": _pattern,
    "accumulating": _accumulating,
}
KINDS = tuple(_ORDERS)
