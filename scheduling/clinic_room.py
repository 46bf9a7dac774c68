"""
The people and doctors of a half-day, by chance: who comes when, who stays how long; pure.

They know their line only as `Line`: one on paper in `scheduling.clinic_day`, the desk's own in the
demo's day. Minutes count from `HalfDay.opens_at`, durations are minutes, shares are of one.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from scheduling.clinic_types import Call, Duty, HalfDay, Outcome
from scheduling.disciplines import EMERGENCY, FIRST, MISSED, RETURN, Discipline

_RANKS = [rank for rank in Discipline().ranks if rank != EMERGENCY]
# After so many missed calls it is over.
_MOST_MISSES = 3
_RESULTS_CV = 0.5
# Nobody comes earlier than this before the doctor does.
_EARLIEST = 60.0


class Agenda:
    """What is still going to happen, in order of time."""

    def __init__(self) -> None:
        self._events: list[tuple[float, int, Callable[..., None], tuple[object, ...]]] = []
        self._numbers = itertools.count()

    def at(self, minute: float, act: Callable[..., None], *arguments: object) -> None:
        """Do `act(minute, *arguments)` at that minute."""
        heapq.heappush(self._events, (minute, next(self._numbers), act, arguments))

    def run(self, until: float = math.inf) -> None:
        """Let everything happen until then, and what comes of it."""
        while self._events and self._events[0][0] <= until:
            minute, _, act, arguments = heapq.heappop(self._events)
            act(minute, *arguments)


class Line(Protocol):
    """A line as those in it meet it; who is meant by her number in the half-day."""

    def join(self, minute: float, number: int, lane: str, person: Person) -> bool:
        """
        She is here, or is back: after a missed call, or with results.

        False where she does not stand in this line after all.
        """

    def call(self, minute: float) -> tuple[int, str] | None:
        """Call the next: her number and the lane she was called from; None if nobody waits."""

    def miss(self, minute: float, number: int) -> None:
        """Who was called is not there."""

    def leave(self, minute: float, number: int, *, for_results: bool) -> None:
        """The visit is over, or she goes to be examined and will be back."""


@dataclass(slots=True)
class Person:
    """Somebody of the half-day: her slot (or when she walked in), and what becomes of her."""

    due: float
    rank: str = ""
    ready: float = 0.0
    misses: int = 0
    sent_at: float | None = None  # out for results since


@dataclass(slots=True)
class _Doctor:
    duty: Duty
    since: float | None = None  # with the patient inside, from that lane
    lane: str = FIRST
    resting: float | None = None  # without a patient


class Room:
    """
    The people and the doctors of one line.

    `expect` lays their comings into the agenda, the agenda runs, `outcome` sums up. `joined` is
    told whoever has joined the line, `(minute, number)`.
    """

    def __init__(self, day: HalfDay, queue: Line, agenda: Agenda, dice: Random) -> None:
        self.day = day
        self.people: list[Person] = []
        self.absent: dict[int, float] = {}  # booked and not here, by the minute of the slot
        self.doctors = [_Doctor(duty) for duty in day.duties]
        self.calls: list[Call] = []
        self.joined: Callable[[float, int], None] | None = None
        self.has_begun = False
        self._queue, self._agenda, self._dice = queue, agenda, dice
        self._waiting = 0
        self._no_shows = 0
        self._idle = 0.0

    def expect(self) -> None:
        """Lay into the agenda when doctors and patients come."""
        habits, dice, at = self.day.habits, self._dice, self._agenda.at
        for doctor in self.doctors:
            late = dice.expovariate(1 / habits.doctor_late) if habits.doctor_late else 0.0
            at(doctor.duty.begins + late, self._free, doctor)
        for due in self.day.booked:
            number = self._person(due)
            self.absent[number] = due
            comes = max(
                self.day.begins - _EARLIEST,
                due - habits.early + self._logistic() * habits.offset_scale,
            )
            if dice.random() < habits.no_show or comes > self.day.ends:
                self._no_shows += 1
            else:
                at(comes, self._join, number, FIRST)
        for minute in self._walk_ins():
            at(minute, self._join, self._person(minute), FIRST)

    def outcome(self) -> Outcome:
        """Return what became of it."""
        last = max((call.ended for call in self.calls), default=0.0)
        overtime = max(0.0, last - self.day.ends)
        return Outcome(tuple(self.calls), self._no_shows, self._idle, overtime)

    def instant(self, minute: float) -> datetime:
        """Return the minute as a point in time."""
        return self.day.opens_at + timedelta(minutes=minute)

    def receive(self, minute: float, person: Person) -> int:
        """Let somebody who was sent here from another line stand in this one; her number here."""
        self.people.append(replace(person, ready=minute))
        number = len(self.people) - 1
        self._agenda.at(minute, self._has_joined, number)
        return number

    # -- what happens

    def _join(self, minute: float, number: int, lane: str) -> None:
        person = self.people[number]
        person.ready, person.sent_at = minute, None
        self.absent.pop(number, None)
        if self._queue.join(minute, number, lane, person):
            self._has_joined(minute, number)

    def _has_joined(self, minute: float, number: int) -> None:
        self._waiting += 1
        if self.joined is not None:
            self.joined(minute, number)
        resting = [doctor for doctor in self.doctors if doctor.resting is not None]
        if resting:
            self._call(minute, resting[0])

    def _free(self, minute: float, doctor: _Doctor) -> None:
        """The doctor takes the next, waits, or goes home and leaves the rest to the others."""
        self.has_begun = True
        doctor.since, doctor.resting = None, minute
        if doctor.duty.ends <= minute and doctor.duty.ends < self.day.ends:
            doctor.resting = None
        elif self._waiting:
            self._call(minute, doctor)

    def _call(self, minute: float, doctor: _Doctor) -> None:
        called = self._queue.call(minute)
        if called is None:
            return
        if doctor.resting is not None:
            self._idle += max(0.0, min(minute, doctor.duty.ends) - doctor.resting)
        doctor.since, doctor.resting = minute, None
        self._waiting -= 1
        number, lane = called
        doctor.lane = lane
        if self._dice.random() < self.day.habits.away_share:
            free = minute + self.day.habits.away_costs
            self._agenda.at(free, self._missed, doctor, number, lane, minute)
        else:
            free = minute + self._length(lane)
            self._agenda.at(free, self._ended, doctor, number, lane, minute)

    def _missed(
        self, minute: float, doctor: _Doctor, number: int, lane: str, called: float
    ) -> None:
        habits, person = self.day.habits, self.people[number]
        self._queue.miss(minute, number)
        self._note(number, lane, called, minute, answered=False)
        person.misses += 1
        if person.misses < _MOST_MISSES:
            back = minute + self._dice.expovariate(1 / habits.away_for)
            self._agenda.at(back, self._join, number, MISSED)
        else:
            self._no_shows += 1
        self._free(minute, doctor)

    def _ended(
        self, minute: float, doctor: _Doctor, number: int, lane: str, called: float
    ) -> None:
        habits = self.day.habits
        self._note(number, lane, called, minute, answered=True)
        back = math.inf
        if lane != RETURN and self._dice.random() < habits.return_share:
            back = minute + self._log_normal(habits.results_after, _RESULTS_CV)
        is_sent = back < self.day.ends
        self._queue.leave(minute, number, for_results=is_sent)
        if is_sent:
            self.people[number].sent_at = minute
            self._agenda.at(back, self._join, number, RETURN)
        self._free(minute, doctor)

    def _note(self, number: int, lane: str, called: float, free: float, *, answered: bool) -> None:
        who = self.people[number]
        self.calls.append(Call(number, lane, who.rank, who.due, who.ready, called, free, answered))

    # -- what is drawn

    def _person(self, due: float) -> int:
        habits, rank = self.day.habits, ""
        share = self._dice.random()
        if share < habits.emergency_share:
            rank = EMERGENCY
        elif share < habits.emergency_share + habits.priority_share:
            rank = self._dice.choice(_RANKS)
        self.people.append(Person(due, rank))
        return len(self.people) - 1

    def _walk_ins(self) -> Iterator[float]:
        rate = self.day.habits.walk_ins_an_hour / 60
        minute = self.day.begins + self._dice.expovariate(rate) if rate else math.inf
        while minute < self.day.ends:
            yield minute
            minute += self._dice.expovariate(rate)

    def _logistic(self) -> float:
        share = min(max(self._dice.random(), 1e-9), 1 - 1e-9)
        return math.log(share / (1 - share))

    def _length(self, lane: str) -> float:
        habits = self.day.habits
        mean = habits.return_visit if lane == RETURN else habits.visit
        length = self._log_normal(mean * habits.speed, habits.visit_cv)
        if self._dice.random() < habits.interruptions_an_hour * length / 60:
            length += self._dice.expovariate(1 / habits.interruption)
        return length

    def _log_normal(self, mean: float, cv: float) -> float:
        squared = math.log1p(cv**2)
        return self._dice.lognormvariate(math.log(mean) - squared / 2, math.sqrt(squared))
