"""
What is plainly asked of the house in one clause of a message.

「选2。因为我听不见，叫号的时候怎么知道轮到我？」 chooses, and asks (`lexicon/asked.tsv`). What
asks is answered; what is left is heard for itself: 听不见 is no complaint of who asks how a deaf
person is called. What a desk is for besides (`lexicon/subjects.tsv`) has a name: 婚检, 床位.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from nlp import lexicon, spellings, symptoms
from nlp.sieve import Sieve

_CUTS = re.compile(r"(?<=[,，。;；!！?？\n])")
_GAPS = re.compile(r"[\s,，。;；!！?？:：、…~～“”\"']+")
_SHORTHAND = re.compile(r"<(\w+)>")
# Beside what a row counts: alone, too, beside any question, beside one of its own topic.
_ALONE, _ANY = "", "beside"
SUBJECTS = frozenset(row["topic"] for row in lexicon.rows("subjects.tsv"))
# The topics of a clause, and those that count beside another only, with beside which.
_Topics = tuple[frozenset[str], dict[str, str]]


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[str, ...], Sieve[tuple[str, str]]]:
    """Return the topics in order; the patterns of each, and beside what it counts."""
    shorthand: dict[str, str] = {}
    rows = []
    for row in (*lexicon.rows("asked.tsv"), *lexicon.rows("subjects.tsv")):
        pattern = _SHORTHAND.sub(lambda found: shorthand[found[1]], row["pattern"])
        if row["topic"].startswith("@"):
            shorthand[row["topic"][1:]] = f"(?:{pattern})"
        else:
            rows.append(((row["topic"], row.get("beside", _ALONE)), re.compile(pattern)))
    return tuple(dict.fromkeys(topic for (topic, _), _ in rows)), Sieve(rows)


def split(text: str, but: frozenset[str] = frozenset()) -> tuple[tuple[str, ...], str]:
    """Return what is asked `but` for some, in the order of the table, and the message without."""
    clauses = [clause for clause in _CUTS.split(text) if clause]
    found = [_topics(clause, but) for clause in clauses]
    plainly = frozenset().union(*(plain for plain, _ in found))
    if not plainly:
        plainly = _topics(text, but)[0] if len(clauses) > 1 else plainly  # 「挂错了，能退吗」
        return _in_order(plainly), "" if plainly else text
    told = [
        plain | {topic for topic, where in beside.items() if where == _ANY or topic in plainly}
        for plain, beside in found
    ]
    rest = [clause for clause, topics in zip(clauses, told, strict=True) if not topics]
    return _in_order(plainly.union(*told)), "".join(rest)


def _in_order(topics: frozenset[str]) -> tuple[str, ...]:
    return tuple(topic for topic in _table()[0] if topic in topics)


def _topics(clause: str, but: frozenset[str]) -> _Topics:
    said = _GAPS.sub("", unicodedata.normalize("NFKC", spellings.common(clause)).lower())
    held = [
        (topic, where)
        for (topic, where), pattern in _table()[1].left(said)
        if topic not in but and (found := pattern.search(said)) and not _ails(topic, said, found)
    ]
    return frozenset(t for t, where in held if not where), {t: w for t, w in held if w}


def _ails(topic: str, said: str, found: re.Match[str]) -> bool:
    """Tell whether a complaint stands beside a subject of the desk: 「献血后头晕」."""
    if topic not in SUBJECTS:
        return False
    return bool(symptoms.find(f"{said[: found.start()]}，{said[found.end() :]}")[0])
