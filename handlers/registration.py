"""
Registering a patient: consent first, then only what is needed.

    机器人: 第一次挂号要先登记就诊人。… 同意请回复1
    患者: 1
    机器人: 请发就诊人的真实姓名。
    患者: 李秀英
    机器人: 请发身份证号。…
    患者: 110101195003070022
    机器人: 请发一个手机号，…
    患者: 13800000000
    机器人: 请核对登记信息：…
    患者: 1
    机器人: 登记好了：李*英（妈妈）。…
"""

from __future__ import annotations

from datetime import date
from typing import Any

from dialogue.form import Asked, Done, Filled, Form, Given, Question, Reask, Redo, Slot, Stop
from dialogue.state import Values
from handlers import papers, readback, verifying
from handlers.scene import World
from handlers.texts import refusals
from handlers.texts import registration as texts
from nlp.heard import Heard
from scheduling.errors import Refusal
from scheduling.policy import Policy
from scheduling.types import Registration

_CHILD_UNDER = Policy().child_under_years
_BACK_TO = {
    "document": "number",
    "name": "name",
    "birth_on": "birth_on",
    "sex": "sex",
    "consent": "consent",
    "phone": "phone",
}


def ask_relation(values: Values, world: World) -> Asked:
    """Ask who the patient is to the person who writes."""
    return Question(texts.WHO, texts.RELATIONS, wants="choice")


def hear_relation(heard: Heard, values: Values, world: World) -> Given:
    """Who it is for, as long as nothing is known of them yet."""
    return heard.person.relation if "name" not in values else None


def ask_consent(values: Values, world: World) -> Asked:
    """Ask once, right before the first personal question."""
    if world.desk.patients.has_consented("registration"):
        return Filled(value=True)
    return Question(texts.consent(world.scene.hospital), texts.CONSENT_CHOICES, wants="yes_no")


def pick_consent(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """Yes is recorded; without it nothing is stored and nothing is booked."""
    if not value:
        return Stop(texts.NO_CONSENT)
    world.desk.patients.consent("registration")
    return True


def answer_consent(heard: Heard, values: Values, world: World) -> Given:
    """A plain yes or no."""
    return None if heard.answer is None else pick_consent(heard.answer == "yes", values, world)


def ask_name(values: Values, world: World) -> Asked:
    """Ask for the real name."""
    return Question(texts.name(values.get("relation")), wants="name")


def hear_name(heard: Heard, values: Values, world: World) -> Given:
    """A name that was announced as one, once there is consent."""
    return heard.name if "consent" in values else None


def answer_name(heard: Heard, values: Values, world: World) -> Given:
    """Whatever the ear takes for a name when one was asked for."""
    if heard.name is None and "no_name" in heard.preferences:
        return Redo((), texts.NO_NAME_YET)
    return heard.name


def ask_guardian(values: Values, world: World) -> Asked:
    """A child under 14: the guardian agrees separately."""
    born = date.fromisoformat(values["birth_on"])
    if readback.years(born, world.scene.now_local.date()) >= _CHILD_UNDER:
        return Filled(value=True)
    if world.desk.patients.has_consented("child"):
        return Filled(value=True)
    return Question(texts.CHILD_CONSENT, texts.CONSENT_CHOICES, wants="yes_no")


def pick_guardian(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """Yes is recorded separately from the general consent."""
    if not value:
        return Stop(texts.NO_CONSENT)
    world.desk.patients.consent("child")
    return True


def answer_guardian(heard: Heard, values: Values, world: World) -> Given:
    """A plain yes or no."""
    return None if heard.answer is None else pick_guardian(heard.answer == "yes", values, world)


def ask_phone(values: Values, world: World) -> Asked:
    """Ask for a number to ring when something changes; it may be left out."""
    return Question(texts.PHONE, [(texts.NO_PHONE, "")], wants="phone")


def hear_phone(heard: Heard, values: Values, world: World) -> Given:
    """A telephone number given along with something else, once there is consent."""
    return heard.phone if "consent" in values else None


def answer_phone(heard: Heard, values: Values, world: World) -> Given:
    """A telephone number, or none."""
    if heard.phone:
        return heard.phone
    return "" if heard.answer == "no" or heard.intent == "deny" else None


def register(values: Values, world: World) -> Asked:
    """Store the patient; the desk says whether the account may see everything of theirs."""
    registration = Registration(
        name=values["name"],
        document_kind=values["kind"],
        document_number=values["number"],
        relation=values["relation"],
        sex=values["sex"],
        birth_on=date.fromisoformat(values["birth_on"]),
        phone=values["phone"] or None,
    )
    try:
        patient = world.desk.patients.register(registration)
    except Refusal as no:
        if no.slot not in _BACK_TO:
            return Stop(refusals.say(no))
        raise Reask(_BACK_TO[no.slot], refusals.say(no)) from no
    return Filled(patient.id)


def done(values: Values, world: World) -> Done:
    """Say who is registered now; the patient goes to the form that asked."""
    return Done(texts.registered(verifying.patient(values, world)), values["patient"])


FORM: Form[World] = Form(
    name="registration",
    title=texts.TITLE,
    opens_on=frozenset({"add_patient"}),
    done=done,
    slots=(
        Slot("relation", ask_relation, hear=hear_relation),
        Slot("consent", ask_consent, answer=answer_consent, pick=pick_consent),
        Slot("name", ask_name, hear=hear_name, answer=answer_name),
        *papers.SLOTS,
        Slot(
            "guardian",
            ask_guardian,
            answer=answer_guardian,
            pick=pick_guardian,
            after=("birth_on",),
        ),
        Slot("phone", ask_phone, hear=hear_phone, answer=answer_phone),
        readback.SLOT,
        Slot("patient", register, after=("right",)),
        *verifying.SLOTS,
    ),
)
