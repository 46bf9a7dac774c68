"""Whatever doctors, desk and patients do in whatever order, nobody is lost from a line."""

from collections import Counter
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import bindparam, select

from desk import calling, closing, standing, tickets
from desk.bookings import Bookings
from desk.suspensions import Suspensions
from desk.work import Actor
from models import Appointment, Calling, Outbox, Shift, Ticket, TicketEvent
from scheduling.disciplines import Discipline
from scheduling.errors import Refusal
from scheduling.queueing import TRANSITIONS
from tests.desk.hospital import NOW
from tests.desk.visit_day import MINUTE, NURSE, VisitDay

WINDOW = Actor("window", name="desk")
RANKS = tuple(Discipline().ranks)
STATUS = {
    "done": "completed",
    "no_show": "no_show",
    "suspended": "suspended",
    "cancelled": "cancelled",
}
rooms = st.integers(0, 2)
anybody = st.integers(0, 1000)


class Morning(RuleBasedStateMachine):
    """Two rooms of one department that share their patients, and a specialist next door."""

    day: VisitDay

    def __init__(self):
        super().__init__()
        day = self.day
        day.now = NOW + 50 * MINUTE
        ward = day.department()
        both = [day.general(ward), day.general(ward)]
        self.rooms = [*both, day.room()]
        self.shifts = [shift for shift, _ in self.rooms]
        self.due = [(*day.booked(slot), shift) for shift, slot in self.rooms for _ in range(3)]
        self.suspensions = []
        for openid, appointment, _ in self.due[::3] + self.due[1::3]:
            day.check_in(openid, appointment)

    def do(self, openid, act):
        """One act in a transaction of its own, which a refusal leaves without a trace."""
        try:
            with self.day.work(openid) as work:
                return act(work)
        except Refusal:
            return None

    def staff(self, name, *arguments, **more):
        room = closing if name == "close" else calling
        return self.do(None, lambda work: getattr(room, name)(work, NURSE, *arguments, **more))

    # -- patients

    @rule(
        who=st.integers(0, 8),
        by_desk=st.booleans(),
        rank=st.sampled_from(["", *RANKS]),
    )
    def arrive(self, who, by_desk, rank):
        openid, appointment, _ = self.due[who]
        more = {"rank": rank, "by_desk": True} if by_desk else {}
        asks = None if by_desk else openid
        self.do(asks, lambda work: tickets.check_in(work, appointment, **more))

    @rule(room=rooms)
    def walk_in(self, room):
        _, patient = self.day.patient()
        shift = self.shifts[room]
        self.do(WINDOW, lambda work: tickets.walk_in(work, patient, shift))

    @precondition(lambda self: self.mine())
    @rule(who=anybody, act=st.sampled_from(["leave", "come_back", "come_back"]))
    def move(self, who, act):
        mine = self.mine()
        ticket = mine[who % len(mine)].id
        self.do(None, lambda work: getattr(tickets, act)(work, ticket))

    # -- staff

    @rule(room=rooms, times=st.integers(1, 3))
    def call(self, room, times):
        for _ in range(times):
            self.staff("call_next", self.shifts[room])

    @rule(room=rooms)
    def take_back(self, room):
        self.staff("take_back", self.shifts[room])

    @rule(who=st.integers(0, 8))
    def give_up(self, who):
        openid, appointment, _ = self.due[who]
        self.do(openid, lambda work: Bookings(work).cancel(appointment))

    @rule(room=rooms, act=st.sampled_from(["miss", "miss", "call_again"]))
    def answer(self, room, act):
        self.staff("call_next", self.shifts[room])
        self.staff(act, self.shifts[room])

    @rule(room=rooms, act=st.sampled_from(["finish", "send_for_results", "send_for_results"]))
    def end(self, room, act):
        self.staff(act, self.shifts[room])

    @rule(room=rooms, to=rooms, who=anybody, is_inside=st.booleans())
    def send_on(self, room, to, who, is_inside):
        mine = self.mine()
        ticket = None if is_inside or not mine else mine[who % len(mine)].id
        self.staff("transfer", self.shifts[room], self.shifts[to], ticket)

    @rule(room=rooms)
    def come_late(self, room):
        self.staff("delay", self.shifts[room], self.day.now + 20 * MINUTE)

    @rule(room=rooms, forgotten=st.booleans())
    def close(self, room, forgotten):
        shift = self.shifts[room]
        if forgotten:
            self.do(None, lambda work: closing.close_forgotten(work, shift))
        else:
            self.staff("close", shift)

    @precondition(lambda self: self.mine())
    @rule(who=anybody, rank=st.sampled_from(["", *RANKS]))
    def rank(self, who, rank):
        mine = self.mine()
        self.staff("set_rank", mine[who % len(mine)].id, rank)

    @rule(room=rooms, is_undone=st.booleans())
    def suspend(self, room, is_undone):
        made = self.do(None, lambda w: Suspensions(w).suspend(NURSE, [self.shifts[room]]))
        if made is not None:
            self.suspensions.append(made)
        if is_undone and self.suspensions:
            self.nobody_is_lost()
            self.resume(-1)

    @precondition(lambda self: self.suspensions)
    @rule(which=anybody)
    def resume(self, which):
        number = self.suspensions.pop(which % len(self.suspensions))
        self.do(None, lambda work: Suspensions(work).resume(NURSE, number))

    @rule(minutes=st.integers(1, 45))
    def wait(self, minutes):
        self.day.now += timedelta(minutes=minutes)

    # -- what holds after each of them

    def mine(self):
        with self.day.engine.connect() as conn:
            return conn.execute(TICKETS, {"shifts": self.shifts}).all()

    @invariant()
    def nobody_is_lost(self):
        mine = self.mine()
        who_waits_can_be_called(mine)
        one_beside_the_doctor(mine)
        a_ticket_and_its_appointment_agree(mine)
        numbers_have_no_gaps(mine)
        self.who_is_here_has_one_ticket(mine)
        self.every_step_is_an_event_and_allowed(mine)
        self.whom_nobody_can_take_is_rung(mine)
        self.everybody_in_line_is_seen_by_one_doctor(mine)

    def who_is_here_has_one_ticket(self, mine):
        here = Appointment.shift_id.in_(self.shifts), Appointment.status == "checked_in"
        held = [row.appointment_id for row in mine]
        assert len(held) == len(set(held))
        assert set(self.day.rows(Appointment.id, *here)) <= set(held)

    def every_step_is_an_event_and_allowed(self, mine):
        with self.day.engine.connect() as conn:
            rows = conn.execute(EVENTS, {"tickets": [row.id for row in mine]}).all()
        last = {row.id: None for row in mine}
        for row in rows:
            assert row.from_state == last[row.ticket_id], "no step without an event"
            if not row.reason.startswith("rank"):
                allowed = TRANSITIONS.get(row.from_state, {"waiting", "unseen"})
                assert row.to_state in allowed
            last[row.ticket_id] = row.to_state
        assert last == {row.id: row.state for row in mine}

    def whom_nobody_can_take_is_rung(self, mine):
        unseen = {row.appointment_id for row in mine if row.state == "unseen"}
        rung = Outbox.kind == "unseen", Outbox.state.in_(("due", "call"))
        assert unseen <= set(self.day.rows(Outbox.appointment_id, *rung))

    def everybody_in_line_is_seen_by_one_doctor(self, mine):
        shown = []
        with self.day.work() as work:
            for shift in self.shifts:
                room = standing.room(work, NURSE, shift)
                shown += [view.id for view in room.line]
                shown += [] if room.inside is None else [room.inside.id]
        assert sorted(shown) == [row.id for row in mine if row.state in ("waiting", "called")]


TICKETS = (
    select(
        *Ticket.__table__.c,
        Appointment.status,
        Shift.state.label("shift_state"),
        Calling.state.label("room_state"),
    )
    .join(Appointment, Appointment.id == Ticket.appointment_id)
    .join(Shift, Shift.id == Ticket.shift_id)
    .join(Calling, Calling.shift_id == Ticket.shift_id)
    .where(Ticket.shift_id.in_(bindparam("shifts", expanding=True)))
    .order_by(Ticket.id)
)
EVENTS = (
    select(*TicketEvent.__table__.c)
    .where(TicketEvent.ticket_id.in_(bindparam("tickets", expanding=True)))
    .order_by(TicketEvent.id)
)


def who_waits_can_be_called(mine):
    for row in mine:
        if row.state in ("waiting", "called"):
            assert row.shift_state == "published"
            assert row.room_state != "closed"


def one_beside_the_doctor(mine):
    called = Counter(row.shift_id for row in mine if row.state == "called")
    assert max(called.values(), default=0) <= 1


def a_ticket_and_its_appointment_agree(mine):
    for row in mine:
        assert row.status == STATUS.get(row.state, "checked_in")


def numbers_have_no_gaps(mine):
    drawn = {}
    for row in mine:
        drawn.setdefault(row.department_id, []).append(row.number)
    for numbers in drawn.values():
        assert sorted(numbers) == list(range(1, len(numbers) + 1))


def run(day, examples, steps, **more):
    Morning.day = day
    size = settings(max_examples=examples, stateful_step_count=steps, deadline=None, **more)
    run_state_machine_as_test(Morning, settings=size)


def test_nobody_is_lost_whatever_happens(database_url):
    day = VisitDay(database_url)
    run(day, *((10, 25) if day.engine.dialect.name == "sqlite" else (2, 15)))
    day.close()
