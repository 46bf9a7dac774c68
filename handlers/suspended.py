"""
A doctor is away, and the patient answers the notice: the new place, other times, or none.

    机器人: 【停诊通知】… 已为您留：11月26日 周四 上午9:00，神经内科李芳。…
    患者: 1
    机器人: 已改好。…

Silence moves nobody: whoever does not answer is rung.
"""

from __future__ import annotations

from typing import Any

from dialogue.form import Asked, Done, Form, Given, Open, Question, Slot
from dialogue.state import Values
from handlers import wishes
from handlers.scene import World
from handlers.texts import prompts as texts
from handlers.texts import refusals
from nlp.heard import Heard
from scheduling.errors import Refusal
from scheduling.types import AppointmentView, PromptId

_TAKE, _OTHER, _RETURN = "take", "other", "return"


def _ask(values: Values, world: World) -> Asked:
    offered = world.desk.replacements.offered(values["line"])
    choices: list[tuple[str, Any]] = [(texts.OTHER_TIME, _OTHER), (texts.GIVE_BACK, _RETURN)]
    if offered is not None:
        choices.insert(0, (texts.TAKE_IT, _TAKE))
    return Question(texts.instead(_old(values, world), offered), choices)


def _old(values: Values, world: World) -> AppointmentView | None:
    return wishes.appointment(values["appointment"], world)


def _answer(heard: Heard, values: Values, world: World) -> Given:
    """A yes takes the new place; a no may mean two things, so it is asked about."""
    if heard.answer == "yes" and world.desk.replacements.offered(values["line"]) is not None:
        return _TAKE
    if heard.intent == "reschedule" or heard.preferences & {"other", "other_time", "other_doctor"}:
        return _OTHER
    return _RETURN if heard.intent == "cancel" else None


def _act(values: Values, world: World) -> Done:
    line, answer = values["line"], values["decision"]
    if answer == _OTHER:
        return _look_elsewhere(values, world)
    try:
        if answer == _RETURN:
            world.desk.replacements.give_back(line)
            said = Done(texts.GIVEN_BACK)
        else:
            view = world.desk.replacements.accept(line)
            said = Done(texts.taken(view, world.desk.notices.outlook(view)))
    except Refusal as no:
        return Done(refusals.say(no))
    world.desk.prompts.answered(PromptId(values["prompt"]))
    return said


def _look_elsewhere(values: Values, world: World) -> Done:
    """The same department for the same patient; what is held stays until another is taken."""
    old = _old(values, world)
    if old is None:
        return Done(texts.NOT_FOUND)
    ward = [[old.opening.department, 1.0]]
    known = {
        "dept": {"codes": ward, "words": [], "sure": True, "stated": True},
        "ward": ward,
        "patient": old.patient,
        "replaces": values["line"],
    }
    return Done("", then=Open("booking", known))


FORM: Form[World] = Form(
    name="suspended",
    title=texts.TITLES["suspended"],
    done=_act,
    keeps=frozenset({"reschedule", "cancel"}),
    slots=(Slot("decision", _ask, answer=_answer),),
)
