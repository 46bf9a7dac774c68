"""
What is booked already: seeing it, giving it back, moving it.

    患者: 取消预约
    机器人: 要取消哪一个？…
    患者: 1
    机器人: 确定取消吗？…
    患者: 1
    机器人: 已取消。…
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dialogue.form import Asked, Done, Filled, Form, Given, Question, Reask, Redo, Slot, Stop
from dialogue.reply import Reply
from dialogue.state import Values
from handlers import times, wishes
from handlers.scene import World
from handlers.texts import appointments as texts
from handlers.texts import refusals, wording
from nlp.heard import Heard
from scheduling.errors import Refusal
from scheduling.types import AppointmentId, AppointmentView, Need, Offers, SlotId


def ahead(world: World) -> list[AppointmentView]:
    """Return the booked appointments that are still to come, soonest first."""
    views = (a for a in world.desk.bookings.mine() if a.status == "booked")
    return sorted(
        (a for a in views if a.opening.ends_at > world.desk.now), key=lambda a: a.opening.starts_at
    )


def overview(world: World) -> Reply:
    """Answer to 「我的预约」."""
    return Reply(texts.overview(ahead(world)))


# -- which appointment


def hear_appointment(heard: Heard, values: Values, world: World) -> Given:
    """The one appointment that fits the day or doctor named; none if that is not clear."""
    if "appointment" in values or not (heard.when or heard.doctors):
        return None
    fitting = [a for a in ahead(world) if _fits(a, heard)]
    return fitting[0].id if len(fitting) == 1 else None


def _fits(view: AppointmentView, heard: Heard) -> bool:
    at = view.opening
    days = [w for w in heard.when if w.start <= at.starts_at < w.end]
    named = [d for d in heard.doctors if d.code == at.doctor]
    return bool(days or not heard.when) and bool(named or not heard.doctors)


def _ask_which(question: str, values: Values, world: World) -> Asked:
    views = ahead(world)
    if not views:
        return Stop(texts.NONE)
    if len(views) == 1:
        return Filled(views[0].id)
    return Question(question, [(wording.appointment(v), v.id) for v in views])


def _view(values: Values, world: World) -> AppointmentView:
    view = wishes.appointment(values["appointment"], world)
    if view is None or view.status != "booked":
        raise Reask("appointment", texts.GONE)
    return view


# -- cancel


def ask_cancel(values: Values, world: World) -> Asked:
    """Ask which one."""
    return _ask_which(texts.WHICH_CANCEL, values, world)


def ask_sure(values: Values, world: World) -> Asked:
    """Nothing is cancelled without this yes; late ones are said to be late."""
    view = _view(values, world)
    free = world.desk.bookings.cancel_is_free(view.id)
    return Question(texts.sure(view, free=free), texts.CANCEL_CHOICES, wants="yes_no")


def pick_sure(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """No keeps it."""
    return True if value else Stop(texts.KEPT)


def answer_sure(heard: Heard, values: Values, world: World) -> Given:
    """A plain yes or no; 「取消」 said again is a yes."""
    if heard.answer == "yes" or heard.intent == "cancel":
        return True
    return Stop(texts.KEPT) if heard.answer == "no" else None


def cancelled(values: Values, world: World) -> Done:
    """Give the place back."""
    try:
        view = world.desk.bookings.cancel(AppointmentId(values["appointment"]))
    except Refusal as no:
        return Done(refusals.say(no))
    return Done(texts.cancelled(view))


CANCEL: Form[World] = Form(
    name="cancel",
    title=texts.CANCEL_TITLE,
    opens_on=frozenset({"cancel"}),
    done=cancelled,
    slots=(
        Slot("appointment", ask_cancel, hear=hear_appointment),
        Slot("sure", ask_sure, answer=answer_sure, pick=pick_sure, after=("appointment",)),
    ),
)


# -- reschedule


def ask_move(values: Values, world: World) -> Asked:
    """Ask which one."""
    return _ask_which(texts.WHICH_MOVE, values, world)


def hear_new_time(heard: Heard, values: Values, world: World) -> Given:
    """The new day asked for."""
    return wishes.hear_when(heard, values, world)


def ask_offer(values: Values, world: World) -> Asked:
    """List other times of the same doctor first, then of the same department."""
    view = _view(values, world)
    found = _others(view, wishes.wanted_times(values), world)
    offers = found.exact or found.nearby
    listed = [
        (line, [o.slot for o in offer.openings if o.slot != view.opening.slot])
        for line, offer in wishes.lines(offers)
    ]
    listed = [(line, slots) for line, slots in listed if slots]
    if not listed:
        return Stop(texts.NOTHING_ELSE)
    return Question(
        texts.move_to(view, wishes.shared_half_day(offers), exact=bool(found.exact)), listed
    )


def _others(
    view: AppointmentView, when: tuple[tuple[datetime, datetime], ...], world: World
) -> Offers:
    """The same doctor if there is one free then, else anybody of the department."""
    at = view.opening
    if at.doctor is not None:
        same = world.desk.finder.offers(Need(doctor=at.doctor, when=when), view.patient)
        if same.exact:
            return same
    need = Need(departments=((at.department, 1.0),), usual_doctor=at.doctor, when=when)
    return world.desk.finder.offers(need, view.patient)


def ask_move_sure(values: Values, world: World) -> Asked:
    """Old and new side by side; nothing moves without this yes."""
    view = _view(values, world)
    new = world.desk.finder.opening(SlotId(values["time"]))
    return Question(texts.move_sure(view, new), texts.MOVE_CHOICES, wants="yes_no")


def pick_move(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """Yes moves, no keeps, or another time is looked for."""
    if value == "other":
        return Redo(("offer",))
    return True if value == "yes" else Stop(texts.KEPT)


def answer_move(heard: Heard, values: Values, world: World) -> Given:
    """A plain yes or no; a yes with another day is a correction."""
    if heard.when:
        return None
    if heard.answer == "yes":
        return True
    return Stop(texts.KEPT) if heard.answer == "no" else None


def moved(values: Values, world: World) -> Done:
    """Move it in one transaction: the old place is given up only with the new one taken."""
    try:
        view = world.desk.bookings.move(
            AppointmentId(values["appointment"]), SlotId(values["time"])
        )
    except Refusal as no:
        if no.slot in ("offer", "when"):
            raise Reask("offer", refusals.say(no)) from no
        return Done(refusals.say(no))
    return Done(texts.moved(view, world.desk.notices.outlook(view)))


MOVE: Form[World] = Form(
    name="reschedule",
    title=texts.MOVE_TITLE,
    opens_on=frozenset({"reschedule"}),
    done=moved,
    slots=(
        Slot("appointment", ask_move),
        Slot("when", hear=hear_new_time, check=wishes.check_when),
        Slot("offer", ask_offer, after=("appointment", "when")),
        times.SLOT,
        Slot("sure", ask_move_sure, answer=answer_move, pick=pick_move, after=("time",)),
    ),
)
