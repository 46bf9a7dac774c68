"""
What members of staff do by one line of text; everybody else gets an ordinary answer.

    护士: 停诊 张伟 明天上午
    机器人: 将要停诊：… 影响23位，其中3位已签到；可平移18位，改期4位，1位需电话。…
    护士: 确认停诊
    机器人: 已停诊：… 发错了，10分钟内回复：撤销停诊
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from dialogue.engine import Engine
from dialogue.form import Asked, Done, Filled, Form, Given, Question, Redo, Slot, Stop
from dialogue.reply import Reply
from dialogue.state import State, Values
from handlers.scene import World
from handlers.texts import refusals
from handlers.texts import staff as texts
from nlp.heard import Heard
from scheduling.errors import Refusal
from scheduling.types import Member, ShiftView

_DAY = timedelta(days=1)
_ASSENTS = frozenset({"affirm", "choose"})


def turn(
    engine: Engine[World], state: State, heard: Heard, world: World
) -> tuple[State, Reply] | None:
    """Answer an order of a member of staff; None for everybody and everything else."""
    if heard.order is None:
        return None
    is_at_it = state.top is not None and state.top.form in _NAMES
    if is_at_it and texts.bare(heard.text) in texts.CONFIRMING:
        return engine.step(state, heard.with_intent("affirm"), world)
    if heard.order.name == "bind":
        member = world.desk.staff.bind(heard.order.code)
        return (state, Reply(texts.bound(member))) if member else None
    member = world.desk.staff.me()
    if member is None:
        return None
    form = _OPENS.get(heard.order.name)
    if form is None:
        return state, _ANSWERS.get(heard.order.name, _help)(heard, world, member)
    return engine.open(state.pop() if is_at_it else state, form, world, heard)


# -- answered at once


def _progress(heard: Heard, world: World, member: Member) -> Reply:
    newest = world.desk.suspensions.latest(member)
    if newest is None:
        return Reply(texts.NO_SUSPENSION)
    return Reply(texts.progress(world.desk.suspensions.progress(newest)))


def _today(heard: Heard, world: World, member: Member) -> Reply:
    start = datetime.combine(world.desk.now.date(), time(), tzinfo=world.desk.now.tzinfo)
    when = [(w.start, w.end) for w in heard.when] or [(start, start + _DAY)]
    doctors = [d.code for d in heard.doctors[:1]]
    wards = [d.code for d in heard.stated_departments]
    names_too = bool(doctors) or member.doctor is not None
    listed = world.desk.suspensions.day(member, doctors, wards, when, names_too=names_too)
    return Reply(texts.day(listed) if listed else texts.NOBODY_TODAY)


def _help(heard: Heard, world: World, member: Member) -> Reply:
    return Reply(texts.HELP)


_ANSWERS: Mapping[str, Callable[[Heard, World, Member], Reply]] = {
    "progress": _progress,
    "today": _today,
    "help": _help,
}

# -- which shifts


def _hear_doctors(heard: Heard, values: Values, world: World) -> Given:
    return [d.code for d in heard.doctors if d.score >= heard.doctors[0].score - 0.03] or None


def _hear_wards(heard: Heard, values: Values, world: World) -> Given:
    return [d.code for d in heard.stated_departments] or None


def _hear_when(heard: Heard, values: Values, world: World) -> Given:
    return [[w.start.isoformat(), w.end.isoformat()] for w in heard.when] or None


def _meant(values: Values, world: World, state: str) -> list[ShiftView]:
    member = world.desk.staff.me()
    doctors, wards = values.get("doctors", ()), values.get("wards", ())
    if member is None or not (doctors or wards or member.doctor):
        return []
    when = [
        (datetime.fromisoformat(start), datetime.fromisoformat(end))
        for start, end in values.get("when", ())
    ]
    shifts = world.desk.suspensions.shifts(member, doctors, wards, when)
    return [shift for shift in shifts if shift.state == state]


def _which(question: str, none: str, found: Sequence[ShiftView], values: Values) -> Asked:
    """All that were named by day are meant; without a day, or with two of a name, it is asked."""
    if not found:
        return Stop(none)
    is_plain = len({shift.doctor for shift in found}) == 1 and "when" in values
    if len(found) == 1 or is_plain:
        return Filled([shift.id for shift in found])
    choices: list[tuple[str, Any]] = [(texts.shift(shift), [shift.id]) for shift in found]
    if len({shift.doctor for shift in found}) == 1:
        choices.append((texts.ALL_OF_THEM, [shift.id for shift in found]))
    return Question(question, choices)


def _views(values: Values, world: World) -> list[ShiftView]:
    member = world.desk.staff.me()
    shifts = world.desk.suspensions.shifts(member) if member else ()
    return [shift for shift in shifts if shift.id in values["shifts"]]


_WISH: tuple[Slot[World], ...] = (
    Slot("doctors", hear=_hear_doctors),
    Slot("wards", hear=_hear_wards),
    Slot("when", hear=_hear_when),
)


def _only(word: str) -> Callable[[Heard, Values, World], Given]:
    """Only the very word acts; a bare yes or digit is not enough for so many people."""

    def answered(heard: Heard, values: Values, world: World) -> Given:
        if texts.bare(heard.text) == word:
            return True
        return Redo((), texts.say_the_word(word)) if heard.intent in _ASSENTS else None

    return answered


# -- 停诊


def _ask_shifts(values: Values, world: World) -> Asked:
    found = _meant(values, world, "published")
    return _which(texts.WHICH_SHIFT, texts.NO_SHIFT, found, values)


def _ask_suspend(values: Values, world: World) -> Asked:
    impact = world.desk.suspensions.foresee(values["shifts"])
    return Question(texts.preview(_views(values, world), impact), wants="order")


def _suspended(values: Values, world: World) -> Done:
    member = world.desk.staff.me()
    if member is None:
        return Done(texts.NOT_DONE)
    impact = world.desk.suspensions.foresee(values["shifts"])
    views = _views(values, world)
    try:
        world.desk.suspensions.suspend(member, values["shifts"])
    except Refusal as no:
        return Done(refusals.say(no))
    return Done(texts.suspended(views, impact))


SUSPEND: Form[World] = Form(
    name="suspend",
    title=texts.SUSPEND_TITLE,
    done=_suspended,
    leave=lambda values, world: texts.NOT_DONE,
    slots=(
        *_WISH,
        Slot("shifts", _ask_shifts, after=("doctors", "wards", "when")),
        Slot("sure", _ask_suspend, answer=_only(texts.CONFIRM_SUSPEND), after=("shifts",)),
    ),
)


# -- 恢复


def _hear_newest(heard: Heard, values: Values, world: World) -> Given:
    """「撤销停诊」: the newest one of this member's."""
    if heard.order is None or heard.order.name != "undo":
        return None
    member = world.desk.staff.me()
    return world.desk.suspensions.latest(member) if member else None


def _ask_suspension(values: Values, world: World) -> Asked:
    found = [shift for shift in _meant(values, world, "suspended") if shift.suspension]
    acts = {shift.suspension for shift in found}
    if not acts:
        return Stop(texts.NOTHING_SUSPENDED)
    if len(acts) == 1:
        return Filled(acts.pop())
    return Question(texts.WHICH_REOPEN, [(texts.shift(s), s.suspension) for s in found])


def _ask_reopen(values: Values, world: World) -> Asked:
    progress = world.desk.suspensions.progress(values["suspension"])
    return Question(texts.reopen_preview(progress.shifts, progress), wants="order")


def _reopened(values: Values, world: World) -> Done:
    member = world.desk.staff.me()
    if member is None:
        return Done(texts.NOT_DONE)
    shifts = world.desk.suspensions.progress(values["suspension"]).shifts
    try:
        progress = world.desk.suspensions.resume(member, values["suspension"])
    except Refusal as no:
        return Done(refusals.say(no))
    return Done(texts.reopened(shifts, progress))


REOPEN: Form[World] = Form(
    name="reopen",
    title=texts.REOPEN_TITLE,
    done=_reopened,
    leave=lambda values, world: texts.NOT_DONE,
    slots=(
        *_WISH,
        Slot("suspension", _ask_suspension, hear=_hear_newest, after=("doctors", "wards", "when")),
        Slot("sure", _ask_reopen, answer=_only(texts.CONFIRM_REOPEN), after=("suspension",)),
    ),
)

FORMS: tuple[Form[World], ...] = (SUSPEND, REOPEN)
_NAMES = frozenset(form.name for form in FORMS)
# 「撤销停诊」 takes back the newest one: the same form, without the question which.
_OPENS = {"suspend": SUSPEND.name, "resume": REOPEN.name, "undo": REOPEN.name}
