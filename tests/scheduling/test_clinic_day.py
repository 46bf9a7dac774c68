"""A half-day on paper: nobody is lost, the same seed is the same day, the order is the line's."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.clinic_day import simulate, slots
from scheduling.clinic_types import Duty, Habits, HalfDay
from scheduling.disciplines import Discipline

NINE = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
DISCIPLINES = [Discipline(kind) for kind in ("fifo", "priority", "pattern", "accumulating")]
# Nothing happens by chance: everybody comes to the minute, stays for six, none is away.
CLOCKWORK = Habits(
    no_show=0.0, early=0.0, offset_scale=0.0, visit=6.0, visit_cv=1e-6, return_share=0.0,
    priority_share=0.0, emergency_share=0.0, away_share=0.0, interruptions_an_hour=0.0,
    doctor_late=0.0,
)  # fmt: skip


@given(st.integers(0, 10_000), st.integers(0, 30), st.integers(1, 3), st.floats(0, 6))
@settings(max_examples=40)
def test_everybody_is_seen_or_is_a_no_show_and_no_doctor_sees_two_at_once(
    seed, places, doctors, walk_ins
):
    duties = tuple(Duty(10.0 * number, 150.0) for number in range(doctors))
    habits = Habits(walk_ins_an_hour=walk_ins)
    for discipline in DISCIPLINES:
        day = HalfDay(NINE, slots(places, 5.0), duties, habits)
        outcome = simulate(day, discipline, Random(seed))
        seen = {call.ticket for call in outcome.calls if call.answered}
        people = seen | {call.ticket for call in outcome.calls}

        assert len(seen) + outcome.no_shows >= places
        assert len(people) >= places - outcome.no_shows
        assert all(call.ready <= call.called <= call.ended for call in outcome.calls)
        marks = [(call.called, 1) for call in outcome.calls]
        marks += [(call.ended, -1) for call in outcome.calls]
        busy = 0
        for _, step in sorted(marks):
            busy += step
            assert 0 <= busy <= doctors


def test_the_same_seed_is_the_same_day_and_another_one_is_not():
    day = HalfDay(NINE, slots(30, 6.0))
    one, same, other = (simulate(day, DISCIPLINES[2], Random(seed)) for seed in (3, 3, 4))

    assert one == same
    assert one != other


def test_a_half_day_like_clockwork_is_what_arithmetic_says():
    """Every five minutes somebody who stays for six: the n-th waits n minutes."""
    day = HalfDay(NINE, slots(20, 5.0), (Duty(0.0, 100.0),), CLOCKWORK)

    outcome = simulate(day, DISCIPLINES[0], Random(1))

    waits = [call.wait for call in outcome.calls]
    assert waits == pytest.approx([float(number) for number in range(20)], abs=0.01)
    assert outcome.overtime == pytest.approx(20.0, abs=0.01)
    assert outcome.idle == pytest.approx(0.0, abs=0.01)


def test_a_second_doctor_halves_the_line():
    day = HalfDay(NINE, slots(20, 5.0, at_once=2), (Duty(0.0, 100.0),) * 2, CLOCKWORK)

    outcome = simulate(day, DISCIPLINES[0], Random(1))

    waits = [call.wait for call in outcome.calls]
    assert waits == pytest.approx([number // 2 for number in range(20)], abs=0.01)


def test_who_has_a_rank_waits_least_where_ranks_go_first():
    day = HalfDay(NINE, slots(40, 4.0), (Duty(0.0, 160.0),), Habits(priority_share=0.3))
    waits = {"ranked": [], "others": []}
    for seed in range(10):
        for call in simulate(day, Discipline("priority", cap_minutes=None), Random(seed)).calls:
            if call.lane == "first":
                waits["ranked" if call.rank else "others"].append(call.wait)

    means = {name: sum(found) / len(found) for name, found in waits.items()}
    assert means["ranked"] < means["others"] / 3
