"""How many rooms: by formula only where it is true, else simulated; one more room never hurts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from math import sqrt
from random import Random
from statistics import mean
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import queueing_theory as theory
from scheduling.clinic_day import simulate
from scheduling.clinic_types import Duty, Habits, HalfDay
from scheduling.disciplines import Discipline
from scheduling.queueing_theory import Traffic
from scheduling.rooms import Room, Session, Visit, WalkIns, draw, mean_wait, simulated
from scheduling.staffing import forecast

EIGHT, NOON = 8 * 60, 12 * 60
VISIT = Visit(6.0, 0.5)
PUNCTUAL = {"early": 0.0, "scatter": 1e-9}


def _every(minutes: int, at_once: int, begins: int = EIGHT, ends: int = NOON) -> tuple[int, ...]:
    return tuple(at for at in range(begins, ends, minutes) for _ in range(at_once))


def _morning(rooms: int, **more: object) -> Session:
    known = {"booked": _every(30, 8), "visit": VISIT}
    return Session(rooms=(Room(EIGHT, NOON),) * rooms, **{**known, **more})


# -- the simulation --------------------------------------------------------------------------


def test_it_agrees_with_theory_where_theory_holds() -> None:
    """Walk-ins all day long before three rooms are M/G/3 to a good approximation."""
    day = 24 * 60
    walk_ins = (WalkIns(0, day, 0.4 * day),)
    session = Session((Room(0, day),) * 3, (), VISIT, walk_ins)
    runs = [simulated(session, draw(session, seed)) for seed in range(4)]
    # It begins empty and takes long to forget it.
    later = [hour for run in runs for hour in run.hours[12:]]
    settled = theory.allen_cunneen(Traffic(0.4, 6.0, 3, scv=0.5))
    assert sum(hour.wait for hour in later) / len(later) == pytest.approx(settled.wait, rel=0.1)
    assert sum(hour.busy for hour in later) / len(later) == pytest.approx(0.8, abs=0.02)


def test_who_is_alone_and_punctual_does_not_wait() -> None:
    session = _morning(1, booked=_every(60, 1), visit=Visit(5.0, 0.01), **PUNCTUAL)
    run = simulated(session, draw(session, 1))
    assert (run.wait, run.long, run.overtime) == (0, 0, 0)
    assert [hour.busy for hour in run.hours] == pytest.approx([5 / 60] * 4, rel=0.05)


def test_everybody_at_eight_waits_for_each_other() -> None:
    session = _morning(1, booked=(EIGHT,) * 5, visit=Visit(10.0, 1e-9), **PUNCTUAL)
    run = simulated(session, draw(session, 1))
    assert run.wait == pytest.approx((0 + 10 + 20 + 30 + 40) / 5, rel=1e-3)
    assert run.long == pytest.approx(1 / 5, abs=0.21)  # the fourth is on the edge


def test_a_room_that_closes_early_takes_nobody_more() -> None:
    late = _every(10, 1, NOON - 50)
    rooms = (Room(EIGHT, NOON), Room(EIGHT, NOON - 60))
    session = Session(rooms, late, Visit(15, 1e-9), **PUNCTUAL)
    alone = replace(session, rooms=(Room(EIGHT, NOON),))
    assert mean_wait(session.rooms, draw(session, 1)) == pytest.approx(
        mean_wait(alone.rooms, draw(alone, 1))
    )


def test_no_shows_and_late_ones_are_counted() -> None:
    session = _morning(2, no_show=0.25)
    patients = sum(hour.patients for hour in simulated(session, draw(session, 1)).hours)
    assert patients == pytest.approx(64 * 0.75, rel=0.05)
    lateness = draw(replace(session, booked=(9 * 60,) * 20, no_show=0.0), 2).come - 9 * 60
    assert (lateness > 15).mean() == pytest.approx(0.1, abs=0.02)


@given(
    st.lists(st.integers(EIGHT, NOON - 1), min_size=1, max_size=12),
    st.integers(1, 3),
    st.integers(EIGHT, NOON - 30),
)
@settings(max_examples=25)
def test_one_more_room_makes_nobody_wait_longer_in_the_mean(
    booked: list[int], rooms: int, begins: int
) -> None:
    session = _morning(rooms, booked=tuple(booked))
    draws = draw(session, 1)
    more = [*session.rooms, Room(begins, begins + 30)]
    assert mean_wait(more, draws) <= mean_wait(session.rooms, draws) + 1e-9


# -- the forecast ----------------------------------------------------------------------------


def test_the_formula_is_used_where_it_is_true_and_only_there() -> None:
    quiet = _morning(4, booked=(), walk_ins=(WalkIns(EIGHT, NOON, 80.0),))
    found = forecast(quiet, seed=1)
    assert found.method == "formula"
    run = simulated(quiet, draw(quiet, 1))
    assert found.wait == pytest.approx(run.wait, abs=0.5)
    assert [h.busy for h in found.hours] == pytest.approx([h.busy for h in run.hours], abs=0.06)


@pytest.mark.parametrize(
    "session",
    [
        pytest.param(_morning(2), id="eight at a time before two rooms"),
        pytest.param(
            _morning(4, booked=_every(60, 5), visit=Visit(3.0, 0.5)), id="a crowd in a quiet hour"
        ),
        pytest.param(_morning(1, walk_ins=(WalkIns(EIGHT, NOON, 50.0),)), id="overloaded"),
        pytest.param(
            _morning(1, booked=(), walk_ins=(WalkIns(EIGHT, NOON, 36.0),)), id="never settles"
        ),
        pytest.param(
            Session(
                (Room(EIGHT, NOON), Room(EIGHT + 30, NOON)),
                (),
                VISIT,
                (WalkIns(EIGHT, NOON, 10.0),),
            ),
            id="a room that opens within an hour",
        ),
    ],
)
def test_elsewhere_the_half_day_is_simulated(session: Session) -> None:
    assert forecast(session, seed=1).method == "simulation"


def test_one_more_room_where_it_helps_most() -> None:
    """Too many are called from ten to eleven: that is when a room is missing."""
    booked = (*_every(30, 4), *_every(30, 8, 10 * 60, 11 * 60))
    session = _morning(1, booked=tuple(sorted(booked)), visit=Visit(6.5, 0.5))
    found, draws = forecast(session, seed=1), draw(session, 1)
    saved = {
        begins: found.wait - mean_wait([*session.rooms, Room(begins, begins + 120)], draws)
        for begins in (8 * 60, 9 * 60, 10 * 60)
    }
    assert found.extra.begins == max(saved, key=saved.__getitem__) > 8 * 60
    assert found.extra.ends == found.extra.begins + 120
    assert found.extra.saves == pytest.approx(max(saved.values()))
    assert 10 < found.extra.saves < found.wait


def test_no_room_is_asked_for_where_it_would_not_be_felt() -> None:
    assert forecast(_morning(3), seed=1).extra is None
    assert forecast(_morning(1), seed=1, may_grow=False).extra is None, "a named doctor's patients"


def test_the_same_seed_says_the_same() -> None:
    assert forecast(_morning(2), seed=5) == forecast(_morning(2), seed=5)
    one, other = (forecast(_morning(2), seed=seed) for seed in (5, 6))
    assert abs(one.wait - other.wait) < 2 * (one.error + other.error)


def test_nothing_to_say_of_an_empty_day() -> None:
    assert forecast(_morning(1, booked=()), seed=1) is None
    assert forecast(Session((), (EIGHT,), VISIT), seed=1) is None


def test_who_is_due_before_the_doors_open_waits_for_them() -> None:
    found = forecast(_morning(1, booked=(EIGHT - 30,), visit=Visit(5, 0.1)), seed=1)
    assert found.hours[0].begins == 7 * 60
    assert found.wait == pytest.approx(26, abs=4)


# -- against the half-day that is played call by call ----------------------------------------

OPENS = datetime(2026, 11, 25, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
PLAIN = Habits(
    visit=6.0, visit_cv=sqrt(0.5), return_share=0.0, priority_share=0.0, emergency_share=0.0,
    away_share=0.0, interruptions_an_hour=0.0, doctor_late=0.0,
)  # fmt: skip


def _played(rooms: int, booked: tuple[int, ...], habits: Habits) -> float:
    """The mean wait in the discipline of the desk, first come first served."""
    minutes = tuple(float(at - EIGHT) for at in booked)
    day = HalfDay(OPENS, minutes, (Duty(0.0, 240.0),) * rooms, habits)
    runs = [simulate(day, Discipline(kind="fifo"), Random(seed)) for seed in range(40)]
    return mean(max(0.0, call.called - call.claim) for run in runs for call in run.calls)


@pytest.mark.parametrize(("rooms", "at_once"), [(1, 4), (1, 5), (2, 10), (3, 14)])
def test_it_says_what_the_clinic_played_call_by_call_says(rooms: int, at_once: int) -> None:
    booked = _every(30, at_once)
    session = _morning(rooms, booked=booked, no_show=PLAIN.no_show)
    ours = simulated(session, draw(session, 1)).wait
    theirs = _played(rooms, booked, PLAIN)
    assert theirs - 1 < ours < theirs + 1.2
    punctual = replace(session, **PUNCTUAL)
    ours = simulated(punctual, draw(punctual, 1)).wait
    theirs = _played(rooms, booked, replace(PLAIN, early=0.0, offset_scale=1e-9))
    assert ours == pytest.approx(theirs, rel=0.15)
