"""
What a half-day of a clinic is planned to be, and what became of it.

Minutes count from `HalfDay.opens_at`, durations are minutes, shares are of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduling.disciplines import RETURN
from scheduling.overtaking import USUAL_NO_SHOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """
    How patients and doctors behave; docs/queueing.md names the source of each figure.

    Who is booked comes logistically around the slot (`early` before it on average); a visit is
    log-normal; an interruption is exponential and lengthens the visit it falls into.
    """

    no_show: float = USUAL_NO_SHOW
    early: float = 10.0
    offset_scale: float = 11.4  # one in ten comes more than a quarter of an hour late
    visit: float = 5.5
    visit_cv: float = 0.7
    speed: float = 1.0  # visits last so many times the usual
    return_share: float = 0.35  # of first visits come back with results
    return_visit: float = 3.0
    results_after: float = 30.0
    priority_share: float = 0.12
    emergency_share: float = 0.005
    away_share: float = 0.03  # do not answer a call
    away_for: float = 10.0
    away_costs: float = 1.0
    interruptions_an_hour: float = 0.5
    interruption: float = 5.0
    doctor_late: float = 3.0
    walk_ins_an_hour: float = 0.0


USUAL = Habits()


@dataclass(frozen=True, slots=True)
class Duty:
    """When one doctor is there, in minutes; who is called by then is still seen."""

    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class HalfDay:
    """A half-day as planned: the minutes of its slots, one for each who is booked."""

    opens_at: datetime
    booked: tuple[float, ...]
    duties: tuple[Duty, ...] = (Duty(0.0, 210.0),)
    habits: Habits = USUAL

    @property
    def begins(self) -> float:
        """When the first doctor is to begin."""
        return min(duty.begins for duty in self.duties)

    @property
    def ends(self) -> float:
        """When the last doctor stops taking new patients."""
        return max(duty.ends for duty in self.duties)


@dataclass(frozen=True, slots=True)
class Call:
    """
    One call: since when she was in the line, when she was called, when the room was free again.

    `answered` is False where she was not there.
    """

    ticket: int
    lane: str
    rank: str
    due: float
    ready: float
    called: float
    ended: float
    answered: bool

    @property
    def wait(self) -> float:
        """Minutes from joining the line to the call."""
        return self.called - self.ready

    @property
    def is_return(self) -> bool:
        """Whether she came back with results."""
        return self.lane == RETURN

    @property
    def claim(self) -> float:
        """The minute from which it may be her turn: that of her slot, or when she joined late."""
        return max(self.due, self.ready)


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What became of it.

    `idle` are the minutes doctors waited for patients within their duty, `overtime` those by
    which the last visit ended after the last duty.
    """

    calls: tuple[Call, ...]
    no_shows: int
    idle: float
    overtime: float
