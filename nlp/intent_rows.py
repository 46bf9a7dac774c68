"""
The rows of `lexicon/intents.tsv`, compiled: which words speak for a wish, where which facts hold.

Rows of one intent, facts and weight are one pattern, so that a message is searched a few dozen
times and not a few hundred.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

from nlp import lexicon
from nlp.heard import Intent
from nlp.sieve import Sieve

INTENTS: dict[str, Intent] = {name: name for name in get_args(Intent)}
_SHORTHAND = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of evidence; `whole` patterns must be all that was said, and some only add."""

    intent: Intent
    needs: frozenset[str]
    bars: frozenset[str]
    pattern: re.Pattern[str]
    whole: bool
    weight: float
    adds: bool

    def holds(self, said: str, wholes: Collection[str]) -> bool:
        """Return whether the pattern is found; the facts hold."""
        if self.whole:
            return any(map(self.pattern.fullmatch, wholes))
        return self.pattern.search(said) is not None


@dataclass(frozen=True, slots=True)
class Table:
    """
    The compiled lexicon: of an intent's rules only the first that holds counts, and all that add.

    `rules` stand in that order; `sieve` tells which of them a message may hold. `signs` are facts
    that are seen in the words themselves, by name.
    """

    rules: tuple[Rule, ...]
    sieve: Sieve[Rule]
    opening: re.Pattern[str]
    closing: re.Pattern[str]
    signs: Sieve[str]


# Shorthands that are facts as well.
SIGNS = ("medical", "question")


@lru_cache(maxsize=1)
def table() -> Table:
    """
    Return the lexicon, read and compiled once.

    Raises:
        KeyError: an unknown intent or shorthand.
        ValueError: a row cannot be read; says which.
    """
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
    order = list(INTENTS)
    rules = sorted(
        (_rule(key, patterns) for key, patterns in groups.items()),
        key=lambda rule: (1, 0, 0.0) if rule.adds else (0, order.index(rule.intent), -rule.weight),
    )
    return Table(
        rules=tuple(rules),
        sieve=Sieve((rule, rule.pattern) for rule in rules),
        opening=re.compile(f"^(?:{shorthand['opening']}|,)+"),
        closing=re.compile(f"(?:{shorthand['closing']}|,)+$"),
        signs=Sieve((name, re.compile(shorthand[name])) for name in SIGNS),
    )


@lru_cache(maxsize=256)
def standing(facts: frozenset[str]) -> int:
    """
    Return the rules whose facts hold, each as the bit of its number.

    A few hundred sets of facts make up nearly all talk.
    """
    held = (rule.needs <= facts and rule.bars.isdisjoint(facts) for rule in table().rules)
    return sum(1 << number for number, holds in enumerate(held) if holds)


def _rule(key: tuple[str, str, bool, float], patterns: list[str]) -> Rule:
    """Return rows of one intent, facts and weight as one rule; KeyError for an unknown intent."""
    intent, facts, whole, weight = key
    words = facts.split()
    alternatives = "|".join(pattern for pattern in patterns if pattern)
    return Rule(
        intent=INTENTS[intent],
        needs=frozenset(word for word in words if not word.startswith("-")),
        bars=frozenset(word[1:] for word in words if word.startswith("-")),
        pattern=compiled(patterns, alternatives),
        whole=whole,
        weight=weight,
        # Facts alone, and what speaks against.
        adds=weight < 0 or not alternatives,
    )


def compiled(patterns: list[str], alternatives: str) -> re.Pattern[str]:
    """Compile rows together; ValueError naming the row that cannot be read."""
    try:
        return re.compile(alternatives)
    except re.error:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"nlp/lexicon/intents.tsv: {pattern!r}: {error}") from error
        raise
