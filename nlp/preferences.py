"""
What a message says besides its wish, and why somebody does not come; whether it is English.

The words are those of `lexicon/preferences.tsv` and `lexicon/reasons.tsv`.
"""

from __future__ import annotations

import re
from typing import cast

from nlp import lexicon
from nlp.heard import Reason
from nlp.numerals import fold
from nlp.sieve import Sieve

_FILLER = re.compile(r"[\s,.;:!?~、，。！？；：…\"'“”]+")
_SHORTHAND = re.compile(r"<(\w+)>")
_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
# Two words in Latin letters, one of them no abbreviation; or one that nobody writes in Chinese.
_ENGLISH = re.compile(
    r"[a-z']+[^a-z]+[a-z]{3,}|[a-z]{3,}[^a-z]+[a-z']+|english|doctor|appointment|hospital|help",
    re.IGNORECASE,
)
# Talk that is about nothing the desk does.
IDLE = frozenset({"rude", "upset", "off_topic"})
SCOLDING = IDLE | {"queue_long", "queue_missed"}


def _table(column: str) -> Sieve[str]:
    shorthand: dict[str, str] = {}
    patterns: list[tuple[str, re.Pattern[str]]] = []
    for row in lexicon.rows(f"{column}s.tsv"):
        pattern = _SHORTHAND.sub(lambda found: shorthand[found[1]], row["pattern"])
        if row[column].startswith("@"):
            shorthand[row[column][1:]] = pattern
        else:
            patterns.append((row[column], re.compile(pattern)))
    return Sieve(patterns)


_PATTERNS = _table("preference")
_REASONS = cast("Sieve[Reason]", _table("reason"))


def _bare(text: str) -> str:
    return _FILLER.sub("", fold(text))


def reason(text: str) -> Reason | None:
    """Return why somebody does not come, as far as the words say."""
    return next(_REASONS.found(_bare(text)), None)


def find(text: str) -> frozenset[str]:
    """Return which kind of one is wanted: earliest, latest, any, expert … (`heard.Heard`)."""
    found = set(_PATTERNS.found(_bare(text)))
    if not _CHINESE.search(text) and _ENGLISH.search(text):
        found.add("english")
    return frozenset(found)
