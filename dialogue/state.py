"""
Where a conversation stands: a small stack of frames, as JSON between two messages.

Only codes and plain values live here, never a rendered sentence; everything volatile is looked up
again when it is used.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

VERSION = 1
MAX_FRAMES = 3

# Slot values are JSON: codes, numbers, ISO dates, lists and small objects of them.
Values = dict[str, Any]
# Care mode (关怀模式): not looked up, never asked about, declined, wanted.
Care = Literal["", "unasked", "off", "on"]


@dataclass(frozen=True, slots=True)
class Frame:
    """
    One form being filled.

    `asking` is the slot of the open question, `wants` the kind of answer it takes, `choices` the
    values behind its numbered options in the order shown, `page` the page of them shown. `misses`
    counts answers that were not understood since the question was asked. `fills` is the slot of
    the frame below that this frame's result goes into. `history` is the order in which slots were
    answered, for "back". `draft` is what a form opened from here had heard when an earlier
    question of this one came up again: it begins with that.
    """

    form: str
    values: Values = field(default_factory=dict)
    asking: str | None = None
    wants: str | None = None
    choices: tuple[Any, ...] = ()
    page: int = 0
    misses: int = 0
    fills: str | None = None
    history: tuple[str, ...] = ()
    draft: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """
    A conversation between two messages.

    `asked` numbers the questions, so that a tap on an old one is told apart. `symptoms`,
    `signs` (of danger) and `person` are what was heard so far; they add up over the conversation.
    `alarm` is the kind of the last emergency answered, as long as nothing else has been talked
    about since. `past` are symptoms of matters that are settled: they are no reason for the next
    one, but still count where danger is looked for. `later` is what else was asked for, to be done
    next: what that form begins with. `care`: whether the person wants it slow and simple; "" where
    that was not looked up yet. `worry` is what was told once and counts whatever else is talked
    about: a sign of danger, or "". `english`: whether English was written last.
    """

    frames: tuple[Frame, ...] = ()
    asked: int = 0
    symptoms: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    person: dict[str, Any] = field(default_factory=dict)
    past: tuple[str, ...] = ()
    later: Values = field(default_factory=dict)
    misses: int = 0
    alarm: str = ""
    care: Care = ""
    worry: str = ""
    english: bool = False

    @staticmethod
    def fresh() -> State:
        """Return the state of somebody we have not talked to."""
        return State()

    def cleared(self) -> State:
        """Return the state with nothing open and nothing heard, of the same person."""
        return State(asked=self.asked + 1, care=self.care, worry=self.worry, english=self.english)

    @property
    def top(self) -> Frame | None:
        """The frame being talked about."""
        return self.frames[-1] if self.frames else None

    @property
    def question(self) -> str:
        """The name of the open question."""
        return f"q{self.asked}"

    def with_top(self, frame: Frame) -> State:
        """Return the state with its top frame replaced."""
        return replace(self, frames=(*self.frames[:-1], frame))

    def push(self, frame: Frame) -> State:
        """Return the state with one more frame; the oldest falls off a full stack."""
        return replace(self, frames=(*self.frames, frame)[-MAX_FRAMES:])

    def pop(self) -> State:
        """Return the state without its top frame."""
        return replace(self, frames=self.frames[:-1])

    def to_json(self) -> str:
        """Return the state as compact JSON."""
        plain = {"v": VERSION, **_shallow(self), "frames": [_shallow(f) for f in self.frames]}
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> State:
        """
        Read a state back.

        Raises:
            ValueError: not a state of this version.
        """
        raw = json.loads(text)
        if not isinstance(raw, dict) or raw.pop("v", None) != VERSION:
            raise ValueError("not a dialogue state of this version")
        try:
            frames = tuple(
                Frame(
                    **{
                        **frame,
                        "choices": tuple(frame["choices"]),
                        "history": tuple(frame["history"]),
                    }
                )
                for frame in raw.pop("frames")
            )
            heard: dict[str, Any] = {
                n: tuple(raw.pop(n, ())) for n in ("symptoms", "signs", "past")
            }
            return State(frames=frames, **heard, **raw)
        except (KeyError, TypeError) as error:
            raise ValueError("a damaged dialogue state") from error


def _shallow(thing: Frame | State) -> dict[str, Any]:
    """Return the fields as they are: `asdict` would copy every value, several times a turn."""
    return {name: getattr(thing, name) for name in _NAMES[type(thing)]}


_NAMES = {kind: tuple(f.name for f in fields(kind)) for kind in (Frame, State)}
