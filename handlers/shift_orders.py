"""
Another doctor, another room, more places or fewer, by one line of a member of staff.

    护士: 替诊 张伟 李芳 明天上午
    机器人: 将由李芳代替张伟出诊：… 12位患者会收到通知，…
    护士: 确认执行
    机器人: 已改好：…
"""

from __future__ import annotations

from typing import Any

from dialogue.form import Asked, Done, Filled, Form, Given, Question, Slot, Stop
from dialogue.state import Values
from handlers import shifts
from handlers.scene import World
from handlers.texts import refusals
from handlers.texts import staff as texts
from nlp.heard import Heard
from scheduling.errors import Refusal
from scheduling.rota import ShiftView
from scheduling.types import Physician

NAMES = frozenset({"substitute", "extra", "fewer", "room"})
_MOST_PLACES = 99


def _hear_order(heard: Heard, values: Values, world: World) -> Given:
    return heard.order.name if heard.order and heard.order.name in NAMES else None


def _hear_argument(heard: Heard, values: Values, world: World) -> Given:
    return heard.order.argument or None if heard.order else None


def _ask_shifts(values: Values, world: World) -> Asked:
    found = _meant(values, world)
    if not found:
        return Stop(texts.NO_SHIFT)
    if len(found) == 1:
        return Filled([found[0].id])
    return Question(texts.WHICH_OF_THEM, [(texts.shift(shift), [shift.id]) for shift in found])


def _meant(values: Values, world: World) -> list[ShiftView]:
    """Of two doctors the one who has a clinic then is the one who is away."""
    if values["order"] != "substitute":
        return shifts.meant(values, world, "published")
    each = ({**values, "doctors": [code]} for code in values.get("doctors", ()))
    found = (shifts.meant(one, world, "published") for one in each)
    return next((some for some in found if some), [])


def _ask_argument(values: Values, world: World) -> Asked:
    """Who stands in, which room, how many places."""
    if values["order"] == "substitute":
        away = {view.doctor for view in shifts.views(values, world)}
        others = [code for code in values.get("doctors", ()) if code not in away]
        return Filled(others[0]) if others else Question(texts.WHO_STANDS_IN)
    if values["order"] == "room":
        return Question(texts.WHICH_ROOM)
    return Question(texts.HOW_MANY, wants="number")


def _answer_argument(heard: Heard, values: Values, world: World) -> Given:
    if values["order"] == "substitute":
        return next(iter(shifts.hear_doctors(heard, values, world) or ()), None)
    if values["order"] == "room":
        return heard.text.strip()[:20] or None
    return str(heard.ordinal) if heard.ordinal and 0 < heard.ordinal <= _MOST_PLACES else None


def _check_argument(value: Any, values: Values, world: World) -> str | None:  # noqa: ANN401
    if values.get("order") in ("extra", "fewer") and not str(value).isdecimal():
        return texts.HOW_MANY
    return None


def _stand_in(values: Values, world: World) -> Physician | None:
    return next(iter(world.desk.catalogue.doctors([values["argument"]])), None)


def _ask_sure(values: Values, world: World) -> Asked:
    (view,) = shifts.views(values, world) or (None,)
    if view is None:
        return Stop(texts.NO_SHIFT)
    order, argument = values["order"], values["argument"]
    if order == "substitute":
        doctor = _stand_in(values, world)
        if doctor is None or doctor.code == view.doctor or doctor.site != view.site:
            return Stop(texts.NO_STAND_IN)
        argument = doctor.name
    return Question(texts.change_preview(order, view, argument), wants="order")


def _changed(values: Values, world: World) -> Done:
    member = world.desk.staff.me()
    if member is None:
        return Done(texts.NOT_DONE)
    changes, (shift,), argument = world.desk.shift_changes, values["shifts"], values["argument"]
    try:
        if values["order"] == "substitute":
            changes.substitute(member, shift, argument)
        elif values["order"] == "room":
            changes.move_room(member, shift, argument)
        elif values["order"] == "extra":
            changes.add_places(member, shift, int(argument))
        else:
            changes.take_places(member, shift, int(argument))
    except Refusal as no:
        return Done(refusals.say(no))
    return Done(texts.CHANGED[values["order"]])


FORM: Form[World] = Form(
    name="shift_change",
    title=texts.CHANGE_TITLE,
    done=_changed,
    leave=lambda values, world: texts.NOT_DONE,
    slots=(
        Slot("order", hear=_hear_order),
        *shifts.WISH,
        Slot("shifts", _ask_shifts, after=("doctors", "wards", "when")),
        Slot(
            "argument",
            _ask_argument,
            hear=_hear_argument,
            answer=_answer_argument,
            check=_check_argument,
        ),
        Slot(
            "sure",
            _ask_sure,
            answer=shifts.only(texts.CONFIRM_CHANGE),
            after=("shifts", "argument"),
        ),
    ),
)
