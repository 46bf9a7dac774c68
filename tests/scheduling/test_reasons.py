"""Why a wish for a time finds nothing is told truly."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from scheduling.policy import Policy
from scheduling.reasons import why_none
from scheduling.types import Need, Opening, SlotId
from tests.scheduling.shifts import by_shift

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 24, 9, tzinfo=CHINA)


def at(day: int, hour: int, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=CHINA)


def opening(slot: int, day: int, hour: int, *, left: int = 1, service: str = "general") -> Opening:
    start = at(day, hour)
    return Opening(
        slot=SlotId(slot), shift=slot, site="S", site_name="", department="GK",
        department_name="骨科", doctor=None, doctor_name=None, title="", expertise=(),
        starts_at=start, ends_at=start + timedelta(hours=1),
        half_day="am" if hour < 12 else "pm", room="", service_type=service, mode="clinic",
        fee_fen=0, left=left, capacity=4,
    )  # fmt: skip


OPENINGS = by_shift([opening(1, 2, 8), opening(2, 2, 14, left=0), opening(3, 3, 9)])
BONES = Need(departments=(("GK", 1.0),))


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        (at(15, 0), at(16, 0), "not_open"),
        (at(24, 8, 11), at(24, 9, 11), "over"),
        (at(6, 0), at(7, 0), "no_clinic"),
        (at(2, 18), at(2, 22), "other_hours"),
        (at(2, 14), at(2, 15), "full"),
        (at(3, 8), at(3, 12), "busy"),
    ],
)
def test_the_reason(start, end, reason):
    need = replace(BONES, when=((start, end),))

    miss = why_none(need, OPENINGS, {3}, Policy(), NOW)

    assert miss is not None
    assert miss.reason == reason


def test_the_hours_and_the_day_of_release_are_told():
    evening = why_none(replace(BONES, when=((at(2, 18), at(2, 22)),)), OPENINGS, (), Policy(), NOW)
    later = why_none(replace(BONES, when=((at(15, 0), at(16, 0)),)), OPENINGS, (), Policy(), NOW)

    assert evening is not None
    assert (evening.begins, evening.ends) == (at(2, 8), at(2, 15))
    assert later is not None
    assert later.begins == datetime(2026, 12, 1, 7, tzinfo=CHINA)


def test_a_day_without_experts_is_no_day_without_a_clinic():
    need = replace(BONES, when=((at(2, 0), at(3, 0)),), service_type="expert")

    miss = why_none(need, OPENINGS, (), Policy(), NOW)

    assert miss is not None
    assert miss.reason == "no_service"


def test_who_asked_for_no_time_is_told_nothing_about_it():
    assert why_none(BONES, OPENINGS, (), Policy(), NOW) is None
