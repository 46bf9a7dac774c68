"""A patient's hands: who she is, what she has said, and how a message of hers is written."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from tests.simulation import speech
from tests.simulation.choosing import Relief
from tests.simulation.goals import Goal
from tests.simulation.screen import Option

_MOST_TRIES = 3  # of one and the same answer, before somebody gives up


@dataclass(frozen=True)
class Message:
    """What is typed, or tapped; `pause` is how long it takes her."""

    text: str
    pause: timedelta
    tap: str = ""


@dataclass
class Character:
    """What makes one patient different from the next; drawn once."""

    temperament: str
    taps: bool
    is_attentive: bool
    change_at: str = ""  # the question at which a corrector has changed her mind
    changed: Goal | None = None
    change_of: str = ""
    aside_at: str = ""
    silent_at: str = ""
    slips_number: bool = False
    is_quick: bool = False  # writes everything in one message, where that is welcome
    first_name: str = ""  # a wrong name, given first
    care: str = ""  # "asks" for it slow and simple, "has" asked before, or nothing
    key: str = ""  # one of 7 8 9 0, pressed at
    key_at: str = ""
    visit: int = 0  # another appointment of the family, of which she is reminded at
    notice_at: str = ""
    heeds: bool = False  # answers the reminder before she goes on


@dataclass
class Hands:
    """What a patient carries through a talk, and her ways of answering."""

    openid: str
    goal: Goal
    known: frozenset[str]  # numbers of the people already registered
    character: Character
    rng: random.Random
    outcome: str = ""  # done | left | human | alarm | stuck
    relief: Relief = field(default_factory=Relief)
    gave_up: list[tuple[str, str]] = field(default_factory=list)  # what, told in which words
    sent: int = 0
    misunderstood: int = 0
    asked: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)  # keys that did not do what they say
    keys: Counter[str] = field(default_factory=Counter)
    notice: str = ""  # the last reminder, as her phone showed it
    means_notice: bool = False
    is_correcting: bool = False  # the message she is typing changes what she wants
    _pressed: str = ""
    _shown: str = ""
    _said: Counter[str] = field(default_factory=Counter)
    _leafed: Counter[str] = field(default_factory=Counter)  # pages of each kind of list
    _queue: list[str] = field(default_factory=list)
    _after_care: list[str] = field(default_factory=list)  # said once it goes slow and simple

    @property
    def in_care(self) -> bool:
        """Whether everything is told her slow and simple, with what to press."""
        return bool(self.character.care)

    @property
    def _more(self) -> str:
        return "8" if self.in_care else "更多"

    def _press(self, key: str) -> Message:
        self._pressed = key
        self.keys[key] += 1
        return self._sent(key)

    def _is(self, temperament: str) -> bool:
        return self.character.temperament == temperament

    def _choose(self, option: Option | None) -> Message | None:
        if option is None:
            return None
        if self._said[f"{option.label}"] >= _MOST_TRIES:
            return None
        self._said[option.label] += 1
        if self.character.taps and option.tap:
            return self._sent(option.say, tap=option.tap)
        if self._said[option.label] > 1:
            return self._sent(option.number)
        words = speech.choice(self.rng, option.number, option.label, self.character.temperament)
        return self._sent(words)

    def _typed(self, words: str, *, hurry: bool = False) -> Message:
        self._said[words] += 1
        # Who was not understood writes more carefully.
        said = speech.spoken(words, self.rng, self.character.temperament)
        return self._sent(said if self._said[words] == 1 else words, hurry=hurry)

    def _plain(self, words: str) -> Message | None:
        """Names and numbers, which nobody decorates; None when they have been refused enough."""
        self._said[words] += 1
        return self._sent(words) if self._said[words] <= _MOST_TRIES else None

    def _sent(self, text: str, *, tap: str = "", hurry: bool = False) -> Message:
        self.sent += 1
        seconds = 1 if hurry or self._is("impatient") else self.rng.randint(4, 40)
        return Message(text, timedelta(seconds=seconds), tap)
