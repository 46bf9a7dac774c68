"""
Words typed as bare pinyin, written as characters: 「mingtian下午 pifuke」 is 明天下午皮肤科.

Only runs of letters that are known words from end to end are read; English and abbreviations (ct,
ok, hpv) stay as they are.
"""

from __future__ import annotations

import re
from functools import lru_cache

from nlp import departments, lexicon, sounds

_LEAST = 4
# A capital may begin a sentence; codes (HAODE1) are no words.
_LETTERS = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][a-z]*(?:[ '][a-z]+)*(?![A-Za-z0-9])")
_RUN = re.compile("[A-Za-z]+")


@lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    names = [part for name in departments.NATIONAL for part in name.split("/")]
    spoken = [form for forms in departments.SPOKEN.values() for form in forms if form[-1] == "科"]
    listed = [row["word"] for row in lexicon.rows("spelled.tsv")]
    found: dict[str, str] = {}
    for word in (*listed, *names, *spoken):
        found.setdefault("".join(sounds.readings(char)[0] for char in word), word)
    return found


def read(text: str) -> str:
    """Return the text with its pinyin words as characters."""
    return _LETTERS.sub(_as_characters, text)


def _as_characters(found: re.Match[str]) -> str:
    """Read the whole run, or where it holds other words, what stands between its gaps."""
    letters = re.sub("[ ']", "", found[0].lower())
    whole = len(letters) >= _LEAST and _split(letters)
    return whole or _RUN.sub(_one_run, found[0])


def _one_run(found: re.Match[str]) -> str:
    return (len(found[0]) >= _LEAST and _split(found[0].lower())) or found[0]


def _split(letters: str) -> str | None:
    """Return the fewest known words these letters are, None where some are left over."""
    words = _words()
    best: list[list[str] | None] = [[], *([None] * len(letters))]
    for end in range(1, len(letters) + 1):
        for start in range(end):
            before, word = best[start], words.get(letters[start:end])
            known = best[end]
            if before is not None and word and (known is None or len(before) + 1 < len(known)):
                best[end] = [*before, word]
    whole = best[-1]
    return "".join(whole) if whole else None
