"""What people say about days and hours, on Wednesday 18 November 2026 at 09:30."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp import dates, datewords, lunar

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=timezone(timedelta(hours=8)))


def told() -> list[tuple[str, str]]:
    with (Path(__file__).parent / "dates.tsv").open(encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith("#")]
    return [(row["text"], row["meant"]) for row in csv.DictReader(lines, delimiter="\t")]


def heard(text: str, now: datetime = NOW) -> str:
    found = dates.find(text, now)
    return " ".join(f"{w.start:%m-%dT%H:%M}/{w.end:%m-%dT%H:%M}" for w in found)


@pytest.mark.parametrize(("text", "meant"), told())
def test_the_time_that_was_meant(text: str, meant: str) -> None:
    assert heard(text) == (meant or "")


@pytest.mark.parametrize(
    ("now", "text", "meant"),
    [
        ("2026-11-18T13:00", "周三上午", "11-25T08:00/11-25T12:00"),
        ("2026-11-18T11:30", "周三上午", "11-18T08:00/11-18T12:00"),
        ("2026-11-18T16:00", "下午3点", "11-19T15:00/11-19T15:30"),
        ("2026-11-18T16:00", "今天下午3点", "11-18T15:00/11-18T15:30"),
        ("2026-11-21T10:00", "下周三", "11-25T00:00/11-26T00:00"),
        ("2026-11-22T10:00", "周日", "11-22T00:00/11-23T00:00"),
        ("2026-11-27T10:00", "25号", "12-25T00:00/12-26T00:00"),
        ("2026-12-30T10:00", "明天到5号", "12-31T00:00/01-06T00:00"),
        ("2027-01-31T10:00", "一个月后", "02-28T00:00/03-01T00:00"),
    ],
)
def test_what_is_over_is_read_as_what_comes(now: str, text: str, meant: str) -> None:
    there = datetime.fromisoformat(now).replace(tzinfo=NOW.tzinfo)
    assert heard(text, there) == meant


def test_an_hour_alone_is_that_of_the_day_the_talk_is_about() -> None:
    (when,) = dates.find("换成下午", NOW, about=[(date(2026, 11, 25), date(2026, 11, 26))])
    assert (when.start, when.end) == (
        datetime(2026, 11, 25, 12, tzinfo=NOW.tzinfo),
        datetime(2026, 11, 25, 18, tzinfo=NOW.tzinfo),
    )


def test_an_hour_alone_is_that_of_every_day_of_the_week_the_talk_is_about() -> None:
    whens = dates.find("下午的", NOW, about=[(date(2026, 11, 30), date(2026, 12, 7))])

    assert [when.start.day for when in whens] == [30, 1, 2, 3, 4, 5, 6]
    assert {when.start.hour for when in whens} == {12}


def test_a_wish_for_a_day_is_heard_even_while_a_name_is_asked_for() -> None:
    assert dates.find("改到12月3日", NOW, "name")[0].start.day == 3
    assert dates.find("3月2日", NOW, "birth_date") == ()


def test_the_kind_of_answer_awaited_decides_about_a_bare_number() -> None:
    assert dates.find("25", NOW, "day")[0].start.day == 25
    assert dates.find("3", NOW, "choice") == ()
    assert dates.find("1950年3月2日", NOW, "birth_date") == ()


@pytest.mark.parametrize("word", [*datewords.FEASTS, *datewords.OFFSETS])
def test_no_word_of_the_table_is_passed_over(word: str) -> None:
    assert datewords.TOKEN.search(word)


@given(
    st.text(
        st.sampled_from("下上这周月号点半三二十廿一天后前到-:/今明早晚初第个年0123456789 ，节"),
        max_size=14,
    ),
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - made aware below
)
def test_every_interval_ends_after_it_begins(text: str, now: datetime) -> None:
    for when in dates.find(text, now.replace(tzinfo=UTC)):
        assert when.start < when.end


@given(st.dates(date(2016, 1, 1), date(2058, 1, 1)))
def test_the_moon_brings_every_new_year_between_21_january_and_20_february(day: date) -> None:
    found = lunar.next_date(day, 1, 1)
    assert found is not None
    assert (1, 21) <= (found.month, found.day) <= (2, 21)
    assert day <= found < day + timedelta(days=385)
