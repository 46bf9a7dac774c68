"""The day of the visit as people see it: tickets, where they stand, rooms, boards; times local."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType

from scheduling.disciplines import Discipline, Rank
from scheduling.rota import ShiftView
from scheduling.types import AppointmentId, AppointmentView
from scheduling.waits import WaitRange

TicketId = NewType("TicketId", int)
# How many people ahead somebody is told of, the fewest last.
_TOLD_AT = (3, 1)


def near(ahead: int) -> int:
    """Return of which of the numbers worth telling this is the time; 0: of none yet."""
    return min((number for number in _TOLD_AT if ahead <= number), default=0)


@dataclass(frozen=True, slots=True)
class TicketView:
    """
    A ticket (排队号) where it waits now: `shift` and its room, not those it was booked for.

    `lane` first | return | missed; `rank` why it goes before there, None: it does not; `state` as
    in `scheduling.queueing.TRANSITIONS`; `called_at` the last call. `location` is where in
    the house its department is (门诊楼4楼A区), empty where that is not known.
    """

    id: TicketId
    appointment: AppointmentId
    label: str
    name_masked: str
    site: str
    site_name: str
    department: str
    department_name: str
    doctor: str | None
    doctor_name: str | None
    shift: int
    room: str
    lane: str
    rank: Rank | None
    state: str
    due_at: datetime
    called_at: datetime | None
    location: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """
    Where a ticket stands.

    `ahead` counts who is called before it if nobody else comes, without the one inside; None for
    a ticket that is not in line (missed, away, being examined, over). `wait` None: nothing honest
    can be said. `back_at` is when somebody who goes out should be back, `discipline` how her room
    calls; `has_begun`: somebody was called there. `ends_at` is the end of its shift.
    """

    ticket: TicketView
    ahead: int | None
    wait: WaitRange | None
    back_at: datetime | None
    delayed_until: datetime | None
    discipline: Discipline = field(default_factory=Discipline)
    has_begun: bool = False
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class VisitToday:
    """A visit of today, and its ticket once its patient is here."""

    appointment: AppointmentView
    ticket: TicketView | None


@dataclass(frozen=True, slots=True)
class RoomView:
    """
    A room as its doctor sees it.

    `state`: waiting (nobody was called yet), open, paused (the doctor is late), closed. `line` in
    the order of calling, `away` are those who have gone out for a while, `ended` whose visit ended
    a moment ago and may go on if that was a mistake. `has_begun`: somebody was called; `seen` how
    many visits are over, `each` the minutes one took on average, None where too few were timed;
    `coming` how many are booked for now or later and not here yet.
    """

    shift: ShiftView
    state: str
    inside: TicketView | None
    line: tuple[TicketView, ...]
    missed: tuple[TicketView, ...]
    results: tuple[TicketView, ...]
    away: tuple[TicketView, ...]
    delayed_until: datetime | None
    discipline: Discipline
    ended: TicketView | None = None
    has_begun: bool = False
    seen: int = 0
    each: float | None = None
    coming: int = 0

    @property
    def gone(self) -> tuple[TicketView, ...]:
        """Who is not called before she is back: missed, being examined, out for a while."""
        return (*self.missed, *self.results, *self.away)


@dataclass(frozen=True, slots=True)
class Closed:
    """
    What the end of a line did: who was inside, and how many are to be rung or are on their way.

    `coming` are booked, not here yet, and told; `to_ring` found no other room, of them as well.
    """

    inside: TicketView | None
    to_ring: int
    coming: int


@dataclass(frozen=True, slots=True)
class BoardRoom:
    """
    One room on the call screen; `called` is inside, `calls` grows with every call.

    `ahead` are the next few, `waiting` how many there are in all.
    """

    shift: int
    department_name: str
    doctor_name: str | None
    room: str
    state: str
    called: TicketView | None
    calls: int
    ahead: tuple[TicketView, ...]
    waiting: int
    delayed_until: datetime | None
    discipline: Discipline


@dataclass(frozen=True, slots=True)
class BoardView:
    """The call screen of a site (叫号屏): nothing on it but labels and masked names."""

    site: str
    site_name: str
    rooms: tuple[BoardRoom, ...]
    missed: tuple[TicketView, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """
    The work left in a room that takes patients.

    `waiting` are here (who is inside, too), `coming` are booked and not here yet, of whom the
    share `comes` will be; each of them takes about `each` minutes, from `opens_in` minutes on.
    """

    shift: int
    department: str
    room: str
    doctor_name: str | None
    service_type: str
    waiting: int
    coming: int
    each: float
    comes: float = 1.0
    opens_in: float = 0.0

    @property
    def minutes(self) -> float:
        """How long until the work that is expected is done."""
        return self.opens_in + (self.waiting + self.comes * self.coming) * self.each


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody could wait in another room instead and be called about `saves` minutes sooner."""

    ticket: TicketView
    heavy: Load
    light: Load
    saves: float
