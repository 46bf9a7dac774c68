"""
Complaints, parts of the body and departments that only sound right, written as they are meant.

Voice input and quick thumbs write another character of the same sound: 血唐 is 血糖, 拉度子 is
拉肚子. A word of our lexicons is put right where its sound stands for no other of them, where what
is written is no word of its own, and where chance would hardly have put these words side by side.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import prod
from typing import NamedTuple

from nlp import departments, lexicon, segment, sounds, triage
from nlp.surnames import SURNAMES

Span = tuple[int, int]
_SHORTEST, _LONGEST = 2, 7
# Longer phrases are sentences; shorter names of departments are two syllables as common as any.
_LONGEST_PHRASE, _SHORTEST_DEPARTMENT = 4, 3
# A slip must be so many times likelier than these words side by side by chance: 头运 is, 要疼 for
# 腰疼 is not. Chosen on complaints with slips and without (docs/understanding.md).
_LIKELIER = 100.0
# Patients speak of what ails them more than the texts jieba counted: of its 60 million words
# theirs are at least so many.
_LEAST_COMMON = 20
# What a word borders on is clear from so many characters beside it.
_BESIDE = 6
# 「预约康福教授」 asks for somebody, whether the house has him or not.
_TITLED = re.compile(rf"[{SURNAMES}][\u4e00-\u9fff]{{1,2}}(?=医[生师]|大夫|主任|教授)")
_HAN = re.compile("[\u4e00-\u9fff]+")


class _Words(NamedTuple):
    """The listed words; those of each sound; and their lengths, longest first, by two sounds."""

    listed: frozenset[str]
    alike: dict[str, list[str]]
    lengths: dict[str, list[int]]


def _listed() -> Iterator[str]:
    """Yield the words that are known by their sound."""
    yield from (row["word"] for row in lexicon.rows("symptoms.tsv"))
    for row in lexicon.rows("symptom_parts.tsv"):
        if row["kind"] == "part":
            yield from row["words"].split()
    dictionary = segment.load().FREQ
    for row in lexicon.rows("triage_hints.tsv"):
        for phrase in row["phrases"].split():
            if _SHORTEST < len(phrase) <= _LONGEST_PHRASE or dictionary.get(phrase):
                yield phrase
    for name, spoken in departments.SPOKEN.items():
        yield from (f for f in (*name.split("/"), *spoken) if len(f) >= _SHORTEST_DEPARTMENT)


def _is_telling(word: str) -> bool:
    """吐了 and 瘦了 sound like too much that is done (秃了, 收了)."""
    fits = _SHORTEST <= len(word) <= _LONGEST and _HAN.fullmatch(word)
    return bool(fits) and not (len(word) == _SHORTEST and word.endswith("了"))


@lru_cache(maxsize=1)
def _words() -> _Words:
    listed = frozenset(filter(_is_telling, _listed()))
    alike: dict[str, list[str]] = defaultdict(list)
    for word in sorted(listed, key=len, reverse=True):
        alike[sounds.spoken(word)].append(word)
    lengths: dict[str, dict[int, None]] = defaultdict(dict)
    for sound in alike:
        lengths[sound[:_SHORTEST]][len(sound)] = None
    return _Words(listed, dict(alike), {begun: [*some] for begun, some in lengths.items()})


_UNLIKE = frozenset(row["unlike"] for row in lexicon.rows("soundalikes.tsv"))


def righted(text: str, names: Sequence[Span] = ()) -> str:
    """
    Return the text with its sound-alikes put right, every character where it was.

    What touches one of the `names`, or a name before a title, stays as it is written.
    """
    slips = [*_slips(text)]
    if not slips:
        return text
    people = [*names, *(found.span() for found in _TITLED.finditer(text))]
    pieces, end = [], 0
    for start, word in slips:
        stop = start + len(word)
        if not any(first < stop and start < last for first, last in people):
            pieces += [text[end:start], word]
            end = stop
    return "".join([*pieces, text[end:]])


def _slips(text: str) -> Iterator[tuple[int, str]]:
    """
    Yield where another word is meant and which.

    The longest word of a sound decides, and one that is written right is stepped over.
    """
    listed, alike, lengths = _words()
    heard = sounds.spoken(text)
    at = 0
    while at < len(text) - 1:
        step = 1
        for size in lengths.get(heard[at : at + _SHORTEST], ()):
            meant = alike.get(heard[at : at + size])
            if meant is None:
                continue
            told = text[at : at + size]
            if told in listed:
                step = size
            elif len(meant) == 1 and _is_slip(told, meant[0]) and _is_likely(text, at, meant[0]):
                yield at, meant[0]
                step = size
            break
        at += step


def _is_slip(told: str, meant: str) -> bool:
    """Tell whether most of the word is right, and the rest nothing that is known."""
    wrong = [place for place, char in enumerate(told) if char != meant[place]]
    if len(wrong) > (len(told) + 1) // 3 or told in _UNLIKE:
        return False
    if len(told) == _SHORTEST and wrong == [0] and told[0] in SURNAMES:
        return False  # 郭敏 is somebody, and no 过敏
    plain, known, last = told.replace("疼", "痛"), triage.MODEL.index, len(told) - 1
    pairs = (begin for place in wrong for begin in (place - 1, place) if 0 <= begin < last)
    return any(plain[begin : begin + 2] not in known for begin in pairs)


def _is_likely(text: str, start: int, meant: str) -> bool:
    """Tell whether a slip is likelier than the words that stand there, side by side by chance."""
    dictionary = segment.load()
    told = _pieces(text, start, start + len(meant))
    if len(told) < 2:  # noqa: PLR2004 - a word of its own, or no words from end to end
        return False
    common = prod(dictionary.FREQ.get(word) or 1 for word in told)
    chance: float = common / dictionary.total ** (len(told) - 1)
    written: int = max(dictionary.FREQ.get(meant, 0), _LEAST_COMMON)
    return written >= _LIKELIER * chance


def _pieces(text: str, start: int, stop: int) -> list[str]:
    """Return the words from start to stop; none where one crosses either end."""
    found, at = [], max(0, start - _BESIDE)
    for word in segment.load().cut(text[at : stop + _BESIDE], HMM=False):
        begun, at = at, at + len(word)
        if start <= begun < stop:
            found.append(word)
        if at >= stop:
            break
    return found if at == stop and sum(map(len, found)) == stop - start else []
