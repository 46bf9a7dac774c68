"""
Telling patients something, by one line of a member of staff.

    护士: 通知 张伟明天上午的病人：改在3号楼看诊
    机器人: 将要通知12位患者：… 微信能收到11位，短信0位，要打电话1位。…
    护士: 确认通知
    机器人: 好的，共12位，10:31开始发送。发错了，开始发送前回复：撤销通知
"""

from __future__ import annotations

from datetime import datetime

from dialogue.form import Asked, Done, Filled, Form, Given, Question, Slot, Stop
from dialogue.reply import Reply
from dialogue.state import State, Values
from handlers import shifts
from handlers.scene import World
from handlers.texts import broadcasts as texts
from handlers.texts import refusals
from nlp.heard import Heard
from scheduling.broadcasting import Audience
from scheduling.errors import Refusal
from scheduling.rota import Member, ShiftView
from scheduling.staff_errors import NothingToUndo

_MOST_SHIFTS = 60


def _of_order(slot: Slot[World]) -> Slot[World]:
    """Whom it is for is heard in the order alone, never in what they are to be told."""

    def hear(heard: Heard, values: Values, world: World) -> Given:
        is_order = heard.order is not None and heard.order.name == FORM.name
        return slot.hear(heard, values, world) if is_order else None

    return Slot(slot.name, hear=hear)


def is_asked_what(state: State) -> bool:
    """Tell whether the open question is what patients are to be told."""
    return state.top is not None and (state.top.form, state.top.asking) == (FORM.name, "words")


def _hear_words(heard: Heard, values: Values, world: World) -> Given:
    return heard.order.argument or None if heard.order else None


def _answer_words(heard: Heard, values: Values, world: World) -> Given:
    return heard.text.strip() or None


def _meant(values: Values, world: World, member: Member) -> list[ShiftView]:
    """The shifts named by doctor, department or day; nothing named is not everybody."""
    named = [values.get(name) for name in ("doctors", "wards", "when")]
    if not any(named):
        return []
    when = [(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in named[2] or ()]
    found = world.desk.suspensions.shifts(member, named[0] or (), named[1] or (), when)
    return [shift for shift in found if shift.booked]


def _ask_shifts(values: Values, world: World) -> Asked:
    member = world.desk.staff.me()
    found = _meant(values, world, member) if member else []
    if not found or len(found) > _MOST_SHIFTS:
        return Stop(texts.NOBODY)
    if "when" in values:
        return Filled([shift.id for shift in found])
    return shifts.which(texts.WHOM, texts.NOBODY, found, values)


def _ask_sure(values: Values, world: World) -> Asked:
    member = world.desk.staff.me()
    if member is None:
        return Stop(texts.NOT_DONE)
    words = texts.to_facts(values["words"])
    audience = Audience(shifts=tuple(values["shifts"]))
    try:
        cast = world.desk.broadcasts.foresee(member, audience, words)
    except Refusal as no:
        return Stop(refusals.say(no))
    alone = world.desk.broadcasts.alone
    listed = [shift for shift in shifts.views(values, world) if shift.booked]
    return Question(texts.preview(listed, words, cast, alone), wants="order")


def _told(values: Values, world: World) -> Done:
    member = world.desk.staff.me()
    if member is None:
        return Done(texts.NOT_DONE)
    audience = Audience(shifts=tuple(values["shifts"]))
    try:
        draft = world.desk.broadcasts.draft(member, audience, texts.to_facts(values["words"]))
        return Done(texts.confirmed(world.desk.broadcasts.confirm(member, draft.id)))
    except Refusal as no:
        return Done(refusals.say(no))


def take_back(heard: Heard, world: World, member: Member) -> Reply:
    """Take back the newest one of this member's, unless it has begun."""
    try:
        world.desk.broadcasts.take_back(member)
    except NothingToUndo:
        return Reply(texts.TOO_LATE)
    return Reply(texts.TAKEN_BACK)


FORM: Form[World] = Form(
    name="tell",
    title=texts.TITLE,
    done=_told,
    leave=lambda values, world: texts.NOT_DONE,
    slots=(
        *map(_of_order, shifts.WISH),
        Slot("shifts", _ask_shifts, after=("doctors", "wards", "when")),
        Slot(
            "words",
            lambda values, world: Question(texts.WHAT, wants="order"),
            hear=_hear_words,
            answer=_answer_words,
        ),
        Slot("sure", _ask_sure, answer=shifts.only(texts.CONFIRM), after=("shifts", "words")),
    ),
)
