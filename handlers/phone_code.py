"""A code sent to a phone that was just given proves that it is theirs; wherever one is given."""

from __future__ import annotations

from dialogue.form import Asked, Filled, Given, Question, Redo
from handlers.scene import World
from handlers.texts import refusals
from handlers.texts import registration as texts
from nlp.heard import Heard
from scheduling.errors import Refusal
from scheduling.types import PatientId


def send(patient: int, phone: str, world: World) -> Filled:
    """
    Send the code, and say where; False where no text can be sent.

    Raises:
        Refusal: what `send_phone_code` raises.
    """
    sent = world.desk.patients.send_phone_code(PatientId(patient), phone)
    return Filled(value=True, note=texts.code_sent(sent)) if sent else Filled(value=False)


def ask(no_code: str, *, sent: bool) -> Asked:
    """Ask for the code that was sent; `no_code` is what is chosen where it has not come."""
    return Question(texts.CODE, [(no_code, "")], wants="code") if sent else Filled("")


def answer(heard: Heard, patient: int, phone: str, world: World) -> Given:
    """The right code proves the phone; a wrong one may be tried again."""
    if heard.code is None:
        return None
    try:
        world.desk.patients.change_phone(PatientId(patient), phone, heard.code)
    except Refusal as no:
        return Redo((), refusals.say(no))
    return heard.code
