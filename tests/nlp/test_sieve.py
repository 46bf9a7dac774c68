"""Which patterns are searched for at all: the sieve may let too many through, never too few."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nlp import intent_rows
from nlp.sieve import Guarded, Sieve, needs

DATA = Path(__file__).parents[1] / "data"


@pytest.mark.parametrize(
    ("pattern", "pieces"),
    [
        ("取消.{0,4}预约", {"取消"}),
        ("(?:取消|退掉).{0,4}号", {"取消", "退掉"}),
        ("[早前]一?[点些]", {"早点", "早些", "早一", "前点", "前些", "前一"}),
        ("(?<!不)挂(?!了)号?", {"挂"}),
        ("(?=.*发票)怎么", {"发票"}),
        ("^(?:那)?停$", {"停"}),
        ("(?:很)+快", {"很"}),
        ("[^a-z]+", None),
        ("好?", None),
        ("停诊|.*", None),
        ("(?i:ct)", None),
    ],
)
def test_what_a_pattern_cannot_be_found_without(pattern: str, pieces: set[str] | None) -> None:
    assert needs(re.compile(pattern)) == pieces


def test_case_that_does_not_matter_is_not_looked_at() -> None:
    assert needs(re.compile("passport", re.IGNORECASE)) is None


def test_names_come_in_the_order_of_the_table() -> None:
    sieve = Sieve([("fee", re.compile("多少钱|收费")), ("where", re.compile("在哪|几楼"))])
    assert list(sieve.found("几楼交钱，多少钱")) == ["fee", "where"]
    assert list(sieve.found("几楼")) == ["where"]
    assert list(sieve.found("")) == []


def test_nothing_is_lost_that_a_search_would_find() -> None:
    patterns = [rule.pattern for rule in intent_rows.table().rules]
    sieve = Sieve(enumerate(patterns))
    texts = [
        cell
        for name in ("everyday.tsv", "first_messages.tsv")
        for cell in re.split(r"[\t\n]", (DATA / name).read_text(encoding="utf-8"))
    ]
    for text in texts:
        searched = [n for n, pattern in enumerate(patterns) if pattern.search(text)]
        assert list(sieve.found(text)) == searched, text


def test_a_guarded_pattern_does_what_it_does_without() -> None:
    plain = re.compile("(?:取消|退掉).{0,4}号")
    guarded = Guarded(plain)
    for text in ("取消这个号", "退掉它的号，取消别的号", "这个号怎么取", "取消预约", ""):
        assert guarded.sub("□", text) == plain.sub("□", text)
        assert [m.span() for m in guarded.finditer(text)] == [
            m.span() for m in plain.finditer(text)
        ]
        assert bool(guarded.match(text)) == bool(plain.match(text))
    assert not guarded.may_hold("这个号怎么取")
