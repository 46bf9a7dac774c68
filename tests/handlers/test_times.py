"""The one time that is left of a half-day: taken where it was seen, else asked about."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from dialogue.form import Filled, Question
from handlers import times
from handlers.texts import booking as texts
from handlers.texts import wording
from scheduling.offers import Offer, SlotTime, Why
from scheduling.types import Opening, SlotId

NINE = datetime(2026, 12, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def opening(slot: int, at: datetime = NINE, left: int = 1) -> Opening:
    """A place of a doctor's morning."""
    return Opening(
        slot=SlotId(slot), shift=1, site="S", site_name="测试医院", department="SJ",
        department_name="神经内科", doctor="D1", doctor_name="王建国", title="主任医师",
        expertise=(), room="",
        starts_at=at, ends_at=at + timedelta(minutes=30), half_day="am", left=left,
        capacity=4, service_type="expert", fee_fen=3000, mode="clinic",
    )  # fmt: skip


def world(*free: Opening) -> SimpleNamespace:
    """A desk that has these."""
    finder = SimpleNamespace(openings=lambda slots: free)
    catalogue = SimpleNamespace(sites=lambda: ())
    return SimpleNamespace(desk=SimpleNamespace(finder=finder, catalogue=catalogue))


def test_the_time_that_stood_in_the_list_is_taken_without_a_question():
    asked = times.ask_time({"offer": [1, 2]}, world(opening(1)))

    assert asked == Filled(1)


def test_what_is_left_once_that_is_gone_was_not_seen_and_is_asked_about():
    asked = times.ask_time({"offer": [1, 2]}, world(opening(2, NINE + timedelta(hours=1))))

    assert isinstance(asked, Question)
    assert asked.text.startswith(texts.ONE_LEFT)
    assert [label for label, _ in asked.choices] == ["10:00（最后1个）"]


def test_of_one_time_nobody_says_that_it_is_the_earliest():
    first = opening(1)
    one, two = (
        tuple(SlotTime(SlotId(n), NINE, NINE + timedelta(minutes=30), 1, 4) for n in range(count))
        for count in (1, 2)
    )
    said = [
        wording.offer(Offer(first, some, Why()), show_site=False, show_department=False)
        for some in (one, two)
    ]

    assert "上午9:00" in said[0]
    assert "最早" not in said[0]
    assert "最早9:00" in said[1]
