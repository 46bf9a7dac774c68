"""
What a small linear model makes of a message: how likely it tells of a danger, and of which.

The rules of `nlp/redflags.py` know wordings; the model knows by which sequences of characters,
sounds and signs writers tell of emergencies and by which of exams, novels and lost bets
(笑死, 抽奖). Made by `scripts/train_redflags.py`; read by `nlp.triage_model.load`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from operator import add

from nlp import lexicon, sounds, triage_model

DANGER_FILE = lexicon.HERE / "redflags.bin"
ROWS_FILE = lexicon.HERE / "redflag_rows.bin"
# What is read of a long story: it opens with the complaint and ends with the wish.
HEAD, TAIL = 240, 80
ZERO = 128  # the byte that stands for a weight of nothing
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def _alike() -> dict[int, str]:
    """Return a table that writes characters that people confuse by sound as one of them."""
    chosen: dict[str, str] = {}
    return {
        ord(c): chosen.setdefault(sounds.blurred(sounds.readings(c)[0]), c) for c in sounds.known()
    }


_ALIKE = _alike()


def _digits(number: re.Match[str]) -> str:
    """Return how long a number is: 38.5 and 41 alike, 180 not."""
    return "0" * min(3, len(number[0].partition(".")[0]))


def traits(clean: str, facts: Iterable[str]) -> set[str]:
    """
    Return what the model looks at.

    Args:
        clean: the message as `wordings.clean` writes it.
        facts: signs claimed and denied, rows that fired, and the like, by name.
    """
    if len(clean) > HEAD + TAIL:
        clean = f"{clean[:HEAD]}|{clean[-TAIL:]}"
    text = _NUMBER.sub(_digits, f"|{clean.strip('|')}|")
    heard = text.translate(_ALIKE)
    pairs = list(map(add, text, text[1:]))
    sounds_alike = list(map("~".__add__, map(add, heard, heard[1:])))
    found = {*text, *pairs, *map(add, pairs, text[2:])}
    found.update(map("_".join, zip(text, text[2:], strict=False)))
    found.update(sounds_alike, map(add, sounds_alike, heard[2:]))
    found.update(map("<{}>".format, facts))
    return found


@dataclass(frozen=True, slots=True)
class Danger:
    """A model with one column, laid out for speed: what each feature adds."""

    bias: float
    steps: dict[str, float]

    def __call__(self, found: set[str]) -> float:
        """Return how sure the model is that somebody is in danger; below zero, rather not."""
        known = [step for step in map(self.steps.get, found) if step is not None]
        return self.bias + sum(known) / math.sqrt(len(known) or 1)


def danger_of(model: triage_model.Model) -> Danger:
    """Return a loaded model of one column as a `Danger`."""
    sizes = zip(model.index, model.reach, model.rows[::4], strict=True)
    steps = {word: model.unit * reach * (byte - ZERO) for word, reach, byte in sizes}
    return Danger(model.bias[0], steps)


@lru_cache(maxsize=1)
def danger() -> Danger:
    """Return the shipped model of danger, read once."""
    return danger_of(triage_model.load(DANGER_FILE))


@lru_cache(maxsize=1)
def rows_model() -> triage_model.Model:
    """Return the shipped model of the rows, read once."""
    return triage_model.load(ROWS_FILE)


def row(found: set[str]) -> tuple[str, str]:
    """Return the row and urgency a message likeliest tells of."""
    model = rows_model()
    margins, _ = model.margins(found)
    name, _, urgency = model.names[margins.index(max(margins))].partition(":")
    return name, urgency
