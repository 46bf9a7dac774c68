"""
What follows once a matter is settled: the second wish of one message, and who else is to be told.

    患者: 妈挂眼科，爸挂骨科
    机器人: 一件一件来，先给妈妈挂。…
    机器人: 预约成功…  还有一件：给爸爸挂骨科的号。现在接着办吗？…

    机器人: 预约成功…  李*英的就诊通知，要不要也发给家里别的人？…
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from dialogue.engine import Engine
from dialogue.filling import fill
from dialogue.form import Asked, Done, Form, Given, Open, Question, Slot
from dialogue.reply import Reply
from dialogue.state import Frame, State, Values
from handlers import booking, cancelling, family
from handlers.scene import World
from handlers.texts import answers as answer_texts
from handlers.texts import settling as texts
from nlp.heard import YOUNG, Heard, Relation
from scheduling.errors import Refusal
from scheduling.types import PatientId

_MOST_SYMPTOMS = 12
# What of a wish for one holds for the other, too; and that it is for another.
_SAME, _OTHER, _THEN = ("dept", "concern", "when"), "other", "then"
# What a booking knows that was promised; and the second choice of two, the no.
_PROMISED, _SECOND = "promised", 2
_TWO = frozenset({"two_people", "other_child"})
_NAMES_ONE = frozenset({"other_child", "which_first"})
Turn = tuple[State, Reply]
# Of whom the talk was last: 「通知也发给他」.
_PRONOUN = re.compile("[他她]")


def laid_aside(before: State, after: State) -> State:
    """Of a matter that is settled the symptoms are no reason for the next one."""
    if after.top is not None or not _was_busy(before) or not after.symptoms:
        return after
    past = tuple(dict.fromkeys((*after.past, *after.symptoms)))[-_MOST_SYMPTOMS:]
    return replace(after, symptoms=(), past=past)


def put_off(state: State, heard: Heard, world: World) -> tuple[State, str]:
    """Keep the second wish of a message for later; returns what is said of it."""
    bottom = state.frames[0] if state.frames else None
    if bottom is None or bottom.form != booking.FORM.name:
        return state, ""
    if heard.rest is None:
        return _for_both(state, bottom, heard)
    wishes = [_wish(one, world) for one in _each(heard.rest)]
    later = _chained([wish for wish in wishes if wish])
    if not later:
        return state, ""
    return replace(state, later=later), texts.one_by_one(
        _whom(bottom.values), [_whom(wish) for wish in _all_of(later)]
    )


def _each(rest: Heard | None) -> list[Heard]:
    return [] if rest is None else [rest, *_each(rest.rest)]


def _wish(heard: Heard, world: World) -> Values:
    """Return what a booking begins with for one of the wishes that come later."""
    then = replace(world, heard=heard, symptoms=())
    return fill(booking.FORM, Frame(booking.FORM.name), heard, then).frame.values


def _chained(wishes: Sequence[Values]) -> Values:
    """Return the first wish, which holds the next as `then`."""
    return {**wishes[0], _THEN: _chained(wishes[1:])} if wishes else {}


def _all_of(later: Values) -> list[Values]:
    return [later, *_all_of(later.get(_THEN, {}))] if later else []


def _whom(values: Values) -> str | None:
    """The word for who it is for: 岳母 for her who is of the relation of a mother."""
    return values.get("in_law") or values.get("relation")


def _for_both(state: State, bottom: Frame, heard: Heard) -> tuple[State, str]:
    """Two are ill of the same: one after the other, each with the safety question."""
    if state.later or _TWO.isdisjoint(heard.preferences):
        return state, ""
    relation = bottom.values.get("relation") or heard.person.relation
    is_of_children = relation in YOUNG or "other_child" in heard.preferences
    later = {name: bottom.values[name] for name in _SAME if name in bottom.values}
    later |= {_OTHER: True, "relation": (relation or "child") if is_of_children else "self"}
    return replace(state, later=later), texts.one_then_other(is_of_children=is_of_children)


def whose_turn(state: State, heard: Heard) -> str:
    """「大的先」 once it was said that there are two: that is how it goes on; else nothing."""
    is_meant = state.later.get(_OTHER) and _NAMES_ONE & heard.preferences
    return texts.FIRST_ONE if is_meant and state.top is not None and not heard.symptoms else ""


def next_form(before: State, after: State, world: World) -> tuple[State, str, Values] | None:
    """Return what is asked of itself now, and with what: one thing only, or None."""
    if after.top is not None or after.alarm:
        return None
    if not (_was_busy(before) or (after.later and _is_turned_down(before, world.heard))):
        return None
    if after.later:
        later = dict(after.later)
        was = before.frames[0].values
        is_of_kin = later.get("relation") == was.get("relation") not in (None, "self")
        if later.get(_OTHER) or (is_of_kin and _whom(later) != _whom(was)):
            later["not_patient"] = was.get("patient")  # not who has just been booked for
        return replace(after, later=later.pop(_THEN, {})), LATER.name, {"later": later}
    unexplained = cancelling.unexplained(before, world)
    if unexplained:
        return after, cancelling.WHY.name, {"appointments": unexplained}
    if before.frames[0].form != booking.FORM.name:
        return None
    patient = world.desk.sharing.unasked()
    return None if patient is None else (after, SHARE.name, {"patient": patient})


def _is_asked(state: State) -> bool:
    return state.top is not None and state.top.form == LATER.name


def _is_turned_down(before: State, heard: Heard) -> bool:
    return _is_asked(before) and (heard.answer == "no" or heard.ordinal == _SECOND)


def kept(before: State, after: State, heard: Heard) -> State:
    """Whose turn it was is still waiting where something else was said instead of yes or no."""
    is_over = _is_asked(after) or _is_turned_down(before, heard) or not before.frames
    if is_over or not _is_asked(before) or any(_PROMISED in f.values for f in after.frames):
        return after
    return replace(after, later={**before.frames[-1].values["later"], _THEN: after.later})


def recalled(engine: Engine[World], state: State, heard: Heard, world: World) -> Turn | None:
    """「岳母呢」「还有一个没挂」: whose turn was promised, once nothing else is going on."""
    asked = [state.frames[-1].values["later"]] if _is_asked(state) else []
    wishes = [*asked, *_all_of(state.later)]
    meant = [wish for wish in wishes if _means(heard, wish)]
    meant = meant or (wishes if "the_rest" in heard.preferences else [])
    if meant[:1] == asked:
        return None
    if not meant or (state.top is not None and _was_busy(state)):
        return None
    others = _chained([{**wish, _THEN: {}} for wish in wishes if wish is not meant[0]])
    wish = {name: value for name, value in meant[0].items() if name != _THEN}
    return engine.open(replace(state, later=others), LATER.name, world, Heard(), {"later": wish})


def _means(heard: Heard, wish: Values) -> bool:
    """Tell whether a message names whom a promise is for, and nothing of a matter of its own."""
    says_more = heard.symptoms or heard.stated_departments or heard.doctors or heard.when
    whom = heard.in_law or heard.person.relation
    return bool(whom) and whom == _whom(wish) and not says_more and heard.answer != "no"


def _was_busy(before: State) -> bool:
    return any(frame.form not in _LIGHT for frame in before.frames)


# -- the second wish


def _ask_later(values: Values, world: World) -> Asked:
    later = values["later"]
    what = booking.FORM.matter(later, world) or _wanted(later, world)
    whom = texts.OTHER_CHILD if later.get(_OTHER) and later["relation"] in YOUNG else ""
    return Question(texts.later(_whom(later), what, whom), texts.LATER_CHOICES, wants="yes_no")


def _wanted(later: Values, world: World) -> str:
    codes = [code for code, _ in later.get("dept", {}).get("codes", ())][:1]
    names = [ward.name for ward in world.desk.catalogue.departments(codes)] if codes else []
    doctors = world.desk.catalogue.doctors(later.get("doctors", ())[:1])
    return texts.number_of(names[0] if names else doctors[0].name if doctors else "")


def _answer_later(heard: Heard, values: Values, world: World) -> Given:
    later = values["later"]
    names_one = later.get(_OTHER) and _NAMES_ONE & heard.preferences
    if names_one or "the_rest" in heard.preferences or _means(heard, later):
        return True
    return None if heard.answer is None else heard.answer == "yes"


def _go_on(values: Values, world: World) -> Done:
    if not values["go_on"]:
        return Done(texts.NOT_NOW)
    return Done("", then=Open(booking.FORM.name, {**values["later"], _PROMISED: True}))


LATER: Form[World] = Form(
    name="later",
    done=_go_on,
    is_light=True,
    slots=(Slot("go_on", _ask_later, answer=_answer_later),),
)


# -- who else is told


def _ask_share(values: Values, world: World) -> Asked:
    people = world.desk.patients.linked()
    who = next((p for p in people if p.id == values["patient"]), None)
    return Question(texts.share(who), texts.SHARE_CHOICES, wants="yes_no")


def _answer(heard: Heard, values: Values, world: World) -> Given:
    return None if heard.answer is None else heard.answer == "yes"


def _share(values: Values, world: World) -> Done:
    world.desk.sharing.share(PatientId(values["patient"]), on=values["on"])
    return Done(texts.SHARED if values["on"] else texts.NOT_SHARED)


SHARE: Form[World] = Form(
    name="share", done=_share, is_light=True, slots=(Slot("on", _ask_share, answer=_answer),)
)


def change(heard: Heard, world: World) -> str:
    """Answer 「也通知我女儿」「别再通知我女儿」「也通知我」, said at any time."""
    on, relation = heard.errand == "share", heard.person.relation
    if relation is None and _PRONOUN.search(heard.text):
        relation = cast("Relation | None", (world.person or {}).get("relation"))
        if relation in (None, "self"):
            return texts.WHO_IS_THAT
    people = world.desk.patients.linked()
    own = [p for p in people if p.relation == "self"]
    try:
        if relation in (None, "self"):
            others = [p for p in people if p.relation != "self" and p.link_state == "verified"]
            for one in others:
                world.desk.sharing.tell_me(one.id, on=on)
            if not others and not on:  # 「别通知我」 is of her own visits
                return answer_texts.no_remind(can_text=world.scene.can_text)
            return texts.told_me(others, on=on) if others else texts.NOBODY_TO_TELL
        count = sum(world.desk.sharing.share(p.id, on=on, relation=relation) for p in own)
        whose = own
        if not count:  # not about her own visits, then about those of the one she names
            whose = family.meant(relation, people)
            count = sum(world.desk.sharing.share(p.id, on=on, relation="self") for p in whose)
    except Refusal:
        return texts.VERIFY_FIRST
    return texts.told_others(relation, whose, on=on) if count else texts.not_there(relation)


FORMS: tuple[Form[World], ...] = (LATER, SHARE)
_LIGHT = frozenset({"menu", "care", "look", cancelling.WHY.name, *(form.name for form in FORMS)})
