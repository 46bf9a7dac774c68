"""What people say about days and hours, on Wednesday 18 November 2026 at 09:30."""

from datetime import datetime, timedelta, timezone

import pytest

from nlp import dates

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=timezone(timedelta(hours=8)))


def heard(text: str) -> list[tuple[str, str]]:
    return [(f"{w.start:%m-%d %H}", f"{w.end:%m-%d %H}") for w in dates.find(text, NOW)]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("帮我看一下下周四", "11-26 00", "11-27 00"),
        ("下周三上午", "11-25 08", "11-25 12"),
        ("明天3点", "11-19 15", "11-19 15"),
        ("廿五号", "11-25 00", "11-26 00"),
        ("不要周四要周五", "11-20 00", "11-21 00"),
        ("明天,不对,后天", "11-20 00", "11-21 00"),
        ("下周一到周三", "11-23 00", "11-26 00"),
    ],
)
def test_the_day_that_was_meant(text: str, start: str, end: str) -> None:
    assert heard(text) == [(start, end)]


def test_two_days_are_two_wishes() -> None:
    assert [start for start, _ in heard("周二或周四")] == ["11-24 00", "11-19 00"]


@pytest.mark.parametrize(
    "text",
    ["一号楼", "3号诊室", "周一鸣医生", "血压135/85", "A012号", "要最早的", "头晕三天了", "80岁"],
)
def test_what_only_looks_like_a_date(text: str) -> None:
    assert heard(text) == []
