"""Who is called next: what hospitals print on the wall, and that nobody waits for ever."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.disciplines import (
    EMERGENCY,
    FIRST,
    KINDS,
    LANES,
    MISSED,
    RETURN,
    Discipline,
    read_discipline,
)
from scheduling.queueing import TRANSITIONS, Waiting, line, next_up

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PATTERN = Discipline(cap_minutes=None)


def at(minutes: float) -> datetime:
    """Minutes after ten o'clock."""
    return NOW + minutes * MINUTE


def first(ticket: int, due: float, ready: float | None = None, **more) -> Waiting:
    return Waiting(ticket, FIRST, "", at(due), at(due - 10 if ready is None else ready), **more)


def back(ticket: int, lane: str, ready: float = -1, passes: int = 0) -> Waiting:
    return Waiting(ticket, lane, "", at(-60), at(ready), passes)


def order(waiting, called=(), discipline=PATTERN, now=NOW) -> list[int]:
    return [one.ticket for one in line(waiting, called, discipline, now)]


# -- what is printed


def test_two_first_visits_one_return_one_missed_call_and_again():
    waiting = [*(first(n, n) for n in range(1, 6)), back(11, RETURN), back(12, RETURN, 0)]
    waiting += [back(21, MISSED), back(22, MISSED, 0)]

    assert order(waiting) == [1, 2, 11, 21, 3, 4, 12, 22, 5]


def test_what_was_called_before_counts():
    waiting = [first(1, 1), first(2, 2), first(3, 3), back(11, RETURN), back(21, MISSED)]

    assert order(waiting, [FIRST])[:2] == [1, 11]
    assert order(waiting, [FIRST, FIRST])[:2] == [11, 21]
    assert order(waiting, [FIRST, FIRST, RETURN])[:2] == [21, 1]


def test_a_lane_without_anybody_is_passed_over_and_owes_nothing():
    waiting = [first(n, n) for n in range(1, 5)]
    called = [FIRST] * 5

    assert order(waiting, called) == [1, 2, 3, 4]
    assert order([*waiting, back(11, RETURN)], called)[0] == 11


def test_one_and_one_while_more_returns_than_first_visits_wait():
    returns = [back(n, RETURN, n) for n in range(-14, -10)]
    waiting = [first(1, 1), first(2, 2), first(3, 3), *returns]

    assert order(waiting)[:4] == [1, -14, 2, -13]
    assert order(waiting, discipline=replace(PATTERN, is_dynamic=False))[:4] == [1, 2, -14, 3]


def test_who_comes_early_does_not_overtake_and_who_is_late_for_the_slot_keeps_it():
    early, on_time = first(1, due=30, ready=-60), first(2, due=0, ready=-1)

    assert order([early, on_time]) == [2, 1]
    assert order([early, on_time, first(3, due=0, ready=20)]) == [2, 3, 1]


def test_of_one_lane_those_with_a_rank_go_before():
    soldier = replace(first(3, 20), rank="soldier")

    assert order([first(1, 0), first(2, 10), soldier]) == [3, 1, 2]


def test_a_missed_call_lets_three_others_pass_but_no_doctor_waits_for_it():
    others = [first(n, n) for n in range(1, 6)]

    assert order([*others, back(21, MISSED, passes=3)]) == [1, 2, 3, 21, 4, 5]
    assert order([first(1, 1), back(21, MISSED, passes=3)]) == [1, 21]


@pytest.mark.parametrize("kind", KINDS)
def test_an_emergency_stands_outside_every_discipline(kind):
    urgent = Waiting(9, MISSED, EMERGENCY, at(60), at(0), calls_to_pass=3)
    waiting = [replace(first(1, -200), rank="elder80"), back(11, RETURN), urgent]

    assert order(waiting, discipline=Discipline(kind=kind))[0] == 9


def test_by_appointment_then_arrival_returns_when_they_come_back():
    waiting = [first(1, -5), first(2, -5, ready=-30), back(11, RETURN, ready=-7), first(3, 0)]

    assert order(waiting, discipline=Discipline(kind="fifo")) == [11, 2, 1, 3]


def test_by_class_the_highest_rate_goes_first():
    elder = replace(first(4, 0), rank="elder80")
    waiting = [first(1, -30), back(11, RETURN), elder]

    assert order(waiting, discipline=Discipline(kind="priority")) == [4, 11, 1]


def test_credit_is_rate_times_waiting_time():
    elder = replace(first(4, -10, ready=-10), rank="elder80")
    discipline = Discipline(kind="accumulating")

    # Three times ten minutes is more than once twenty-nine, and less than once thirty-one.
    assert order([first(1, -29), elder], discipline=discipline) == [4, 1]
    assert order([first(1, -31), elder], discipline=discipline) == [1, 4]


def test_a_rank_of_the_sites_own_goes_before_and_so_does_one_that_was_dropped_since():
    own = read_discipline({"ranks": {"hero": {"label": "见义勇为"}, "soldier": False}})
    hero, soldier = replace(first(3, 20), rank="hero"), replace(first(4, 10), rank="soldier")

    assert order([first(1, 0), hero, soldier], discipline=own) == [4, 3, 1]


def test_the_rate_of_a_rank_of_the_sites_own():
    own = {"kind": "priority", "ranks": {"hero": {"label": "见义勇为"}}, "rates": {"hero": 9}}
    hero, elder = replace(first(3, 20), rank="hero"), replace(first(4, 0), rank="elder80")

    assert order([first(1, 0), elder, hero], discipline=read_discipline(own)) == [3, 4, 1]


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"fifo"}))
def test_past_the_cap_nobody_else_goes_before(kind):
    elders = [replace(first(n, -40), rank="elder80") for n in range(10, 20)]
    waiting = [*elders, first(1, -91, ready=-95)]

    assert order(waiting, discipline=Discipline(kind=kind, cap_minutes=90))[0] == 1
    assert order(waiting, discipline=Discipline(kind=kind, cap_minutes=None))[0] != 1


# -- whatever the line


@st.composite
def waitings(draw) -> list[Waiting]:
    size = draw(st.integers(0, 14))
    found = []
    for ticket in range(size):
        lane = draw(st.sampled_from(LANES))
        due, ready = draw(st.integers(-150, 60)), draw(st.integers(-150, 0))
        passes = draw(st.integers(0, 3)) if lane == MISSED else 0
        rank = draw(st.sampled_from(["", "", "", *Discipline().ranks]))
        found.append(Waiting(ticket, lane, rank, at(due), at(ready), passes))
    return found


disciplines = st.builds(
    Discipline,
    kind=st.sampled_from(KINDS),
    shares=st.fixed_dictionaries({lane: st.integers(1, 4) for lane in LANES}),
    is_dynamic=st.booleans(),
    cap_minutes=st.sampled_from([None, 30.0, 90.0]),
)
tails = st.lists(st.sampled_from(LANES), max_size=6)


@given(waitings(), tails, disciplines)
def test_everybody_is_in_line_once(waiting, called, discipline):
    assert sorted(order(waiting, called, discipline)) == list(range(len(waiting)))


@given(waitings(), tails, disciplines)
def test_the_line_is_what_calling_one_by_one_gives(waiting, called, discipline):
    foreseen = order(waiting, called, discipline)
    calls, left, made = list(called), list(waiting), []
    while one := next_up(left, calls, discipline, NOW):
        made.append(one.ticket)
        left.remove(one)
        left = [replace(w, calls_to_pass=max(0, w.calls_to_pass - 1)) for w in left]
        if one.rank != EMERGENCY:
            calls.append(one.lane)

    assert made == foreseen


@given(waitings(), tails, disciplines)
def test_the_order_in_which_they_are_known_does_not_matter(waiting, called, discipline):
    assert order(waiting[::-1], called, discipline) == order(waiting, called, discipline)


@given(waitings(), tails, disciplines)
def test_of_two_alike_who_was_due_and_here_first_goes_first(waiting, called, discipline):
    place = {ticket: n for n, ticket in enumerate(order(waiting, called, discipline))}
    for a in waiting:
        for b in waiting:
            alike = (a.lane, a.rank, a.calls_to_pass) == (b.lane, b.rank, b.calls_to_pass)
            earlier = a.due_at <= b.due_at and a.ready_at <= b.ready_at and a != b
            if alike and earlier and (a.due_at, a.ready_at) != (b.due_at, b.ready_at):
                assert place[a.ticket] < place[b.ticket]


# -- what may become of a ticket


def test_whoever_has_not_given_the_visit_back_can_be_called_in_the_end():
    reach = {"called"}
    while more := {state for state, to in TRANSITIONS.items() if to & reach} - reach:
        reach |= more

    # What ended by mistake, done or missed for good, goes on.
    assert set(TRANSITIONS) - reach == {"cancelled"}
    assert {state for to in TRANSITIONS.values() for state in to} <= set(TRANSITIONS)
