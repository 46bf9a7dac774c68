"""
What a message in plain English says that the desk can hear: 「eye pain tomorrow」 is 眼睛痛，明天.

Word by word by a table (`lexicon/english.tsv`); a part of the body beside a pain is one complaint.
A message with Chinese in it stays as it is, and so does one of which no word is known.
"""

from __future__ import annotations

import re
from functools import lru_cache

from nlp import lexicon

_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_OF = r"\s+(?:(?:in|on|of|at)\s+)?(?:(?:my|the|his|her|our|your|left|right|lower|upper)\s+)*"
_ACHES = r"(?:pains?|aches?|aching|hurts?|hurting|sore|painful)"
_BESIDE = r"(?:\s+(?:is|are|feels?|really|still|very|bad(?:ly)?))*\s*"


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = lexicon.rows("english.tsv")
    found = [(row["pattern"], row["said"]) for row in rows if row["kind"] != "part"]
    for row in rows:
        if row["kind"] == "part":
            part = f"(?:{row['pattern']})"
            pained = rf"{_ACHES}{_OF}{part}|{part}{_BESIDE}{_ACHES}"
            found += [(pained, f"{row['said']}痛"), (part, row["said"])]
    return tuple((re.compile(rf"\b(?:{words})\b", re.IGNORECASE), said) for words, said in found)


def read(text: str) -> str:
    """Return the message in Chinese, as far as its words are known; else as it was."""
    if _CHINESE.search(text):
        return text
    left, said = text.replace("’", "'"), {}
    for pattern, meant in _table():
        for found in pattern.finditer(left):
            said[found.start()] = meant
        left = pattern.sub(lambda found: "\n" * len(found[0]), left)
    return "，".join(said[at] for at in sorted(said)) or text
