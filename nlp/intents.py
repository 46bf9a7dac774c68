"""
What somebody wants from one message: evidence rows of `lexicon/intents.tsv`, summed and compared.

A row says: if these facts hold and this pattern is found, the intent gains this weight (log-odds
against saying nothing; 2 a hint, 4 clear, 6 plain, 8 decisive). Synonyms must not count twice, so
of an intent's rows with a pattern only the heaviest counts; rows of facts alone add up, and so do
negative rows. The confidence is the winner's share of the exponentials.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

from nlp import lexicon
from nlp.heard import Answer, Intent

BRIEF = 6  # characters left once courtesy is taken off: an answer rather than a story
NOTHING_SAID = 1.5  # what evidence must beat to be more than `unknown`
STORY = 30  # characters from which a message tells rather than asks
HEAD, TAIL = 60, 40  # of a long story the request stands at its beginning or its end
INTENTS: dict[str, Intent] = {name: name for name in get_args(Intent)}

_PUNCTUATION = re.compile(r"[^\w/+.%:👌👍🙏💪-]+|(?<!\d)[.:/-]|[.:/-](?!\d)|_")
_ASCII_GAP = re.compile(r"\s+")
_SPACED = re.compile(
    r"\s*[\u4e00-\u9fff]{2,4}[\s,，:：]+\S"
)  # a clerk's command: verb, gap, object
_SHORTHAND = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Cues:
    """
    What the other senses found in the message, and which answer the open question wants.

    `departments` is true only where one was named in words; `ordinal` is 1-based, -1 = last;
    `asking` as in `heard.Context`.
    """

    symptoms: bool = False
    doctors: bool = False
    departments: bool = False
    when: bool = False
    ordinal: int | None = None
    answer: Answer | None = None
    readings: bool = False
    asking: str | None = None


@dataclass(frozen=True, slots=True)
class _Rule:
    """One kind of evidence; `whole` patterns must be all that was said."""

    intent: Intent
    needs: frozenset[str]
    bars: frozenset[str]
    pattern: re.Pattern[str] | None
    whole: bool
    weight: float


@dataclass(frozen=True, slots=True)
class _Table:
    """The compiled lexicon: `kept` are heaviest-only rules in falling weight, `added` all add."""

    kept: tuple[tuple[Intent, tuple[_Rule, ...]], ...]
    added: tuple[_Rule, ...]
    medical: re.Pattern[str]
    opening: re.Pattern[str]
    closing: re.Pattern[str]
    question: re.Pattern[str]


def guess(text: str, cues: Cues) -> tuple[Intent, float]:
    """
    Return the likeliest intent of `text` and its probability in 0..1.

    Never `emergency`: that is decided by red flags. Nothing recognised is `unknown`.
    """
    table = _table()
    said = _normal(text)
    bare = _bare(said, table)
    facts = _facts(said, bare, cues, table)
    if _SPACED.match(text):
        facts.add("spaced")
    scores: dict[Intent, float] = {"unknown": NOTHING_SAID}
    for intent, rules in table.kept:
        for rule in rules:
            if _holds(rule, said, bare, facts):
                scores[intent] = rule.weight
                break
    for rule in table.added:
        if _holds(rule, said, bare, facts):
            scores[rule.intent] = scores.get(rule.intent, 0.0) + rule.weight
    best = max(scores, key=lambda intent: scores[intent])
    total = sum(math.exp(score - scores[best]) for score in scores.values())
    return best, 1.0 / total


def _holds(rule: _Rule, said: str, bare: str, facts: set[str]) -> bool:
    """Return whether the rule's facts hold and its pattern is found."""
    if not rule.needs <= facts or not rule.bars.isdisjoint(facts):
        return False
    if rule.pattern is None:
        return True
    if rule.whole:
        plain = said.replace(",", "")
        return any(rule.pattern.fullmatch(whole) for whole in {bare, plain})
    return rule.pattern.search(said) is not None


def _normal(text: str) -> str:
    """Return the message in one width and case, punctuation as commas, long stories cut."""
    flat = _ASCII_GAP.sub(" ", unicodedata.normalize("NFKC", text).lower().strip())
    if len(flat) > HEAD + TAIL:
        flat = f"{flat[:HEAD]},{flat[-TAIL:]}"
    return _PUNCTUATION.sub(",", flat.replace(" ", ""))


def _bare(said: str, table: _Table) -> str:
    """Return what is left without courtesy at both ends; courtesy alone stays as it is."""
    core = table.opening.sub("", said)
    core = table.closing.sub("", core).replace(",", "")
    return core or said.strip(",").replace(",", "")


def _facts(said: str, bare: str, cues: Cues, table: _Table) -> set[str]:
    """Return the names of the facts that hold, as the lexicon's second column spells them."""
    facts = {
        name for name in ("symptoms", "doctors", "departments", "when", "readings")
        if getattr(cues, name)
    }  # fmt: skip
    if cues.ordinal is not None:
        facts.add("ordinal")
    if cues.answer is not None:
        facts.add(cues.answer)
    if cues.asking is not None:
        facts.update(("asked", f"asked:{cues.asking}"))
    if len(bare) <= BRIEF:
        facts.add("brief")
    elif len(bare) >= STORY:
        facts.add("story")
    if cues.symptoms or table.medical.search(said):
        facts.add("medical")
    if table.question.search(said):
        facts.add("question")
    return facts


@lru_cache(maxsize=1)
def _table() -> _Table:
    """Return the lexicon, read and compiled once."""
    shorthand: dict[str, str] = {}
    groups: dict[tuple[str, str, bool, float], list[str]] = {}
    for row in lexicon.rows("intents.tsv"):
        pattern = _SHORTHAND.sub(lambda found: shorthand[found[1]], row["pattern"])
        if row["intent"].startswith("@"):
            shorthand[row["intent"][1:]] = f"(?:{pattern})"
            continue
        whole = pattern.startswith("=")
        key = (row["intent"], row["facts"], whole, float(row["weight"]))
        groups.setdefault(key, []).append(pattern.removeprefix("="))
    rules = [_rule(key, patterns) for key, patterns in groups.items()]
    kept = [rule for rule in rules if rule.pattern is not None and rule.weight > 0]
    kept.sort(key=lambda rule: -rule.weight)
    return _Table(
        kept=tuple(
            (intent, mine)
            for intent in INTENTS.values()
            if (mine := tuple(rule for rule in kept if rule.intent == intent))
        ),
        added=tuple(rule for rule in rules if rule.pattern is None or rule.weight < 0),
        medical=re.compile(shorthand["medical"]),
        opening=re.compile(f"^(?:{shorthand['opening']}|,)+"),
        closing=re.compile(f"(?:{shorthand['closing']}|,)+$"),
        question=re.compile(shorthand["question"]),
    )


def _rule(key: tuple[str, str, bool, float], patterns: list[str]) -> _Rule:
    """Return rows of one intent, facts and weight as one rule; KeyError for an unknown intent."""
    intent, facts, whole, weight = key
    words = facts.split()
    alternatives = "|".join(pattern for pattern in patterns if pattern)
    return _Rule(
        intent=INTENTS[intent],
        needs=frozenset(word for word in words if not word.startswith("-")),
        bars=frozenset(word[1:] for word in words if word.startswith("-")),
        pattern=re.compile(alternatives) if alternatives else None,
        whole=whole,
        weight=weight,
    )
