"""
The doctor calls patients by one word a time; whoever is no doctor gets an ordinary answer.

    医生: 下一个
    机器人: 已叫：A012号，李*英。…
    医生: 过号
    机器人: A012号李*英已过号，回来后再排。叫下一位：下一个；再叫她：再叫一次
    医生: 约下次 两周后
    机器人: 将为A013号王*明约复诊：12月8日 周二 上午9:00。…
    医生: 确认执行

What is said all day acts at once, and the next word mends it; what touches many patients, or
another doctor's room, is shown first and wants the very word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from dialogue.engine import Engine
from dialogue.reply import Reply
from dialogue.state import State
from handlers import calling_plans
from handlers.scene import World
from handlers.texts import calling as texts
from handlers.texts import refusals
from nlp.heard import Heard
from scheduling.errors import Refusal
from scheduling.rota import Member
from scheduling.visit import RoomView, TicketView


def turn(
    engine: Engine[World], state: State, heard: Heard, world: World, member: Member
) -> tuple[State, Reply] | None:
    """Answer an order of a doctor at work; None where nobody's room is meant by it."""
    order = heard.order.name if heard.order else ""
    is_patients = order in _OF_PATIENTS_TOO and bool(world.desk.visits.standings())
    if heard.order is None or is_patients or order not in (*NAMES, UNDO):
        return None
    try:
        room = _room(heard.order.doctors, member, world)
    except Refusal as no:
        return state, Reply(refusals.say(no))
    if order == UNDO:
        order = "call_undo" if room and _means_visit(room, member, world) else ""
    if room is None or not order:
        return None
    # What a patient was asked on the same phone does not follow what a doctor at work says.
    state = engine.leave(state, world)
    at_once = _AT_ONCE.get(order)
    if at_once is None:
        known = {"shift": room.shift.id, "ticket": room.inside.id if room.inside else None}
        return engine.open(state, calling_plans.FORM.name, world, heard, known)
    try:
        return state, Reply(_both(at_once, room, member, world))
    except Refusal as no:
        return state, Reply(refusals.say(no))


def is_calling(member: Member, world: World) -> bool:
    """Tell whether a doctor is in the middle of a clinic, and no patient in line elsewhere."""
    if member.role != "doctor" or world.desk.visits.standings():
        return False
    try:
        room = world.desk.rooms.mine(member)
    except Refusal:
        return True
    return room is not None and room.has_begun and room.state != "closed"


def _room(doctors: Sequence[str], member: Member, world: World) -> RoomView | None:
    """The room of the doctor who writes, or of the one whom the desk names."""
    if member.role == "doctor":
        return world.desk.rooms.mine(member)
    return world.desk.rooms.mine(member, doctors) if doctors else None


# 「撤销」 alone: of a suspension, unless a visit has just ended and there is none to take back.
UNDO = "undo"


def _means_visit(room: RoomView, member: Member, world: World) -> bool:
    return room.ended is not None and world.desk.suspensions.latest(member) is None


# A doctor in line somewhere comes back as a patient.
_OF_PATIENTS_TOO = frozenset({"call_resume", "call_back", "call_line"})
# Whoever was called so short a time ago has not been seen: the word was sent twice.
_TOO_SOON = timedelta(seconds=20)


# -- at once


def _both(
    act: Callable[[RoomView, Member, World], str], room: RoomView, member: Member, world: World
) -> str:
    """Do one thing, and call the next where that was said in the same line: 「过号，下一个」."""
    told = act(room, member, world)
    if world.heard.order is None or world.heard.order.argument != "call_next":
        return told
    return f"{told.splitlines()[0]}\n{_next(_now(room, member, world), member, world)}"


def _next(room: RoomView, member: Member, world: World) -> str:
    before = room.inside
    if before is not None and before.called_at is not None:
        ago = world.desk.now - before.called_at
        if ago < _TOO_SOON:
            return texts.just_called(before, int(ago.total_seconds()))
    called = world.desk.rooms.call_next(member, room.shift.id)
    return texts.called(called, before, _now(room, member, world)) if called else texts.NOBODY


def _again(room: RoomView, member: Member, world: World) -> str:
    return texts.called_again(world.desk.rooms.call_again(member, room.shift.id))


def _miss(room: RoomView, member: Member, world: World) -> str:
    missed = world.desk.rooms.miss(member, room.shift.id)
    return texts.missed(missed, _now(room, member, world))


def _finish(room: RoomView, member: Member, world: World) -> str:
    done = world.desk.rooms.finish(member, room.shift.id)
    return texts.finished(done, _now(room, member, world))


def _take_back(room: RoomView, member: Member, world: World) -> str:
    going_on = world.desk.rooms.take_back(member, room.shift.id)
    return texts.taken_back(going_on, _now(room, member, world))


def _results(room: RoomView, member: Member, world: World) -> str:
    sent = world.desk.rooms.send_for_results(member, room.shift.id)
    return texts.sent_for_results(sent, _now(room, member, world))


def _back(room: RoomView, member: Member, world: World) -> str:
    """「3号回来了」; without a number, the only one who is away."""
    said = world.heard.order.argument.upper() if world.heard.order else ""
    number = said.strip("号").lstrip("0")
    meant = [one for one in room.gone if _is_called(one, number)]
    if len(meant) == 1:
        back = world.desk.rooms.come_back(member, room.shift.id, meant[0].id)
        return texts.back(back, _now(room, member, world))
    return texts.who_is_back(room.gone[0]) if room.gone else texts.NOBODY_IS_AWAY


def _is_called(ticket: TicketView, number: str) -> bool:
    """C003 is called C003, C3 or 3; whoever has said none means anybody."""
    letters = ticket.label.rstrip("0123456789")
    plain = ticket.label.removeprefix(letters).lstrip("0")
    return not number or number in (ticket.label, plain, f"{letters}{plain}")


def _resume(room: RoomView, member: Member, world: World) -> str:
    """「我回来了」 ends the break; of who has taken none, where the line stands."""
    if room.delayed_until is None:
        return texts.line(room)
    world.desk.rooms.resume(member, room.shift.id)
    return texts.resumed(room.delayed_until, _now(room, member, world))


def _early(room: RoomView, member: Member, world: World) -> str:
    return texts.HOW_TO_LEAVE_EARLY


def _by_the_rule(room: RoomView, member: Member, world: World) -> str:
    return texts.BY_THE_RULE


def _line(room: RoomView, member: Member, world: World) -> str:
    return texts.line(room)


def _now(room: RoomView, member: Member, world: World) -> RoomView:
    """The same room after the act."""
    doctors = (room.shift.doctor,) if room.shift.doctor else ()
    return world.desk.rooms.mine(member, doctors) or room


_AT_ONCE: Mapping[str, Callable[[RoomView, Member, World], str]] = {
    "call_next": _next,
    "call_again": _again,
    "call_miss": _miss,
    "call_done": _finish,
    "call_undo": _take_back,
    "call_results": _results,
    "call_line": _line,
    "call_back": _back,
    "call_resume": _resume,
    "call_early": _early,
    "call_named": _by_the_rule,
}

NAMES = frozenset({*_AT_ONCE, *calling_plans.NAMES})
