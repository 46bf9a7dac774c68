"""Who agrees: the account before anything is stored, a guardian for a child."""

from __future__ import annotations

from datetime import date
from typing import Any

from dialogue.form import Asked, Filled, Given, Question, Redo, Slot, Stop
from dialogue.state import Values
from handlers import readback
from handlers.scene import World
from handlers.texts import registration as texts
from nlp.heard import Heard


def ask_consent(values: Values, world: World) -> Asked:
    """Ask once, right before the first personal question."""
    if world.desk.patients.has_consented("registration"):
        return Filled(value=True)
    notice = texts.consent(world.scene.hospital)
    return Question(notice, texts.CONSENT_CHOICES, wants="consent", again=texts.CONSENT_AGAIN)


def pick_consent(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """Yes is recorded; without it nothing is stored and nothing is booked."""
    if not value:
        return Stop(texts.NO_CONSENT)
    world.desk.patients.consent("registration")
    if world.care:
        world.desk.care.choose(on=True)  # there is an account to keep it with now
    return True


def answer_consent(heard: Heard, values: Values, world: World) -> Given:
    """A plain yes or no; what cannot be kept yet, or worries about papers, gets a word."""
    if "no_papers" in heard.preferences:
        return Redo((), texts.PAPERS_NEEDED)
    if heard.id_number or heard.phone or heard.name:
        return Redo((), texts.CONSENT_FIRST)
    return None if heard.answer is None else pick_consent(heard.answer == "yes", values, world)


def may_keep(values: Values, world: World) -> bool:
    """Tell whether there is consent: asked for in this form, or given to the account before."""
    return "consent" in values or world.desk.patients.has_consented("registration")


CONSENT: Slot[World] = Slot("consent", ask_consent, answer=answer_consent, pick=pick_consent)


def ask_guardian(values: Values, world: World) -> Asked:
    """A child under 14: the guardian agrees separately."""
    if not readback.is_child(date.fromisoformat(values["birth_on"]), world):
        return Filled(value=True)
    if world.desk.patients.has_consented("child"):
        return Filled(value=True)
    return Question(
        texts.CHILD_CONSENT, texts.CONSENT_CHOICES, wants="yes_no", again=texts.CHILD_CONSENT_AGAIN
    )


def pick_guardian(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """Yes is recorded separately from the general consent."""
    if not value:
        return Stop(texts.NO_CONSENT)
    world.desk.patients.consent("child")
    return True


def answer_guardian(heard: Heard, values: Values, world: World) -> Given:
    """A plain yes or no."""
    return None if heard.answer is None else pick_guardian(heard.answer == "yes", values, world)


GUARDIAN: Slot[World] = Slot(
    "guardian", ask_guardian, answer=answer_guardian, pick=pick_guardian, after=("birth_on",)
)
