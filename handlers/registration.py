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
    机器人: 登记好了：李*英（妈妈）。…
"""

from __future__ import annotations

from datetime import date
from typing import Any

from dialogue.form import Asked, Done, Filled, Form, Given, Question, Reask, Redo, Slot, Stop
from dialogue.state import Values
from handlers.scene import World
from handlers.texts import refusals
from handlers.texts import registration as texts
from nlp.heard import Heard
from scheduling.errors import Refusal
from scheduling.policy import Policy
from scheduling.types import PatientId, PatientView, Registration

_RESIDENT = "resident_id"
_GUARDIAN = "guardian"
_LATER, _SENT = "later", "sent"
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


def answer_name(heard: Heard, values: Values, world: World) -> Given:
    """Whatever the ear takes for a name when one was asked for."""
    return heard.name


def ask_kind(values: Values, world: World) -> Asked:
    """Assume the resident identity card; other documents are a choice away."""
    if not values.get("other_document"):
        return Filled(_RESIDENT)
    return Question(texts.KIND, texts.KINDS, wants="choice")


def ask_number(values: Values, world: World) -> Asked:
    """Ask for the number of the document, with the way out for those who have another."""
    kind = values["kind"]
    choices = [(texts.OTHER_DOCUMENT, "other")] if kind == _RESIDENT else []
    return Question(texts.number(kind), choices, wants="id_number")


def pick_number(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """The only choice there is: another document."""
    return Redo(("kind",), fill={"other_document": True})


def answer_number(heard: Heard, values: Values, world: World) -> Given:
    """The number as written; `check_number` says what is wrong with it."""
    return heard.id_number


def check_number(value: Any, values: Values, world: World) -> str | None:  # noqa: ANN401 - any JSON
    """Say at once when a number cannot be right."""
    try:
        world.desk.patients.check_document(values.get("kind", _RESIDENT), value)
    except Refusal as no:
        return refusals.say(no)
    return None


def _told(values: Values, world: World) -> tuple[str | None, date | None]:
    """What the document itself tells of sex and birth date; a guardian's tells nothing."""
    if values["kind"] == _GUARDIAN:
        return None, None
    return world.desk.patients.check_document(values["kind"], values["number"])


def ask_sex(values: Values, world: World) -> Asked:
    """Ask unless the document tells."""
    sex, _ = _told(values, world)
    return Filled(sex) if sex else Question(texts.SEX, texts.SEXES, wants="sex")


def answer_sex(heard: Heard, values: Values, world: World) -> Given:
    """男 or 女."""
    return heard.person.sex


def ask_birth(values: Values, world: World) -> Asked:
    """Ask unless the document tells."""
    _, born = _told(values, world)
    return Filled(born.isoformat()) if born else Question(texts.BIRTH, wants="birth_date")


def answer_birth(heard: Heard, values: Values, world: World) -> Given:
    """The birth date given."""
    return heard.birth_date.isoformat() if heard.birth_date else None


def check_birth(value: Any, values: Values, world: World) -> str | None:  # noqa: ANN401 - any JSON
    """Nobody is born tomorrow."""
    future = date.fromisoformat(value) > world.scene.now_local.date()
    return texts.BIRTH_IN_FUTURE if future else None


def ask_guardian(values: Values, world: World) -> Asked:
    """A child under 14: the guardian agrees separately."""
    born = date.fromisoformat(values["birth_on"])
    if _age(born, world.scene.now_local.date()) >= _CHILD_UNDER:
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


def answer_phone(heard: Heard, values: Values, world: World) -> Given:
    """A telephone number, or none."""
    if heard.phone:
        return heard.phone
    return "" if heard.answer == "no" else None


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


def _patient(values: Values, world: World) -> PatientView:
    return next(p for p in world.desk.patients.linked() if p.id == values["patient"])


def ask_verify(values: Values, world: World) -> Asked:
    """A patient known before is shown in full only after a code; without SMS, at the window."""
    if not world.scene.can_text or _patient(values, world).link_state != "pending":
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


def done(values: Values, world: World) -> Done:
    """Say who is registered now; the patient goes to the form that asked."""
    return Done(texts.registered(_patient(values, world)), values["patient"])


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


FORM: Form[World] = Form(
    name="registration",
    title=texts.TITLE,
    opens_on=frozenset({"add_patient"}),
    done=done,
    slots=(
        Slot("relation", ask_relation, hear=hear_relation),
        Slot("consent", ask_consent, answer=answer_consent, pick=pick_consent),
        Slot("name", ask_name, answer=answer_name),
        Slot("kind", ask_kind),
        Slot(
            "number",
            ask_number,
            answer=answer_number,
            pick=pick_number,
            check=check_number,
            after=("kind",),
        ),
        Slot("sex", ask_sex, answer=answer_sex, after=("number",)),
        Slot("birth_on", ask_birth, answer=answer_birth, check=check_birth, after=("number",)),
        Slot(
            "guardian",
            ask_guardian,
            answer=answer_guardian,
            pick=pick_guardian,
            after=("birth_on",),
        ),
        Slot("phone", ask_phone, answer=answer_phone),
        Slot("patient", register, after=("name", "number", "sex", "birth_on", "phone")),
        Slot("verify", ask_verify, pick=pick_verify, after=("patient",)),
        Slot("code", ask_code, answer=answer_code, after=("verify",)),
    ),
)
