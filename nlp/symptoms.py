"""
Symptom words of a message, those that are there and those that are denied.

Words come from `lexicon/symptoms.tsv`, and from body part + ailment (`symptom_parts.tsv`), with
degree words between them left out: 「头有点疼」 is 头疼. The patient's own words are kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict

from nlp import claims, lexicon

_BREAK = re.compile(r"[\s,.!?;:。，！？；：~…|\"“”()（）]")
# What follows is no longer about the illness.
_OTHER_MATTER = re.compile("[,.!?，。！？挂约号]")
_DEGREE = (
    r"(?:有点儿?|有些|一点|特别|非常|很|好|老是?|总是?|一直|又|都|也|还|就|疼得(?!不行|难受|慌)|这儿|那儿|里面?|上|越来越|突然|天天|经常|感觉|觉得|"
    r"两边|左边|右边|一阵阵|阵阵|一跳一跳地?|隐隐|这两天|最近|今天|昨天|几天|左下边?|右下边?|左上边?|右上边?|左侧|右侧|外侧|内侧|前面|后面|下边|上边|上下楼|走路|弯腰|上楼|下楼|晚上|早上|夜里|时|的时候)*"
)


def _words() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in lexicon.rows("symptoms.tsv"):
        found[row["word"][0]].append(row["word"])
    return {c: tuple(sorted(words, key=len, reverse=True)) for c, words in found.items()}


def _pair() -> tuple[re.Pattern[str], frozenset[str]]:
    """Return the pattern of body part and ailment, and the characters it begins with."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for row in lexicon.rows("symptom_parts.tsv"):
        kinds[row["kind"]] += row["words"].split()
    part, ailment = (
        "|".join(sorted(map(re.escape, kinds[k]), key=len, reverse=True))
        for k in ("part", "ailment")
    )
    openings = frozenset(word[0] for word in kinds["part"])
    return re.compile(f"({part}){_DEGREE}({ailment})"), openings


_WORDS = _words()
_PAIR, _PAIR_OPENINGS = _pair()


def _at(text: str, position: int) -> tuple[str, int] | None:
    """Return the longest symptom that starts here and where it ends."""
    first = text[position]
    word = next((w for w in _WORDS.get(first, ()) if text.startswith(w, position)), None)
    pair = _PAIR.match(text, position) if first in _PAIR_OPENINGS else None
    if pair and (word is None or pair.end() > position + len(word)):
        return pair[1] + pair[2], pair.end()
    return (word, position + len(word)) if word else None


def find(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """
    Return (present, denied) symptom words in the order they occur, each once.

    Denial has its own scope rules: 「没有胸痛、气短」 denies both, 「不发烧也不喘」 too. A word
    that is both claimed and denied counts as present.
    """
    plain = _BREAK.sub("|", unicodedata.normalize("NFKC", text))
    scoped = plain.replace("疼", "痛")
    present: dict[str, None] = {}
    denied: dict[str, None] = {}
    position = 0
    while position < len(plain):
        hit = _at(plain, position)
        if hit is None:
            position += 1
            continue
        word, end = hit
        (denied if claims.denied(scoped, position, end) else present)[word] = None
        position = end
    return tuple(present), tuple(word for word in denied if word not in present)


def begins(text: str, within: int) -> bool:
    """Tell whether a symptom begins in the first characters, before a pause or a wish to book."""
    opening = _OTHER_MATTER.split(text[: within + 1])[0]
    return any(_at(text, position) for position in range(len(opening)))
