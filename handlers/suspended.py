"""
A doctor is away, and the patient answers the notice: the new place, other times, or none.

    机器人: 【停诊通知】… 已为您留：11月26日 周四 上午9:00，神经内科李芳。…
    患者: 1
    机器人: 已改好。…

She may as well say it in words (「不看了」「换个时间吧，下周一上午」). Silence moves nobody, nor
does 「收到」: whoever does not answer is rung.
"""

from __future__ import annotations

from typing import Any

from dialogue.filling import fill
from dialogue.form import Asked, Done, Form, Given, Open, Question, Redo, Slot, Stop
from dialogue.state import Frame, Values
from handlers import appointments, booking, table, wishes
from handlers.scene import World
from handlers.texts import prompts as texts
from handlers.texts import refusals
from nlp.heard import Heard
from scheduling.errors import Refusal
from scheduling.types import AppointmentView, PromptId

_TAKE, _OTHER, _RETURN = "take", "other", "return"
# What asks for another place, and what says that she cannot come then.
_ELSEWHERE = frozenset(
    {"other", "other_time", "other_doctor", "other_site", "same_doctor", "earlier", "later"}
)
_NOT_THEN = frozenset({"busy", "travel"})
# Words that open something of their own where no notice waits for an answer.
_WISHES = frozenset({"book", "reschedule", "doctor_info"})
_WITH_IT = ("doctors", "when", "loose", "wish")
# Said to nothing but such a notice, whatever it sounds like.
_SURELY = frozenset({"give_up", "take_it", "why_stopped", "other_time"})
# Said in the middle of another matter, these may still be the answer.
_FIRM = frozenset({"reschedule", "cancel"})
# Nothing else can be meant by these while a notice waits for an answer.
_LOST = frozenset({"unknown", "deny", "stop", "thanks", "staff"})


def _ask(values: Values, world: World) -> Asked:
    back = world.desk.replacements.back(values["line"])
    if back is not None:
        return Stop(texts.is_back(back))
    offered = world.desk.replacements.offered(values["line"])
    choices: list[tuple[str, Any]] = [(texts.OTHER_TIME, _OTHER), (texts.GIVE_BACK, _RETURN)]
    if offered is not None:
        choices.insert(0, (texts.TAKE_IT, _TAKE))
    return Question(texts.instead(_old(values, world), offered), choices)


def _old(values: Values, world: World) -> AppointmentView | None:
    return wishes.appointment(values["appointment"], world)


def _answer(heard: Heard, values: Values, world: World) -> Given:
    """A yes takes the new place; a bare no may mean two things, so it is asked about."""
    gives_up = heard.intent == "cancel" or "give_up" in heard.preferences
    if (gives_up or heard.reason == "elsewhere") and heard.intent not in _WISHES:
        return _RETURN
    if heard.intent == "stop":
        return Stop(texts.NOT_NOW)
    if _wants_another(heard, values, world):
        return Redo((), texts.KEPT_THEN) if _is_kept_then(heard, values, world) else _OTHER
    agrees = heard.answer == "yes" or "take_it" in heard.preferences
    if agrees and "received" not in heard.preferences:
        return _TAKE if world.desk.replacements.offered(values["line"]) is not None else None
    said = next((told for name, told in texts.NO_ANSWER.items() if _is_said(name, heard)), "")
    return Redo((), said) if said else None


def _wants_another(heard: Heard, values: Values, world: World) -> bool:
    """Whether another time, doctor or place is asked for, or that one is no good."""
    is_yes = heard.answer == "yes" and (not heard.when or _is_kept_then(heard, values, world))
    asks = heard.intent in _WISHES - {"book"}  # 「都行」 sounds like one
    wish = asks or heard.when or heard.doctors or heard.reason in _NOT_THEN
    return bool(wish or heard.preferences & _ELSEWHERE) and not is_yes


def _is_kept_then(heard: Heard, values: Values, world: World) -> bool:
    """Whether the place that is held lies in the very time that was said, and no more was said."""
    offered = world.desk.replacements.offered(values["line"])
    if offered is None or not heard.when or heard.doctors:
        return False
    return all(when.start <= offered.opening.starts_at < when.end for when in heard.when)


def _is_said(name: str, heard: Heard) -> bool:
    return name in (*heard.preferences, *heard.asked, heard.intent, heard.answer)


def is_about(heard: Heard, values: Values, world: World, *, has_floor: bool) -> bool:
    """
    Tell whether words are about this notice: they answer it, or nothing else can be meant.

    `has_floor`: the notice is the last thing she read.
    """
    old = _old(values, world)
    if old is None or _is_another_matter(heard, old, world, has_floor=has_floor):
        return False
    if world.is_busy:
        return heard.intent in _FIRM or "give_up" in heard.preferences
    if not _SURELY.isdisjoint((*heard.preferences, *heard.asked)):
        return has_floor or not world.desk.visits.standings()  # in line, 「不看了」 is of that
    if heard.intent == "clinic_info":
        return has_floor and bool(_about(heard, values, world))
    is_answer = heard.intent in (*_WISHES, *_FIRM, "affirm")
    return heard.intent in _LOST or (is_answer and _answer(heard, values, world) is not None)


def _is_another_matter(
    heard: Heard, old: AppointmentView, world: World, *, has_floor: bool
) -> bool:
    """A complaint, another department, somebody else of the family are matters of their own."""
    if heard.symptoms or heard.missing or heard.errand or heard.alarm:
        return True
    whose = appointments.hear_whose(heard, {}, world)
    if whose is not None and not appointments.of_whom(whose, [old], world):
        return True
    doctors = [one.code for one in heard.doctors]
    named = {ward.code for ward in heard.stated_departments}
    if doctors:
        named |= {one.department for one in world.desk.catalogue.doctors(doctors)}
    is_booking = bool(named) and heard.intent == "book" and not has_floor
    return is_booking or bool(named - {old.opening.department})


def _table(values: Values, world: World) -> Values:
    """What the notice offers, as something that can be asked about."""
    offered = world.desk.replacements.offered(values["line"])
    if offered is None:
        return {}
    return {"ward": [[offered.opening.department, 1.0]], "offer": [offered.opening.slot]}


def _about(heard: Heard, values: Values, world: World) -> str:
    return table.about(heard, _table(values, world), world)


def _act(values: Values, world: World) -> Done:
    line, answer = values["line"], values["decision"]
    back = world.desk.replacements.back(line)
    if back is not None:
        return Done(texts.is_back(back))
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
    kept = world.desk.replacements.offered(values["line"])
    then = Open(booking.FORM.name, {**known, **_told(known, old, world)})
    return Done(texts.KEPT_MEANWHILE if kept is not None else "", then=then)


def _told(known: Values, old: AppointmentView, world: World) -> Values:
    """The days, hours and doctor that came with the answer."""
    heard = world.heard
    wish = fill(booking.FORM, Frame(booking.FORM.name, values=known), heard, world).frame.values
    told = {name: wish[name] for name in _WITH_IT if name in wish}
    if "same_doctor" in heard.preferences or heard.intent == "doctor_info":
        told["doctors"] = [old.opening.doctor] if old.opening.doctor else []
    return told


FORM: Form[World] = Form(
    name="suspended",
    title=texts.TITLES["suspended"],
    done=_act,
    about=_about,
    keeps=frozenset({"reschedule", "cancel", "stop"}),
    slots=(Slot("decision", _ask, answer=_answer),),
)
