"""
Chinese words of a text, by jieba, loaded once and quietly.

Loading takes about a second and 70 MB, so a server calls `load()` before it forks.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import cache

import jieba

from nlp import lexicon


@cache
def load() -> jieba.Tokenizer:
    """Return the tokenizer, with the lay symptom words added; the first call loads it."""
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    add(tokenizer, (row["word"] for row in lexicon.rows("symptoms.tsv")))
    return tokenizer


def add(tokenizer: jieba.Tokenizer, words: Iterable[str]) -> None:
    """Teach a tokenizer words that it must not cut."""
    for word in words:
        tokenizer.add_word(word)


def words(text: str) -> list[str]:
    """Return the words of a text in order, blanks dropped."""
    return [word for word in load().cut(text) if word.strip()]
