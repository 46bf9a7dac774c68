"""Who goes before somebody, and that the ranges told come true on simulated half-days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling import overtaking
from scheduling.clinic_day import Moment, simulate, slots
from scheduling.clinic_types import Duty, HalfDay
from scheduling.disciplines import Discipline
from scheduling.overtaking import (
    Coming,
    Snapshot,
    before,
    expected_back,
    expected_booked,
    wait,
)
from scheduling.queueing import Waiting
from scheduling.waits import NOTHING, RETURN_LENGTH, Pace, Visit, WaitRange, estimate, shrunk

NINE = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
FIFO = Discipline("fifo", cap_minutes=None)
PATTERN = Discipline()
PACE = Pace(100, 6.0, 18.0)


def _at(minute: float) -> datetime:
    return NINE + timedelta(minutes=minute)


NOW = _at(5)


def _here(
    ticket: int, due: float, ready: float = 0.0, lane: str = "first", rank: str = ""
) -> Waiting:
    return Waiting(ticket, lane, rank, _at(due), _at(ready))


def _hall(
    discipline: Discipline, waiting: list[Waiting], coming: tuple[Coming, ...] = ()
) -> Snapshot:
    return Snapshot(NOW, waiting, coming, (), discipline)


def _back(ready: float) -> Coming:
    """Somebody who is back with results at that minute, for certain."""
    return Coming(_here(3, 0, ready, "return"), lambda at: float(at >= _at(ready)))


def test_everybody_here_with_an_earlier_slot_goes_before():
    mine = _here(9, due=30)
    others = [_here(1, 0), _here(2, 15), _here(3, 45)]

    assert before(mine, _hall(FIFO, [mine, *others]), PACE) == (Visit(), Visit())


def test_who_is_booked_earlier_but_not_here_yet_counts_by_how_likely_it_is():
    mine = _here(9, due=30, ready=5)
    others = [_here(number, due=number) for number in (1, 2, 3)]
    coming = (*expected_booked(4, _at(10), NOW), *expected_booked(5, _at(40), NOW))

    visits = before(mine, _hall(FIFO, [mine, *others], coming), PACE)

    expected = sum(visit.chance for visit in visits)
    chance = sum(one.chance_by(_at(5 + 6 * expected)) for one in coming[:2])
    assert expected == pytest.approx(3 + chance, abs=0.05)
    assert 0.5 < chance < 0.856


def test_who_comes_only_when_she_is_inside_does_not_count():
    mine = _here(9, due=30, ready=5)
    others = [_here(number, due=number) for number in (1, 2, 4)]
    late, soon = _back(90), _back(10)

    assert before(mine, _hall(PATTERN, [mine, *others], (late,)), PACE) == (Visit(),) * 3
    with_her = before(mine, _hall(PATTERN, [mine, *others], (soon,)), PACE)
    assert sorted(visit.length for visit in with_her) == [RETURN_LENGTH, 1, 1, 1]


def test_under_another_discipline_others_go_before():
    mine = _here(9, due=0)
    elder = _here(1, due=30, rank="elder80")
    before_her = {
        kind: len(before(mine, _hall(Discipline(kind), [mine, elder]), PACE))
        for kind in ("fifo", "priority", "pattern")
    }

    assert before_her == {"fifo": 0, "priority": 1, "pattern": 1}


def test_many_who_may_come_take_no_more_places_in_a_pattern_than_are_likely():
    """Forty people each of whom comes once in a hundred are not forty people."""
    mine = _here(99, due=0, ready=5, lane="return")
    unlikely = tuple(
        Coming(_here(number, due=20 + number, ready=30), lambda at: 0.01) for number in range(40)
    )

    visits = before(mine, _hall(PATTERN, [mine], unlikely), PACE)

    assert sum(visit.chance for visit in visits) <= 0.41


def test_who_waits_longer_is_overtaken_by_more_and_the_range_says_so():
    mine = _here(9, due=60, ready=0)
    others = [_here(number, due=number) for number in range(4)]
    booked = tuple(
        one for number in range(8) for one in expected_booked(20 + number, _at(40 + number), NOW)
    )
    hall = _hall(FIFO, [mine, *others], booked)

    plain = estimate(before(mine, hall, PACE), PACE)
    told = wait(mine, hall, PACE)

    assert told.mean == pytest.approx(plain.mean)
    assert told.low < plain.low


@given(st.integers(-60, 90), st.integers(0, 120))
def test_the_later_it_gets_the_less_likely_somebody_booked_still_comes(late, minutes):
    def chance(now: datetime, at: datetime) -> float:
        return sum(one.chance_by(at) for one in expected_booked(1, NINE, now))

    now, later = _at(late), _at(late + 5)
    end = _at(10_000)

    assert 0 <= chance(later, end) <= chance(now, end) <= 0.856 + 1e-9
    assert chance(now, now) == 0
    assert chance(now, _at(late + minutes)) <= chance(now, _at(late + minutes + 1))


def test_who_is_too_late_for_her_slot_stands_behind_those_who_are_here():
    """Due at nine and not here at twenty past: the place is hers for ten minutes more."""
    mine = _here(9, due=15)
    hall = replace(_hall(FIFO, [mine], tuple(expected_booked(1, NINE, _at(20)))), now=_at(20))

    soon, late = (
        sum(one.chance for one in overtaking._asked(mine, hall, _at(minute)))
        for minute in (29, 120)
    )
    lost = replace(hall, now=_at(31), coming=tuple(expected_booked(1, NINE, _at(31))))

    assert 0.14 < soon < late < 0.17
    assert before(mine, lost, PACE) == ()


def test_who_is_sent_for_results_and_back_before_her_counts_twice():
    """Twelve before her, an hour's work: of those seen first some are back by then."""
    mine = _here(99, due=12)
    others = [_here(number, due=number) for number in range(12)]
    hall = _hall(PATTERN, [mine, *others])

    never, often = (wait(mine, replace(hall, sent_share=share), PACE) for share in (0.0, 0.5))
    by_slot = [
        wait(mine, replace(hall, discipline=FIFO, sent_share=share), PACE) for share in (0.0, 0.5)
    ]

    assert never.mean == pytest.approx(12 * 6, abs=0.1)
    assert never.mean + 3 < often.mean < never.mean + 0.5 * 12 * 6 * RETURN_LENGTH
    assert by_slot[0] == by_slot[1], "in order of slot who comes back stands behind"


def test_how_many_are_sent_for_results_is_learnt_from_the_day():
    assert overtaking.sent_share(0, 0) == 0.35
    assert overtaking.sent_share(30, 0) < 0.1
    assert overtaking.sent_share(30, 20) > 0.5


def test_results_come_after_half_an_hour_and_if_not_then_soon():
    fresh, overdue = (expected_back(1, NINE, NINE, _at(minute)) for minute in (0, 45))

    assert fresh.chance_by(_at(10)) < 0.05
    assert 0.5 < fresh.chance_by(_at(30)) < 0.65
    assert overdue.chance_by(_at(60)) > 0.5


# -- whether it is kept

CROWDED = HalfDay(NINE, slots(48, 5.0), (Duty(0.0, 240.0),))
PAST = Pace(2000, 6.0, 22.0)


def _simulated(tell: Callable[[Moment], WaitRange]) -> list[tuple[WaitRange, float]]:
    """What was told to one in three who joined the line on 40 half-days, and what came of it."""
    dice, found = Random(7), []
    for _ in range(40):
        habits = replace(CROWDED.habits, speed=dice.uniform(0.7, 1.4))
        said = {}

        def watch(moment: Moment) -> None:
            if moment.mine.ticket % 3 == 0:
                said[moment.mine.ticket, round(moment.minute, 3)] = tell(moment)  # noqa: B023

        calls = simulate(replace(CROWDED, habits=habits), PATTERN, dice, watch).calls
        keys = [((call.ticket, round(call.ready, 3)), call.wait) for call in calls]
        found += [(said[key], came) for key, came in keys if key in said]
    return found


def _told(moment: Moment) -> WaitRange:
    pace = shrunk(moment.day, NOTHING, PAST)
    assert pace is not None
    return wait(moment.mine, moment.here, pace)


def _without_those_to_come(moment: Moment) -> WaitRange:
    return _told(replace(moment, here=replace(moment.here, coming=())))


def _as_if_the_mean_were_known(moment: Moment) -> WaitRange:
    """What is learnt is taken for certain, and single visits scatter little."""
    pace = shrunk(moment.day, NOTHING, PAST)
    assert pace is not None
    return wait(moment.mine, moment.here, Pace(1e9, pace.mean_minutes, pace.variance / 2))


def _kept(told: list[tuple[WaitRange, float]]) -> float:
    return fmean(one.low <= came <= one.high for one, came in told)


def _bias(told: list[tuple[WaitRange, float]]) -> float:
    return fmean(one.mean - came for one, came in told)


def test_four_ranges_in_five_are_kept_and_the_mean_is_right():
    told = _simulated(_told)

    assert 0.75 <= _kept(told) <= 0.85
    assert abs(_bias(told)) < 3
    assert fmean(abs(one.middle - came) for one, came in told) < 12


@pytest.mark.parametrize("broken", [_without_those_to_come, _as_if_the_mean_were_known])
def test_the_calibration_finds_a_broken_estimate(broken):
    told = _simulated(broken)

    assert not (0.75 <= _kept(told) <= 0.85 and abs(_bias(told)) < 3)
