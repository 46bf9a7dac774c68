"""
Giving an appointment back, and taking that back.

    患者: 取消预约
    机器人: 要取消哪一个？…
    患者: 1
    机器人: 确定取消吗？…
    患者: 1
    机器人: 已取消。… 取消错了，10分钟内回复“恢复”。… 方便说说为什么不来吗？…
    患者: 2
    机器人: 谢谢，记下了。
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dialogue.form import Asked, Done, Form, Given, Open, Question, Slot, Stop
from dialogue.state import State, Values
from handlers import appointments, moving
from handlers.scene import World
from handlers.texts import appointments as texts
from handlers.texts import refusals
from nlp.heard import Heard
from scheduling.errors import Refusal
from scheduling.types import AppointmentId, AppointmentView

# A cancellation may be taken back for so long, if the place is still there.
UNDO_WITHIN = timedelta(minutes=10)
# From where one may give up: booked, or in line.
_LEAVE_FROM = ("booked", "checked_in")
# Who wants it back later than that is told so, for as long as they may think of it.
_REMEMBERED = timedelta(hours=24)
_DIED = "died"


def hear_all(heard: Heard, values: Values, world: World) -> Given:
    """「把两个都退了」."""
    return True if "all" in heard.preferences else None


def ask_cancel(values: Values, world: World) -> Asked:
    """Ask which one; who is in line may give up, too; who has died needs none of them."""
    has_died = values.get("why") == _DIED
    if has_died and not appointments.meant(values, world, line_too=True):
        return Stop(texts.nothing_left(appointments.called(values.get("whose", ""), world)))
    known = {**values, "all": True} if has_died and values.get("whose") else values
    return appointments.ask_which(texts.WHICH_CANCEL, known, world, line_too=True)


def hear_why(heard: Heard, values: Values, world: World) -> Given:
    """「临时有事，取消预约」: who says why need not be asked."""
    return heard.reason if heard.reason != "untold" else None


def _leaving(values: Values, world: World) -> list[AppointmentView]:
    """What is to be cancelled: the one, or all of them."""
    is_all = values.get("all") or (values.get("why") == _DIED and values.get("whose"))
    return (
        appointments.meant(values, world, line_too=True)
        if is_all
        else [appointments.view_of(values, world, _LEAVE_FROM)]
    )


def ask_sure(values: Values, world: World) -> Asked:
    """Nothing is cancelled without this yes; late ones are said to be late."""
    views = _leaving(values, world)
    if values.get("why") == _DIED:
        return Question(texts.sure_after_death(views), texts.CANCEL_CHOICES, wants="yes_no")
    try:
        is_free = all(world.desk.bookings.cancel_is_free(view.id) for view in views)
    except Refusal as no:
        return Stop(refusals.say(no))  # she was called at this moment
    here = {view.id for view in views if view.status != "booked"}
    line = [s for s in world.desk.visits.standings() if s.ticket.appointment in here]
    until = world.scene.policy.free_cancel_until
    text = texts.sure(views, line, free=is_free, until=until)
    return Question(text, texts.CANCEL_CHOICES, wants="yes_no")


def pick_sure(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """No keeps it."""
    return True if value else Stop(texts.KEPT)


def answer_sure(heard: Heard, values: Values, world: World) -> Given:
    """A plain yes or no; 「取消」 said again is a yes, 「都取消」 asks for all of them."""
    if "all" in heard.preferences and not values.get("all"):
        return None
    if heard.intent == "reschedule":
        return None
    if "cancel" in heard.denied:
        return Stop(texts.KEPT) if heard.intent in ("cancel", "deny", "unknown") else None
    is_no = heard.answer == "no" or heard.preferences & {"undo", "keep"}
    if is_no or ("take_back" in heard.preferences and heard.intent != "cancel"):
        return Stop(texts.KEPT)
    return True if heard.answer == "yes" or heard.intent == "cancel" else None


def cancelled(values: Values, world: World) -> Done:
    """Give the places back; for a while the last word may still be taken back."""
    views, refused, in_line = [], "", False
    for view in _leaving(values, world):
        try:
            views.append(world.desk.bookings.cancel(view.id, values.get("why")))
        except Refusal as no:  # the others are given back all the same, and that is told
            refused = refusals.say(no)
        else:
            in_line |= view.status != "booked"
    done = texts.cancelled(views, in_line=in_line) if views else ""
    if views and values.get("why") == _DIED:
        done = texts.cancelled_after_death(views)
    return Done("\n".join(filter(None, (done, refused))))


def claims_cancel(heard: Heard, world: World) -> Values | None:
    """「把两个都退了」「取消我妈的号」 while something else goes on: about what is booked."""
    is_of_line = "waitlist_leave" in heard.preferences  # 「候补取消掉」: handlers.waiting
    if heard.reason == _DIED and not heard.symptoms and not world.is_busy:
        return {}
    if heard.intent != "cancel" or is_of_line:
        return None
    views = appointments.meant({}, world, line_too=True)
    is_plain = bool(heard.preferences & {"all", "booked"})
    is_about_them = is_plain or appointments.named(heard, views, world)
    return {} if views and is_about_them else None


CANCEL: Form[World] = Form(
    name="cancel",
    title=texts.CANCEL_TITLE,
    opens_on=frozenset({"cancel"}),
    keeps=frozenset({"book"}),  # 「骨科的」 names which one
    yields_to=frozenset({"reschedule"}),
    claims=claims_cancel,
    done=cancelled,
    slots=(
        Slot("whose", hear=appointments.hear_whose),
        Slot("all", hear=hear_all),
        Slot("why", hear=hear_why),
        Slot(
            "appointment", ask_cancel, hear=appointments.hear_appointment, after=("whose", "all")
        ),
        Slot("sure", ask_sure, answer=answer_sure, pick=pick_sure, after=("appointment",)),
    ),
)


# -- why, asked once when it is done, for nothing depends on it


def unexplained(before: State, world: World) -> list[AppointmentId]:
    """Return what was given back in this very turn without a word why."""
    top = before.top
    if top is None or top.form != CANCEL.name:
        return []
    gone = world.desk.bookings.undoable(world.desk.now)
    is_done = top.values.get("appointment") in {view.id for view in gone}
    return [view.id for view in gone if not view.cancel_reason] if is_done else []


def ask_why(values: Values, world: World) -> Asked:
    """A few reasons; of those who have it slow and simple not more than fit on one page."""
    return Question(texts.WHY, texts.WHY_FEW if world.care else texts.WHY_CHOICES)


def answer_why(heard: Heard, values: Values, world: World) -> Given:
    """A reason in her own words; what is no wish of any kind is one that we have no name for."""
    if heard.answer == "no" or heard.reason == "untold" or heard.intent == "stop":
        return Stop(texts.WHY_UNTOLD)
    if heard.when and heard.intent in ("reschedule", "book"):
        return None  # 「孩子病了，帮我改到礼拜五」 is of the next visit
    is_wish = heard.intent != "unknown" or heard.preferences or heard.stated_departments
    is_told = bool(heard.text) and not (is_wish or heard.doctors or heard.when)
    return hear_why(heard, values, world) or ("other" if is_told else None)


def pick_why(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """The last choice is not to say."""
    return value or Stop(texts.WHY_UNTOLD)


def explained(values: Values, world: World) -> Done:
    """Put it down with all that was given back at that moment."""
    for appointment in values["appointments"]:
        world.desk.bookings.explain(AppointmentId(appointment), values["why"])
    return Done(texts.WHY_TOLD)


WHY: Form[World] = Form(
    name="why",
    done=explained,
    is_light=True,
    slots=(Slot("why", ask_why, answer=answer_why, pick=pick_why),),
)


# -- a cancellation taken back


def is_mourning(world: World) -> bool:
    """Tell whether an appointment was given back in these days because of a death."""
    gone = world.desk.bookings.undoable(world.desk.now - _REMEMBERED)
    return any(view.cancel_reason == _DIED for view in gone)


def claims_undo(heard: Heard, world: World) -> Values | None:
    """
    「恢复」「取消错了」, whatever was said since; it never begins a cancellation.

    「撤销」「刚才约的不算」 take back what was done last: that, or a booking just made.
    """
    if "take_back" in heard.preferences and not world.is_busy:
        return {"newest": True}
    if "undo" not in heard.preferences:
        return None
    is_meant = not world.is_busy or world.desk.bookings.undoable(world.desk.now - _REMEMBERED)
    return {} if is_meant else None


def restored(values: Values, world: World) -> Done:
    """Take the same places again, if nobody else has and it was not too long ago."""
    bookings, now = world.desk.bookings, world.desk.now
    lost = bookings.undoable(now - UNDO_WITHIN)
    made, is_newest = _just_made(world), bool(values.get("newest"))
    if made is not None and (is_newest or not lost):
        if (moved := moving.back_to(world)) is not None:
            return Done("", then=Open(moving.MOVE.name, moved))
        if is_newest:
            return Done("", then=Open(CANCEL.name, {"appointment": made.id}))
    if is_newest and not lost:
        return Done(texts.NOTHING_TO_TAKE_BACK)
    if not lost:
        is_late = bookings.undoable(now - _REMEMBERED)
        return Done(texts.UNDO_OVER if is_late else texts.NOTHING_TO_UNDO)
    views: list[AppointmentView] = []
    for gone in lost:
        try:
            views.append(bookings.restore(gone.id))
        except Refusal as no:
            return Done("\n".join([*map(texts.restored, views), texts.not_restored(no)]))
    return Done("\n".join(map(texts.restored, views)))


def _just_made(world: World) -> AppointmentView | None:
    """The booking made last, unless something was given back after it."""
    since = world.desk.now - UNDO_WITHIN
    fresh = [view for view in appointments.ahead(world) if view.created_at >= since]
    newest = max(fresh, key=lambda view: (view.created_at, view.id), default=None)
    gone = world.desk.bookings.undoable(newest.created_at) if newest is not None else ()
    return None if gone else newest


UNDO: Form[World] = Form(
    name="undo", title=texts.UNDO_TITLE, claims=claims_undo, done=restored, slots=()
)
