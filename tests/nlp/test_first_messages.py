"""
First messages as people write them.

Complaints in no list, bookings without a verb, dates in dictation, relatives who are only
mentioned. The labels were written before the program was asked.
"""

from __future__ import annotations

import csv
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from nlp import ailing, spelled
from nlp.heard import Heard
from nlp.understand import understand
from nlp.vocabulary import Vocabulary

NOW = datetime(2026, 12, 2, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
DATA = Path(__file__).parents[1] / "data" / "first_messages.tsv"


def rows() -> list[dict[str, str]]:
    with DATA.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def heard(text: str) -> Heard:
    return understand(text, NOW, Vocabulary())


def names(row: dict[str, str], first: int) -> list[str]:
    return [d.name for d in heard(row["text"]).departments[:first]]


def intervals(text: str) -> set[str]:
    return {f"{w.start:%Y-%m-%dT%H:%M}/{w.end:%Y-%m-%dT%H:%M}" for w in heard(text).when}


def is_dated(row: dict[str, str]) -> bool:
    found = intervals(row["text"])
    return not found if row["when"] == "none" else bool(found & {*row["when"].split("|")})


def test_the_wish_is_heard() -> None:
    wrong = [r["text"] for r in rows() if heard(r["text"]).intent not in r["intent"].split("|")]
    assert len(wrong) <= 0.04 * len(rows()), wrong


def test_the_right_department_is_among_three_and_mostly_the_first() -> None:
    judged = [r for r in rows() if r["departments"] not in {"", "none"}]
    wanted = [{*r["departments"].split("|")} for r in judged]
    missed = [r["text"] for r, w in zip(judged, wanted, strict=True) if not w & {*names(r, 3)}]
    assert len(missed) <= 0.06 * len(judged), missed
    first = sum(bool(w & {*names(r, 1)}) for r, w in zip(judged, wanted, strict=True))
    assert first >= 0.88 * len(judged)


def test_what_is_no_complaint_names_no_department() -> None:
    named = [r["text"] for r in rows() if r["departments"] == "none" and names(r, 1)]
    assert not named


def test_dates_are_heard_and_nothing_else_is_one() -> None:
    # 「今早胃里翻江倒海」 is heard as a wish for this morning, which is over.
    assert len([r["text"] for r in rows() if r["when"] and not is_dated(r)]) <= 1


def test_the_patient_is_told_from_those_who_are_only_mentioned() -> None:
    told = [(r, r["person"].replace("none", "None").split("|")) for r in rows() if r["person"]]
    assert not [r["text"] for r, w in told if str(heard(r["text"]).person.relation) not in w]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("mingtian下午 pifuke", "明天下午 皮肤科"),
        ("Houtian shangwu", "后天上午"),
        ("zhang yisheng 在吗", "zhang 医生 在吗"),
        ("hello", "hello"),
        ("CT做完了", "CT做完了"),
        ("绑定 HAODE1", "绑定 HAODE1"),
    ],
)
def test_pinyin_is_read_and_other_letters_are_left_alone(written: str, meant: str) -> None:
    assert spelled.read(written) == meant
    assert heard(written).text == written


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("漏斗胸，十六了", True),
        ("忘性越来越大，下楼转个弯就不认得路", True),
        ("放疗做完嘴里烂得吃不下东西", True),
        ("今天金价多少", False),
        ("卖二手轮椅八成新", False),
        ("帮我添加孩子", False),
    ],
)
def test_complaints_in_no_list_are_told_from_other_talk(text: str, *, is_one: bool) -> None:
    assert ailing.speaks(text) is is_one
