"""
Forms: what we need to know, how to ask it, and what to do once we know enough.

A form is a list of slots. One message may fill several; a correction re-fills a slot and clears
what depended on it; a slot that nobody has to be asked for fills itself. `W` is the world the
callbacks act in (a desk, a clock); this package never looks inside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from dialogue.state import Values
from nlp.heard import Heard

W = TypeVar("W")


class Reask(Exception):
    """The world said no: forget `slot` and ask again, with `text` in front."""

    def __init__(self, slot: str, text: str) -> None:
        super().__init__(slot)
        self.slot = slot
        self.text = text


@dataclass(frozen=True, slots=True)
class Question:
    """
    A question with the values behind its choices.

    `choices` are (label, value) in the order shown; any number of them, the engine pages.
    `wants` tells the ear what kind of answer is expected (`nlp.heard.Context.asking`). `again` is
    what is left of a long question when something else had to be said first.
    """

    text: str
    choices: Sequence[tuple[str, Any]] = ()
    wants: str = "choice"
    again: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """No need to ask: the slot has this value; `note` is told with the next sentence."""

    value: Any
    note: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """First talk through another form; its result fills the slot."""

    form: str
    values: Values = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Redo:
    """Forget these slots and go on asking; `note` is told with the next question."""

    slots: tuple[str, ...]
    note: str = ""
    fill: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class More:
    """None of those shown: the next page of the same question, with `note` in front."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """End the form here with this text; `value` fills the slot that waits for this form."""

    text: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Done:
    """
    The form is finished; `value` fills the slot of the form below, if one waits for it.

    `then` is the form that takes its place.
    """

    text: str
    value: Any = None
    then: Open | None = None


Asked = Question | Filled | Open | Stop
Given = Any  # a JSON value, Redo, More, Stop, or None for "nothing of mine in it"


def _nothing(heard: Heard, values: Values, world: object) -> Given:
    return None


def _itself(value: Any, values: Values, world: object) -> Given:  # noqa: ANN401 - any JSON
    return value


def _fine(value: Any, values: Values, world: object) -> str | None:  # noqa: ANN401 - any JSON
    return None


@dataclass(frozen=True, slots=True)
class Slot(Generic[W]):
    """
    One thing a form needs to know.

    Attributes:
        name: its key among the values.
        ask: the question, or how it fills itself; None for a slot that is only ever heard.
        hear: what any message of the conversation says about it (safe readings only).
        answer: what a message means as the answer to this very question.
        pick: what a chosen option means, where it is more than its value.
        check: a sentence why a value cannot stand, or None. Re-run after every change.
        after: slots it depends on; it is forgotten when one of them changes.
        beside: slots already filled that a message answering this question may still correct.
        along: the slot whose answer it comes with; it is forgotten with that one on the way back.
        wants: the kind of answer (`nlp.heard.Context.asking`).
    """

    name: str
    ask: Callable[[Values, W], Asked] | None = None
    hear: Callable[[Heard, Values, W], Given] = _nothing
    answer: Callable[[Heard, Values, W], Given] = _nothing
    pick: Callable[[Any, Values, W], Given] = _itself
    check: Callable[[Any, Values, W], str | None] = _fine
    after: tuple[str, ...] = ()
    along: str = ""
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form(Generic[W]):
    """
    A conversation about one thing.

    `done` acts and may raise `Reask`; `leave` tidies up when the person walks away;
    `title` names the matter for "shall we go on with …?", `matter` more precisely where enough is
    known. `keeps` are intents that mean something of its own while this form is open (「改时间」
    while booking); `yields_to` those whose form takes the place of this one, with what is known
    already. `changed` tells, of the values before and after a message, what a correction made
    fall. A light form (a menu) only waits for an answer to its own question: anything else said,
    and it is gone. `claims` tells, of a message no open question took, that by the facts it is
    this form's whatever its intent, and what the form then begins with. `about` answers a
    question about what is on the table.
    """

    name: str
    slots: tuple[Slot[W], ...]
    done: Callable[[Values, W], Done]
    opens_on: frozenset[str] = frozenset()
    leave: Callable[[Values, W], str] = lambda values, world: ""
    changed: Callable[[Values, Values, W], str] = lambda before, after, world: ""
    claims: Callable[[Heard, W], Values | None] = lambda heard, world: None
    about: Callable[[Heard, Values, W], str] = lambda heard, values, world: ""
    matter: Callable[[Values, W], str] = lambda values, world: ""
    title: str = ""
    keeps: frozenset[str] = frozenset()
    yields_to: frozenset[str] = frozenset()
    is_light: bool = False

    def slot(self, name: str) -> Slot[W]:
        """Return the slot of that name (KeyError if there is none)."""
        for slot in self.slots:
            if slot.name == name:
                return slot
        raise KeyError(name)

    def dependants(self, name: str) -> set[str]:
        """Return every slot that falls when `name` changes, directly or through others."""
        fallen: set[str] = set()
        changed = {name}
        while changed:
            changed = {s.name for s in self.slots if changed & set(s.after)} - fallen
            fallen |= changed
        return fallen
