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
from dataclasses import replace
from typing import Generic, TypeVar

from dialogue.filling import Filling, asks_before, fell, fill, recheck, resumed, without
from dialogue.form import Done, Form, Open, Question, Reask, Stop
from dialogue.options import CARE_PAGE, PAGE, in_words, shown
from dialogue.phrases import Misses, Phrases, Place
from dialogue.repairs import Repairs
from dialogue.reply import Reply
from dialogue.state import Frame, State, Values
from nlp.heard import Heard

W = TypeVar("W")

# A form that fills itself this often without asking is going in circles.
_MAX_MOVES = 24
# From this confidence on an intent is taken at its word in the middle of another matter.
_CLEAR = 0.8
# Answers without a question.
_BARE = frozenset({"affirm", "deny", "choose"})


class Engine(Generic[W]):
    """The forms of a house and how talk moves between them."""

    def __init__(
        self,
        forms: Sequence[Form[W]],
        phrases: Phrases,
        aside: Callable[[Heard, W], Reply | None],
        misses: Misses[W],
    ) -> None:
        self._forms = {form.name: form for form in forms}
        self._phrases = phrases
        self._aside = aside
        self._misses = misses
        self._opens: dict[str, str] = {
            intent: form.name for form in forms for intent in form.opens_on
        }
        self._repairs = Repairs(self._forms, self._opens, phrases, self)

    def step(self, state: State, heard: Heard, world: W, tap: str = "") -> tuple[State, Reply]:
        """Return the state after this message and what to answer; `tap` is a tapped option."""
        if tap:
            question, _, number = tap.rpartition("-")
            if question != state.question or not number.isdecimal():
                return self._repairs.again(state, world, self._phrases.stale)
            heard = Heard(text=heard.text, intent="choose", confidence=1.0, ordinal=int(number))
        repair = self._repairs.repair(state, heard, world)
        if repair is not None:
            return repair
        if state.top is not None:
            return self._talk(state, state.top, heard, world)
        return self._open_or_aside(state, heard, world)

    def open(
        self, state: State, form: str, world: W, heard: Heard, values: Values | None = None
    ) -> tuple[State, Reply]:
        """Begin a form with what is known, hearing `heard` first; a light form makes way."""
        if state.top is not None and self._forms[state.top.form].is_light:
            state = state.pop()
        filling = fill(self._forms[form], Frame(form=form, values=values or {}), heard, world)
        state = state.push(filling.frame)
        if filling.end is not None:
            return self._finish(state, Done(filling.end.text, filling.end.value), world)
        return self._advance(state, world, [*filling.notes])

    def ask_on(self, state: State, world: W, notes: list[str]) -> tuple[State, Reply]:
        """Ask the next question of the top frame, with notes in front."""
        return self._advance(state, world, notes)

    def leave(self, state: State, world: W) -> State:
        """Walk away from everything that is open, without a word."""
        return self._repairs.leave_all(state, world)[0]

    # -- an open frame

    def _talk(self, state: State, top: Frame, heard: Heard, world: W) -> tuple[State, Reply]:
        if "more" in heard.preferences and top.choices:
            return self._turn_page(state, top, world, [])
        form = self._forms[top.form]
        whole, heard = in_words(form, top, heard, world)
        filling = fill(form, whole, heard, world, is_astray=self._is_astray(form, heard))
        if filling.is_taken:
            return self._take(state, form, filling, world, heard)
        if form.is_light:
            return self._beneath(state.pop(), heard, world)
        for turn in (self._repairs.undone, self._below, self._elsewhere):
            turned = turn(state, top, heard, world)
            if turned is not None:
                return turned
        return self._take(state, form, fill(form, whole, heard, world), world, heard)

    def _beneath(self, state: State, heard: Heard, world: W) -> tuple[State, Reply]:
        """A light form was not meant: the message is for what lies under it."""
        if state.top is not None:
            return self._talk(state, state.top, heard, world)
        return self._open_or_aside(state, heard, world)

    def _take(
        self, state: State, form: Form[W], filling: Filling, world: W, heard: Heard
    ) -> tuple[State, Reply]:
        top = state.frames[-1]
        if filling.end is not None:
            return self._finish(state, Done(filling.end.text, filling.end.value), world)
        if filling.turns_page:
            return self._turn_page(state, top, world, [*filling.notes])
        if not filling.is_taken:
            return self._miss(state, top, world, heard)
        told = self._told(form, top, filling, world)
        if filling.frame == top and not told:
            return self._miss(state, top, world, heard, is_known=True)
        moved = replace(filling.frame, misses=0, page=0)
        return self._advance(state.with_top(moved), world, told)

    def _below(
        self, state: State, top: Frame, heard: Heard, world: W
    ) -> tuple[State, Reply] | None:
        """What is not for a form that was only opened to fill a slot may be for the form below."""
        if top.fills is None or len(state.frames) == 1:
            return None
        under = state.pop()
        below = under.frames[-1]
        form = self._forms[below.form]
        # The question of the form below is not the open one: nothing here answers it.
        unasked = replace(below, asking=None, choices=())
        filling = fill(form, unasked, heard, world, is_astray=self._is_astray(form, heard))
        if not filling.is_taken or filling.end is not None:
            return None
        told = self._told(form, below, filling, world)
        if fell(form, below, filling.frame, top.fills):
            return self._advance(under.with_top(filling.frame), world, told)
        if asks_before(form, filling.frame, top.fills):
            waiting = replace(filling.frame, draft=top.values)
            return self._advance(under.with_top(waiting), world, told)
        return self._advance(under.with_top(filling.frame).push(top), world, told)

    @staticmethod
    def _told(form: Form[W], before: Frame, filling: Filling, world: W) -> list[str]:
        """What to tell of a change: its own notes, else what the form says fell with it."""
        notes = [*filling.notes] or [form.changed(before.values, filling.frame.values, world)]
        return [note for note in notes if note]

    @staticmethod
    def _is_astray(form: Form[W], heard: Heard) -> bool:
        """A clear question about something else is not mined for answers it never meant."""
        # Certain to be no wish is what an answer in words nobody foresaw is, too.
        at_home = heard.intent in {*form.opens_on, *form.keeps, "unknown"}
        return heard.confidence >= _CLEAR and not at_home

    def _elsewhere(
        self, state: State, top: Frame, heard: Heard, world: W
    ) -> tuple[State, Reply] | None:
        """Another form opens on it, or it is answered in passing; then the question comes back."""
        claimed = self.claimed(state, heard, world)
        if claimed is not None:
            return claimed
        for frame in reversed(state.frames):
            told = self._forms[frame.form].about(heard, frame.values, world)
            if told:
                return self._advance(state, world, [told])
        other = self._opens.get(heard.intent)
        if other is not None and self._waiting(state, other):
            # What is going on already was asked for once more, with nothing new in it.
            is_clear = heard.confidence >= _CLEAR and not heard.symptoms
            return self._advance(state, world, [self._phrases.resumed]) if is_clear else None
        if other is not None and not self._forms[other].is_light:
            return self.open(state, other, world, heard)
        aside = self._aside(heard, world)
        if aside is not None and aside.is_last:
            return state, aside
        return self._advance(state, world, [aside.text]) if aside else None

    def claimed(self, state: State, heard: Heard, world: W) -> tuple[State, Reply] | None:
        """Open the form that knows by its facts that the message is its own, if any."""
        for form in self._forms.values():
            claim = form.claims(heard, world)
            if claim is not None and not self._waiting(state, form.name):
                return self.open(state, form.name, world, heard, claim)
        return None

    @staticmethod
    def _waiting(state: State, form: str) -> bool:
        return any(frame.form == form for frame in state.frames)

    def _turn_page(
        self, state: State, top: Frame, world: W, notes: list[str]
    ) -> tuple[State, Reply]:
        turned = replace(top, page=top.page + 1, misses=0)
        return self._advance(state.with_top(turned), world, notes)

    def _miss(
        self, state: State, top: Frame, world: W, heard: Heard, *, is_known: bool = False
    ) -> tuple[State, Reply]:
        """Say so, and ask again; what was said once more was understood, the first time."""
        place: Place = "list" if top.choices else "open"
        if is_known and not top.misses:
            place = "known"
        lead = self._misses.lead(heard, world, top.misses, place)
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
                return self._finish(state, Done(asked.text, asked.value), world, notes)
            if isinstance(asked, Open):
                notes += [asked.note] if asked.note else []
                values = resumed(top.draft, asked.values)
                child = Frame(form=asked.form, values=values, fills=slot.name)
                state = state.with_top(replace(top, draft={})).push(child)
                continue
            notes += [asked.note] if asked.note else []
            state = state.with_top(replace(top, values={**top.values, slot.name: asked.value}))
        return state.cleared(), Reply(self._phrases.trouble)

    def _ask(
        self, state: State, top: Frame, slot: str, question: Question, notes: list[str]
    ) -> tuple[State, Reply]:
        most = CARE_PAGE if state.care == "on" else PAGE
        frame, options, pages = shown(top, slot, question, most)
        is_same = (frame.asking, frame.choices) == (top.asking, top.choices)
        state = replace(state.with_top(frame), asked=state.asked + (not is_same))
        footer = self._phrases.more if pages > 1 else ""
        told = [note for note in notes if note]
        words = question.again if question.again and told and is_same else question.text
        text = "\n\n".join([*told, words])
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
        cleared, _ = self._repairs.leave_all(state, world)
        return cleared, Reply("\n\n".join(s for s in said if s))

    def _open_or_aside(self, state: State, heard: Heard, world: W) -> tuple[State, Reply]:
        claimed = self.claimed(replace(state, misses=0), heard, world)
        if claimed is not None:
            return claimed
        form = self._opens.get(heard.intent)
        if form is not None:
            return self.open(replace(state, misses=0), form, world, heard)
        aside = self._aside(heard, world)
        if aside is not None:
            return replace(state, misses=0), aside
        if heard.intent in _BARE - {"choose"}:
            return state, Reply(self._phrases.nothing_open)
        return self._lost(state, heard, world)

    def _lost(self, state: State, heard: Heard, world: W) -> tuple[State, Reply]:
        """Nothing is open and nothing was understood; who presses digits sees which there are."""
        if heard.intent == "choose":
            return self.open(state, self._misses.choices, world, Heard(), {"is_lost": True})
        lead = self._misses.lead(heard, world, state.misses, "lost")
        lost = replace(state, misses=state.misses + 1)
        if not self._misses.shows(heard, state.misses):
            return lost, Reply(lead)
        lost, choices = self.open(lost, self._misses.choices, world, Heard(), {"is_lost": True})
        return lost, choices.after(lead)
