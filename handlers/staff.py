"""
What members of staff do by one line of text; everybody else gets an ordinary answer.

    护士: 停诊 张伟 明天上午
    机器人: 将要停诊：… 影响23位，其中3位已签到；可平移18位，改期4位，1位需电话。…
    护士: 确认停诊
    机器人: 已停诊：… 发错了，10分钟内回复：撤销停诊
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dialogue.engine import Engine
from dialogue.form import Asked, Done, Filled, Form, Given, Question, Slot, Stop
from dialogue.reply import Reply
from dialogue.state import State, Values
from handlers import (
    calling_orders,
    calling_plans,
    duties,
    pending,
    shift_orders,
    shifts,
    staff_answers,
    telling,
    undoing,
)
from handlers.scene import World
from handlers.texts import duties as duty_texts
from handlers.texts import refusals
from handlers.texts import staff as texts
from nlp.heard import Heard, Order
from scheduling.errors import Refusal
from scheduling.rota import Member, ShiftView

# What patients say to be asked what is wrong with them, or where they stand.
_LOST = frozenset(
    {"symptom", "book", "unknown", "queue", "check_in", "staff", "back", "deny", "feedback"}
)
_SLIP = "call_undo"  # 「发错了」


def turn(
    engine: Engine[World], state: State, heard: Heard, world: World
) -> tuple[State, Reply] | None:
    """Answer an order of a member of staff; None for everybody and everything else."""
    if _is_at_it(state):
        answered = _at_it(engine, state, heard, world)
        if answered is not None:
            return answered
        heard = pending.completed(state, heard) if pending.waits(state) else heard
    is_free = state.top is None or _is_at_it(state) or state.top.form in _LIGHT
    if heard.order is None and is_free and not (heard.alarm or pending.waits(state)):
        heard = replace(heard, order=heard.duty)
    if heard.order is None or texts.bare(heard.text) in texts.CONFIRMING:
        return _not_understood(state, heard, world)
    if heard.order.name == "bind":
        member = world.desk.staff.bind(heard.order.argument)
        return (state, Reply(texts.bound(member))) if member else None
    member = world.desk.staff.me()
    if member is None:
        return None
    if heard.order.is_own and not _has_own(heard, world, member):
        return duties.no_clinic(state, heard, world, member)
    return _ordered(engine, state, heard, world, member)


def _at_it(
    engine: Engine[World], state: State, heard: Heard, world: World
) -> tuple[State, Reply] | None:
    """What answers the open question of a form of the staff, or corrects what it showed."""
    meant = _as_answer(state, heard)
    if meant is not None:
        return engine.step(state, meant, world)
    if not pending.waits(state) or state.top is None:
        return None
    return pending.turn(engine, state, heard, world, _TITLES[state.top.form])


def put_aside(before: State, after: State, reply: Reply) -> tuple[State, Reply]:
    """No preview waits for its word below something else: whoever goes on to that is told."""
    left = pending.let_go(before, after)
    if left is None or before.top is None:
        return after, reply
    return left, reply.after(duty_texts.let_go(_TITLES[before.top.form]))


def _is_at_it(state: State) -> bool:
    return state.top is not None and state.top.form in _NAMES


def _ordered(
    engine: Engine[World], state: State, heard: Heard, world: World, member: Member
) -> tuple[State, Reply] | None:
    """Answer what a member of staff orders; another order takes the place of an open one."""
    beside = state.pop() if _is_at_it(state) else state
    heard = duties.closed(_with_own(heard, member))
    order = heard.order.name if heard.order else ""
    if order == _SLIP and member.role != "doctor":
        order = calling_orders.UNDO  # who calls nobody has not called the wrong one
        heard = replace(heard, order=Order(order))
    is_of_room = order in calling_orders.NAMES
    if is_of_room or order == calling_orders.UNDO:
        called = calling_orders.turn(engine, beside, heard, world, member)
        is_nobodys = is_of_room and not (heard.order and heard.order.doctors)
        if called is not None or is_nobodys:
            return called
    # What a patient was asked on the same phone does not follow what the staff order.
    beside = engine.leave(beside, world) if order in (*_OPENS, calling_orders.UNDO) else beside
    if order == calling_orders.UNDO:
        return _undo(engine, beside, heard, world, member)
    if order in _OPENS:
        return engine.open(beside, _OPENS[order], world, heard)
    return _told(engine, state, heard, world, member)


def _undo(
    engine: Engine[World], beside: State, heard: Heard, world: World, member: Member
) -> tuple[State, Reply]:
    """Take back the newest act, a change or a suspension."""
    if undoing.is_meant(heard, world, member):
        return engine.open(beside, undoing.FORM.name, world, Heard())
    if world.desk.suspensions.latest(member) is None:
        return beside, Reply(texts.NOTHING_TO_UNDO)
    return engine.open(beside, REOPEN.name, world, heard)


def _told(
    engine: Engine[World], state: State, heard: Heard, world: World, member: Member
) -> tuple[State, Reply]:
    """What is answered at once; a preview that still waits for its word is shown once more."""
    beside = state.pop() if _is_at_it(state) else state
    order = heard.order.name if heard.order else ""
    if order == _MORE:
        return duties.once_more(engine, beside, heard, world, member)
    reply = staff_answers.ANSWERS.get(order, staff_answers.none)(heard, world, member)
    if not pending.waits(state) or order in _INSTEAD:
        return beside, reply
    state, again = engine.step(state, Heard(intent="repeat"), world)
    return state, again.after(reply.text)


def _has_own(heard: Heard, world: World, member: Member) -> bool:
    """
    A doctor is also a patient: 「我明天来不了」 speaks of a clinic only where there is one.

    The desk names a patient (「给赵桂兰加个号」) without saying whose: that is asked.
    """
    order = heard.order
    when = [(w.start, w.end) for w in order.when] if order else []
    if member.role != "doctor":
        return order is not None and order.name == "extra_for"
    return bool(world.desk.suspensions.shifts(member, when=when))


def _with_own(heard: Heard, member: Member) -> Heard:
    """What a doctor says of the own clinic names its doctor."""
    order = heard.order
    if order is None or not order.is_own or order.doctors or member.doctor is None:
        return heard
    return replace(heard, order=replace(order, doctors=(member.doctor,)))


def _not_understood(state: State, heard: Heard, world: World) -> tuple[State, Reply] | None:
    """What sounds like the staff and orders nothing we know; nothing else is under way."""
    is_word = texts.bare(heard.text) in texts.CONFIRMING
    if not is_word and _may_be_of_clinic(state, heard):
        member = world.desk.staff.me()
        if member is not None and calling_orders.is_calling(member, world):
            return state, Reply(texts.not_understood_at_work())
    if not is_word and (heard.intent != "staff" or state.top is not None or heard.alarm):
        return None
    member = world.desk.staff.me()
    if member is None:
        return None
    if is_word:
        return state, Reply(texts.NOTHING_OPEN)
    return state, staff_answers.none(heard, world, member)


def _may_be_of_clinic(state: State, heard: Heard) -> bool:
    """What names no department, doctor or complaint may be of the clinic that is going on."""
    is_own = heard.stated_departments or heard.doctors or heard.symptoms or heard.alarm
    return state.top is None and heard.intent in _LOST and not is_own


def _as_answer(state: State, heard: Heard) -> Heard | None:
    """The very word, whatever else it sounds like, and what answers the open question."""
    if texts.bare(heard.text) in texts.CONFIRMING:
        return heard.with_intent("affirm")
    if heard.order is None:
        return None
    is_new = heard.order.name == telling.FORM.name
    # What patients are to be told may sound like an order: it is none.
    return replace(heard, order=None) if telling.is_asked_what(state) and not is_new else None


# -- 停诊


def _ask_shifts(values: Values, world: World) -> Asked:
    found = shifts.meant(values, world, "published")
    if not found and shifts.meant(values, world, "suspended"):
        return Stop(texts.ALREADY)
    none = texts.NO_SHIFT if found else shifts.none_then(texts.NO_SHIFT, values, world)
    return shifts.which(texts.WHICH_SHIFT, none, found, values)


def _ask_suspend(values: Values, world: World) -> Asked:
    views = shifts.views(values, world)
    parts = shifts.parts(views, values)
    if parts is None:
        return Stop(texts.NO_MIDDLE)
    impact = world.desk.suspensions.foresee(values["shifts"], parts)
    return Question(texts.preview(views, impact, parts), wants="order")


def _suspended(values: Values, world: World) -> Done:
    member, views = world.desk.staff.me(), shifts.views(values, world)
    parts = shifts.parts(views, values)
    if member is None or parts is None:
        return Done(texts.NOT_DONE)
    impact = world.desk.suspensions.foresee(values["shifts"], parts)
    try:
        world.desk.suspensions.suspend(member, values["shifts"], parts)
    except Refusal as no:
        return Done(refusals.say(no))
    return Done(texts.suspended(views, impact, parts))


SUSPEND: Form[World] = Form(
    name="suspend",
    title=texts.SUSPEND_TITLE,
    done=_suspended,
    leave=lambda values, world: texts.NOT_DONE,
    slots=(
        *shifts.WISH,
        Slot("shifts", _ask_shifts, after=("doctors", "wards", "when")),
        Slot("sure", _ask_suspend, answer=shifts.only(texts.CONFIRM_SUSPEND), after=("shifts",)),
    ),
)


# -- 恢复


def _hear_newest(heard: Heard, values: Values, world: World) -> Given:
    """「撤销停诊」: the newest one of this member's."""
    if heard.order is None or heard.order.name != "undo":
        return None
    member = world.desk.staff.me()
    newest = world.desk.suspensions.latest(member) if member else None
    return {"act": newest, "shifts": []} if newest is not None else None


def _ask_suspension(values: Values, world: World) -> Asked:
    """Of an act that closed many shifts those that were named, and no other."""
    found = [shift for shift in shifts.meant(values, world, "suspended") if shift.suspension]
    acts: dict[int, list[ShiftView]] = {}
    for shift in found:
        acts.setdefault(shift.suspension or 0, []).append(shift)
    if not acts:
        return Stop(texts.NOTHING_SUSPENDED)
    if len(acts) == 1:
        return Filled(_of_act(*acts.popitem()))
    return Question(
        texts.WHICH_REOPEN,
        [(texts.shifts(some), _of_act(act, some)) for act, some in acts.items()],
    )


def _of_act(act: int, some: Sequence[ShiftView]) -> Values:
    return {"act": act, "shifts": [shift.id for shift in some]}


def _ask_reopen(values: Values, world: World) -> Asked:
    act, some = values["suspension"]["act"], values["suspension"]["shifts"]
    progress = world.desk.suspensions.progress(act, some)
    return Question(texts.reopen_preview(progress.shifts, progress), wants="order")


def _reopened(values: Values, world: World) -> Done:
    member = world.desk.staff.me()
    if member is None:
        return Done(texts.NOT_DONE)
    act, some = values["suspension"]["act"], values["suspension"]["shifts"]
    views = world.desk.suspensions.progress(act, some).shifts
    try:
        progress = world.desk.suspensions.resume(member, act, some)
    except Refusal as no:
        return Done(refusals.say(no))
    return Done(texts.reopened(views, progress))


REOPEN: Form[World] = Form(
    name="reopen",
    title=texts.REOPEN_TITLE,
    done=_reopened,
    leave=lambda values, world: texts.NOT_DONE,
    slots=(
        *shifts.WISH,
        Slot("suspension", _ask_suspension, hear=_hear_newest, after=("doctors", "wards", "when")),
        Slot("sure", _ask_reopen, answer=shifts.only(texts.CONFIRM_REOPEN), after=("suspension",)),
    ),
)

FORMS: tuple[Form[World], ...] = (
    SUSPEND,
    REOPEN,
    shift_orders.FORM,
    calling_plans.FORM,
    telling.FORM,
    undoing.FORM,
)
_TITLES = {form.name: form.title for form in FORMS}
_NAMES = frozenset(_TITLES)
# Forms of patients that make way.
_LIGHT = ("menu", "care")
_MORE = "more_of_it"
# What is meant in place of what was shown, and cannot be done.
_INSTEAD = ("unclear", "several", "misspelt", "swap", "moved", "booked_at_desk", "untell", "early")
# 「撤销停诊」 takes back the newest one: the same form, without the question which.
_OPENS = {"suspend": SUSPEND.name, "resume": REOPEN.name, "undo": REOPEN.name}
_OPENS |= {"tell": telling.FORM.name}
_OPENS |= dict.fromkeys(shift_orders.NAMES, shift_orders.FORM.name)
