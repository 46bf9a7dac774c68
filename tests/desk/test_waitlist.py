"""Who waits for a place gets it the moment somebody else gives it back, in order."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import func, select, update

from desk import line, waitlist
from desk.bookings import Bookings
from desk.prompts import Prompts
from desk.waitlist import Waitlist
from desk.work import Actor
from models import Appointment, Department, Job, Outbox, PatientLink, Prompt, Slot, WaitlistEntry
from scheduling.errors import (
    AgeOrSexUnfit,
    AlreadyWaiting,
    HoldExpired,
    NothingToWaitFor,
    NotYourPatient,
    PlacesLeft,
    Refusal,
    SameHalfDay,
    SlotTaken,
    Unavailable,
    WaitlistClosed,
    WaitlistLimit,
)
from scheduling.policy import Policy
from scheduling.types import Need
from scheduling.waiting import Wish
from tests.desk.hospital import NOW, SHANGHAI, Hospital

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class Clinic(Hospital):
    """A hospital in which people wait."""

    def wish(self, department, day=1, days=1, half="am"):
        with self.engine.connect() as conn:
            code = conn.scalar(select(Department.code).where(Department.id == department))
        first = NOW.date() + day * DAY
        return Wish(code, None, first, first + (days - 1) * DAY, half if days == 1 else "")

    def join(self, openid, patient, wish, words=""):
        with self.work(openid) as work:
            return Waitlist(work).join(wish, patient, words)

    def answer(self, openid, act):
        (view,) = self.waits(openid)
        with self.bookings(openid) as desk:
            return getattr(desk, act)(view.offer)

    def waits(self, openid):
        with self.work(openid) as work:
            return Waitlist(work).mine()

    def cancel(self, openid, appointment):
        with self.bookings(openid) as desk:
            desk.cancel(appointment)

    def states(self):
        with self.engine.connect() as conn:
            return list(conn.scalars(select(WaitlistEntry.state).order_by(WaitlistEntry.id)))

    def rows(self, column, *where):
        with self.engine.connect() as conn:
            return list(conn.scalars(select(column).where(*where)))


@pytest.fixture
def hospital(database_url):
    hospital = Clinic(database_url)
    yield hospital
    hospital.close()


@pytest.fixture
def small(sqlite_url):
    hospital = Clinic(sqlite_url)
    yield hospital
    hospital.close()


def full_morning(hospital, waiting=2, **more):
    """A slot with one place, who has it, and who waits for it."""
    department = hospital.department()
    slot = hospital.slot(department=department, **more)
    owner, patient = hospital.patient()
    theirs = hospital.book(owner, slot, patient)
    people = hospital.patients(waiting)
    wish = hospital.wish(department, more.get("day", 1))
    for openid, who in people:
        hospital.join(openid, who, wish)
    return slot, (owner, theirs), people


def offer_of(hospital, openid):
    (view,) = hospital.waits(openid)
    return view.offer


# -- the hand-over


def test_the_first_in_line_is_offered_the_place_and_takes_it(hospital):
    slot, (owner, theirs), (first, second) = full_morning(hospital)

    hospital.cancel(owner, theirs)

    assert hospital.states() == ["offered", "waiting"]
    assert hospital.stock(slot) == (1, 1), "the place was never free"
    stranger, patient = hospital.patient()
    with pytest.raises(SlotTaken):
        hospital.book(stranger, slot, patient)
    (view,) = hospital.waits(first[0])
    assert view.offer_until == (NOW + 30 * MINUTE).astimezone(SHANGHAI)
    with hospital.bookings(first[0]) as desk:
        assert desk.confirm(view.offer).status == "booked"
    with hospital.bookings(first[0]) as desk:
        assert desk.confirm(view.offer).status == "booked", "saying it twice changes nothing"
    assert hospital.states() == ["done", "waiting"]
    assert hospital.stock(slot) == (1, 1)
    assert hospital.waits(second[0])[0].line.position == 1


def test_a_notice_asks_the_question_until_the_offer_ends(hospital):
    _, (owner, theirs), (first, _) = full_morning(hospital)

    hospital.cancel(owner, theirs)

    with hospital.engine.connect() as conn:
        asked = conn.execute(select(Outbox.kind, Outbox.prompt_id).where(Outbox.kind == "offer"))
        ((_, prompt),) = asked.all()
        deadline = conn.scalar(select(Prompt.deadline_at).where(Prompt.id == prompt))
        assert deadline == NOW + 30 * MINUTE
    hospital.answer(first[0], "confirm")
    assert hospital.rows(Outbox.state, Outbox.kind == "offer") == ["void"]
    assert hospital.rows(Prompt.state, Prompt.kind == "offer") == ["void"]


def test_who_declines_waits_on_and_is_not_offered_the_same_place_again(hospital):
    slot, (owner, theirs), (first, second) = full_morning(hospital)
    hospital.cancel(owner, theirs)

    hospital.answer(first[0], "release")

    assert hospital.states() == ["waiting", "offered"]
    hospital.answer(second[0], "release")
    assert hospital.states() == ["waiting", "waiting"]
    assert hospital.stock(slot) == (0, 0), "nobody in line wants it: everybody may have it"
    stranger, patient = hospital.patient()
    hospital.book(stranger, slot, patient)


def test_silence_passes_the_place_on_and_a_late_yes_is_told_so(hospital):
    slot, (owner, theirs), (first, second) = full_morning(hospital)
    hospital.cancel(owner, theirs)
    offer = offer_of(hospital, first[0])

    hospital.now = NOW + 30 * MINUTE
    with hospital.bookings() as desk:
        desk.expire(offer)

    assert hospital.states() == ["waiting", "offered"]
    assert hospital.stock(slot) == (1, 1)
    with hospital.bookings(first[0]) as desk, pytest.raises(HoldExpired):
        desk.confirm(offer)
    assert hospital.waits(second[0])[0].offer_until == (NOW + 60 * MINUTE).astimezone(SHANGHAI)


def test_nobody_waits_for_the_job_who_asks_finds_the_offer_over_and_the_next_has_it(hospital):
    slot, (owner, theirs), (_, second) = full_morning(hospital)
    hospital.cancel(owner, theirs)
    hospital.now = NOW + 30 * MINUTE
    stranger, patient = hospital.patient()

    with hospital.bookings(stranger) as desk, pytest.raises(SlotTaken):
        desk.hold(slot, patient)

    assert hospital.states() == ["waiting", "offered"]
    assert offer_of(hospital, second[0]) is not None
    assert hospital.stock(slot) == (1, 1)


def test_who_says_nothing_twice_is_taken_off_the_list(small):
    department = small.department()
    slots = [small.slot(department=department, hour=hour) for hour in (8, 9)]
    owners = []
    for slot in slots:
        owner, patient = small.patient()
        owners.append((owner, small.book(owner, slot, patient)))
    openid, patient = small.patient()
    small.join(openid, patient, small.wish(department))
    for owner, theirs in owners:
        small.cancel(owner, theirs)
        offer = offer_of(small, openid)
        small.now += 30 * MINUTE
        with small.bookings() as desk:
            desk.expire(offer)
    assert small.states() == ["closed"]
    assert small.waits(openid) == []


def test_a_place_left_by_moving_away_goes_to_the_line(hospital):
    slot, (owner, theirs), (first, _) = full_morning(hospital)
    elsewhere = hospital.slot()

    with hospital.bookings(owner) as desk:
        desk.move(theirs, elsewhere)

    assert hospital.states()[0] == "offered"
    assert hospital.stock(slot) == (1, 1) == hospital.stock(elsewhere)
    assert offer_of(hospital, first[0]) is not None


def test_a_hold_that_ends_goes_to_the_line_whoever_reclaims_it(hospital):
    department = hospital.department()
    slot = hospital.slot(department=department)
    holder, patient = hospital.patient()
    with hospital.bookings(holder) as desk:
        desk.hold(slot, patient)
    first, who = hospital.patient()
    hospital.join(first, who, hospital.wish(department))
    hospital.now = NOW + 5 * MINUTE

    with hospital.bookings(first) as desk:
        offered = desk.hold(slot, who)

    assert offered.id == offer_of(hospital, first), "asking for it directly is the same turn"
    with hospital.bookings(first) as desk:
        desk.confirm(offered.id)
    assert hospital.states() == ["done"]


def test_an_older_hold_that_is_given_back_goes_to_the_line(small):
    department = small.department()
    slot, other = small.slot(department=department), small.slot()
    holder, patient = small.patient()
    with small.bookings(holder) as desk:
        desk.hold(slot, patient)
    first, who = small.patient()
    small.join(first, who, small.wish(department))

    with small.bookings(holder) as desk:
        desk.hold(other, patient)

    assert offer_of(small, first) is not None
    assert small.stock(slot) == (1, 1)


def test_her_own_hold_elsewhere_does_not_give_the_offer_back(small):
    slot, (owner, theirs), (first, _) = full_morning(small)
    small.cancel(owner, theirs)
    offer = offer_of(small, first[0])
    elsewhere = small.slot(hour=14)

    with small.bookings(first[0]) as desk:
        desk.hold(elsewhere, first[1])

    assert offer_of(small, first[0]) == offer
    assert small.stock(slot) == (1, 1) == small.stock(elsewhere)


def test_an_offer_is_not_made_longer_by_asking_again(small):
    slot, (owner, theirs), (first, _) = full_morning(small)
    small.cancel(owner, theirs)
    small.now = NOW + 20 * MINUTE

    with small.bookings(first[0]) as desk:
        again = desk.hold(slot, first[1])

    assert again.held_until == (NOW + 30 * MINUTE).astimezone(SHANGHAI)


def test_the_window_gives_back_to_the_line_too(small):
    slot, (_, theirs), (first, _) = full_morning(small)

    with small.work(Actor("window", name="desk")) as work:
        Bookings(work).cancel(theirs)

    assert offer_of(small, first[0]) is not None
    assert small.rows(Slot.chat_booked, Slot.id == slot) == [1]


def test_a_place_that_the_window_had_is_not_the_chats(small):
    department = small.department()
    slot = small.slot(2, department=department, chat=1)
    owner, patient = small.patient()
    small.book(owner, slot, patient)
    _, other = small.patient()
    with small.work(Actor("window")) as work:
        taken = Bookings(work).confirm(Bookings(work).hold(slot, other).id)
    first, who = small.patient()
    small.join(first, who, small.wish(department))

    with small.work(Actor("window")) as work:
        Bookings(work).cancel(taken.id)

    assert offer_of(small, first) is None
    assert small.states() == ["waiting"]


# -- who may stand in line, and for what


def test_nobody_waits_for_what_can_be_booked_or_does_not_exist(small):
    department = small.department()
    small.slot(department=department)
    openid, patient = small.patient()
    with pytest.raises(PlacesLeft):
        small.join(openid, patient, small.wish(department))
    with pytest.raises(NothingToWaitFor):
        small.join(openid, patient, small.wish(department, day=3))
    assert small.states() == []


def test_the_list_closes_the_evening_before(small):
    _, (owner, theirs), _ = full_morning(small, waiting=1)
    eve = datetime(2026, 11, 24, 21, tzinfo=SHANGHAI)
    late, patient = small.patient()
    department = small.rows(WaitlistEntry.department_id)[0]

    small.now = eve
    with pytest.raises(WaitlistClosed) as refused:
        small.join(late, patient, small.wish(department))
    assert refused.value.facts == {"closed_at": eve}
    small.cancel(owner, theirs)
    assert small.states() == ["waiting"], "nobody is woken for tomorrow morning"
    with small.work() as work:
        assert Waitlist(work).close(1) is None
    assert small.states() == ["closed"]
    assert small.rows(Outbox.kind, Outbox.kind == "waitlist_over") == ["waitlist_over"]


def test_an_offer_of_the_night_lives_until_the_morning(small):
    _, (owner, theirs), (first, _) = full_morning(small, day=2)
    small.now = datetime(2026, 11, 24, 23, 15, tzinfo=SHANGHAI)

    small.cancel(owner, theirs)

    until = datetime(2026, 11, 25, 8, tzinfo=SHANGHAI)
    assert small.waits(first[0])[0].offer_until == until


def test_the_same_turn_twice_is_one(small):
    _, _, ((openid, patient), _) = full_morning(small)
    department = small.rows(WaitlistEntry.department_id)[0]

    again = small.join(openid, patient, small.wish(department))

    assert again.line.position == 1
    assert small.states() == ["waiting", "waiting"]


@pytest.mark.parametrize(
    ("state", "refusal"), [("verified", AlreadyWaiting), ("pending", Unavailable)]
)
def test_the_same_line_by_another_of_the_family_is_refused_as_far_as_she_may_know(
    small, state, refusal
):
    _, _, ((_, patient), _) = full_morning(small)
    sister, _ = small.patient()
    small.link(sister, patient, state)
    wish = small.wish(small.rows(WaitlistEntry.department_id)[0])
    with pytest.raises(refusal):
        small.join(sister, patient, wish)
    assert small.states() == ["waiting", "waiting"]


def test_only_so_many_lines_for_one_patient(small):
    openid, patient = small.patient()
    departments = []
    for _ in range(4):
        department = small.department()
        departments.append(department)
        owner, other = small.patient()
        small.book(owner, small.slot(department=department), other)
    for department in departments[:3]:
        small.join(openid, patient, small.wish(department))
    with pytest.raises(WaitlistLimit) as refused:
        small.join(openid, patient, small.wish(departments[3]))
    assert refused.value.facts == {"limit": 3}


def test_who_could_not_take_any_of_the_places_is_told_why_at_once(small):
    department = small.department(sex="m", name="男科")
    openid, patient = small.patient()
    owner, other = small.patient(sex="m")
    small.book(owner, small.slot(department=department), other)
    with pytest.raises(AgeOrSexUnfit):
        small.join(openid, patient, small.wish(department))
    home = small.department()
    small.book(openid, small.slot(department=home), patient)
    with pytest.raises(SameHalfDay):
        small.join(openid, patient, small.wish(home))


def test_a_stranger_cannot_put_her_in_line(small):
    _, _, ((_, patient), _) = full_morning(small)
    department = small.rows(WaitlistEntry.department_id)[0]
    with pytest.raises(NotYourPatient):
        small.join(small.patient()[0], patient, small.wish(department, days=3))


def test_who_cannot_take_a_place_is_passed_over_and_can_read_why(hospital):
    slot, (owner, theirs), (first, second) = full_morning(hospital)
    hospital.book(first[0], hospital.slot(hour=9), first[1])  # elsewhere at that time

    hospital.cancel(owner, theirs)

    assert hospital.states() == ["waiting", "offered"]
    (view,) = hospital.waits(first[0])
    assert (view.skipped, view.offer) == ("Overlapping", None)
    assert offer_of(hospital, second[0]) is not None
    assert hospital.stock(slot) == (1, 1)


def test_who_no_longer_speaks_for_the_patient_is_not_asked(small):
    _, (owner, theirs), (first, second) = full_morning(small)
    with small.engine.begin() as conn:
        conn.execute(
            update(PatientLink).where(PatientLink.patient_id == first[1]).values(state="removed")
        )

    small.cancel(owner, theirs)

    assert small.states() == ["left", "offered"]
    assert offer_of(small, second[0]) is not None


def test_anybody_of_the_department_this_week(small):
    department = small.department()
    slots = [small.slot(department=department, day=day) for day in (1, 3)]
    owners = []
    for slot in slots:
        owner, patient = small.patient()
        owners.append((owner, small.book(owner, slot, patient)))
    openid, patient = small.patient()
    small.join(openid, patient, small.wish(department, days=7), "头晕三天")

    small.cancel(*owners[1])

    assert offer_of(small, openid) is not None
    view = small.answer(openid, "confirm")
    assert view.opening.slot == slots[1]
    with small.engine.connect() as conn:
        sealed = conn.scalar(select(Appointment.words_enc).where(Appointment.id == view.id))
    assert small.vault.open(sealed) == "头晕三天"


def test_who_books_such_a_place_herself_need_not_wait_any_more(small):
    department = small.department()
    owner, patient = small.patient()
    small.book(owner, small.slot(department=department), patient)
    openid, who = small.patient()
    small.join(openid, who, small.wish(department))
    fresh = small.slot(department=department, hour=10)

    small.book(openid, fresh, who)

    assert small.states() == ["done"]


def test_leaving_the_line_hands_on_what_was_held(hospital):
    _, (owner, theirs), (first, second) = full_morning(hospital)
    hospital.cancel(owner, theirs)
    (view,) = hospital.waits(first[0])

    with hospital.work(first[0]) as work:
        Waitlist(work).leave(view.id)

    assert hospital.states() == ["left", "offered"]
    (theirs,) = hospital.waits(second[0])
    with hospital.work(first[0]) as work:
        Waitlist(work).leave(theirs.id)
    assert hospital.states() == ["left", "offered"]


def test_new_places_of_the_roster_go_to_the_line(hospital):
    slot, _, _ = full_morning(hospital)
    with hospital.work(Actor("window")) as work:
        more = {"capacity": 2, "chat_capacity": 2}
        work.conn.execute(update(Slot).where(Slot.id == slot).values(more))
        line.serve(work)

    assert hospital.states() == ["offered", "waiting"]
    assert hospital.stock(slot) == (2, 2)


def test_who_joins_while_a_place_comes_back_is_served_a_moment_later(small):
    slot, _, _ = full_morning(small, waiting=0)
    openid, patient = small.patient()
    department = small.rows(Slot.department_id)[0]
    view = small.join(openid, patient, small.wish(department))
    # The place came back in a transaction that could not see her yet.
    with small.engine.begin() as conn:
        conn.execute(update(Slot).where(Slot.id == slot).values(booked=0, chat_booked=0))
        conn.execute(update(Appointment).values(status="cancelled"))
    job = Job.kind == waitlist.SERVE
    assert small.rows(Job.due_at, job) == [NOW + timedelta(seconds=10)]

    with small.work() as work:
        Waitlist(work).serve(view.id)

    assert offer_of(small, openid) is not None


# -- what is told


def test_position_counts_everybody_who_may_be_served_first(small):
    _, _, (first, second) = full_morning(small)
    department = small.rows(WaitlistEntry.department_id)[0]
    third, patient = small.patient()
    view = small.join(third, patient, small.wish(department, days=7))
    assert view.line.position == 3
    assert [small.waits(o)[0].line.position for o, _ in (first, second)] == [1, 2]
    assert view.line.history is None


def test_the_chance_is_what_came_back_before_and_nothing_where_little_is_known(small):
    department = small.department()
    owner, patient = small.patient()
    small.book(owner, small.slot(department=department, day=1), patient)
    openid, who = small.patient()
    assert small.join(openid, who, small.wish(department)).line.history is None
    for day in range(-9, 0):
        slot = small.slot(4, department=department, day=day)
        for _ in range(2 if day % 3 else 0):
            gone(small, slot)
    (view,) = small.waits(openid)
    history = view.line.history
    assert (history.shifts, history.enough) == (9, 6)


def gone(hospital, slot):
    """A visit of the past that was cancelled two days before."""
    with hospital.engine.connect() as conn:
        starts_at = conn.scalar(select(Slot.starts_at).where(Slot.id == slot))
    openid, patient = hospital.patient()
    kept, hospital.now = hospital.now, starts_at - 2 * DAY
    hospital.cancel(openid, hospital.book(openid, slot, patient))
    hospital.now = kept


def test_the_lines_one_can_stand_in_are_the_full_ones(small):
    department = small.department()
    for hour, day in ((9, 1), (14, 1), (9, 3)):
        slot = small.slot(department=department, hour=hour, day=day)
        if (hour, day) != (14, 1):
            owner, patient = small.patient()
            small.book(owner, slot, patient)
    soon, later = small.wish(department), small.wish(department, 3)
    friday = datetime(2026, 11, 27, tzinfo=SHANGHAI)

    def lines(*when):
        with small.work() as work:
            need = Need(departments=((soon.department, 1.0),), when=when)
            return [one.wish for one in Waitlist(work).lines(need)]

    assert lines() == [soon, later]
    assert lines((friday, friday + DAY)) == [later, small.wish(department, 3, days=7)]


# -- places that come back later


LATER = Policy(returns_after=timedelta(hours=1), returns_before=timedelta(hours=2))


def test_a_cancelled_place_comes_back_at_a_time_nobody_can_foresee(small):
    small.policy = LATER
    department = small.department()
    slot = small.slot(department=department)
    owner, patient = small.patient()
    theirs = small.book(owner, slot, patient)
    with small.work(owner) as work:
        Bookings(replace(work, dice=random.Random(5))).cancel(theirs)
    friend, other = small.patient()

    with pytest.raises(SlotTaken):
        small.book(friend, slot, other)

    (due_at,) = small.rows(Job.due_at, Job.kind == line.RETURN)
    (payload,) = small.rows(Job.payload, Job.kind == line.RETURN)
    assert NOW + timedelta(hours=1) < due_at < NOW + timedelta(hours=2)
    assert due_at == NOW + timedelta(hours=1 + random.Random(5).random())
    assert payload == f'{{"slot": {slot}, "channel": "chat", "quota": ""}}'
    with small.work() as work:
        line.returned(work, slot, "chat")
    assert small.stock(slot) == (0, 0)
    small.book(friend, slot, other)


def test_who_waits_is_served_at_once_and_the_later_place_goes_to_the_line_too(small):
    small.policy = LATER
    _, (owner, theirs), (first, _) = full_morning(small)
    small.cancel(owner, theirs)
    assert offer_of(small, first[0]) is not None
    assert small.rows(func.count(Job.id), Job.kind == line.RETURN) == [0]


def test_at_the_window_and_shortly_before_the_visit_it_comes_back_at_once(small):
    small.policy = LATER
    slot = small.slot()
    owner, patient = small.patient()
    theirs = small.book(owner, slot, patient)
    with small.work(Actor("window")) as work:
        Bookings(work).cancel(theirs)
    assert small.stock(slot) == (0, 0)
    soon = small.slot(day=0, hour=11)
    theirs = small.book(owner, soon, patient)
    small.cancel(owner, theirs)
    assert small.stock(soon) == (0, 0)


def test_the_question_of_an_offer_waits_for_the_account_once_it_is_delivered(small):
    _, (owner, theirs), (first, _) = full_morning(small)
    small.cancel(owner, theirs)
    with small.engine.begin() as conn:
        conn.execute(update(Prompt).values(delivered_at=NOW))
    offer = offer_of(small, first[0])
    with small.work(first[0]) as work:
        (prompt,) = Prompts(work).waiting()
    assert (prompt.kind, prompt.facts) == ("offer", {"appointment": offer})


# -- whatever happens, in whatever order


class Queueing(RuleBasedStateMachine):
    """Two mornings of one department; five people book, wait, answer, cancel, leave."""

    url = ""

    def __init__(self):
        super().__init__()
        self.hospital = Clinic(f"{self.url}{next(self.numbers)}")
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


def test_control_the_line_shows_a_place_that_is_released_first(machine, monkeypatch):
    monkeypatch.setattr(line, "hand_over", lambda work, slots: [])
    day = machine()
    day.join(3)
    day.change(0, "cancel")
    with pytest.raises(AssertionError):
        day.nobody_waits_beside_a_free_place_that_was_never_offered_to_them()
    day.teardown()
