"""What comes back while somebody in line thinks about another place is not forgotten."""

from datetime import timedelta

import pytest

from desk.waitlist import SERVE, Waitlist
from models import Appointment, Job
from tests.desk.busy import offer_of
from tests.desk.test_suspensions import nurse, suspend

MINUTE = timedelta(minutes=1)


@pytest.fixture
def hospital(busy):
    return busy


@pytest.fixture
def small(small_busy):
    return small_busy


def two_full(hospital):
    """Two places of one morning, both taken: who has them, and who waits for either."""
    department = hospital.department()
    slots = [hospital.slot(department=department, hour=hour) for hour in (8, 9)]
    owners = [
        (openid, hospital.book(openid, slot, patient))
        for slot, (openid, patient) in zip(slots, hospital.patients(2), strict=True)
    ]
    zhang, patient = hospital.patient()
    hospital.join(zhang, patient, hospital.wish(department))
    return slots, owners, zhang


def runs_out(hospital, openid):
    offer = offer_of(hospital, openid)
    hospital.now += 30 * MINUTE
    with hospital.bookings() as desk:
        desk.expire(offer)


def stranger_asks_when_it_has_run_out(hospital, openid):
    """Nobody has run the job: who asks for the place that was offered ends the offer."""
    slot = hospital.rows(Appointment.slot_id, Appointment.id == offer_of(hospital, openid))[0]
    hospital.now += 30 * MINUTE
    stranger, patient = hospital.patient()
    hospital.book(stranger, slot, patient)


@pytest.mark.parametrize(
    "ends",
    [
        lambda hospital, openid: hospital.answer(openid, "release"),
        lambda hospital, openid: hospital.answer(openid, "cancel"),
        runs_out,
        stranger_asks_when_it_has_run_out,
    ],
    ids=["declined", "cancelled", "silent", "reclaimed"],
)
def test_what_came_back_while_she_thought_it_over_is_offered_when_she_does_not_take_it(
    hospital, ends
):
    (early, _), (first, second), zhang = two_full(hospital)
    hospital.cancel(*second)
    hospital.cancel(*first)
    assert hospital.stock(early) == (0, 0), (
        "she is asked one thing at a time, and nobody else waits"
    )

    ends(hospital, zhang)

    offer = offer_of(hospital, zhang)
    assert hospital.rows(Appointment.slot_id, Appointment.id == offer) == [early]
    assert hospital.stock(early) == (1, 1)


def test_who_leaves_the_line_is_not_offered_what_came_back_meanwhile(small):
    (early, late), (first, second), zhang = two_full(small)
    small.cancel(*second)
    small.cancel(*first)
    (view,) = small.waits(zhang)

    with small.work(zhang) as work:
        Waitlist(work).leave(view.id)

    assert small.states() == ["left"]
    assert small.stock(early) == (0, 0) == small.stock(late)


def test_whose_offer_is_suspended_is_offered_what_came_back_a_moment_later(small):
    (early, late), (first, second), zhang = two_full(small)
    small.cancel(*second)
    small.cancel(*first)
    small.now += MINUTE
    suspend(small, nurse(small), late)
    assert small.states() == ["waiting"]
    (view,) = small.waits(zhang)
    assert small.now + timedelta(seconds=10) in small.rows(Job.due_at, Job.kind == SERVE)

    with small.work() as work:
        Waitlist(work).serve(view.id)

    assert small.stock(early) == (1, 1)
    assert offer_of(small, zhang) is not None


def test_whose_offer_ran_out_and_asks_for_a_place_herself_has_the_one_she_asks_for(small):
    department = small.department()
    slots = [small.slot(department=department, hour=hour) for hour in (8, 9, 10)]
    taken = [
        (openid, small.book(openid, slot, patient))
        for slot, (openid, patient) in zip(slots, small.patients(3), strict=True)
    ]
    zhang, patient = small.patient()
    small.join(zhang, patient, small.wish(department))
    for one in taken:
        small.cancel(*one)
    small.now += 30 * MINUTE

    small.book(zhang, slots[2], patient)

    assert [small.stock(slot) for slot in slots] == [(0, 0), (0, 0), (1, 1)]
    assert small.states() == ["done"]
