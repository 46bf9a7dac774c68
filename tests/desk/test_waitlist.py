"""Who waits for a place gets it the moment somebody else gives it back, in order."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from desk import line
from desk.bookings import Bookings
from desk.prompts import Prompts
from desk.work import Actor
from models import Job, Outbox, Prompt, Slot
from scheduling.errors import HoldExpired, SlotTaken
from scheduling.policy import Policy
from tests.desk.busy import full_morning, offer_of
from tests.desk.hospital import NOW, SHANGHAI

MINUTE = timedelta(minutes=1)


@pytest.fixture
def hospital(busy):
    return busy


@pytest.fixture
def small(small_busy):
    return small_busy


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
