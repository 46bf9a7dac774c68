"""What dictation and hurried thumbs make of the words of a date: `lexicon/misheard.tsv`."""

from __future__ import annotations

import re

from nlp import lexicon

_ROWS = [(re.compile(r["pattern"]), r["right"]) for r in lexicon.rows("misheard.tsv")]
_ANY = re.compile("|".join(pattern.pattern for pattern, _ in _ROWS))


def righted(folded: str) -> str:
    """Return the text with sound-alikes put right, every character where it was."""
    if not _ANY.search(folded):
        return folded
    for wrong, right in _ROWS:
        folded = wrong.sub(right, folded)
    return folded
