"""Words of the south in the common spelling, where a wish is weighed: `lexicon/spellings.tsv`."""

from __future__ import annotations

import re
from functools import lru_cache

from nlp import lexicon, numerals

_ROWS = [(re.compile(r["said"]), r["meant"]) for r in lexicon.rows("spellings.tsv")]
_ANY = re.compile("|".join(pattern.pattern for pattern, _ in _ROWS))


@lru_cache(maxsize=64)
def common(text: str) -> str:
    """Return the text in simplified characters and common words; its length may change."""
    if _ANY.search(text):
        for said, meant in _ROWS:
            text = said.sub(meant, text)
    return numerals.simplified(text)
