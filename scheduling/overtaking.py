"""
Who goes before somebody in a line: those who are here, and those who may still come; pure.

Booked patients with an earlier slot who are not here yet, and patients who were sent for results,
are known and counted by how likely and how soon they come. Who has not booked and takes everybody
by surprise is not: emergencies, and people with a rank, are so few that it is lost in the range
(docs/queueing.md says how few).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import NormalDist

from scheduling.disciplines import FIRST, RANKED, RETURN, Discipline
from scheduling.queueing import Waiting, line
from scheduling.waits import RETURN_LENGTH, Pace, Visit, WaitRange, estimate, residual

# Who is booked and never comes: tertiary hospital, web booking, 2010 (PMC3238289).
USUAL_NO_SHOW = 0.144
# So many of them have a rank; ours.
RANKED_SHARE = 0.12
# When the others come: logistic around ten minutes before the slot, one in ten more than a
# quarter of an hour after it. The shape is published, the figures are ours.
_COMES, _COMES_SCALE = -10.0, 11.4
# Results are there after half an hour, log-normal, coefficient of variation one half; ours.
_RESULTS = NormalDist(math.log(30.0) - 0.1116, 0.4724)
# So many of first visits end with an examination, as far as so many visits tell otherwise; ours.
_SENT_SHARE, _SENT_WORTH = 0.35, 8.0
# The time of the call is guessed again until it stays (minutes), or so often.
_ROUNDS, _NEAR = 5, 0.5
_UNLIKELY = 0.01
# By how much more people a longer wait lets in is seen so many minutes later, about as many as a
# wait may well be longer; never by as many as are called.
_LATER, _MOST_GROWTH = 15.0, 0.75
_FAR = 40.0  # scales away, where a logistic is nothing or everything
_MINUTE = timedelta(minutes=1)
# Who comes later than this after the slot stands where she came.
LATE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Coming:
    """
    Somebody who is not here yet and may join the line, at `waiting.ready_at` most likely.

    `chance_by` tells how likely it is that she has joined by a given time.
    """

    waiting: Waiting
    chance_by: Callable[[datetime], float]


@dataclass(frozen=True, slots=True)
class Inside:
    """Whoever is with the doctor: from which lane, and for how many minutes."""

    lane: str
    minutes: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    A line at a moment: all that the desk knows of it.

    `waiting` can be called, `coming` may join, `called_lanes` as `line` wants them; `opens_in`
    are the minutes until the doctor is to begin, or is to be back, None for one who is there;
    `sent_share` of first visits end with an examination, and another one with its results.
    """

    now: datetime
    waiting: Sequence[Waiting]
    coming: Sequence[Coming]
    called_lanes: Sequence[str]
    discipline: Discipline
    inside: Inside | None = None
    opens_in: float | None = None
    sent_share: float = 0.0


def wait(mine: Waiting, here: Snapshot, pace: Pace) -> WaitRange:
    """Return how long somebody who is in the line waits."""
    here = replace(here, coming=(*here.coming, *_sent_meanwhile(mine, here, pace)))
    first = before(mine, here, pace)
    guess = _guess(first, here, pace)
    # Whoever waits longer is overtaken by more: that widens the range, too.
    later = here.now + timedelta(minutes=guess.mean + _LATER)
    more = _guess(_asked(mine, here, later), here, pace)
    stretch = 1 / (1 - min(max((more.mean - guess.mean) / _LATER, 0.0), _MOST_GROWTH))
    return _guess(first, here, pace, stretch)


def _sent_meanwhile(mine: Waiting, here: Snapshot, pace: Pace) -> Iterator[Coming]:
    """
    Yield those before her who may be sent for results, and be back before it is her turn.

    Each after a visit of hers, in the order of the line as it is; by the share of visits that end
    so.
    """
    if not here.sent_share:
        return
    others = [one for one in here.waiting if one.ticket != mine.ticket]
    order = line([mine, *others], here.called_lanes, here.discipline, here.now)
    minutes = here.opens_in or 0.0
    if here.inside is not None:
        minutes += residual(pace.times(length(here.inside.lane)), here.inside.minutes).mean
        if here.inside.lane != RETURN:
            yield _sent(-1, here, minutes)
    for number, one in enumerate(order[: order.index(mine)]):
        minutes += pace.mean_minutes * length(one.lane)
        if one.lane != RETURN:
            yield _sent(-2 - number, here, minutes)


def _sent(number: int, here: Snapshot, minutes: float) -> Coming:
    sent_at = here.now + timedelta(minutes=minutes)
    back = expected_back(number, sent_at, sent_at, here.now)
    return replace(back, chance_by=lambda at: here.sent_share * back.chance_by(at))


def length(lane: str) -> float:
    """Return how long a visit from a lane takes beside a first one."""
    return RETURN_LENGTH if lane == RETURN else 1.0


def before(mine: Waiting, here: Snapshot, pace: Pace) -> tuple[Visit, ...]:
    """
    Return the visits before somebody's own, of those who wait and of those who may yet come.

    The discipline itself says so: it is asked for the order of all who will be here by the time
    at which she is called, as it will be then; that time is guessed, and guessed again with those
    who get in before.
    """
    first = _asked(mine, here, here.now)
    minutes = _guess(first, here, pace).mean
    for _ in range(_ROUNDS):
        guessed = minutes
        first = _asked(mine, here, here.now + timedelta(minutes=guessed))
        minutes = _guess(first, here, pace).mean
        if abs(minutes - guessed) < _NEAR:
            break
    return first


def _asked(mine: Waiting, here: Snapshot, at: datetime) -> tuple[Visit, ...]:
    """Who goes before if she is called at that time."""
    others = [one for one in here.waiting if one.ticket != mine.ticket]
    likely = dict(_likely(mine, here, at))
    order = line([mine, *others, *likely], here.called_lanes, here.discipline, at)
    first = order[: order.index(mine)]
    return tuple(likely.get(one) or Visit(length=length(one.lane)) for one in first)


def _likely(mine: Waiting, here: Snapshot, at: datetime) -> Iterator[tuple[Waiting, Visit]]:
    """
    Yield those who may have come by then, as if so many of a kind as are likely came for certain.

    Whoever has one chance in twenty must not take a place in the order twenty times too often.
    """
    kinds: dict[tuple[str, str, bool], list[tuple[Waiting, float]]] = defaultdict(list)
    for one in sorted(here.coming, key=lambda one: one.waiting.turn_at):
        waiting = one.waiting
        if here.discipline.kind == "pattern" and waiting.lane != mine.lane:
            # It asks of another lane only how many stand in it: after those who are here.
            waiting = replace(waiting, rank="", due_at=at, ready_at=at)
        kind = waiting.lane, waiting.rank, waiting.turn_at <= mine.turn_at
        kinds[kind].append((waiting, one.chance_by(at)))
    for (lane, _, _), people in kinds.items():
        chance = doubt = 0.0
        for number, (waiting, likely) in enumerate(people, 1):
            chance, doubt = chance + likely, doubt + likely * (1 - likely)
            if chance < 1 and number < len(people):
                continue
            if chance > _UNLIKELY:
                yield waiting, Visit(chance, length(lane), doubt)
            chance = doubt = 0.0


def _guess(first: Sequence[Visit], here: Snapshot, pace: Pace, stretch: float = 1.0) -> WaitRange:
    inside = None
    if here.inside is not None:
        inside = Visit(length=length(here.inside.lane)), here.inside.minutes
    return estimate(first, pace, inside=inside, opens_in=here.opens_in, stretch=stretch)


def expected_booked(
    ticket: int,
    due_at: datetime,
    now: datetime,
    no_show: float = USUAL_NO_SHOW,
    late: timedelta = LATE,
) -> Sequence[Coming]:
    """
    Return how likely and when somebody comes who is booked and not here yet.

    As somebody like others; as one of the few who have a rank, which shows only when she is here;
    and as one who comes more than `late` after her slot, and stands behind those here by then.
    """

    def later_than(at: datetime) -> float:
        z = ((at - due_at) / _MINUTE - _COMES) / _COMES_SCALE
        return 1 / (1 + math.exp(min(z, _FAR)))

    still = (1 - no_show) * later_than(now)
    loses_at = due_at + late

    def by(at: datetime) -> float:
        return (still - (1 - no_show) * later_than(max(at, now))) / (still + no_show)

    def in_time(at: datetime) -> float:
        return by(min(at, loses_at))

    ready_at = max(now + _MINUTE, due_at + timedelta(minutes=_COMES))
    # A logistic that has come so far goes on for about its scale.
    late_at = max(now, loses_at) + _COMES_SCALE * _MINUTE
    like_others = Waiting(ticket, FIRST, "", due_at, ready_at)
    too_late = Coming(
        replace(like_others, due_at=late_at, ready_at=late_at), lambda at: by(at) - in_time(at)
    )
    if now >= loses_at:
        return (too_late,)
    return (
        Coming(like_others, lambda at: (1 - RANKED_SHARE) * in_time(at)),
        Coming(replace(like_others, rank=RANKED), lambda at: RANKED_SHARE * in_time(at)),
        too_late,
    )


def sent_share(visits: int, sent: int) -> float:
    """Return the share of first visits that end with an examination, after those of today."""
    return (_SENT_WORTH * _SENT_SHARE + sent) / (_SENT_WORTH + visits)


def expected_back(ticket: int, due_at: datetime, sent_at: datetime, now: datetime) -> Coming:
    """Return how likely and when somebody is back who was sent for results; log-normal."""

    def later_than(at: datetime) -> float:
        minutes = (at - sent_at) / _MINUTE
        return 1 - _RESULTS.cdf(math.log(minutes)) if minutes > 0 else 1.0

    still = later_than(now)

    def chance_by(at: datetime) -> float:
        return 1 - later_than(max(at, now)) / still if still else 1.0

    ready_at = max(now + _MINUTE, sent_at + timedelta(minutes=math.exp(_RESULTS.mean)))
    return Coming(Waiting(ticket, RETURN, "", due_at, ready_at), chance_by)
