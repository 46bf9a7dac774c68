"""The sentences that talk itself needs, whatever it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from nlp.heard import Heard

W = TypeVar("W")

# Where a message was not understood: at a list, at a question without one, with nothing open; or
# it was, and told nothing new.
Place = Literal["list", "open", "lost", "known"]


@dataclass(frozen=True, slots=True)
class Phrases:
    """The sentences the engine itself says; the texts supply them."""

    nothing_open: str
    stale: str
    stopped: str
    nothing_to_stop: str
    restarted: str
    restarting: str
    first_step: str
    nothing_to_repeat: str
    resumed: str
    more: str
    trouble: str


@dataclass(frozen=True, slots=True)
class Misses(Generic[W]):
    """
    What is said when a message was not understood.

    `lead` gets the message, the world, how often the question was missed before (from 0) and
    where; it says no two times in a row the same. Who is lost is also shown the form `choices`
    when `shows` says so of the message and that count.
    """

    lead: Callable[[Heard, W, int, Place], str]
    choices: str
    shows: Callable[[Heard, int], bool]
