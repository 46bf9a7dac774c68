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

import re
from datetime import date
from typing import Any

from dialogue.form import Asked, Done, Filled, Form, Given, Question, Reask, Redo, Slot, Stop
from dialogue.state import Values
from handlers import agreeing, family, papers, readback, verifying
from handlers.scene import World
from handlers.texts import refusals
from handlers.texts import registration as texts
from nlp.heard import Heard
from scheduling.errors import Refusal
from scheduling.types import PatientId, Registration

_BACK_TO = {
    "document": "number",
    "name": "name",
    "birth_on": "birth_on",
    "sex": "sex",
    "consent": "consent",
    "phone": "phone",
}
# Of these there is one in most families; a second mother is the mother-in-law.
_ONLY_ONE = frozenset({"self", "mother", "father", "spouse"})
_MOST_PHONES = 2
# So many digits where a telephone number was asked for are one, mistyped.
_FEWEST_PLACES, _MOST_PLACES = 6, 14
_BARE_CHARACTERS = 6
# A name alone may look like one of these; of any other wish this sure, it is none.
_NAMES_SOUND_LIKE = frozenset({"unknown", "book", "symptom", "doctor_info", "choose", "affirm"})
_CLEAR = 0.8


def ask_relation(values: Values, world: World) -> Asked:
    """Ask who the patient is to the person who writes."""
    return Question(texts.WHO, texts.RELATIONS, wants="choice")


def hear_relation(heard: Heard, values: Values, world: World) -> Given:
    """Who it is for; somebody else than before is said so, and only taken from plain words."""
    said, known = heard.person.relation, values.get("relation")
    if said is None or known is None:
        return said
    if said == "self" or (said == known and not _is_bare(heard)):
        return None  # 我 stands in most sentences
    if family.is_vaguer(said, known):
        return None
    if "name" in values and not _is_bare(heard):
        return None
    return said if said == known else Redo((), texts.relation_now(said), {"relation": said})


def _is_bare(heard: Heard) -> bool:
    has_more = heard.name or heard.id_number or heard.phone or heard.answer or heard.errand
    return not has_more and len(heard.text) <= _BARE_CHARACTERS


# -- who is registered already


def ask_known(values: Values, world: World) -> Asked:
    """Nobody is asked for everything again who is registered already."""
    relation = values["relation"]
    known = [p for p in world.desk.patients.linked() if p.relation == relation]
    if relation not in _ONLY_ONE or not known:
        return Filled("")
    other = texts.NOT_MYSELF if relation == "self" else texts.SOMEBODY_ELSE
    choices = [(texts.the_same(p), p.id) for p in known]
    return Question(texts.KNOWN_ALREADY, [*choices, (other, "")], wants="patient")


def pick_known(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """The one who is known, or another of the same relation; oneself there is only once."""
    if not value:
        return Redo(("relation",)) if values["relation"] == "self" else ""
    (one,) = (p for p in world.desk.patients.linked() if p.id == value)
    return Stop(texts.known(one), one.id)


def answer_known(heard: Heard, values: Values, world: World) -> Given:
    """A plain yes or no where there is only one."""
    known = [p for p in world.desk.patients.linked() if p.relation == values["relation"]]
    if heard.answer == "yes" and len(known) == 1:
        return pick_known(known[0].id, values, world)
    return pick_known("", values, world) if heard.answer == "no" else None


# -- name


def ask_name(values: Values, world: World) -> Asked:
    """Ask for the real name."""
    return Question(texts.name(values.get("in_law") or values.get("relation")), wants="name")


def hear_name(heard: Heard, values: Values, world: World) -> Given:
    """A name that was announced as one, once there is consent; or that it was wrong."""
    if heard.errand == "name" and "name" in values:
        return Redo(("name",), texts.AGAIN)
    has_said = heard.name and _may_be_name(heard)
    return heard.name if has_said and agreeing.may_keep(values, world) else None


def answer_name(heard: Heard, values: Values, world: World) -> Given:
    """Whatever the ear takes for a name when one was asked for, unless it says something else."""
    if heard.name is None and "no_name" in heard.preferences:
        return Redo((), texts.NO_NAME_YET)
    return heard.name if _may_be_name(heard) else None


def _may_be_name(heard: Heard) -> bool:
    """「多少钱」 and 「下午的号」 have the shape of names."""
    if heard.id_number or heard.phone or heard.person.relation:
        return True  # 我妈叫李秀英, 李秀英110…
    says_more = heard.preferences - {"english"} or heard.when or heard.topics or heard.symptoms
    is_another_wish = heard.is_odd_name and (heard.doctors or heard.answer or heard.ordinal)
    return not (says_more or heard.stated_departments or is_another_wish) and (
        heard.intent in _NAMES_SOUND_LIKE or heard.confidence < _CLEAR
    )


# -- telephone


def ask_phone(values: Values, world: World) -> Asked:
    """Ask for a number to ring; it may be left out, and one we know need not be typed again."""
    known = {p.masked_phone: p.id for p in world.desk.patients.linked() if p.masked_phone}
    choices = [(texts.same_phone(phone), one) for phone, one in known.items()][:_MOST_PHONES]
    return Question(texts.PHONE, [*choices, (texts.NO_PHONE, "")], wants="phone")


def pick_phone(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """None, or the number of somebody of the family, which the desk knows."""
    if not value:
        return ""
    (one,) = (p for p in world.desk.patients.linked() if p.id == value)
    return Redo((), fill={"phone": one.masked_phone, "phone_of": value})


def hear_phone(heard: Heard, values: Values, world: World) -> Given:
    """A telephone number given along with something else, once there is consent."""
    if heard.errand == "phone" and "phone" in values:
        return Redo((), fill={"phone": heard.phone}) if heard.phone else Redo(("phone",))
    if heard.phone is None or not agreeing.may_keep(values, world):
        return None
    is_next = "name" in values and "number" in values
    if is_next or heard.name or heard.id_number:
        return heard.phone
    return Redo((), texts.noted_phone(heard.phone), {"phone": heard.phone})


def answer_phone(heard: Heard, values: Values, world: World) -> Given:
    """A telephone number, or none."""
    if heard.phone:
        return heard.phone
    written = re.sub(r"[\s-]", "", heard.text)
    if written.isdecimal() and _FEWEST_PLACES <= len(written) <= _MOST_PLACES:
        return Redo((), texts.odd_phone(len(written)))
    said_none = heard.answer == "no" or heard.intent == "deny"
    has_none = said_none or heard.preferences & {"no_phone", "skip"}
    return "" if has_none else None


# -- kept


def register(values: Values, world: World) -> Asked:
    """Store the patient; the desk says whether the account may see everything of theirs."""
    phone = values["phone"] or None
    is_known = phone is not None and not phone.isdecimal() and "phone_of" in values
    registration = Registration(
        name=values["name"],
        document_kind=values["kind"],
        document_number=values["number"],
        relation=values["relation"],
        sex=values["sex"],
        birth_on=date.fromisoformat(values["birth_on"]),
        phone=None if is_known else phone,
        phone_of=PatientId(values["phone_of"]) if is_known else None,
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
    keeps=frozenset({"privacy"}),
    done=done,
    slots=(
        Slot("relation", ask_relation, hear=hear_relation),
        Slot("known", ask_known, answer=answer_known, pick=pick_known, after=("relation",)),
        agreeing.CONSENT,
        Slot("name", ask_name, hear=hear_name, answer=answer_name, beside=("number", "phone")),
        *papers.SLOTS,
        agreeing.GUARDIAN,
        Slot(
            "phone",
            ask_phone,
            hear=hear_phone,
            answer=answer_phone,
            pick=pick_phone,
            beside=("name", "number"),
        ),
        readback.SLOT,
        Slot("patient", register, after=("right",)),
        *verifying.SLOTS,
    ),
)
