"""「还要等多久」: what the desk tells, and when it rather says nothing."""

import pytest
from sqlalchemy import event

from desk import standing, tickets
from desk.day_of_visit import Visits
from models import Ticket
from tests.desk.visit_day import MINUTE


@pytest.fixture
def day(small_day):
    return small_day


def _opened(day, visits, minutes=6):
    """A room in which some visits of so many minutes are over; returns its shift and slot."""
    shift, slot = day.room(60)
    day.come(slot, visits + 1)
    day.now += 60 * MINUTE
    for _ in range(visits):
        day.call(shift)
        day.now += minutes * MINUTE
    return shift, slot


def _stands(day, ticket):
    with day.work() as work:
        return standing.of_ticket(work, ticket)


def test_a_range_is_told_as_soon_as_the_first_visits_are_over(day):
    shift, slot = _opened(day, 4)
    [waiting] = day.come(slot)
    assert (_stands(day, waiting.id).ahead, _stands(day, waiting.id).wait) == (1, None)

    for _ in range(2):
        day.call(shift)
        day.now += 6 * MINUTE
    *_, last = day.come(slot, 4)

    told = _stands(day, last.id)
    assert told.ahead == 3
    assert 0 < told.wait.low < 3 * 6 + 3 < told.wait.high < 60


def test_what_is_told_at_check_in_is_kept_to_be_held_against_what_came(day):
    _, slot = _opened(day, 6)
    openid, appointment = day.booked(slot)
    with day.work(openid) as work:
        told = Visits(work).check_in(appointment).wait
    kept = Ticket.appointment_id == appointment
    assert day.rows(Ticket.told_low, kept) == [pytest.approx(told.low)]
    assert day.rows(Ticket.told_mean, kept) == [pytest.approx(told.mean)]

    day.now += 5 * MINUTE
    with day.work(openid) as work:
        Visits(work).check_in(appointment)
    assert day.rows(Ticket.told_mean, kept) == [pytest.approx(told.mean)], "what was said stays"


def test_who_stands_further_behind_is_told_more_and_when_to_be_back(day):
    shift, slot = _opened(day, 6)
    views = day.come(slot, 12)
    day.call(shift)

    told = [_stands(day, view.id) for view in views]

    means = [one.wait.mean for one in told]
    assert means == sorted(means)
    assert told[0].back_at is None, "two people ahead: let her stay"
    back = told[-1].back_at
    assert day.now + 15 * MINUTE < back < day.now + told[-1].wait.mean * MINUTE


def test_before_the_doctor_begins_those_seen_before_must_say_it(day):
    ward = day.department()
    morning, slot = day.room(20, ward=ward)
    _, elsewhere = day.room(20, hour=13)
    _, afternoon = day.room(20, hour=13, ward=ward)
    day.come(slot, 7)
    day.now += 60 * MINUTE
    for _ in range(7):
        day.call(morning)
        day.now += 6 * MINUTE

    *_, here = day.come(afternoon, 3)
    *_, there = day.come(elsewhere, 3)

    assert _stands(day, there.id).wait is None, "nobody has ever been seen there"
    until_one = (13 - 9) * 60 - 60 - 7 * 6
    assert _stands(day, here.id).wait.low > until_one
    assert _stands(day, here.id).wait.high < until_one + 60


def test_a_doctor_who_is_late_and_silent_is_no_ground_for_a_number(day):
    shift, slot = _opened(day, 6)
    [waiting] = day.come(slot)
    day.act("delay", shift, day.now + 20 * MINUTE)

    late = _stands(day, waiting.id)
    day.now += 40 * MINUTE
    silent = _stands(day, waiting.id)

    assert late.wait.low >= 20
    assert silent.wait is None


def test_nobody_waits_for_who_was_called_and_who_is_out_keeps_her_estimate(day):
    _, slot = _opened(day, 6)
    openid, appointment = day.booked(slot)
    day.come(slot, 8)
    mine = day.check_in(openid, appointment)
    day.leave(openid, mine.id)

    out = _stands(day, mine.id)

    assert (out.ahead, out.wait) == (None, None)
    assert out.back_at > day.now + 15 * MINUTE


def test_an_empty_room_and_a_visit_with_results_tell_nothing_of_how_long_visits_take(day):
    shift, slot = day.room(20)
    openid, appointment = day.booked(slot)
    mine = day.check_in(openid, appointment)
    day.now += 60 * MINUTE
    day.call(shift)
    day.now += 45 * MINUTE
    day.come(slot)
    day.call(shift)
    assert day.calling(shift).visits == 0, "nobody knows when she left"

    day.now += 5 * MINUTE
    day.act("send_for_results", shift)
    assert day.calling(shift).visits == 1
    [sent] = day.rows(Ticket.id, Ticket.state == "results")
    assert sent != mine.id
    with day.work() as work:
        tickets.come_back(work, sent)
    day.call(shift)
    day.now += 2 * MINUTE
    day.act("finish", shift)

    assert day.calling(shift).visits == 1


def test_as_many_queries_for_many_tickets_as_for_few(day):
    _, slot = _opened(day, 6)
    openid, appointment = day.booked(slot)
    day.check_in(openid, appointment)

    def queries():
        seen = []
        listener = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(day.engine, "before_cursor_execute", listener)
        with day.standing(openid) as (mine,):
            assert mine.wait is not None
        event.remove(day.engine, "before_cursor_execute", listener)
        return len(seen)

    few = queries()
    day.come(slot, 30)
    assert queries() == few
