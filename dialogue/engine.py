"""
One message against the open frames: fill, repair, digress, ask on.

Pure: `step(state, heard, world)` returns the next state and one reply. The world is only handed
to the callbacks of the forms. Guard rails (each a test): one utterance is consumed once; an
ambiguous value goes only to the slot being asked; after an interruption the open question comes
back exactly once; after any change every filled slot is checked again; a bare answer belongs to
the question just asked; misses are counted per question and never answered alike twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from dialogue.filling import fill, recheck, without
from dialogue.form import Done, Form, Open, Question, Reask, Stop
from dialogue.reply import Option, Reply
from dialogue.state import Frame, State, Values
from nlp.heard import Heard

W = TypeVar("W")

PAGE = 5
# A form that fills itself this often without asking is going in circles.
_MAX_MOVES = 24
# From this confidence on an intent is taken at its word in the middle of another matter.
_CLEAR = 0.8
# A message of this many characters may be an option in its own words.
_SHORTEST_LABEL, _LONGEST_LABEL = 2, 12


@dataclass(frozen=True, slots=True)
class Phrases:
    """The sentences the engine itself says; the texts supply them."""

    missed: tuple[str, ...]
    lost: tuple[str, ...]
    stale: str
    stopped: str
    nothing_to_stop: str
    restarted: str
    first_step: str
    nothing_to_repeat: str
    resumed: str
    more: str
    trouble: str


class Engine(Generic[W]):
    """The forms of a house and how talk moves between them."""

    def __init__(
        self,
        forms: Sequence[Form[W]],
        phrases: Phrases,
        aside: Callable[[Heard, W], Reply | None],
    ) -> None:
        self._forms = {form.name: form for form in forms}
        self._phrases = phrases
        self._aside = aside
        self._opens = {intent: form.name for form in forms for intent in form.opens_on}

    def step(self, state: State, heard: Heard, world: W, tap: str = "") -> tuple[State, Reply]:
        """Return the state after this message and what to answer; `tap` is a tapped option."""
        if tap:
            question, _, number = tap.rpartition("-")
            if question != state.question or not number.isdecimal():
                return self._again(state, world, self._phrases.stale)
            heard = Heard(text=heard.text, intent="choose", confidence=1.0, ordinal=int(number))
        repair = self._repair(state, heard, world)
        if repair is not None:
            return repair
        if state.top is not None:
            return self._talk(state, state.top, heard, world)
        return self._open_or_aside(state, heard, world)

    def open(
        self, state: State, form: str, world: W, heard: Heard, values: Values | None = None
    ) -> tuple[State, Reply]:
        """Begin a form with what is known already, hearing `heard` as its first message."""
        filling = fill(self._forms[form], Frame(form=form, values=values or {}), heard, world)
        return self._advance(state.push(filling.frame), world, [*filling.notes])

    # -- repairs, once for all forms

    def _repair(self, state: State, heard: Heard, world: W) -> tuple[State, Reply] | None:
        top = state.top
        intent = heard.intent
        gives_up = intent == "stop" or (
            intent == "cancel" and top is not None and top.form not in self._opens_for("cancel")
        )
        if gives_up:
            return self._stop(state, world)
        if intent == "restart":
            cleared, farewell = self._leave_all(state, world)
            return cleared, Reply(farewell or self._phrases.restarted)
        if intent == "repeat":
            return self._again(state, world, "" if top else self._phrases.nothing_to_repeat)
        if intent == "back" and top is not None:
            return self._back(state, top, world)
        return None

    def _opens_for(self, intent: str) -> tuple[str, ...]:
        return tuple(name for name, form in self._forms.items() if intent in form.opens_on)

    def _stop(self, state: State, world: W) -> tuple[State, Reply]:
        if state.top is None:
            return state, Reply(self._phrases.nothing_to_stop)
        cleared, farewell = self._leave_all(state, world)
        return cleared, Reply(farewell or self._phrases.stopped)

    def _leave_all(self, state: State, world: W) -> tuple[State, str]:
        farewells = [self._forms[f.form].leave(f.values, world) for f in reversed(state.frames)]
        text = next((words for words in farewells if words), "")
        return State(asked=state.asked + 1), text

    def _back(self, state: State, top: Frame, world: W) -> tuple[State, Reply]:
        if not top.history:
            below = state.pop()
            if below.top is not None and top.fills:
                return self._back(below, below.top, world)
            if below.top is not None:
                return self._advance(below, world, [])
            return self._again(state, world, self._phrases.first_step)
        last = top.history[-1]
        frame = replace(
            without(self._forms[top.form], top, (last,)), history=top.history[:-1], page=0
        )
        return self._advance(state.with_top(frame), world, [])

    def _again(self, state: State, world: W, lead: str) -> tuple[State, Reply]:
        if state.top is None:
            return state, Reply(lead or self._phrases.nothing_to_repeat)
        return self._advance(state, world, [lead] if lead else [])

    # -- an open frame

    def _talk(self, state: State, top: Frame, heard: Heard, world: W) -> tuple[State, Reply]:
        paged = self._page(state, top, heard, world)
        if paged is not None:
            return paged
        form = self._forms[top.form]
        heard = self._named(form, top, heard, world)
        filling = fill(form, top, heard, world, is_astray=self._is_astray(form, heard))
        if not filling.is_taken:
            turned = self._elsewhere(state, top, heard, world)
            if turned is not None:
                return turned
            filling = fill(form, top, heard, world)
        if filling.end is not None:
            return self._finish(state, Done(filling.end.text), world)
        if not filling.is_taken:
            return self._miss(state, top, world)
        moved = replace(filling.frame, misses=0, page=0)
        return self._advance(state.with_top(moved), world, [*filling.notes])

    @staticmethod
    def _named(form: Form[W], top: Frame, heard: Heard, world: W) -> Heard:
        """Return the message as a choice if its words are those of one option shown."""
        words = "".join(heard.text.split())
        if not top.choices or heard.ordinal is not None or not _fits_a_label(words):
            return heard
        slot = form.slot(top.asking or "")
        asked = slot.ask(top.values, world) if slot.ask else None
        if not isinstance(asked, Question):
            return heard
        page = asked.choices[top.page * PAGE : (top.page + 1) * PAGE]
        labels = ["".join(label.split()) for label, _ in page]
        same = [n for n, label in enumerate(labels, 1) if label == words]
        close = same or [n for n, label in enumerate(labels, 1) if words in label]
        if len(close) != 1:
            return heard
        return replace(heard, intent="choose", confidence=1.0, ordinal=close[0])

    @staticmethod
    def _is_astray(form: Form[W], heard: Heard) -> bool:
        """A clear question about something else is not mined for answers it never meant."""
        at_home = heard.intent in form.opens_on or heard.intent in form.keeps
        return heard.confidence >= _CLEAR and not at_home

    def _elsewhere(
        self, state: State, top: Frame, heard: Heard, world: W
    ) -> tuple[State, Reply] | None:
        """Another form opens on it, or it is answered in passing; then the question comes back."""
        other = self._opens.get(heard.intent)
        if other is not None and other != top.form and not self._waiting(state, other):
            return self.open(state, other, world, heard)
        aside = self._aside(heard, world)
        return self._advance(state, world, [aside.text]) if aside else None

    @staticmethod
    def _waiting(state: State, form: str) -> bool:
        return any(frame.form == form for frame in state.frames)

    def _page(
        self, state: State, top: Frame, heard: Heard, world: W
    ) -> tuple[State, Reply] | None:
        if "more" not in heard.preferences or not top.choices:
            return None
        return self._advance(state.with_top(replace(top, page=top.page + 1, misses=0)), world, [])

    def _miss(self, state: State, top: Frame, world: W) -> tuple[State, Reply]:
        phrases = self._phrases.missed
        lead = phrases[min(top.misses, len(phrases) - 1)]
        return self._advance(state.with_top(replace(top, misses=top.misses + 1)), world, [lead])

    # -- moving on

    def _advance(self, state: State, world: W, notes: list[str]) -> tuple[State, Reply]:
        """Check, fill what fills itself, then ask or finish."""
        for _ in range(_MAX_MOVES):
            top = state.top
            if top is None:
                return state, Reply("\n\n".join(notes))
            form = self._forms[top.form]
            top, problem = recheck(form, top, world)
            notes += [problem] if problem else []
            state = state.with_top(top)
            slot = next((s for s in form.slots if s.ask and s.name not in top.values), None)
            try:
                if slot is None or slot.ask is None:
                    return self._finish(state, form.done(top.values, world), world, notes)
                asked = slot.ask(top.values, world)
            except Reask as no:
                notes.append(no.text)
                state = state.with_top(without(form, top, (no.slot,)))
                continue
            if isinstance(asked, Question):
                return self._ask(state, top, slot.name, asked, notes)
            if isinstance(asked, Stop):
                return self._finish(state, Done(asked.text), world, notes)
            if isinstance(asked, Open):
                notes += [asked.note] if asked.note else []
                child = Frame(form=asked.form, values=dict(asked.values), fills=slot.name)
                state = state.push(child)
                continue
            notes += [asked.note] if asked.note else []
            state = state.with_top(replace(top, values={**top.values, slot.name: asked.value}))
        return State(asked=state.asked + 1), Reply(self._phrases.trouble)

    def _ask(
        self, state: State, top: Frame, slot: str, question: Question, notes: list[str]
    ) -> tuple[State, Reply]:
        pages = max(1, -(-len(question.choices) // PAGE))
        page = top.page % pages if top.asking == slot else 0
        shown = question.choices[page * PAGE : (page + 1) * PAGE]
        misses = top.misses if top.asking == slot else 0
        choices = tuple(value for _, value in shown)
        same = top.asking == slot and top.choices == choices
        frame = replace(
            top, asking=slot, wants=question.wants, choices=choices, page=page, misses=misses
        )
        state = replace(state.with_top(frame), asked=state.asked + (not same))
        options = tuple(Option(label, str(n)) for n, (label, _) in enumerate(shown, 1))
        footer = self._phrases.more if pages > 1 else ""
        text = "\n\n".join([*(n for n in notes if n), question.text])
        return state, Reply(text, options, state.question, footer)

    def _finish(
        self, state: State, done: Done, world: W, notes: list[str] | None = None
    ) -> tuple[State, Reply]:
        child = state.top
        state = replace(state.pop(), asked=state.asked + 1)
        said = [*(notes or []), done.text]
        if child is not None and done.then is not None:
            values = dict(done.then.values)
            heir = Frame(form=done.then.form, values=values, fills=child.fills)
            return self._advance(state.push(heir), world, [s for s in said if s])
        below = state.top
        if below is None or child is None:
            return state, Reply("\n\n".join(s for s in said if s))
        if child.fills is None:
            return self._advance(state, world, [*said, self._phrases.resumed])
        if done.value is None:
            return self._stop_with(state, world, said)
        values = {**below.values, child.fills: done.value}
        return self._advance(state.with_top(replace(below, values=values)), world, said)

    def _stop_with(self, state: State, world: W, said: list[str]) -> tuple[State, Reply]:
        cleared, _ = self._leave_all(state, world)
        return cleared, Reply("\n\n".join(s for s in said if s))

    def _open_or_aside(self, state: State, heard: Heard, world: W) -> tuple[State, Reply]:
        form = self._opens.get(heard.intent)
        if form is not None:
            return self.open(replace(state, misses=0), form, world, heard)
        aside = self._aside(heard, world)
        if aside is not None:
            return replace(state, misses=0), aside
        phrases = self._phrases.lost
        lead = phrases[min(state.misses, len(phrases) - 1)]
        return replace(state, misses=state.misses + 1), Reply(lead)


def _fits_a_label(words: str) -> bool:
    return _SHORTEST_LABEL <= len(words) <= _LONGEST_LABEL
