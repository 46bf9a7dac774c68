"""What one message says of the slots of one frame; pure, and each message read only once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from dialogue.form import Form, More, Redo, Slot, Stop
from dialogue.state import Frame, Values
from nlp.heard import Heard

W = TypeVar("W")


@dataclass(frozen=True, slots=True)
class Filling:
    """
    The frame after a message, what to tell about it, and whether it ends the form.

    `is_taken` is False when nothing of the message was for this frame; `turns_page` when the next
    options of the open question are wanted.
    """

    frame: Frame
    notes: tuple[str, ...] = ()
    end: Stop | None = None
    is_taken: bool = True
    turns_page: bool = False


class _Reader(Generic[W]):
    """Collects what a message gives."""

    def __init__(self, form: Form[W], frame: Frame, heard: Heard, world: W) -> None:
        self.form, self.frame, self.heard, self.world = form, frame, heard, world
        self.given: Values = {}
        self.cleared: list[str] = []
        self.notes: list[str] = []
        self.end: Stop | None = None
        self.turns_page = False
        self.is_known = False

    def keep(self, slot: Slot[W], value: Any) -> None:  # noqa: ANN401 - any JSON
        """Take note of what was said of one slot."""
        if isinstance(value, Stop):
            self.end = value
        elif isinstance(value, Redo):
            self.cleared += value.slots
            self.given |= value.fill
            self.notes += [value.note] if value.note else []
        elif isinstance(value, More):
            self.turns_page = True
            self.notes += [value.note] if value.note else []
        elif value is not None and value == self.frame.values.get(slot.name):
            self.is_known = True  # said once more: nothing changes, and it was understood
        elif value is not None:
            self.given[slot.name] = value

    def answer(self, slot: Slot[W]) -> Any:  # noqa: ANN401 - any JSON
        """Return what the message means as the answer to the open question."""
        chosen = _chosen(self.frame, self.heard)
        if chosen is not None:
            return None if chosen == () else slot.pick(chosen, self.frame.values, self.world)
        return slot.answer(self.heard, self.frame.values, self.world)

    def result(self) -> Filling:
        """Return the frame with all of it."""
        if self.end is not None:
            return Filling(self.frame, end=self.end)
        if self.turns_page:
            return Filling(self.frame, tuple(self.notes), turns_page=True)
        if not (self.given or self.cleared or self.notes):
            return Filling(self.frame, is_taken=self.is_known)
        changed = without(self.form, self.frame, (*self.cleared, *self.given), keep=self.given)
        history, asking = changed.history, self.frame.asking
        if asking is not None and asking in self.given:
            history = (*(name for name in history if name != asking), asking)
        values = {**changed.values, **self.given}
        return Filling(replace(changed, values=values, history=history), tuple(self.notes))


def fill(
    form: Form[W], frame: Frame, heard: Heard, world: W, *, is_astray: bool = False
) -> Filling:
    """
    Take from the message what is in it.

    The open question comes first. An answer to it corrects nothing else but what its slot names; a
    bare number belongs to it alone; and of a message that is about something else (`is_astray`)
    nothing but an answer to it is taken.
    """
    reader = _Reader(form, frame, heard, world)
    asked = next((slot for slot in form.slots if slot.name == frame.asking), None)
    answer = reader.answer(asked) if asked is not None else None
    if asked is not None:
        reader.keep(asked, answer)
    if reader.end is not None or is_bare(heard) or (is_astray and answer is None):
        return reader.result()
    for slot in form.slots:
        if answer is not None and (slot is asked or _is_settled(slot, asked, frame)):
            continue
        reader.keep(slot, slot.hear(heard, frame.values, world))
    return reader.result()


def _is_settled(slot: Slot[W], asked: Slot[W] | None, frame: Frame) -> bool:
    beside = asked.beside if asked is not None else ()
    return slot.name in frame.values and slot.name not in beside


def without(
    form: Form[W], frame: Frame, names: Sequence[str], keep: Values | None = None
) -> Frame:
    """Return the frame without these slots and what depended on them."""
    fallen = set(names).union(*(form.dependants(name) for name in names)) - set(keep or {})
    return replace(
        frame,
        values={name: value for name, value in frame.values.items() if name not in fallen},
        history=tuple(name for name in frame.history if name not in fallen),
    )


def fell(form: Form[W], before: Frame, after: Frame, name: str) -> bool:
    """Tell whether a slot depends on something that is different now."""
    names = {*before.values, *after.values}
    differ = (n for n in names if before.values.get(n) != after.values.get(n))
    return any(name in form.dependants(one) for one in differ)


def asks_before(form: Form[W], frame: Frame, name: str) -> bool:
    """Tell whether a question that comes before this slot has no answer yet."""
    first = next((s.name for s in form.slots if s.ask and s.name not in frame.values), name)
    return first != name


def resumed(draft: Values, values: Values) -> Values:
    """Return what a form begins with: its draft, unless that was about something else."""
    is_same = all(draft.get(name, value) == value for name, value in values.items())
    return {**draft, **values} if is_same else dict(values)


def recheck(form: Form[W], frame: Frame, world: W) -> tuple[Frame, str]:
    """Return the frame without the first value that cannot stand, and why it cannot."""
    for slot in form.slots:
        if slot.name in frame.values:
            problem = slot.check(frame.values[slot.name], frame.values, world)
            if problem is not None:
                return without(form, frame, (slot.name,)), problem
    return frame, ""


def is_bare(heard: Heard) -> bool:
    """Tell whether the message is nothing but a number, which only the open question may read."""
    return heard.ordinal is not None and heard.intent == "choose"


def _chosen(frame: Frame, heard: Heard) -> Any:  # noqa: ANN401 - any JSON
    """Return the value behind a number, () for a number nobody offered, None for no number."""
    if heard.ordinal is None or not frame.choices:
        return None
    index = heard.ordinal - 1 if heard.ordinal > 0 else len(frame.choices) + heard.ordinal
    return frame.choices[index] if 0 <= index < len(frame.choices) else ()
