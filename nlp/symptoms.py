"""
Complaints in a message, as the person worded them, and those said to be absent.

A complaint is a word of its own (眩晕) or a part of the body with a feeling (肚子 有点 胀), both
from `lexicon/symptoms.tsv`. Negation has rules of its own: segmentation tears 「不发烧也不喘」
apart, a scope does not.
"""

from __future__ import annotations

import re
from functools import lru_cache

from nlp import lexicon
from nlp.numerals import fold

# Between a part and its feeling: how much, how often, which side, and no new matter.
_BETWEEN = (
    r"(?:的|里面?|上面?|下面?|这里|这边|那里|那块|一边|左边|右边|两边|部位?|也|又|都|还|有|有点儿?|有些|一点|点|"
    r"老是?|总是?|一直|经常|时常|常常|偶尔|突然|忽然|特别|非常|很|好|太|更|越来越|开始|一阵阵?|一跳一跳地?|"
    r"会|在|就|给|感觉|觉得|这几天|这两天|最近|昨天|今天|晚上|早上|夜里|长期|反复|持续|隐隐地?|莫名|连着)"
)
_NEGATION = re.compile(
    r"(?:没有?(?:出现|什么|任何|明显|再|过|觉得|感觉)?|并?无(?:明显)?|未(?:见|出现)?|"
    r"不(?:怎么|太|是|再|会|伴|觉得)?|从不|否认|不存在|排除)(?:的|有)?$"
)
_AND = re.compile(r"^(?:、|和|及|或者?|以及|跟|与)?$")
_BREAK = re.compile(r"[,，。;；!！?？\n]|但|可是|不过|就是|只是|却")


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    words: dict[str, list[str]] = {"part": [], "feeling": [], "word": []}
    for row in lexicon.rows("symptoms.tsv"):
        words[row["kind"]] += row["words"].split()
    parts, feelings, whole = (_longest_first(words[kind]) for kind in ("part", "feeling", "word"))
    return re.compile(
        f"(?P<whole>{whole})|(?P<part>{parts}){_BETWEEN}{{0,4}}(?P<feeling>{feelings})"
    )


def _longest_first(words: list[str]) -> str:
    return "|".join(map(re.escape, sorted(set(words), key=lambda w: (-len(w), w))))


def find(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the complaints (present, absent), each once, in the order told."""
    folded = fold(text)
    present: dict[str, None] = {}
    absent: dict[str, None] = {}
    end, negated = 0, False
    for match in _pattern().finditer(folded):
        between = folded[end : match.start()]
        denied = bool(_NEGATION.search(_BREAK.split(between)[-1]))
        negated = denied or (negated and bool(_AND.match(between)))
        word = match["whole"] or match["part"] + match["feeling"]
        (absent if negated else present)[word] = None
        end = match.end()
    return tuple(w for w in present if w not in absent), tuple(absent)
