"""
How an act of the desk is spoken of: wished for, or only mentioned.

「我没说要取消啊」, 「取消扣钱吗」 and 「昨天签过到了」 hold the same words as a wish. What stands
around the act tells them apart, whichever act it is: so the acts are one mark in the features,
and the usual wordings (`lexicon/moods.tsv`) are facts.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from nlp import lexicon, spellings, triage_model
from nlp.heard import Intent
from nlp.sieve import Sieve

MODEL_FILE = lexicon.HERE / "moods.bin"
WISHED, MENTIONED = "wished", "mentioned"
# Wordings of who only speaks of an act; a small model weighs them with what else is said.
ONLY_MENTIONED = frozenset({"denied", "told", "over", "rule"})
_ACT = "A"
_SHORTHAND = re.compile(r"<(\w+)>")
_PAUSE = re.compile(r"[^\w]+|_")
# Of a long story the end tells what is wished.
_MOST = 60
# Acts that a form is open for, and that may be denied in it.
_OPENED: tuple[Intent, ...] = ("cancel", "reschedule", "check_in", "waitlist")


class Mentions(NamedTuple):
    """
    In which moods an act is spoken of, and the words around it, the acts one mark.

    Nothing of either where no act is spoken of.
    """

    moods: frozenset[str] = frozenset()
    around: str = ""

    def features(self) -> set[str]:
        """Return what the model sees of them: 1-3 character sequences and the moods."""
        return triage_model.grams(f"^{self.around}$") | {f"<{mood}>" for mood in self.moods}

    def weigh(self, small: triage_model.Model) -> tuple[float, float]:
        """
        Return the log-probabilities that the act is wished, and that it is only mentioned.

        Both are 0 where no wording tells of it: then the words are taken as a wish.
        """
        if ONLY_MENTIONED.isdisjoint(self.moods):
            return 0.0, 0.0
        margins, _ = small.margins(self.features())
        odds = margins[small.names.index(WISHED)] - margins[small.names.index(MENTIONED)]
        return -_log1pexp(-odds), -_log1pexp(odds)


def _log1pexp(value: float) -> float:
    return max(value, 0.0) + math.log1p(math.exp(-abs(value)))


class _Table(NamedTuple):
    act: re.Pattern[str]
    opened: dict[Intent, re.Pattern[str]]
    denied: Sieve[Intent]
    mistaken: re.Pattern[str]
    moods: Sieve[str]


@lru_cache(maxsize=1)
def _table() -> _Table:
    """Return the acts and the pattern of each mood, compiled once."""
    shorthand: dict[str, str] = {}
    rows: dict[str, list[str]] = {}
    for row in lexicon.rows("moods.tsv"):
        if row["mood"].startswith("@"):
            shorthand[row["mood"][1:]] = f"(?:{_filled(row['pattern'], shorthand)})"
        else:
            rows.setdefault(row["mood"], []).append(row["pattern"])
    denials = "|".join(row for row in rows["denied"] if "<act>" in row)
    mistaken = "|".join(rows.pop("mistaken"))
    return _Table(
        re.compile(shorthand["act"]),
        {one: re.compile(shorthand[one]) for one in _OPENED},
        Sieve(
            (one, re.compile(_filled(denials, {**shorthand, "act": shorthand[one]})))
            for one in _OPENED
        ),
        re.compile(mistaken),
        Sieve(
            (mood, re.compile(_filled("|".join(some), shorthand))) for mood, some in rows.items()
        ),
    )


def _filled(pattern: str, shorthand: Mapping[str, str]) -> str:
    return _SHORTHAND.sub(lambda found: shorthand[found[1]], pattern)


def find(text: str) -> Mentions:
    """Return how an act is spoken of in a message."""
    table, said = _table(), _clauses(text)
    if not table.act.search(said):
        return Mentions()
    return Mentions(frozenset(table.moods.found(said)), table.act.sub(_ACT, said))


def denied(text: str, *, is_denial: bool) -> frozenset[Intent]:
    """
    Return the acts with a form of their own that somebody says not to have asked for.

    A message that `is_denial` as a whole denies all that it speaks of; 「你理解错了」 whatever
    it was.
    """
    table, said = _table(), _clauses(text)
    if table.mistaken.search(said):
        return frozenset(_OPENED)
    if is_denial:
        return frozenset(act for act, pattern in table.opened.items() if pattern.search(said))
    return frozenset(table.denied.found(said))


def _clauses(text: str) -> str:
    """Return the message in one width and case, every pause a comma."""
    flat = unicodedata.normalize("NFKC", text[-_MOST:]).lower()
    return spellings.common(_PAUSE.sub(",", flat)).strip(",")
