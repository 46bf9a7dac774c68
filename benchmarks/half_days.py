"""
The half-days of one doctor on which waits are measured (`scheduling.clinic_day`).

Patients who do not come, come early or late, are away when called, come back with results;
doctors of different speed, who are interrupted and begin late.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from scheduling.clinic_day import simulate, slots
from scheduling.clinic_types import Duty, Habits, HalfDay
from scheduling.disciplines import Discipline
from scheduling.waits import Pace

_OPENS = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
# A doctor's visits last so many times the usual, other ones on other days, and scatter so much.
_SPEEDS, _DAYS, _CVS = (0.7, 1.4), (0.9, 1.1), (0.6, 0.8)
# Booked so densely that the mean wait is about 40 minutes; first visits only, as far as possible.
PLAIN = HalfDay(
    _OPENS,
    slots(54, 4.4),
    (Duty(0.0, 240.0),),
    Habits(return_share=0.0, priority_share=0.0, emergency_share=0.0, away_share=0.0),
)
# The same length with returns, ranks and missed calls.
CROWDED = HalfDay(_OPENS, slots(48, 5.0), (Duty(0.0, 240.0),))
# The half-day of the table: 40 booked in three and a half hours.
FULL = HalfDay(_OPENS, slots(40, 5.25), (Duty(0.0, 210.0),))
FIFO, PATTERN = Discipline("fifo", cap_minutes=None), Discipline()


def true_pace(day: HalfDay) -> Pace:
    """Return how long visits of this half-day really take, interruptions included."""
    habits = day.habits
    interrupted = 1 + habits.interruptions_an_hour * habits.interruption / 60
    mean = habits.visit * habits.speed * interrupted
    return Pace(1e9, mean, (habits.visit_cv * mean) ** 2)


def various(day: HalfDay, dice: Random) -> HalfDay:
    """Return the half-day with a doctor of some speed whose visits scatter in some way."""
    habits = replace(day.habits, speed=dice.uniform(*_SPEEDS), visit_cv=dice.uniform(*_CVS))
    return replace(day, habits=habits)


def other(day: HalfDay, dice: Random) -> HalfDay:
    """Return another half-day of the same doctor."""
    habits = replace(day.habits, speed=day.habits.speed * dice.uniform(*_DAYS))
    return replace(day, habits=habits)


def seen(days: Iterable[HalfDay], discipline: Discipline, dice: Random) -> Pace:
    """Return how long visits took on some half-days, those with results left out."""
    lengths = [
        call.ended - call.called
        for day in days
        for call in simulate(day, discipline, dice).calls
        if call.answered and not call.is_return
    ]
    return Pace.of_sums(len(lengths), sum(lengths), sum(length**2 for length in lengths))
