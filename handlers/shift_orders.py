"""
Another doctor, another room, more places or fewer, by one line of a member of staff.

    护士: 替诊 张伟 李芳 明天上午
    机器人: 将由李芳代替张伟出诊：… 12位患者会收到通知，…
    护士: 确认执行
    机器人: 已改好：…
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from dialogue.form import Asked, Done, Filled, Form, Given, Question, Redo, Slot, Stop
from dialogue.state import Values
from handlers import shifts
from handlers.scene import World
from handlers.texts import refusals
from handlers.texts import shift_orders as texts
from handlers.texts import staff as staff_texts
from nlp.heard import Heard
from scheduling.errors import Refusal
from scheduling.rota import Member, PatientLine, ShiftView
from scheduling.staff_errors import BadShiftTime, TooFewPlaces
from scheduling.types import Physician

_LIMIT = "limit"
BOOKED = "booked"  # as many places as are booked: no more of them
NAMES = frozenset({"substitute", "extra", "extra_for", "fewer", _LIMIT, "room", "time"})
_COUNTED = ("extra", "fewer", _LIMIT)
_REHEARSED = (*_COUNTED, "substitute")
_NOON, _EVENING, _NIGHT = time(12), time(17, 30), time.max
_MOST_PLACES = 99
_FIRST = 6  # no clinic opens before that: 3点 is in the afternoon
_LONG = timedelta(hours=3)
_SHIFT = re.compile(r"[+-][0-9]{1,3}")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{1,2})")
_EARLIER = ("提前", "提早")
_BY = re.compile(r"(提前|提早|推迟|延后)\s*([0-9]{1,3})\s*分")
_TAIL = re.compile(r"\s*([0-9]{3}[0-9Xx])$")


def _hear_order(heard: Heard, values: Values, world: World) -> Given:
    return heard.order.name if heard.order and heard.order.name in NAMES else None


def _hear_argument(heard: Heard, values: Values, world: World) -> Given:
    return heard.order.argument or None if heard.order else None


def _hear_stand_ins(heard: Heard, values: Values, world: World) -> Given:
    """Who stands in, where the words say so (李芳替张伟); one of the name at the right site."""
    return list(heard.order.by) or None if heard.order else None


def _ask_shifts(values: Values, world: World) -> Asked:
    found = _meant(values, world)
    if not found:
        return Stop(shifts.none_then(texts.NO_SUCH_SHIFT, values, world))
    if len(found) == 1:
        return Filled([found[0].id])
    return Question(
        texts.WHICH_OF_THEM, [(staff_texts.shift(shift), [shift.id]) for shift in found]
    )


def _meant(values: Values, world: World) -> list[ShiftView]:
    """Of two doctors the one who has a clinic then is the one who is away, all of that name."""
    if values["order"] == "time":
        return shifts.meant({**values, "when": _half_days(values)}, world, "published")
    found = shifts.meant(values, world, "published")
    if values["order"] != "substitute" or "stand_ins" in values:
        return found
    with_clinic = {view.doctor: view.doctor_name for view in found}
    named = (with_clinic[code] for code in values.get("doctors", ()) if code in with_clinic)
    away = next(named, None)
    return [view for view in found if view.doctor_name == away]


def _half_days(values: Values) -> list[list[str]]:
    """The half-days in which the times lie that were said: 9点 is the new time, not the old."""
    found = []
    for start, end in values.get("when", ()):
        begins, ends = datetime.fromisoformat(start), datetime.fromisoformat(end)
        if ends - begins >= _LONG:
            found.append([start, end])
            continue
        edges = (time(), _NOON, _EVENING, _NIGHT)
        at = max(n for n, edge in enumerate(edges[:-1]) if edge <= begins.time())
        span = (datetime.combine(begins.date(), edges[n], begins.tzinfo) for n in (at, at + 1))
        found.append([edge.isoformat() for edge in span])
    return found


def _ask_argument(values: Values, world: World) -> Asked:
    """Who stands in, which room, how many places."""
    if values["order"] == "substitute":
        named = values.get("stand_ins") or values.get("doctors", ())
        found = _here(named, values, world)
        if len(found) == 1:
            return Filled(found[0].code)
        if not found and "stand_ins" in values:
            return Stop(texts.NO_STAND_IN)
        return Question(texts.WHO_STANDS_IN, [(texts.colleague(d), d.code) for d in found])
    if values["order"] in texts.ASKED:
        return Question(texts.ASKED[values["order"]])
    return Question(texts.HOW_MANY, wants="number")


def _here(codes: Sequence[str], values: Values, world: World) -> Sequence[Physician]:
    """Those of these doctors who work at the shift's site and are not the one who is away."""
    away = {view.doctor for view in shifts.views(values, world)}
    sites = {view.site for view in shifts.views(values, world)}
    known = world.desk.catalogue.doctors(codes) if codes else ()
    return [one for one in known if one.site in sites and one.code not in away]


def _answer_argument(heard: Heard, values: Values, world: World) -> Given:
    if values["order"] == "substitute":
        named = shifts.hear_doctors(heard, values, world) or ()
        found = _here(named, values, world)
        if len(found) > 1:
            return Redo((), staff_texts.WHICH_OF_NAME)
        return found[0].code if found else (named[0] if named else None)
    if values["order"] == "time":
        return _told_time(heard)
    if values["order"] in texts.ASKED:
        return heard.text.strip()[:20] or None
    return str(heard.ordinal) if heard.ordinal and 0 < heard.ordinal <= _MOST_PLACES else None


def _told_time(heard: Heard) -> str | None:
    """What answers "until when": 「8点半」 or 「推迟30分钟」."""
    if match := _BY.search(heard.text):
        return f"{'-' if match[1] in _EARLIER else '+'}{match[2]}"
    return f"{heard.when[0].start:%H:%M}" if heard.when else heard.text.strip()[:20] or None


def _check_argument(value: Any, values: Values, world: World) -> str | None:  # noqa: ANN401
    is_count = str(value).isdecimal() or value == BOOKED
    if values.get("order") in _COUNTED and not is_count:
        return texts.HOW_MANY
    return None


def _minutes(view: ShiftView, argument: str) -> int | None:
    """How many minutes later 「+30」, 「-30」 or 「9:30」 is; None for neither."""
    if match := _SHIFT.fullmatch(argument):
        return int(match[0])
    match = _CLOCK.fullmatch(argument)
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    hour += 12 * (hour < _FIRST or (view.half_day != "am" and hour < _NOON.hour))
    then = timedelta(hours=hour, minutes=minute)
    at = timedelta(hours=view.starts_at.hour, minutes=view.starts_at.minute)
    return int((then - at).total_seconds()) // 60


def _why_not_then(view: ShiftView, minutes: int | None) -> str:
    """Why a shift cannot begin so much later; empty where nothing is known against it."""
    if minutes is None:
        return texts.NO_NEW_TIME
    if not minutes:
        return texts.SAME_TIME
    then = view.starts_at + timedelta(minutes=minutes)
    is_same_half = (then.time() < _NOON) == (view.starts_at.time() < _NOON)
    if then.date() == view.starts_at.date() and is_same_half:
        return ""
    return refusals.say(BadShiftTime(fault="half_day"))


def _patients(values: Values, world: World) -> Sequence[PatientLine]:
    """Whom a named place is for, as far as the words tell."""
    return world.desk.staff.look_up(_TAIL.sub(r" \1", values["argument"]))


def _stand_in(values: Values, world: World) -> Physician | None:
    return next(iter(world.desk.catalogue.doctors([values["argument"]])), None)


# What a change is to be, in the words of its preview; or why it cannot be.


def _told_stand_in(view: ShiftView, values: Values, world: World) -> str | Stop:
    doctor = _stand_in(values, world)
    if doctor is None or doctor.code == view.doctor or doctor.site != view.site:
        return Stop(texts.NO_STAND_IN)
    return doctor.name


def _told_hour(view: ShiftView, values: Values, world: World) -> str | Stop:
    minutes = _minutes(view, values["argument"])
    if no := _why_not_then(view, minutes):
        return Stop(no)
    return texts.new_time(view, minutes or 0)


def _told_patient(view: ShiftView, values: Values, world: World) -> str | Stop:
    found = _patients(values, world)
    return (
        staff_texts.patient(found[0]) if len(found) == 1 else Stop(texts.whose_place(len(found)))
    )


def _told_limit(view: ShiftView, values: Values, world: World) -> str | Stop:
    count = _count(view, values, world)
    no = texts.why_not_limited(view, count)
    return Stop(no) if no else str(count)


def _count(view: ShiftView, values: Values, world: World) -> int:
    """How many places; where nobody more is to be booked as few as there can be."""
    member, changes = world.desk.staff.me(), world.desk.shift_changes
    if values["argument"] != BOOKED or member is None:
        return int(values["argument"])
    try:
        changes.rehearse(lambda: changes.limit_places(member, view.id, view.booked))
    except TooFewPlaces as no:
        return view.places - int(str(no.facts["limit"]))
    return view.booked


_TOLD: Mapping[str, Callable[[ShiftView, Values, World], str | Stop]] = {
    "substitute": _told_stand_in,
    "time": _told_hour,
    "extra_for": _told_patient,
    _LIMIT: _told_limit,
}


def _ask_sure(values: Values, world: World) -> Asked:
    """What the change will do; what it would be refused for is said now, not after the word."""
    (view,), member = shifts.views(values, world) or (None,), world.desk.staff.me()
    if view is None or member is None:
        return Stop(texts.NO_SUCH_SHIFT)
    order, argument, changes = values["order"], values["argument"], world.desk.shift_changes
    told = _TOLD[order](view, values, world) if order in _TOLD else str(argument)
    if isinstance(told, Stop):
        return told
    if order in _REHEARSED:
        try:
            changes.rehearse(lambda: _change(values, world, member))
        except Refusal as no:
            return Stop(refusals.say(no))
    fee = changes.usual_fee(view, argument) if order == "substitute" else None
    heard_by = changes.foresee(view.id, order) if order in texts.TELLS else None
    return Question(texts.change_preview(order, view, told, heard_by, fee), wants="order")


def _changed(values: Values, world: World) -> Done:
    member = world.desk.staff.me()
    if member is None:
        return Done(staff_texts.NOT_DONE)
    try:
        return Done(_change(values, world, member))
    except Refusal as no:
        return Done(refusals.say(no))


def _change(values: Values, world: World, member: Member) -> str:
    """Change it; returns what is said then."""
    changes, (shift,), argument = world.desk.shift_changes, values["shifts"], values["argument"]
    if values["order"] == "substitute":
        changes.substitute(member, shift, argument)
    elif values["order"] == "room":
        changes.move_room(member, shift, argument)
    elif values["order"] == "time":
        (view,) = shifts.views(values, world)
        changes.move_times(member, shift, _minutes(view, argument) or 0)
    elif values["order"] == "extra_for":
        (one,) = _patients(values, world)
        return texts.booked_extra(changes.extra_for(member, shift, one.id))
    else:
        (view,) = shifts.views(values, world)
        counted = {
            "extra": changes.add_places,
            "fewer": changes.take_places,
            _LIMIT: changes.limit_places,
        }
        counted[values["order"]](member, shift, _count(view, values, world))
    return texts.CHANGED[values["order"]]


FORM: Form[World] = Form(
    name="shift_change",
    title=texts.CHANGE_TITLE,
    done=_changed,
    leave=lambda values, world: staff_texts.NOT_DONE,
    slots=(
        Slot("order", hear=_hear_order),
        *shifts.WISH,
        Slot("stand_ins", hear=_hear_stand_ins),
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
            answer=shifts.only(staff_texts.CONFIRM_CHANGE),
            after=("shifts", "argument"),
        ),
    ),
)
