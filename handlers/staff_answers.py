"""
What members of staff are told at once: how far, who, how many, and what the chat does not do.

    护士: 今天都有谁出诊
    机器人: 12月1日 周二 上午：…
    护士: 帮我把赵桂兰的号取消
    机器人: 替患者改约、取消、签到 … 请到工作台的“患者”页 … 这里没有改动。
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta

from dialogue.reply import Reply
from handlers import telling
from handlers.scene import World
from handlers.texts import duties as texts
from handlers.texts import shift_orders as order_texts
from handlers.texts import staff as staff_texts
from nlp.heard import Heard
from scheduling.rota import Member, ShiftView
from scheduling.types import Physician

_DAY = timedelta(days=1)
_TWO = 2
_OPEN = ("waiting", "call", "phoned")

Span = tuple[datetime, datetime]


def _progress(heard: Heard, world: World, member: Member) -> Reply:
    newest = world.desk.suspensions.latest(member)
    if newest is None:
        return Reply(staff_texts.NO_SUSPENSION)
    return Reply(staff_texts.progress(world.desk.suspensions.progress(newest)))


def _impact(heard: Heard, world: World, member: Member) -> Reply:
    newest = world.desk.suspensions.latest(member)
    if newest is None:
        return Reply(texts.NOTHING)
    return Reply(texts.whom_it_concerns(world.desk.suspensions.progress(newest)))


def _unheard(heard: Heard, world: World, member: Member) -> Reply:
    newest = world.desk.suspensions.latest(member)
    if newest is None:
        return Reply(staff_texts.NO_SUSPENSION)
    lines = world.desk.suspensions.lines(newest)
    names = [line.name_masked for line in lines if line.state in _OPEN]
    return Reply(texts.unheard(names, world.desk.suspensions.progress(newest)))


def _when(heard: Heard, world: World) -> list[Span]:
    """The days that were said; today where none was."""
    start = datetime.combine(world.desk.now.date(), time(), tzinfo=world.desk.now.tzinfo)
    said = heard.order.when if heard.order else ()
    return [(w.start, w.end) for w in said] or [(start, start + _DAY)]


def _today(heard: Heard, world: World, member: Member) -> Reply:
    return _day(heard, world, member, is_by_name=True)


def _free(heard: Heard, world: World, member: Member) -> Reply:
    return _day(heard, world, member, is_by_name=False)


def _day(heard: Heard, world: World, member: Member, *, is_by_name: bool) -> Reply:
    doctors = list(heard.order.doctors) if heard.order else []
    wards = [d.code for d in heard.stated_departments]
    names_too = is_by_name and (bool(doctors) or member.doctor is not None)
    when = _when(heard, world)
    listed = world.desk.suspensions.day(member, doctors, wards, when, names_too=names_too)
    return Reply(staff_texts.day(listed) if listed else staff_texts.NOBODY_TODAY)


def _on_duty(heard: Heard, world: World, member: Member) -> Reply:
    wards = [d.code for d in heard.stated_departments]
    found = world.desk.suspensions.shifts(member, (), wards, _when(heard, world))
    working = [view for view in found if view.state == "published"]
    return Reply(texts.on_duty(working) if working else texts.NOBODY_ON_DUTY)


def _stopped(heard: Heard, world: World, member: Member) -> Reply:
    when = [(w.start, w.end) for w in heard.order.when] if heard.order else []
    wards = [d.code for d in heard.stated_departments]
    found = world.desk.suspensions.shifts(member, (), wards, when)
    stopped = [view for view in found if view.state == "suspended"]
    return Reply(texts.stopped(stopped) if stopped else texts.NOBODY_STOPPED)


def _lookup(heard: Heard, world: World, member: Member) -> Reply:
    if not world.desk.staff.may_look_up(member):
        return Reply(staff_texts.NO_LOOKUP)
    words = heard.order.argument if heard.order else ""
    return Reply(staff_texts.found(world.desk.staff.look_up(words)))


def _help(heard: Heard, world: World, member: Member) -> Reply:
    return Reply(staff_texts.helping(member))


def none(heard: Heard, world: World, member: Member) -> Reply:
    """Return what staff are told who say what we cannot do for them."""
    return Reply(staff_texts.not_understood(member))


def _leave(heard: Heard, world: World, member: Member) -> Reply:
    return Reply(texts.WHEN if member.role == "doctor" else texts.WHICH_AND_WHEN)


def _several(heard: Heard, world: World, member: Member) -> Reply:
    return Reply(texts.several(heard.order.argument.splitlines() if heard.order else ()))


def _misspelt(heard: Heard, world: World, member: Member) -> Reply:
    order = heard.order
    if order is None:
        return none(heard, world, member)
    return Reply(texts.misspelt(order.argument, world.desk.catalogue.doctors(order.doctors)))


def _swap(heard: Heard, world: World, member: Member) -> Reply:
    """Two doctors who change places: two acts, each with patients of its own."""
    order = heard.order
    when = [(w.start, w.end) for w in order.when] if order else []
    named: dict[str, list[tuple[Physician, Sequence[ShiftView]]]] = {}
    for doctor in world.desk.catalogue.doctors(list(order.doctors)) if order else ():
        some = world.desk.suspensions.shifts(member, [doctor.code], when=when)
        taking_place = [view for view in some if view.state == "published"]
        named.setdefault(doctor.name, []).append((doctor, taking_place))
    if len(named) != _TWO:
        return none(heard, world, member)
    # Of several of one name the one who has a clinic then.
    turns = [[turn for turn in each if turn[1]] or each for each in named.values()]
    unclear = [turn[0] for each in turns if len(each) > 1 for turn in each]
    if unclear:
        return Reply(texts.which_of_name(unclear))
    return Reply(order_texts.swap([each[0] for each in turns]))


def _always(words: str) -> Callable[[Heard, World, Member], Reply]:
    return lambda heard, world, member: Reply(words)


ANSWERS: Mapping[str, Callable[[Heard, World, Member], Reply]] = {
    "progress": _progress,
    "impact": _impact,
    "unheard": _unheard,
    "today": _today,
    "absent": _today,
    "free": _free,
    "on_duty": _on_duty,
    "stopped": _stopped,
    "untell": telling.take_back,
    "lookup": _lookup,
    "help": _help,
    "hello": lambda heard, world, member: Reply(texts.hello(member)),
    "swap": _swap,
    "unclear": none,
    "several": _several,
    "misspelt": _misspelt,
    "leave_when": _leave,
    "calls": _always(texts.CALLS),
    "audit": _always(texts.AUDIT),
    "waitlist": _always(texts.WAITLIST),
    "booked_at_desk": _always(texts.OF_PATIENT),
    "moved": _always(texts.MOVED),
    "early": _always(texts.EARLY),
    "extra_how": _always(texts.EXTRA),
    "nothing": _always(texts.NOTHING),
    "call_line": _always(texts.NO_ROOM),
}
