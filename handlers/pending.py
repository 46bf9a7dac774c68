"""
What is said while a preview waits for its word: a question about it, or what is meant instead.

    护士: 停诊 张伟 今天上午
    机器人: 将要停诊：… 执行请回复：确认停诊
    护士: 等等，改成李静周五上午
    机器人: 将要停诊：12月4日 周五 上午 …李静 …

Whoever corrects herself is never left with what she had not meant waiting for its word: it is
shown as it is meant now, or put aside.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dialogue.engine import Engine
from dialogue.reply import Reply
from dialogue.state import Frame, State, Values
from handlers import shift_orders, telling
from handlers.scene import World
from handlers.texts import duties as texts
from nlp.heard import Heard, Order, When

_SURE, _SAID, _IMPACT = "sure", "said", "impact"
_LEAVING = ("stop", "restart", "back", "repeat", "help", "human")
# What is a correction of how many, of which room, of until when.
_ARGUMENTS = {
    "extra": "correct_count",
    "fewer": "correct_count",
    "limit": "correct_count",
    "room": "correct_room",
    "time": "correct_time",
}
# What of a preview holds for what is meant instead, and of which it can be said anew.
_KEPT = ("order", "doctors", "wards", "when", "argument", "words")
_CORRECTED = ("suspend", "reopen", shift_orders.FORM.name, telling.FORM.name)
_WAITING = (*_CORRECTED, "undo_change", "calling")
_SUBSTITUTE = "substitute"
# What somebody says who wants it for himself.
_OWN_INTENTS = ("symptom", "emergency", "my_appointments", "queue", "check_in")


def waits(state: State) -> bool:
    """Tell whether a preview waits for its word."""
    return state.top is not None and state.top.asking == _SURE


def turn(
    engine: Engine[World], state: State, heard: Heard, world: World, title: str
) -> tuple[State, Reply] | None:
    """Answer what is asked or corrected of the preview; None for everything else."""
    top, duty = state.top, heard.duty
    if top is None or duty is None or heard.alarm:
        return None
    if duty.name == _IMPACT and heard.order is None:
        return engine.step(state, heard.with_intent("repeat"), world)
    is_correction = duty.name != _SAID
    if not is_correction and not _names(duty, heard):
        return None
    # 「是李静，不是李婧」 is no substitution beside a preview of something else.
    is_misread = heard.order is not None and heard.order.name == _SUBSTITUTE and is_correction
    if heard.order is not None and not is_misread:
        return None
    values = _corrected(top, heard, duty)
    if values is not None:
        return engine.open(state.pop(), top.form, world, Heard(), values)
    return (state.pop(), Reply(texts.put_aside(title))) if is_correction else None


def completed(state: State, heard: Heard) -> Heard:
    """「不对，停李静的」 beside a preview: the day is still that of what was shown."""
    top, order, duty = state.top, heard.order, heard.duty
    if top is None or order is None or duty is None or duty.name in (_SAID, _IMPACT):
        return heard
    spans = top.values.get("when", ())
    when = order.when or tuple(
        When(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in spans
    )
    doctors = order.doctors or tuple(top.values.get("doctors", ()))
    return replace(heard, order=replace(order, when=when, doctors=doctors))


def _names(duty: Order, heard: Heard) -> bool:
    """A doctor, department or day that is said, and no complaint or wish of one's own."""
    if heard.symptoms or heard.intent in (*_LEAVING, *_OWN_INTENTS) or heard.asked:
        return False
    return bool(duty.doctors or duty.when or heard.stated_departments)


def _corrected(top: Frame, heard: Heard, duty: Order) -> Values | None:
    """What the preview was of, with what is said now in place; None where nothing is."""
    old, order = top.values, top.values.get("order", "")
    kept = {name: old[name] for name in _KEPT if name in old}
    if top.form == telling.FORM.name and duty.name == "correct_words":
        return {**kept, "shifts": old["shifts"], "words": duty.argument}
    if duty.argument and _ARGUMENTS.get(order) == duty.name:
        return {**kept, "shifts": old["shifts"], "argument": duty.argument}
    fresh = _fresh(heard, duty)
    if not fresh or top.form not in _CORRECTED or order == _SUBSTITUTE:
        return None
    if "doctors" in fresh and "wards" not in fresh:
        kept.pop("wards", None)
    return {**kept, **fresh}


def _fresh(heard: Heard, duty: Order) -> Values:
    fresh: Values = {
        "doctors": list(duty.doctors),
        "wards": [d.code for d in heard.stated_departments],
        "when": [[w.start.isoformat(), w.end.isoformat()] for w in duty.when],
    }
    return {name: value for name, value in fresh.items() if value}


def let_go(before: State, after: State) -> State | None:
    """Return the state without a preview that something else was put on top of; None for none."""
    top = before.top
    if top is None or top.asking != _SURE or top.form not in _WAITING:
        return None
    below = after.frames[:-1]
    if not any(frame.form == top.form and frame.asking == _SURE for frame in below):
        return None
    return replace(after, frames=tuple(f for f in after.frames if f.form not in _WAITING))
