"""
What is kept of a family: looked at, corrected, taken along, erased.

    患者: 我的资料
    机器人: 我们保存了这些… 张*国（本人），110***********0011，手机138****8000 … 1. 改姓名 …
    患者: 5
    机器人: 删除后：… 确认删除吗？… 1. 先不删 2. 确认删除
    患者: 2
    机器人: 已删除：…
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dialogue.engine import Engine
from dialogue.form import Asked, Done, Filled, Form, Given, Open, Question, Redo, Slot, Stop
from dialogue.reply import Reply
from dialogue.state import State, Values
from handlers import family, phone_code, settling
from handlers.scene import World
from handlers.texts import personal as texts
from handlers.texts import refusals, wording
from nlp.heard import Heard
from scheduling.errors import OnlyAtDesk, Refusal
from scheduling.types import PatientId, PatientView

_OF_SOMEBODY = frozenset({"name", "phone", "unlink", "default", "others"})
_ASKED_TWICE = frozenset({"name", "unlink", "others", "erase"})
_ABOUT_NOTICES = frozenset({"share", "unshare"})
# What registering corrects by itself while it is going on.
_BY_REGISTERING = frozenset({"name", "number", "phone"})


def turn(
    engine: Engine[World], state: State, heard: Heard, world: World
) -> tuple[State, Reply] | None:
    """Answer an errand about what is kept; None for everything else."""
    top = state.top
    if heard.errand is None:
        return None
    if top is not None and top.form == "registration" and heard.errand in _BY_REGISTERING:
        return None
    if heard.errand in _ABOUT_NOTICES:
        told = settling.change(heard, world)
        return engine.ask_on(state, world, [told]) if top is not None else (state, Reply(told))
    if top is not None and top.form in (LOOK.name, ACT.name):
        state = state.pop()
    return engine.open(state, LOOK.name if heard.errand == "see" else ACT.name, world, heard)


# -- look


def _ask_what(values: Values, world: World) -> Asked:
    kept = world.desk.own_data.kept()
    if kept is None:
        return Stop(texts.NOTHING_KEPT)
    mine = [p for p in kept.patients if p.relation == "self"]
    others = world.desk.patients.others(mine[0].id) if mine else 0
    acts = [*texts.ACTS, texts.OTHERS] if others else texts.ACTS
    return Question(texts.kept(kept, others), acts)


LOOK: Form[World] = Form(
    name="look",
    title=texts.TITLE,
    is_light=True,
    done=lambda values, world: Done("", then=Open(ACT.name, {"act": values["what"]})),
    slots=(Slot("what", _ask_what),),
)


# -- act: on whom


def _hear_act(heard: Heard, values: Values, world: World) -> Given:
    return heard.errand if heard.errand != "see" else None


def _ask_act(values: Values, world: World) -> Asked:
    return Stop(texts.UNCHANGED)


def _hear_whose(heard: Heard, values: Values, world: World) -> Given:
    """Somebody of the family, by name or by what they are to the one who writes."""
    people = world.desk.patients.linked()
    named = family.named(heard, people)
    relation = heard.person.relation
    found = named or (family.meant(relation, people) if relation else [])
    act = values.get("act") or heard.errand
    if not found and relation not in {None, "self"} and act in _OF_SOMEBODY:
        return Stop(texts.NOT_YOURS)  # never the one who happens to be there
    return found[0].id if len(found) == 1 and "whose" not in values else None


def _ask_whose(values: Values, world: World) -> Asked:
    act, people = values["act"], world.desk.patients.linked()
    if act == "number":
        return Stop(texts.NUMBER_AT_DESK)
    if act not in _OF_SOMEBODY:
        return Filled(0)
    if act == "others":
        people = [p for p in people if p.relation == "self"]
    if not people:
        return Stop(texts.NOT_YOURS)
    if len(people) == 1:
        return Filled(people[0].id)
    return Question(texts.WHOSE, [(wording.patient(p), p.id) for p in people], wants="patient")


def _who(values: Values, world: World) -> PatientView:
    return next(p for p in world.desk.patients.linked() if p.id == values["whose"])


# -- act: what is new


def _ask_name(values: Values, world: World) -> Asked:
    if values["act"] != "name":
        return Filled("")
    if _who(values, world).link_state == "pending":
        return Stop(refusals.say(OnlyAtDesk()))
    return Question(texts.name_wanted(_who(values, world)), wants="name")


def _answer_name(heard: Heard, values: Values, world: World) -> Given:
    return heard.name


def _ask_phone(values: Values, world: World) -> Asked:
    return Question(texts.PHONE_WANTED, wants="phone") if values["act"] == "phone" else Filled("")


def _hear_phone(heard: Heard, values: Values, world: World) -> Given:
    return heard.phone


def _send(values: Values, world: World) -> Asked:
    """Send the code once; what answers it is asked for afterwards."""
    if values["act"] != "phone":
        return Filled(value=False)
    try:
        return phone_code.send(values["whose"], values["phone"], world)
    except Refusal as no:
        return Stop(refusals.say(no))


def _ask_code(values: Values, world: World) -> Asked:
    return phone_code.ask(texts.NO_CODE, sent=values["sent"])


def _answer_code(heard: Heard, values: Values, world: World) -> Given:
    return phone_code.answer(heard, values["whose"], values["phone"], world)


def _pick_code(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    return Stop(texts.PHONE_STAYS)


# -- act: nothing that cannot be taken back without a yes


def _ask_sure(values: Values, world: World) -> Asked:
    act = values["act"]
    if act not in _ASKED_TWICE:
        return Filled(value=True)
    if act == "erase":
        if world.desk.own_data.kept() is None:
            return Stop(texts.NOTHING_KEPT)
        leaving = world.desk.own_data.leaving()
        choices = texts.erase_choices(leaving)
        return Question(texts.sure_erase(leaving), choices, wants="yes_no")
    who = _who(values, world)
    if act == "name":
        return Question(texts.sure_name(who, values["name"]), texts.YES_NO, wants="yes_no")
    if act == "others":
        text = texts.sure_others(world.desk.patients.others(who.id))
        return Question(text, texts.YES_NO, wants="yes_no")
    return Question(texts.sure_unlink(who), texts.YES_NO, wants="yes_no")


def _pick_sure(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    return True if value else Stop(texts.UNCHANGED)


def _answer_sure(heard: Heard, values: Values, world: World) -> Given:
    """A plain yes or no; erasing wants more than a word that may mean anything."""
    if heard.answer == "no":
        return Stop(texts.UNCHANGED)
    if heard.answer == "yes" or (values["act"] == heard.errand):
        return Redo((), texts.SAY_ERASE) if values["act"] == "erase" else True
    return None


# -- done


def _done(values: Values, world: World) -> Done:
    try:
        return Done(_DONE[values["act"]](values, world))
    except Refusal as no:
        return Done(refusals.say(no))


def _rename(values: Values, world: World) -> str:
    who = world.desk.patients.correct_name(PatientId(values["whose"]), values["name"])
    return texts.renamed(who)


def _change_phone(values: Values, world: World) -> str:
    if values["code"]:  # changed when the code came back
        return texts.phone_changed(_who(values, world))
    who = world.desk.patients.change_phone(PatientId(values["whose"]), values["phone"])
    return texts.phone_changed(who)


def _unlink(values: Values, world: World) -> str:
    who = _who(values, world)
    world.desk.patients.unlink(who.id)
    return texts.unlinked(who)


def _unlink_others(values: Values, world: World) -> str:
    return texts.others_ended(world.desk.patients.unlink_others(PatientId(values["whose"])))


def _default(values: Values, world: World) -> str:
    who = _who(values, world)
    world.desk.patients.make_default(who.id)
    return texts.default(who)


def _export(values: Values, world: World) -> str:
    data = world.desk.own_data.export()
    return texts.NOTHING_KEPT if data is None else texts.exported(data)


def _erase(values: Values, world: World) -> str:
    world.desk.own_data.erase()
    return texts.ERASED


_DONE: Mapping[str, Callable[[Values, World], str]] = {
    "name": _rename,
    "phone": _change_phone,
    "unlink": _unlink,
    "others": _unlink_others,
    "default": _default,
    "export": _export,
    "erase": _erase,
}

ACT: Form[World] = Form(
    name="personal",
    title=texts.TITLE,
    keeps=frozenset({"privacy"}),
    done=_done,
    slots=(
        Slot("act", _ask_act, hear=_hear_act),
        Slot("whose", _ask_whose, hear=_hear_whose, after=("act",)),
        Slot("name", _ask_name, answer=_answer_name, after=("whose",)),
        Slot("phone", _ask_phone, hear=_hear_phone, answer=_hear_phone, after=("whose",)),
        Slot("sent", _send, after=("phone",)),
        Slot("code", _ask_code, answer=_answer_code, pick=_pick_code, after=("sent",)),
        Slot("sure", _ask_sure, answer=_answer_sure, pick=_pick_sure, after=("name", "whose")),
    ),
)

FORMS: tuple[Form[World], ...] = (LOOK, ACT)
