"""A line of the simulated clinic day that is the desk's own: every act is one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.house import House
from bot.turn import open_desk
from desk import calling, closing, standing, tickets
from desk.counter import Counter
from desk.demo_people import Expected
from desk.work import Actor
from scheduling.clinic_room import Person, Room
from scheduling.disciplines import FIRST
from scheduling.errors import Refusal
from scheduling.rota import Member, ShiftView
from scheduling.visit import TicketId, TicketView
from scheduling.waits import WaitRange
from simulator.clock import Clock

_WINDOW = Actor("window", name="demo")
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the day is played: the house, its clock, who calls, and the lines by shift."""

    house: House
    clock: Clock
    midnight: datetime
    member: Member
    lines: dict[int, DeskLine] = field(default_factory=dict)

    @contextmanager
    def desk(self, actor: Actor, minute: float) -> Iterator[Counter]:
        """One transaction at the counter, at that minute of the day."""
        self.set(self.midnight + minute * _MINUTE)
        with open_desk(self.house, actor) as counter:
            yield counter

    def set(self, instant: datetime) -> None:
        """Turn the clock."""
        self.clock.set_to(instant.timestamp())


class DeskLine:
    """The line of one shift; `told` are the waits that were told beside those that came."""

    room: Room

    def __init__(self, stage: Stage, shift: ShiftView, people: Sequence[Expected]) -> None:
        """Play this shift for those who are booked in it, by number in this order."""
        self.told: list[tuple[WaitRange, float]] = []
        self._stage, self._shift = stage, shift
        self._people = dict(enumerate(people))
        self._tickets: dict[int, TicketId] = {}
        self._asked: dict[TicketId, tuple[float, WaitRange]] = {}
        self._waiting = 0
        self._is_inside = False

    def join(self, minute: float, number: int, lane: str, person: Person) -> bool:
        """She checks in by chat or at the desk, or is back; False where she is sent elsewhere."""
        who = self._people[number]
        is_known = who.openid is not None
        actor = Actor("chat", openid=who.openid) if is_known and not person.rank else _WINDOW
        try:
            with self._stage.desk(actor, minute) as counter:
                view = self._come(counter, number, lane, person.rank)
                told = standing.of_ticket(counter.work, view.id).wait
        except Refusal:
            return False
        if view.state != "waiting":
            return False
        if told is not None:
            self._asked[view.id] = minute, told
        if view.shift == self._shift.id:
            self._tickets[number] = view.id
            self._waiting += 1
            return True
        other = self._stage.lines.get(view.shift)
        if other is not None:
            other.receive(minute, person, who, view.id, self._asked)
        return False

    def receive(
        self,
        minute: float,
        person: Person,
        who: Expected,
        ticket: TicketId,
        asked: dict[TicketId, tuple[float, WaitRange]],
    ) -> None:
        """Take somebody whom the desk has sent here, as the room with the least work."""
        number = self.room.receive(minute, person)
        self._people[number], self._tickets[number] = who, ticket
        if ticket in asked:
            self._asked[ticket] = asked.pop(ticket)
        self._waiting += 1

    def call(self, minute: float) -> tuple[int, str] | None:
        """The doctor says 「下一个」."""
        with self._stage.desk(_WINDOW, minute) as counter:
            view = calling.call_next(counter.work, self._stage.member, self._shift.id)
        if view is None:
            return None
        self._waiting -= 1
        self._is_inside = True
        if view.id in self._asked:
            since, told = self._asked.pop(view.id)
            self.told.append((told, minute - since))
        number = next(n for n, ticket in self._tickets.items() if ticket == view.id)
        return number, view.lane

    def miss(self, minute: float, number: int) -> None:
        """「过号」."""
        with self._stage.desk(_WINDOW, minute) as counter:
            calling.miss(counter.work, self._stage.member, self._shift.id)
        self._is_inside = False

    def leave(self, minute: float, number: int, *, for_results: bool) -> None:
        """「看结果」; the end of a visit is said only where no next call says it."""
        self._is_inside = False
        act = calling.send_for_results if for_results else calling.finish
        if for_results or not self._waiting:
            with self._stage.desk(_WINDOW, minute) as counter:
                act(counter.work, self._stage.member, self._shift.id)

    def delay(self, minute: float, late: float) -> None:
        """The doctor says how late it will be."""
        until = self._shift.starts_at + late * _MINUTE
        with self._stage.desk(_WINDOW, minute) as counter:
            calling.delay(counter.work, self._stage.member, self._shift.id, until)

    def close(self, minute: float) -> bool:
        """End the room once nobody is left in it; False where somebody is."""
        if self._waiting or self._is_inside:
            return False
        with self._stage.desk(_WINDOW, minute) as counter:
            closing.close(counter.work, self._stage.member, self._shift.id)
        return True

    def _come(self, counter: Counter, number: int, lane: str, rank: str) -> TicketView:
        work, appointment = counter.work, self._people[number].appointment
        if lane != FIRST:
            return tickets.come_back(work, self._tickets[number])
        by_desk = work.actor.openid is None
        known = work.policy.discipline(self._shift.site, self._shift.department).ranks
        rank = rank if rank in known else ""
        return tickets.check_in(work, appointment, rank=rank, by_desk=by_desk)
