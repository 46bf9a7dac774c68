"""Emergencies told in any combination of parts: who, since when, where, how, and with what."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp import lexicon, redflags, segment, sounds, wordings

_DATA = Path(__file__).parents[1] / "data"
_DRAWN = 60


def _rows(name: str) -> list[list[str]]:
    lines = (_DATA / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")][1:]


_PARTS = {part: forms.split("|") for part, forms in _rows("redflag_meaning_parts.tsv")}


def _told(template: str, chance: random.Random) -> str:
    return re.sub(r"{(\w+)}", lambda part: chance.choice(_PARTS[part[1]]), template)


def _is_emergency(text: str) -> bool:
    return any(flag.urgency == "emergency" for flag in redflags.check(text))


@pytest.mark.parametrize(("row", "template"), _rows("redflag_meanings.tsv"))
def test_an_emergency_is_heard_however_its_parts_are_put_together(row: str, template: str) -> None:
    chance = random.Random(f"{row} {template}")
    told = [_told(template, chance) for _ in range(_DRAWN)]
    missed = [text for text in told if not _is_emergency(text)]
    assert len(missed) <= _DRAWN * 0.04, missed


_TERMS = [(r["term"], r["unlike"].split()) for r in lexicon.rows("redflag_sounds.tsv")]
_SOUNDING: dict[str, list[str]] = {}
for _character in sounds.known():
    _SOUNDING.setdefault(sounds.readings(_character)[0], []).append(_character)


@given(st.sampled_from(_TERMS), st.data())
def test_a_term_with_one_character_that_only_sounds_right_is_read_as_the_term(
    known: tuple[str, list[str]], data: st.DataObject
) -> None:
    term, unlike = known
    place = data.draw(st.integers(0, len(term) - 1))
    alike = data.draw(st.sampled_from(_SOUNDING[sounds.readings(term[place])[0]]))
    slip = term[:place] + alike + term[place + 1 :]
    if slip not in unlike and slip not in dict(_TERMS):
        assert wordings.clean(slip) == wordings.clean(term)


def test_no_word_of_the_dictionary_is_taken_for_a_term() -> None:
    words = [w for w, count in segment.load().FREQ.items() if count > 3 and 2 <= len(w) <= 4]
    terms = dict(_TERMS)
    taken = [
        word
        for word in words
        if word not in terms
        and wordings.by_sound(word) != word
        and wordings.by_sound(word) in terms
    ]
    # What is left is another spelling of the term itself.
    assert set(taken) <= _VARIANTS, sorted(set(taken) - _VARIANTS)


_VARIANTS = frozenset(["钮扣", "蚂蜂", "寻麻疹"])


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("我凶闷出冷汗", "rf01"),
        ("我爸浑迷了", "rf04"),
        ("孩子抽蓄停不下来", "rf05"),
        ("喝了浓药", "rf20"),
        ("胸口，疼，出冷汗", "rf01"),
        ("嘴 歪了 左边胳膊 抬不起来", "rf02"),
        ("我媽突然嘴歪了，話都說不清", "rf02"),
        ("喘不過氣，嘴唇發紫", "rf03"),
    ],
)
def test_slips_pauses_and_traditional_characters_are_understood(said: str, meant: str) -> None:
    assert meant in {flag.id for flag in redflags.check(said)}


def test_a_pause_between_two_matters_joins_nothing() -> None:
    assert redflags.check("检查了心脏，头疼") == ()
    assert redflags.check("药也吃了，针也打了") == ()
