"""
How characters sound: syllables without tones, and which of them people mix up.

The readings are data (`lexicon/syllables.tsv`, the 6,763 characters of GB 2312).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache

from nlp import lexicon

# Initials and finals that southern speakers, typists and voice input confuse, as one.
_MERGED_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_CONFUSED = {"n": "l", "r": "l"}


@cache
def _table() -> dict[str, tuple[str, ...]]:
    rows = lexicon.rows("syllables.tsv")
    return {row["character"]: tuple(row["readings"].split(",")) for row in rows}


def known() -> Iterable[str]:
    """Return the characters whose readings are known."""
    return _table()


def readings(char: str) -> tuple[str, ...]:
    """Return the syllables of a character, the usual first; a rare one sounds like itself."""
    return _table().get(char, (char,))


@cache
def _voice() -> dict[int, str]:
    """Return a table that writes every character as one that sounds like it."""
    chosen: dict[str, str] = {}
    return {ord(c): chosen.setdefault(readings(c)[0], c) for c in known()}


@lru_cache(maxsize=32)
def spoken(text: str) -> str:
    """Return the text with one character for each sound: 血唐 and 血糖 are the same."""
    return text.translate(_voice())


@lru_cache(maxsize=2048)
def blurred(syllable: str) -> str:
    """Return the syllable with the sounds that people confuse made one: zhang and zan alike."""
    for sharp, flat in _MERGED_INITIALS:
        if syllable.startswith(sharp):
            syllable = flat + syllable[2:]
    if syllable[:1] in _CONFUSED:
        syllable = _CONFUSED[syllable[0]] + syllable[1:]
    return syllable.removesuffix("g") if syllable.endswith("ng") else syllable
