"""
Taking the newest change of a shift back, by one word of whoever made it.

    护士: 撤销
    机器人: 将要撤销9:31的替诊：… 0位已经收到通知，… 执行请回复：确认撤销
    护士: 确认撤销
    机器人: 已撤销，和原来一样。
"""

from __future__ import annotations

from dialogue.form import Asked, Done, Form, Question, Slot, Stop
from dialogue.state import Values
from handlers import shifts
from handlers.scene import World
from handlers.texts import refusals
from handlers.texts import shift_orders as texts
from handlers.texts import staff as staff_texts
from nlp.heard import Heard
from scheduling.errors import Refusal
from scheduling.rota import Member

_SUSPENSION = "停诊"


def is_meant(heard: Heard, world: World, member: Member) -> bool:
    """Tell whether a change is to be taken back: the newest act, unless it is said which."""
    said = heard.order.argument if heard.order else ""
    change = world.desk.past_changes.newest(member)
    if change is None or said == _SUSPENSION or _SUSPENSION[0] in heard.text:
        return False
    newest = world.desk.suspensions.latest(member)
    began = world.desk.suspensions.began(newest) if newest is not None else None
    return bool(said) or began is None or change.at > began


def _ask_sure(values: Values, world: World) -> Asked:
    member = world.desk.staff.me()
    change = world.desk.past_changes.newest(member) if member else None
    if change is None:
        return Stop(staff_texts.NOTHING_TO_UNDO)
    return Question(texts.undo_preview(change), wants="order")


def _undone(values: Values, world: World) -> Done:
    member = world.desk.staff.me()
    if member is None:
        return Done(staff_texts.NOT_DONE)
    try:
        world.desk.past_changes.undo(member)
    except Refusal as no:
        return Done(refusals.say(no))
    return Done(texts.UNDONE)


FORM: Form[World] = Form(
    name="undo_change",
    title=texts.UNDO_TITLE,
    done=_undone,
    leave=lambda values, world: staff_texts.NOT_DONE,
    slots=(Slot("sure", _ask_sure, answer=shifts.only(staff_texts.CONFIRM_UNDO)),),
)
