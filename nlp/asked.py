"""
What is plainly asked of the house in one clause of a message (`lexicon/asked.tsv`).

「选2。因为我听不见，叫号的时候怎么知道轮到我？」 chooses, and asks. What asks is answered; what is
left is heard for itself: 听不见 is no complaint of who asks how a deaf person is called.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from nlp import lexicon, spellings
from nlp.sieve import Sieve

_CUTS = re.compile(r"(?<=[,，。;；!！?？\n])")
_GAPS = re.compile(r"[\s,，。;；!！?？:：、…~～“”\"']+")
# 「周末能看吗」 asks of nobody: it calls nothing that is said beside another question.
_WEAK = frozenset({"speciality"})
_SHORTHAND = re.compile(r"<(\w+)>")


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[str, ...], Sieve[tuple[str, bool]]]:
    """Return the topics in order; the patterns of each, and whether it counts alone or beside."""
    shorthand: dict[str, str] = {}
    rows = []
    for row in lexicon.rows("asked.tsv"):
        pattern = _SHORTHAND.sub(lambda found: shorthand[found[1]], row["pattern"])
        if row["topic"].startswith("@"):
            shorthand[row["topic"][1:]] = f"(?:{pattern})"
        else:
            rows.append(((row["topic"], bool(row["beside"])), re.compile(pattern)))
    return tuple(dict.fromkeys(topic for (topic, _), _ in rows)), Sieve(rows)


def split(text: str) -> tuple[tuple[str, ...], str]:
    """Return what is asked, in the order of the table, and the message without it."""
    clauses = [clause for clause in _CUTS.split(text) if clause]
    found = [_topics(clause) for clause in clauses]
    if not any(plain for plain, _ in found):
        whole = _topics(text)[0] if len(clauses) > 1 else ()  # 「挂错了，能退吗」
        return whole, "" if whole else text
    if all(_WEAK.issuperset(plain) for plain, _ in found):
        found = [(plain, ()) for plain, _ in found]
    asked = {topic for plain, beside in found for topic in (*plain, *beside)}
    rest = [c for c, (plain, beside) in zip(clauses, found, strict=True) if not (plain or beside)]
    return tuple(topic for topic in _table()[0] if topic in asked), "".join(rest)


def _topics(clause: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the topics of a clause, and those that only count beside another."""
    said = _GAPS.sub("", unicodedata.normalize("NFKC", spellings.common(clause)).lower())
    held = list(_table()[1].found(said))
    plain = tuple(dict.fromkeys(topic for topic, beside in held if not beside))
    return plain, tuple(dict.fromkeys(topic for topic, beside in held if beside))
