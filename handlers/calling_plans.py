"""
What a doctor orders that touches many patients, or another doctor: shown first, then the word.

    医生: 晚到20分钟
    机器人: 将通知23位患者：预计8:20开诊。执行请回复：确认执行
    医生: 确认执行

One form for all of them: what is aimed at (`aim`: a shift, an instant, a slot) is found in the
words or asked, then shown, then done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dialogue.form import Asked, Done, Filled, Form, Given, Question, Slot, Stop
from dialogue.state import Values
from handlers import shifts
from handlers.scene import World
from handlers.texts import calling as texts
from handlers.texts import refusals
from handlers.texts import staff as staff_texts
from nlp.heard import Heard
from scheduling.errors import Refusal
from scheduling.rota import Member, ShiftView
from scheduling.types import SlotId
from scheduling.visit import RoomView, TicketView

# Whoever comes later than this does not come late: that is a suspension.
_LONGEST_DELAY = timedelta(hours=4)


def _hear_order(heard: Heard, values: Values, world: World) -> Given:
    return heard.order.name if heard.order and heard.order.name in NAMES else None


def _hear_wish(heard: Heard, values: Values, world: World) -> Given:
    """What goes with the order: minutes or a name, and the days, departments, doctors it names."""
    is_order = heard.order is not None and heard.order.name in NAMES
    if not is_order and "order" not in values:
        return None
    wish = {
        "argument": heard.order.argument if heard.order else "",
        "when": [w.start.isoformat() for w in heard.when],
        "wards": [d.code for d in heard.stated_departments],
        "doctors": [*heard.order.doctors] if heard.order else [d.code for d in heard.doctors],
    }
    return {name: value for name, value in wish.items() if value} or None


def _member_and_room(values: Values, world: World) -> tuple[Member | None, RoomView | None]:
    member = world.desk.staff.me()
    return member, world.desk.rooms.of(member, values["shift"]) if member else None


def _inside(values: Values, room: RoomView | None) -> TicketView | None:
    """Who was inside when the order came, and still is: nobody else is meant by it."""
    inside = room.inside if room else None
    return inside if inside and inside.id == values.get("ticket") else None


# -- 转


def _to_whom(values: Values, world: World) -> Asked:
    """The rooms open now of the department or doctor that was named."""
    member, room = _member_and_room(values, world)
    if member is None or _inside(values, room) is None:
        return Stop(texts.NOBODY_INSIDE)
    wish = values.get("wish", {})
    others = world.desk.rooms.others(member, values["shift"])
    found = [one for one in others if _is_meant(one, wish)]
    if not found:
        return Stop(texts.no_room(others))
    if len(found) == 1:
        return Filled(found[0].id)
    return Question(texts.WHICH_ROOM, [(texts.other(one), one.id) for one in found])


def _is_meant(one: ShiftView, wish: Mapping[str, Any]) -> bool:
    """By a doctor's name above all, else by the room, or the department as people call it."""
    if wish.get("doctors"):
        return one.doctor in wish["doctors"]
    said = wish.get("argument")
    is_named = bool(said) and said in (one.room, one.department_name)
    return is_named or one.department in wish.get("wards", ())


def _preview_transfer(values: Values, world: World) -> str:
    member, room = _member_and_room(values, world)
    aim = _other(values, world, member)
    inside = _inside(values, room)
    return texts.transfer_preview(inside, aim) if inside and aim else texts.NOBODY_INSIDE


def _other(values: Values, world: World, member: Member | None) -> ShiftView | None:
    others = world.desk.rooms.others(member, values["shift"]) if member else ()
    return next((one for one in others if one.id == values["aim"]), None)


def _transfer(values: Values, world: World, member: Member) -> str:
    rooms, shift, aim = world.desk.rooms, values["shift"], _other(values, world, member)
    inside = _inside(values, rooms.of(member, shift))
    if inside is None:
        return texts.CHANGED_MEANWHILE
    moved = rooms.transfer(member, shift, values["aim"], inside.id)
    return texts.transferred(moved, aim)


# -- 晚到


def _until_when(values: Values, world: World) -> Asked:
    """So many minutes after the beginning, after now once it has begun; or at a clock time."""
    wish = values.get("wish", {})
    if wish.get("argument"):
        return _late_by(int(wish["argument"]), values, world)
    if wish.get("when"):
        return _late_until(datetime.fromisoformat(wish["when"][0]), values, world)
    return Question(texts.HOW_LATE, wants="number")


def _late_by(minutes: int, values: Values, world: World) -> Asked:
    return _late_until(_begins(values, world) + timedelta(minutes=minutes), values, world)


def _late_until(until: datetime, values: Values, world: World) -> Asked:
    is_fine = world.desk.now < until <= _begins(values, world) + _LONGEST_DELAY
    return Filled(until.isoformat()) if is_fine else Stop(texts.NO_SUCH_DELAY)


def _begins(values: Values, world: World) -> datetime:
    _, room = _member_and_room(values, world)
    return max(world.desk.now, room.shift.starts_at) if room else world.desk.now


def _preview_delay(values: Values, world: World) -> str:
    _, room = _member_and_room(values, world)
    return texts.delay_preview(room, datetime.fromisoformat(values["aim"]))


def _delay(values: Values, world: World, member: Member) -> str:
    until = datetime.fromisoformat(values["aim"])
    _, room = _member_and_room(values, world)
    return texts.delayed(room, until, world.desk.rooms.delay(member, values["shift"], until))


# -- 约下次, also with 「完成」 or 「下一个」 in the same line: done by the same word, after it


def _on_which_day(values: Values, world: World) -> Asked:
    """The place with the same doctor nearest to the day that was said."""
    member, room = _member_and_room(values, world)
    if member is None or _inside(values, room) is None:
        return Stop(texts.NOBODY_INSIDE)
    when = values.get("wish", {}).get("when")
    if not when:
        return Question(texts.WHICH_DAY, wants="day")
    day = datetime.fromisoformat(when[0])
    found = world.desk.rooms.next_visit(member, values["shift"], day)
    if found is None:
        return Stop(texts.no_place(day.date(), is_to_end=bool(_then(values))))
    return Filled(int(found.slot))


def _then(values: Values) -> str:
    """What else is to be done, `call_done` or `call_next`; empty for nothing."""
    return str(values.get("wish", {}).get("argument", ""))


def _preview_visit(values: Values, world: World) -> str:
    _, room = _member_and_room(values, world)
    inside = _inside(values, room)
    if inside is None:
        return texts.NOBODY_INSIDE
    opening = world.desk.finder.opening(SlotId(values["aim"]))
    return texts.visit_preview(inside, opening, then=_then(values))


def _book(values: Values, world: World, member: Member) -> str:
    rooms, shift, slot = world.desk.rooms, values["shift"], SlotId(values["aim"])
    inside = _inside(values, rooms.of(member, shift))
    if inside is None:
        return texts.CHANGED_MEANWHILE
    booked = texts.visit_booked(rooms.book_next_visit(member, shift, slot, inside.appointment))
    return f"{booked}\n{_end(values, world, member, inside)}".rstrip()


def _end(values: Values, world: World, member: Member, inside: TicketView) -> str:
    """End the visit of the one inside where that was said, too."""
    rooms, shift = world.desk.rooms, values["shift"]
    if _then(values) == "call_done":
        return texts.finished(rooms.finish(member, shift), rooms.of(member, shift))
    if _then(values) == "call_next":
        called = rooms.call_next(member, shift)
        return texts.called(called, inside, rooms.of(member, shift)) if called else texts.NOBODY
    return ""


# -- 提前结束


def _no_aim(values: Values, world: World) -> Asked:
    return Filled(0)


def _preview_close(values: Values, world: World) -> str:
    _, room = _member_and_room(values, world)
    return texts.close_preview(room)


def _close(values: Values, world: World, member: Member) -> str:
    return texts.closed(world.desk.rooms.close(member, values["shift"]))


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one of them is aimed, shown and done."""

    ask: Callable[[Values, World], Asked]
    preview: Callable[[Values, World], str]
    act: Callable[[Values, World, Member], str]


_PLANS: Mapping[str, _Plan] = {
    "call_transfer": _Plan(_to_whom, _preview_transfer, _transfer),
    "call_late": _Plan(_until_when, _preview_delay, _delay),
    "call_visit": _Plan(_on_which_day, _preview_visit, _book),
    "call_close": _Plan(_no_aim, _preview_close, _close),
}
NAMES = frozenset(_PLANS)


def _ask_aim(values: Values, world: World) -> Asked:
    return _PLANS[values["order"]].ask(values, world)


def _answer_aim(heard: Heard, values: Values, world: World) -> Given:
    """How many minutes, where only a number was asked for."""
    if values["order"] != "call_late" or not heard.ordinal or heard.ordinal < 1:
        return None
    asked = _late_by(heard.ordinal, values, world)
    return asked.value if isinstance(asked, Filled) else asked


def _ask_sure(values: Values, world: World) -> Asked:
    return Question(_PLANS[values["order"]].preview(values, world), wants="order")


def _done(values: Values, world: World) -> Done:
    member = world.desk.staff.me()
    if member is None:
        return Done(texts.NOT_DONE)
    try:
        return Done(_PLANS[values["order"]].act(values, world, member))
    except Refusal as no:
        return Done(refusals.say(no))


FORM: Form[World] = Form(
    name="calling",
    title=texts.TITLE,
    done=_done,
    leave=lambda values, world: texts.NOT_DONE,
    slots=(
        Slot("order", hear=_hear_order),
        Slot("wish", hear=_hear_wish),
        Slot("aim", _ask_aim, answer=_answer_aim, after=("order", "wish")),
        Slot("sure", _ask_sure, answer=shifts.only(staff_texts.CONFIRM_CHANGE), after=("aim",)),
    ),
)
