"""
`flask --app wsgi demo day`: a whole clinic day of the demo hospital, in minutes, at the real desk.

Bookings the evening before, then check-ins, calls, missed calls, returns with results, a doctor
who is late and a shift that is suspended: every act is the desk's own, in a transaction of its
own, under the demo's one clock. Who comes and how long she stays is drawn by
`scheduling.clinic_room`; who is called, and what is told of the wait, is the desk's business.
"""

from __future__ import annotations

from collections import Counter as Counting
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from bot.courier import Courier
from bot.demo_line import DeskLine, Stage
from bot.demo_summary import Summary
from bot.house import House
from bot.turn import open_desk
from desk import demo_people, shifts, staff
from desk.counter import Counter
from desk.demo_people import Expected
from desk.work import Actor
from scheduling.clinic_room import Agenda, Room
from scheduling.clinic_types import Duty, Habits, HalfDay
from scheduling.errors import Refusal
from scheduling.rota import Member, ShiftView
from scheduling.types import SlotId, Ward
from simulator.clock import Clock

_ACTOR = Actor("job", name="demo")
_NAME = "demo"
_ASKS = "我的预约"
_MINUTE = timedelta(minutes=1)
_BOOKED_AT, _ILL_AT = time(18, 0), time(19, 30)  # the evening before
_COURIER_EVERY = 10.0  # minutes
_CLOSES_AFTER, _AGAIN_AFTER = 20.0, 15.0
_DELAY, _TOLD_BEFORE = 20.0, 5.0
_AFTER_SUSPENDING = timedelta(minutes=2)
_BOOKED_SHARE = 0.9  # of the places that are left
# Who answers a suspension accepts the new place, mostly; the others give theirs back.
_ACCEPTS = 0.7
# A visit takes as long as the roster plans for it, give or take: rooms are busy.
_SPEEDS = 0.8, 1.25
_HOUR = 60.0
_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Plan:
    """
    Which day is run, how far (local), and of how many shifts (None: all); `seed` for all chance.

    Whole departments are taken until there are so many shifts.
    """

    on: date
    until: time = time(23, 30)
    shifts: int | None = None
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Troupe:
    """
    Who plays: the house and its clock, the courier, and WeChat.

    There accounts `follow` us, and `say` something: openid and text. `note` is told how far it is.
    """

    house: House
    clock: Clock
    courier: Courier
    follow: Callable[[Sequence[str]], None]
    say: Callable[[str, str], None]
    note: Callable[[str], None]


def run(troupe: Troupe, plan: Plan) -> Summary:
    """
    Run the day; the clock stands at its end.

    Raises:
        LookupError: no shift takes place on that day.
    """
    return _Day(troupe, plan).run()


def next_day(house: House) -> date | None:
    """Return today if anybody works today, else the next day on which somebody does."""
    with open_desk(house, _ACTOR) as counter:
        work, member = counter.work, _member(counter)
        days = (counter.now.date() + timedelta(days=ahead) for ahead in range(_A_WEEK))
        return next((day for day in days if shifts.of_day(work, member, day)), None)


class _Day:
    def __init__(self, troupe: Troupe, plan: Plan) -> None:
        self._troupe, self._plan = troupe, plan
        self._house, self._clock = troupe.house, troupe.clock
        self._dice = Random(plan.seed)  # noqa: S311 - a day on a stage guards nothing
        self._agenda = Agenda()
        self._summary = Summary(plan.on)
        self._midnight = datetime.combine(plan.on, time(), self._house.settings.zone)

    def run(self) -> Summary:
        plan, summary = self._plan, self._summary
        self._clock.stand(still=True)
        self._set(self._eve(_BOOKED_AT))
        with open_desk(self._house, _ACTOR) as counter:
            member = _member(counter)
            some = self._shifts(counter, member)
        self._book(some)
        self._deliver()
        stage = Stage(self._house, self._clock, self._midnight, member)
        self._lay_out(stage, self._suspend(member, some))
        self._agenda.run(self._minute(self._on(plan.until)))
        self._set(self._on(plan.until))
        self._deliver()
        end = self._minute(self._on(plan.until))
        for line in stage.lines.values():
            if line.room.day.begins >= end:
                continue
            outcome = line.room.outcome()
            summary.calls += outcome.calls
            summary.no_shows += outcome.no_shows
            summary.told += line.told
        return summary

    # -- before the doors open

    def _shifts(self, counter: Counter, member: Member) -> list[ShiftView]:
        plan = self._plan
        found = [
            one for one in shifts.of_day(counter.work, member, plan.on) if one.state == "published"
        ]
        if not found:
            raise LookupError(f"no shift takes place on {plan.on}")
        if plan.shifts is not None:
            found = self._some(found, plan.shifts)
        self._summary.shifts = len(found)
        return sorted(found, key=lambda one: (one.starts_at, one.id))

    def _some(self, found: Sequence[ShiftView], count: int) -> list[ShiftView]:
        """Whole departments, so that a room sends nobody to one in which nobody plays."""
        departments = sorted({one.department for one in found})
        self._dice.shuffle(departments)
        chosen: list[ShiftView] = []
        for code in departments:
            if len(chosen) < count:
                chosen += [one for one in found if one.department == code]
        return chosen

    def _book(self, some: Sequence[ShiftView]) -> None:
        """Fill most places that are left, by accounts that register and book in the chat."""
        for shift in some:
            with open_desk(self._house, _ACTOR) as counter:
                places = demo_people.free_places(counter.work, [shift.id])
                ward = _ward(counter, shift)
            wanted = [slot for slot in places if self._dice.random() < _BOOKED_SHARE]
            accounts = {f"oDemoDay{number:020}": number for number in self._numbers(len(wanted))}
            self._troupe.follow(list(accounts))
            for slot, (openid, number) in zip(wanted, accounts.items(), strict=True):
                self._book_one(SlotId(slot), ward, openid, number)
            self._troupe.note(f"{shift.department_name}: {self._summary.booked} booked so far")

    def _numbers(self, count: int) -> list[int]:
        return self._dice.sample(range(10**8), count)

    def _book_one(self, slot: SlotId, ward: Ward, openid: str, number: int) -> None:
        try:
            with open_desk(self._house, _chat(openid)) as counter:
                patient = demo_people.register(counter.work, number, ward, self._dice)
                counter.bookings.confirm(counter.bookings.hold(slot, patient).id)
        except Refusal:
            return  # the chat's share is sold, or a rule says no: as to anybody
        # What we may write to her later, she has let us by writing: as it is with WeChat.
        self._troupe.say(openid, _ASKS)
        self._summary.booked += 1

    def _suspend(self, member: Member, some: Sequence[ShiftView]) -> Sequence[ShiftView]:
        """A doctor of tomorrow, rather of the afternoon, is ill; the patients are written to."""
        if len(some) == 1:
            return some
        self._set(self._eve(_ILL_AT))
        with open_desk(self._house, _ACTOR) as counter:
            everybody = demo_people.expected(counter.work, [one.id for one in some])
            by_chat = Counting(one.shift for one in everybody if one.openid is not None)
            ill = max(
                some, key=lambda one: (bool(one.doctor), one.half_day != "am", by_chat[one.id])
            )
            counter.suspensions.suspend(member, [ill.id])
        people = [one for one in everybody if one.shift == ill.id]
        self._set(self._eve(_ILL_AT) + _AFTER_SUSPENDING)
        self._deliver()
        self._summary.suspended = len(people)
        for one in people:
            if one.openid is not None:
                self._answer(one.openid)
        return [one for one in some if one.id != ill.id]

    def _answer(self, openid: str) -> None:
        with open_desk(self._house, _chat(openid)) as counter:
            for prompt in counter.prompts.waiting():
                if prompt.kind != "suspended":
                    continue
                line = int(prompt.facts["line"])
                offered = counter.replacements.offered(line)
                if offered is not None and self._dice.random() < _ACCEPTS:
                    counter.replacements.accept(line)
                else:
                    counter.replacements.give_back(line)
                counter.prompts.answered(prompt.id)
                self._summary.answered += 1

    # -- the day

    def _lay_out(self, stage: Stage, some: Sequence[ShiftView]) -> None:
        late = self._dice.choice(some).id if len(some) > 1 else None
        with open_desk(self._house, _ACTOR) as counter:
            people = demo_people.expected(counter.work, [one.id for one in some])
        for shift in some:
            mine = [one for one in people if one.shift == shift.id]
            line = stage.lines[shift.id] = DeskLine(stage, shift, mine)
            delay = _DELAY if shift.id == late else 0.0
            day = self._half_day(shift, mine, delay)
            line.room = Room(day, line, self._agenda, self._dice)
            line.room.expect()
            self._agenda.at(day.ends + _CLOSES_AFTER, self._close, line)
            if delay:
                self._agenda.at(day.begins - delay - _TOLD_BEFORE, line.delay, delay)
        first = min(line.room.day.begins for line in stage.lines.values())
        last = max(line.room.day.ends for line in stage.lines.values())
        self._agenda.at(first - _HOUR, self._go_round, last + _HOUR)

    def _half_day(self, shift: ShiftView, people: Sequence[Expected], late: float) -> HalfDay:
        begins, ends = self._minute(shift.starts_at), self._minute(shift.ends_at)
        length = (ends - begins) / max(1, shift.places) * self._dice.uniform(*_SPEEDS)
        habits = Habits(visit=length, doctor_late=0.0) if late else Habits(visit=length)
        booked = tuple(self._minute(one.starts_at) for one in people)
        return HalfDay(self._midnight, booked, (Duty(begins + late, ends),), habits)

    def _close(self, minute: float, line: DeskLine) -> None:
        if not line.close(minute):
            self._agenda.at(minute + _AGAIN_AFTER, self._close, line)

    def _go_round(self, minute: float, last: float) -> None:
        """The courier, every few minutes."""
        self._set(self._midnight + minute * _MINUTE)
        self._deliver()
        if minute % _HOUR < _COURIER_EVERY:
            self._troupe.note(f"{self._now():%H:%M}")
        if minute < last:
            self._agenda.at(minute + _COURIER_EVERY, self._go_round, last)

    def _deliver(self) -> None:
        self._summary.sent += self._troupe.courier.run_once()

    def _set(self, instant: datetime) -> None:
        self._clock.set_to(instant.timestamp())

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), self._house.settings.zone)

    def _minute(self, instant: datetime) -> float:
        return (instant - self._midnight) / _MINUTE

    def _eve(self, clock: time) -> datetime:
        return self._on(clock) - timedelta(days=1)

    def _on(self, clock: time) -> datetime:
        return datetime.combine(self._plan.on, clock, self._house.settings.zone)


def _chat(openid: str) -> Actor:
    return Actor("chat", openid=openid)


def _ward(counter: Counter, shift: ShiftView) -> Ward:
    return next(
        ward for ward in counter.work.directory.wards.values() if ward.code == shift.department
    )


def _member(counter: Counter) -> Member:
    """The demo's own member of staff, hired when missing."""
    known = [one.id for one in staff.everybody(counter.work) if one.name == _NAME]
    found = staff.by_number(counter.work, known[0]) if known else None
    return found or _hired(counter)


def _hired(counter: Counter) -> Member:
    found = staff.by_code(counter.work, staff.invite(counter.work, _NAME, "admin"))
    if found is None:
        raise LookupError("nobody can be hired")
    return found
