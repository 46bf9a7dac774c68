"""The numbered options of a question: which of them are shown, and choosing one in its words."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from dialogue.form import Form, Question
from dialogue.reply import Option
from dialogue.state import Frame
from nlp.heard import Heard

W = TypeVar("W")

PAGE = 5
# In care mode a list is heard rather than seen.
CARE_PAGE = 3
# A message of this many characters may be an option in its own words.
_SHORTEST_LABEL, _LONGEST_LABEL = 2, 12


def shown(
    frame: Frame, slot: str, question: Question, most: int = PAGE
) -> tuple[Frame, tuple[Option, ...], int]:
    """Return the frame asking this, the options on its page (`most` each), how many pages."""
    pages = max(1, -(-len(question.choices) // most))
    same = frame.asking == slot
    page = frame.page % pages if same else 0
    listed = question.choices[page * most : (page + 1) * most]
    asking = replace(
        frame,
        asking=slot,
        wants=question.wants,
        choices=tuple(value for _, value in listed),
        page=page,
        misses=frame.misses if same else 0,
    )
    return asking, tuple(Option(label, str(n)) for n, (label, _) in enumerate(listed, 1)), pages


def in_words(form: Form[W], frame: Frame, heard: Heard, world: W) -> tuple[Frame, Heard]:
    """Return the message as a choice if its words are those of one option, on whatever page."""
    words = "".join(heard.text.split())
    if not frame.choices or heard.ordinal is not None or not _may_be_a_label(words):
        return frame, heard
    slot = form.slot(frame.asking or "")
    asked = slot.ask(frame.values, world) if slot.ask else None
    if not isinstance(asked, Question):
        return frame, heard
    labels = ["".join(label.split()) for label, _ in asked.choices]
    same = [n for n, label in enumerate(labels, 1) if label == words]
    close = same or [n for n, label in enumerate(labels, 1) if words in label]
    if len(close) != 1:
        return frame, heard
    whole = replace(frame, choices=tuple(value for _, value in asked.choices))
    return whole, replace(heard, intent="choose", confidence=1.0, ordinal=close[0])


def _may_be_a_label(words: str) -> bool:
    return _SHORTEST_LABEL <= len(words) <= _LONGEST_LABEL
