"""Whether an act of the desk is wished, or only spoken of."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from nlp import moods, particulars
from nlp.heard import Context, Heard
from nlp.understand import understand
from nlp.vocabulary import Vocabulary

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
DATA = Path(__file__).parents[1] / "data" / "mentioned.tsv"
STARTS = {"cancel", "reschedule", "check_in", "waitlist", "book", "extra"}


def heard(text: str, asking: str | None = None) -> Heard:
    return understand(text, NOW, Vocabulary(), Context(asking=asking))


def starts(text: str) -> bool:
    """Tell whether the desk begins something; privacy without an errand is only answered."""
    found = heard(text)
    return found.intent in STARTS or (found.intent == "privacy" and found.errand is not None)


def rows() -> list[dict[str, str]]:
    with DATA.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_who_only_speaks_of_an_act_mostly_does_not_start_it() -> None:
    only = [row["text"] for row in rows() if not row["intent"]]
    assert len(only) == 100
    begun = sum(map(starts, only))
    assert begun <= 22  # 46 before moods were heard


def test_wishes_in_the_same_words_are_mostly_heard() -> None:
    wished = [row for row in rows() if row["intent"]]
    assert len(wished) == 106
    right = sum(heard(row["text"]).intent in row["intent"].split("|") for row in wished)
    assert right >= 81  # 77 before


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我没说要取消啊", "deny"), ("我老公说要取消，我没同意", "deny"),
        ("要是取消扣钱吗", "clinic_info"), ("候补是什么意思", "clinic_info"),
        ("昨天已经签过到了", "unknown"), ("幫我取消聽日嘅預約", "cancel"),
        ("嚟到喇 幫我簽到唔該", "check_in"), ("唔好取消呀", "deny"),
        ("刚才说不退，现在要退", "cancel"), ("不取消，往后推一周", "reschedule"),
    ],
)  # fmt: skip
def test_the_same_words_wished_and_only_spoken(text: str, intent: str) -> None:
    assert heard(text).intent == intent


def test_what_was_denied_is_told_to_the_talk() -> None:
    assert heard("我没说要取消啊").denied == {"cancel"}
    assert heard("我没说要取消啊", asking="yes_no").denied == {"cancel"}
    assert not heard("取消").denied
    assert not heard("不要").denied


def test_nothing_is_erased_for_who_only_talks_of_it() -> None:
    for text in ("我老婆让我把信息都删了，我觉得没必要", "别删我的资料，我开玩笑的"):
        assert particulars.errand(text, "deny", moods.find(text).moods) is None
    wished = "把我的资料都删了吧"
    assert particulars.errand(wished, "privacy", moods.find(wished).moods) == "erase"


def test_words_without_an_act_have_no_mood() -> None:
    assert moods.find("我没说头疼") == moods.Mentions()


def test_a_black_list_is_no_sign_of_bleeding() -> None:
    assert heard("爽约几次会被拉黑").urgency == "routine"
    assert heard("这两天拉黑便，头晕").urgency == "emergency"
