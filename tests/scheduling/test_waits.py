"""How long somebody has still to wait: what a range promises, and what it is made of."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random
from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.waits import NOTHING, Pace, Visit, WaitRange, estimate, residual, shrunk

minutes = st.floats(0.5, 60)
cvs = st.floats(0.05, 1.5)


@st.composite
def paces(draw: st.DrawFn) -> Pace:
    mean = draw(minutes)
    return Pace(draw(st.floats(5, 5000)), mean, (draw(cvs) * mean) ** 2)


visits = st.lists(
    st.builds(Visit, st.floats(0, 1), st.sampled_from([0.55, 1.0]), st.floats(0, 0.25)),
    max_size=60,
)
inside = st.none() | st.tuples(st.just(Visit()), st.floats(0, 300))
opening = st.none() | st.floats(0, 120)


@given(paces(), visits, inside, opening)
def test_a_range_holds_its_mean_and_nobody_waits_less_than_nothing(pace, before, who, opens_in):
    told = estimate(before, pace, inside=who, opens_in=opens_in)

    assert 0 <= (opens_in or 0) <= told.low <= told.middle + 1e-9
    assert told.low <= told.mean + 1e-9
    assert max(told.mean, told.middle) <= told.high + 1e-9
    assert all(math.isfinite(end) for end in (told.low, told.high))


@given(paces(), visits, inside, opening, st.floats(0, 1))
def test_one_more_before_her_never_makes_it_shorter(pace, before, who, opens_in, chance):
    one_more = Visit(chance, 1.0, chance * (1 - chance))
    told, perhaps, surely = (
        estimate([*before, *more], pace, inside=who, opens_in=opens_in)
        for more in ((), (one_more,), (Visit(),))
    )

    assert told.mean <= perhaps.mean + 1e-9 <= surely.mean + 2e-9
    assert told.high <= surely.high + 1e-9


@given(paces(), visits, inside, st.floats(1, 3))
def test_a_stretched_range_is_wider_around_the_same_mean(pace, before, who, stretch):
    told, wider = (estimate(before, pace, inside=who, stretch=by) for by in (1.0, stretch))

    assert wider.mean == told.mean
    assert wider.low <= told.low


@given(paces(), st.floats(0, 300))
def test_what_is_left_of_a_visit_is_never_negative(pace, since):
    left = residual(pace, since)

    assert left.mean >= 0
    assert left.variance >= 0
    assert left.third >= 0


@pytest.mark.parametrize("cv", [0.5, 0.6, 0.7, 0.8, 1.0])
def test_a_long_visit_promises_to_last_longer_still(cv):
    """Not memoryless: were it so, what is left would stay the same."""
    left = [residual(Pace(100, 6.0, (cv * 6.0) ** 2), since).mean for since in (15, 20, 25)]

    assert left[0] < left[1] < left[2]


def test_what_is_left_of_a_visit_is_what_simulated_visits_have_left():
    pace = Pace(100, 6.0, (0.7 * 6.0) ** 2)
    squared = math.log1p(0.7**2)
    location, scale = math.log(6.0) - squared / 2, math.sqrt(squared)
    dice = Random(1)
    lengths = [dice.lognormvariate(location, scale) for _ in range(50_000)]
    for since in (0.0, 3.0, 8.0, 15.0):
        left = [length - since for length in lengths if length > since]
        told, mean = residual(pace, since), fmean(left)

        assert told.mean == pytest.approx(mean, rel=0.05)
        assert told.variance**0.5 == pytest.approx(pstdev(left), rel=0.1)
        skew = fmean((length - mean) ** 3 for length in left)
        assert told.third ** (1 / 3) == pytest.approx(skew ** (1 / 3), rel=0.15)


def test_a_range_is_that_of_the_visits_themselves_where_they_are_all_there_is():
    """Of one visit, as of eight, nine in ten are longer than its low end; a tenth than its high.

    And where somebody may come or not, it is kept as often.
    """
    pace, dice = Pace(1e9, 6.0, (0.7 * 6.0) ** 2), Random(2)
    squared = math.log1p(0.7**2)
    location, scale = math.log(6.0) - squared / 2, math.sqrt(squared)
    for surely, perhaps in ((1, 0), (3, 0), (8, 0), (1, 4), (6, 6)):
        people = [Visit()] * surely + [Visit(0.5, 1.0, 0.25)] * perhaps
        told = estimate(people, pace)
        waited = [
            sum(
                dice.lognormvariate(location, scale)
                for one in people
                if one.chance == 1 or dice.random() < one.chance
            )
            for _ in range(20_000)
        ]

        assert fmean(low < told.low for low in waited) == pytest.approx(0.1, abs=0.02)
        assert fmean(low < told.middle for low in waited) == pytest.approx(0.5, abs=0.025)
        assert fmean(low > told.high for low in waited) == pytest.approx(0.1, abs=0.02)


# -- what is learnt

DEPARTMENT = Pace(2000, 6.0, 18.0)


def test_too_few_visits_are_no_ground_for_an_estimate():
    assert shrunk(NOTHING) is None
    assert shrunk(Pace(2, 5, 1), Pace(2, 5, 1)) is None
    assert shrunk(Pace(3, 5, 1), Pace(2, 5, 1)) is not None
    assert shrunk(NOTHING, NOTHING, DEPARTMENT).mean_minutes == pytest.approx(6.0)


def test_a_new_doctors_day_weighs_as_much_as_the_department_after_ten_visits():
    """Doctors differ by a fifth, days by a tenth, visits by seven tenths: .5 / .05 = 10."""
    mean = shrunk(Pace(10, 9.0, 40.0), NOTHING, DEPARTMENT).mean_minutes

    assert mean == pytest.approx(7.5, abs=0.1)


def test_one_slow_day_of_a_doctor_who_is_known_is_believed_later():
    slow = Pace(10, 9.0, 40.0)
    known = shrunk(slow, Pace(500, 6.0, 18.0), DEPARTMENT).mean_minutes

    assert 6.0 < known < 6.8 < shrunk(slow, NOTHING, DEPARTMENT).mean_minutes


def test_a_doctor_who_is_known_is_expected_to_be_as_usual():
    slow = Pace(500, 10.0, 49.0)
    known = shrunk(NOTHING, slow, DEPARTMENT)

    assert known.mean_minutes == pytest.approx(10.0, abs=0.1)
    assert known.variance / known.count < shrunk(NOTHING, NOTHING, DEPARTMENT).variance


@given(st.integers(0, 200), st.floats(1, 30))
def test_every_visit_of_the_same_length_takes_doubt_away(count, mean):
    seen = Pace(float(count), mean, (0.7 * mean) ** 2)
    more = replace(seen, count=count + 50.0)
    doubts = [
        (pace.variance / pace.count) ** 0.5 / pace.mean_minutes
        for pace in (shrunk(one, NOTHING, DEPARTMENT) for one in (seen, more))
    ]

    assert doubts[1] < doubts[0] or count == 0


@given(st.lists(st.floats(0.1, 60), min_size=2, max_size=40))
def test_running_sums_tell_mean_and_variance(lengths):
    pace = Pace.of_sums(len(lengths), sum(lengths), sum(one * one for one in lengths))
    mean = fmean(lengths)

    assert pace.mean_minutes == pytest.approx(mean)
    variance = sum((one - mean) ** 2 for one in lengths) / (len(lengths) - 1)
    assert pace.variance == pytest.approx(variance, abs=1e-6)


@given(st.floats(0, 300), st.floats(0, 300))
def test_what_is_shown_is_in_steps_of_five_and_never_one_number(low, width):
    shown = WaitRange(low, low, low + width, low).shown

    assert shown[0] % 5 == shown[1] % 5 == 0
    assert 0 <= shown[0] < shown[1]
