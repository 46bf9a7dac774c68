"""Shifts are cut into slots, and weekly shifts know the holidays."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.calendar import expand, is_known, is_public_holiday
from scheduling.slots import Cutting, cut, half_day, reserves

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 25, hour, minute, tzinfo=SHANGHAI)


def test_a_morning_is_cut_into_half_hours_with_the_same_places_each():
    slots = cut(at(8), at(11, 30), Cutting(30, 4, 3, 0.0))
    assert [slot.starts_at for slot in slots] == [
        at(8), at(8, 30), at(9), at(9, 30), at(10), at(10, 30), at(11),
    ]  # fmt: skip
    assert {(slot.capacity, slot.chat_capacity, slot.reserve) for slot in slots} == {(4, 3, 0)}
    assert slots[-1].ends_at == at(11, 30)


def test_a_rest_too_short_for_a_slot_is_nobodys_appointment():
    slots = cut(at(8), at(9, 10), Cutting(30, 1, 1, 0.0))
    assert [slot.ends_at for slot in slots] == [at(8, 30), at(9)]
    assert cut(at(8), at(8, 20), Cutting(30, 1, 1, 0.0)) == ()


def test_a_tenth_of_the_chats_places_is_kept_for_urgent_cases():
    slots = cut(at(8), at(12), Cutting(30, 5, 4, 0.1))  # 8 slots of 4: 32 places, 3 kept
    assert sum(slot.reserve for slot in slots) == 3
    assert {slot.reserve for slot in slots} == {0, 1}
    small = cut(at(8), at(9), Cutting(30, 2, 2, 0.1))
    assert [slot.reserve for slot in small] == [0, 0]


@given(st.integers(0, 60), st.integers(0, 30), st.floats(-0.5, 1.5))
def test_no_slot_keeps_more_than_it_has_and_none_keeps_much_more_than_another(count, chat, share):
    kept = reserves(count, chat, share)
    assert len(kept) == count
    assert all(0 <= one <= chat for one in kept)
    if kept:
        assert max(kept) - min(kept) <= 1
        assert sum(kept) <= count * chat * min(max(share, 0), 1) + 1e-6


def test_a_shift_belongs_to_the_half_day_in_which_it_begins():
    starts = time(8), time(11, 30), time(12), time(17), time(18)
    assert [half_day(start) for start in starts] == ["am", "am", "pm", "pm", "night"]


def test_no_weekly_clinic_during_the_national_holiday_its_weekend_included():
    found = expand(4, date(2026, 9, 21), date(2026, 10, 16))
    assert found.days == (date(2026, 9, 24), date(2026, 10, 8), date(2026, 10, 15))
    assert found.holidays == (date(2026, 10, 1),)
    assert is_public_holiday(date(2026, 10, 3))  # a Saturday inside the holiday


def test_an_ordinary_saturday_clinic_takes_place_and_so_does_one_on_a_make_up_workday():
    assert not is_public_holiday(date(2026, 11, 28))
    make_up = date(2026, 10, 10)  # Saturday, worked instead of a day of the holiday
    assert make_up in expand(6, make_up, make_up).days
    # ... but no weekday's clinic moves there: hospitals print that differently every time.
    assert expand(5, make_up, make_up).days == ()


def test_a_year_without_published_holidays_keeps_its_fixed_ones_and_is_named():
    assert is_known(2026)
    assert not is_known(2035)
    found = expand(1, date(2034, 12, 25), date(2035, 1, 8))
    assert found.days == (date(2034, 12, 25), date(2035, 1, 8))
    assert found.holidays == (date(2035, 1, 1),)
    assert found.unknown_years == (2034, 2035)


@pytest.mark.parametrize("weekday", range(1, 8))
def test_every_day_of_an_expansion_is_that_weekday(weekday):
    days = expand(weekday, date(2026, 11, 3), date(2026, 12, 31)).days
    assert len(days) in (8, 9)
    assert {day.isoweekday() for day in days} == {weekday}
