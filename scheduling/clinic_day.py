"""
A clinic half-day on paper, in the order of `scheduling.queueing`; seeded and pure.

What is tried here is what the desk does: how a discipline treats whom, how long a room works, and
whether the waits that are told come true. Minutes count from `HalfDay.opens_at`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from scheduling.clinic_room import Agenda, Person, Room
from scheduling.clinic_types import HalfDay, Outcome
from scheduling.disciplines import EMERGENCY, MISSED, MOST_SHARE, Discipline
from scheduling.overtaking import (
    Inside,
    Snapshot,
    expected_back,
    expected_booked,
    sent_share,
)
from scheduling.queueing import Waiting, next_up
from scheduling.waits import Pace

# A missed call: so many others are called before it counts again.
_CALLS_TO_PASS = 3
# Who comes later than this after the slot stands where she came.
_LATE = 30.0
# Whose slot is later by more than this does not get before anybody.
_FORESEEN = 60.0


@dataclass(frozen=True, slots=True)
class Moment:
    """
    What the desk knows when somebody (`mine`) joins the line: nothing of what is to come.

    `day` are the visits that are over, `last_wait` what the last one called had waited.
    """

    minute: float
    mine: Waiting
    here: Snapshot
    day: Pace
    last_wait: float | None


Watch = Callable[[Moment], None]


def slots(places: int, minutes: float, at_once: int = 1) -> tuple[float, ...]:
    """Return the minutes of `places` bookings, `at_once` of them every `minutes`."""
    return tuple(minutes * (number // at_once) for number in range(places))


def simulate(
    day: HalfDay, discipline: Discipline, dice: Random, watch: Watch | None = None
) -> Outcome:
    """Return how the half-day went; `watch` sees the line whenever somebody joins it."""
    agenda, paper = Agenda(), _Paper(day, discipline)
    room = Room(day, paper, agenda, dice)
    if watch is not None:
        room.joined = lambda minute, number: watch(_moment(room, paper, minute, number))
    room.expect()
    agenda.run()
    return room.outcome()


class _Paper:
    """A line on paper, in the order of `scheduling.queueing`."""

    def __init__(self, day: HalfDay, discipline: Discipline) -> None:
        self.waiting: dict[int, Waiting] = {}
        self.called_lanes: list[str] = []
        self._opens_at, self.discipline = day.opens_at, discipline

    def join(self, minute: float, number: int, lane: str, person: Person) -> bool:
        is_late = minute - person.due > _LATE
        self.waiting[number] = Waiting(
            ticket=number,
            lane=lane,
            rank=person.rank,
            due_at=self._instant(minute if is_late else person.due),
            ready_at=self._instant(minute),
            calls_to_pass=_CALLS_TO_PASS if lane == MISSED else 0,
        )
        return True

    def call(self, minute: float) -> tuple[int, str] | None:
        here = list(self.waiting.values())
        one = next_up(here, self.called_lanes, self.discipline, self._instant(minute))
        if one is None:
            return None
        del self.waiting[one.ticket]
        if one.rank != EMERGENCY:
            self.called_lanes = [*self.called_lanes, one.lane][-MOST_SHARE:]
        for other in self.waiting.values():
            if other.calls_to_pass:
                left = replace(other, calls_to_pass=other.calls_to_pass - 1)
                self.waiting[other.ticket] = left
        return one.ticket, one.lane

    def miss(self, minute: float, number: int) -> None:
        """She will join again."""

    def leave(self, minute: float, number: int, *, for_results: bool) -> None:
        """Nothing is kept on paper of who has been seen."""

    def _instant(self, minute: float) -> datetime:
        return self._opens_at + timedelta(minutes=minute)


def _sent(room: Room) -> int:
    """How many were sent for results so far: those who are out, and those who are back."""
    back = {call.ticket for call in room.calls if call.is_return}
    out = {number for number, one in enumerate(room.people) if one.sent_at is not None}
    return len(back | out)


def _moment(room: Room, paper: _Paper, minute: float, number: int) -> Moment:
    now, person = room.instant(minute), room.people[number]
    coming = [
        one
        for other, due in room.absent.items()
        if due <= max(person.due, minute) + _FORESEEN
        for one in expected_booked(other, room.instant(due), now)
    ]
    coming += [
        expected_back(other, room.instant(out.due), room.instant(out.sent_at), now)
        for other, out in enumerate(room.people)
        if out.sent_at is not None
    ]
    over = [
        call.ended - call.called for call in room.calls if call.answered and not call.is_return
    ]
    here = Snapshot(
        now=now,
        waiting=tuple(paper.waiting.values()),
        coming=tuple(coming),
        called_lanes=tuple(paper.called_lanes),
        discipline=paper.discipline,
        inside=min(
            (
                Inside(one.lane, minute - one.since)
                for one in room.doctors
                if one.since is not None
            ),
            key=lambda inside: -inside.minutes,
            default=None,
        ),
        opens_in=None if room.has_begun else max(0.0, room.day.begins - minute),
        sent_share=sent_share(len(over), _sent(room)),
    )
    return Moment(
        minute=minute,
        mine=paper.waiting[number],
        here=here,
        day=Pace.of_sums(len(over), sum(over), sum(length**2 for length in over)),
        last_wait=room.calls[-1].wait if room.calls else None,
    )
