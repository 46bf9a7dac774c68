"""
What a code can show: that the phone just given is theirs, or that a patient known before is.

Where no SMS can be sent, both are left to the window, and that is said.
"""

from __future__ import annotations

from typing import Any

from dialogue.form import Asked, Filled, Given, Question, Redo, Slot
from dialogue.state import Values
from handlers import phone_code
from handlers.scene import World
from handlers.texts import refusals
from handlers.texts import registration as texts
from nlp.heard import Heard
from scheduling.errors import Refusal
from scheduling.types import PatientId, PatientView

_LATER, _SENT = "later", "sent"


def patient(values: Values, world: World) -> PatientView:
    """Return the patient who was registered just now."""
    return next(p for p in world.desk.patients.linked() if p.id == values["patient"])


def ask_verify(values: Values, world: World) -> Asked:
    """A patient known before is shown in full only after a code; without SMS, at the window."""
    if not world.scene.can_text or not patient(values, world).takes_code:
        return Filled(_LATER)
    return Question(texts.VERIFY, texts.VERIFY_CHOICES)


def pick_verify(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """Send the code to the phone on file, never to one given just now."""
    if value == _LATER:
        return value
    try:
        sent = world.desk.patients.send_link_code(PatientId(values["patient"]))
    except Refusal as no:
        return Redo((), refusals.say(no), {"verify": _LATER})
    return Redo((), texts.code_sent(sent), {"verify": _SENT})


def ask_code(values: Values, world: World) -> Asked:
    """Ask for the code that was sent."""
    if values["verify"] == _LATER:
        return Filled("")
    return Question(texts.CODE, [(texts.NO_CODE, "")], wants="code")


def answer_code(heard: Heard, values: Values, world: World) -> Given:
    """The right code opens everything of the patient's; a wrong one may be tried again."""
    if heard.code is None:
        return None
    try:
        world.desk.patients.redeem_link_code(heard.code)
    except Refusal as no:
        return Redo((), refusals.say(no))
    return heard.code


def send_to_new(values: Values, world: World) -> Asked:
    """Send a code to the phone that was just given for somebody new."""
    phone = values["phone"] or ""
    is_given = phone.isdecimal() and patient(values, world).link_state == "own"
    if not is_given or not world.scene.can_text:
        return Filled(value=False)
    try:
        return phone_code.send(values["patient"], phone, world)
    except Refusal:
        return Filled(value=False)


def ask_new(values: Values, world: World) -> Asked:
    """Ask for that code; it may be left for later."""
    return phone_code.ask(texts.NO_CODE, sent=values["sent"])


def answer_new(heard: Heard, values: Values, world: World) -> Given:
    """The right code proves the phone."""
    return phone_code.answer(heard, values["patient"], values["phone"], world)


SLOTS: tuple[Slot[World], ...] = (
    Slot("sent", send_to_new, after=("patient",)),
    Slot("proof", ask_new, answer=answer_new, after=("sent",)),
    Slot("verify", ask_verify, pick=pick_verify, after=("patient",)),
    Slot("code", ask_code, answer=answer_code, after=("verify",)),
)
