"""Whatever people do, in whatever order: nobody waits beside a free place."""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from desk import line
from desk.bookings import Bookings
from desk.waitlist import Waitlist
from models import Appointment, WaitlistEntry
from scheduling.errors import Refusal
from tests.desk.busy import BusyHospital

MINUTE = timedelta(minutes=1)


class Queueing(RuleBasedStateMachine):
    """Two mornings of one department; five people book, wait, answer, cancel, leave."""

    url = ""

    def __init__(self):
        super().__init__()
        self.hospital = BusyHospital(f"{self.url}{next(self.numbers)}")
        self.department = self.hospital.department()
        self.slots = [
            self.hospital.slot(n, hour=hour, department=self.department)
            for n, hour in ((1, 8), (2, 9))
        ]
        self.wish = self.hospital.wish(self.department)
        self.people = self.hospital.patients(5)
        full = ((0, self.slots[0]), (1, self.slots[1]), (2, self.slots[1]))
        self.known = [(n, self.hospital.book(*self.placed(n, slot))) for n, slot in full]

    def placed(self, person, slot):
        openid, patient = self.people[person]
        return openid, slot, patient

    def act(self, person, do):
        openid, patient = self.people[person]
        try:
            with self.hospital.work(openid) as work:
                return do(work, patient)
        except Refusal:
            return None

    @rule(person=st.integers(0, 4), slot=st.integers(0, 1))
    def hold(self, person, slot):
        view = self.act(person, lambda w, who: Bookings(w).hold(self.slots[slot], who))
        if view is not None:
            self.known.append((person, view.id))

    @rule(person=st.integers(0, 4))
    def join(self, person):
        self.act(person, lambda work, who: Waitlist(work).join(self.wish, who))

    @rule(person=st.integers(0, 4), act=st.sampled_from(["confirm", "release"]))
    def answer(self, person, act):
        for view in self.act(person, lambda work, _: Waitlist(work).mine()) or ():
            if view.offer is not None:
                self.act(person, lambda w, _, v=view: getattr(Bookings(w), act)(v.offer))
                self.known.append((person, view.offer))

    @rule(person=st.integers(0, 4))
    def leave(self, person):
        for view in self.act(person, lambda work, _: Waitlist(work).mine()) or ():
            self.act(person, lambda w, _, v=view: Waitlist(w).leave(v.id))

    @precondition(lambda self: self.known)
    @rule(
        which=st.integers(0, 1000),
        act=st.sampled_from(["confirm", "confirm", "release", "cancel", "cancel"]),
    )
    def change(self, which, act):
        person, appointment = self.known[which % len(self.known)]
        self.act(person, lambda work, _: getattr(Bookings(work), act)(appointment))

    @rule(minutes=st.sampled_from([3, 40]))
    def wait(self, minutes):
        self.hospital.now += minutes * MINUTE
        held = self.hospital.rows(Appointment.id, Appointment.status == "held")
        for appointment in held:
            with self.hospital.bookings() as desk:
                desk.expire(appointment)

    @invariant()
    def the_books_balance(self):
        for slot, capacity in zip(self.slots, (1, 2), strict=True):
            said, active = self.hospital.stock(slot)
            assert 0 <= said == active <= capacity

    @invariant()
    def nobody_waits_beside_a_free_place_that_was_never_offered_to_them(self):
        for slot, capacity in zip(self.slots, (1, 2), strict=True):
            if self.hospital.stock(slot)[0] == capacity:
                continue
            had_it = set(self.hospital.rows(Appointment.waitlist_id, Appointment.slot_id == slot))
            waiting = self.hospital.rows(
                WaitlistEntry.id,
                WaitlistEntry.state == "waiting",
                WaitlistEntry.skipped_why.is_(None),
            )
            assert set(waiting) <= had_it

    @invariant()
    def an_offered_turn_has_one_place_held_for_it(self):
        offered = self.hospital.rows(WaitlistEntry.id, WaitlistEntry.state == "offered")
        held = Appointment.status == "held", Appointment.waitlist_id.is_not(None)
        assert sorted(self.hospital.rows(Appointment.waitlist_id, *held)) == sorted(offered)

    def teardown(self):
        self.hospital.close()


@pytest.fixture
def machine(tmp_path):
    Queueing.url = f"sqlite:///{tmp_path}/queue"
    Queueing.numbers = iter(range(1_000_000))
    return Queueing


def test_whatever_people_do_the_line_is_kept(machine):
    case = machine.TestCase
    case.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
    case().runTest()


@pytest.mark.parametrize("end", [("answer", 3, "release"), ("wait", 40)])
def test_what_came_back_while_an_offer_stood_is_offered_when_it_ends(machine, end):
    """What chance found: one place is offered, another one comes back, the offer ends."""
    day = machine()
    day.join(3)
    day.change(1, "cancel")
    day.change(0, "cancel")
    act, *how = end
    getattr(day, act)(*how)
    day.nobody_waits_beside_a_free_place_that_was_never_offered_to_them()
    day.an_offered_turn_has_one_place_held_for_it()
    day.teardown()


def test_control_the_line_shows_a_place_that_is_released_first(machine, monkeypatch):
    monkeypatch.setattr(line, "hand_over", lambda work, slots: [])
    day = machine()
    day.join(3)
    day.change(0, "cancel")
    with pytest.raises(AssertionError):
        day.nobody_waits_beside_a_free_place_that_was_never_offered_to_them()
    day.teardown()
