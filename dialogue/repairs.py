"""
What is said about the talk itself, once for all forms: stop, start over, say again, go back.

Nothing here knows a form; `Moves` is how the engine goes on from a state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from dialogue.filling import without
from dialogue.form import Form
from dialogue.phrases import Phrases
from dialogue.reply import Reply
from dialogue.state import Frame, State, Values
from nlp.heard import Heard

W = TypeVar("W")
W_contra = TypeVar("W_contra", contravariant=True)
Turn = tuple[State, Reply]


class Moves(Protocol[W_contra]):
    """How talk goes on."""

    def ask_on(self, state: State, world: W_contra, notes: list[str]) -> Turn:
        """Ask the next question of the top frame, with notes in front."""
        ...

    def open(
        self, state: State, form: str, world: W_contra, heard: Heard, values: Values | None = None
    ) -> Turn:
        """Begin a form."""
        ...

    def claimed(self, state: State, heard: Heard, world: W_contra) -> Turn | None:
        """Open the form whose message this is by its facts, None if it is nobody's."""
        ...


@dataclass(frozen=True, slots=True)
class Repairs(Generic[W]):
    """The repairs of one house; `opens` is which form an intent opens."""

    forms: Mapping[str, Form[W]]
    opens: Mapping[str, str]
    phrases: Phrases
    moves: Moves[W]

    def repair(self, state: State, heard: Heard, world: W) -> Turn | None:
        """Return the state and answer after a repair, None where the message is none."""
        top, intent = state.top, heard.intent
        if intent == "cancel" and self._is_busy_with_another(top, intent):
            # 「把两个都退了」 in the middle of a booking is about what exists, not about this one.
            return self.moves.claimed(state, heard, world) or self._stop(state, world)
        if top is not None and "booked" in heard.preferences:
            # 「我的预约改到周五」 is about what exists, and no answer to what is asked.
            claimed = self.moves.claimed(state, heard, world)
            if claimed is not None:
                return claimed
        if intent == "stop" and not self._is_kept(top, intent):
            return self._stop(state, world)
        if intent == "restart":
            return self._restart(state, world)
        if intent == "repeat":
            return self.again(state, world, "" if top else self.phrases.nothing_to_repeat)
        return self._back(state, heard, world) if intent == "back" else None

    def _is_kept(self, top: Frame | None, intent: str) -> bool:
        """Tell whether the open form has a meaning of its own for it (「不看了」)."""
        return top is not None and intent in self.forms[top.form].keeps

    def again(self, state: State, world: W, lead: str) -> Turn:
        """Ask the open question once more, with `lead` in front."""
        if state.top is None:
            return state, Reply(lead or self.phrases.nothing_to_repeat)
        return self.moves.ask_on(state, world, [lead] if lead else [])

    def leave_all(self, state: State, world: W) -> tuple[State, str]:
        """Walk away from everything; returns what the first form that has something says."""
        farewells = [self.forms[f.form].leave(f.values, world) for f in reversed(state.frames)]
        return state.cleared(), next((words for words in farewells if words), "")

    def _back(self, state: State, heard: Heard, world: W) -> Turn:
        """「点错了，恢复」 with nothing going on may be about what was done before."""
        top = state.top
        is_idle = top is None or (self.forms[top.form].is_light and not top.history)
        claimed = self.moves.claimed(state, heard, world) if is_idle else None
        if claimed is not None:
            return claimed
        if top is None:
            return state, Reply(self.phrases.nothing_open)
        return self._step_back(state, top, world)

    def _is_busy_with_another(self, top: Frame | None, intent: str) -> bool:
        """Tell whether something is going on that this intent does not belong to."""
        if top is None or self.forms[top.form].is_light or intent in self.forms[top.form].keeps:
            return False
        return self.opens.get(intent) != top.form

    def undone(self, state: State, top: Frame, heard: Heard, world: W) -> Turn | None:
        """「我没说要取消啊」 ends the cancelling; 「改到周五吧」 is meant instead of it."""
        form, other = self.forms[top.form], self.opens.get(heard.intent, top.form)
        if heard.intent in form.yields_to:
            cleared, _ = self.leave_all(state, world)
            names = {slot.name for slot in self.forms[other].slots}
            known = {name: value for name, value in top.values.items() if name in names}
            return self.moves.open(cleared, other, world, heard, known)
        is_denied = heard.denied & form.opens_on and other == top.form
        return self._stop(state, world) if is_denied else None

    def _stop(self, state: State, world: W) -> Turn:
        if state.top is None:
            return state, Reply(self.phrases.nothing_to_stop)
        cleared, farewell = self.leave_all(state, world)
        return cleared, Reply(farewell or self.phrases.stopped)

    def _restart(self, state: State, world: W) -> Turn:
        """Begin anew: the same matter from its first question, if one was open."""
        matter = self.forms[state.frames[0].form] if state.frames else None
        cleared, _ = self.leave_all(state, world)
        if matter is None or matter.is_light or not matter.opens_on:
            return cleared, Reply(self.phrases.restarted)
        cleared, reply = self.moves.open(cleared, matter.name, world, Heard())
        return cleared, reply.after(self.phrases.restarting)

    def _step_back(self, state: State, top: Frame, world: W) -> Turn:
        if not top.history:
            below = state.pop()
            if below.top is not None and top.fills:
                return self._step_back(below, below.top, world)
            if below.top is not None:
                return self.moves.ask_on(below, world, [])
            return self.again(state, world, self.phrases.first_step)
        form, last = self.forms[top.form], top.history[-1]
        names = (last, *(slot.name for slot in form.slots if slot.along == last))
        frame = replace(without(form, top, names), history=top.history[:-1], page=0)
        return self.moves.ask_on(state.with_top(frame), world, [])
