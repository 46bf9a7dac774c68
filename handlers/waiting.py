"""
Waiting for a place (候补) where all is full, seeing where one stands, and what comes of it.

    患者: 候补
    机器人: 可以候补下面这些…
    患者: 1
    机器人: 请核对候补：… 现在您排第1位。…
    患者: 1
    机器人: 候补成功：…

    机器人: 【候补有号】… 要这个号回1，不要回2。
    患者: 1
    机器人: 预约成功…
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from dialogue.form import Asked, Done, Filled, Form, Given, Open, Question, Reask, Redo, Slot, Stop
from dialogue.state import Values
from handlers import booking, wishes
from handlers.scene import World
from handlers.texts import booking as booking_texts
from handlers.texts import refusals
from handlers.texts import waiting as texts
from nlp.heard import Heard
from scheduling.errors import PlacesLeft, Refusal
from scheduling.types import AppointmentId, AppointmentView, PatientId, PromptId
from scheduling.waiting import WaitingId, WaitingView, Wish

_YES, _OTHER, _NO = "yes", "other", "no"


# -- where one stands already


def ask_mine(values: Values, world: World) -> Asked:
    """Who asks about her wait, or says no more than 「候补」 while she waits, is shown it."""
    said = world.heard.preferences
    is_wish = values.get("ward") or world.heard.when or world.heard.doctors
    is_wish = is_wish or world.heard.stated_departments or world.heard.symptoms
    asks = said & {"waitlist_mine", "waitlist_leave"}
    if asks or (not is_wish and world.desk.waitlist.mine()):
        return Open(MINE.name, {"leaving": True} if "waitlist_leave" in said else {})
    return Filled("none")


# -- joining


def ask_line(values: Values, world: World) -> Asked:
    """List what is full and can be waited for; where there are places, book instead."""
    lines = world.desk.waitlist.lines(wishes.need(values, world))
    if not lines:
        return Open("booking", wishes.shared(values), note=texts.PLACES_LEFT)
    return Question(texts.WHICH, [(texts.choice(one), _json(one.wish)) for one in lines])


def ask_sure(values: Values, world: World) -> Asked:
    """Nobody waits without this yes: what for, where in line, until when."""
    line = world.desk.waitlist.line(_wish(values["line"]))
    patient = next((p for p in world.desk.patients.linked() if p.id == values["patient"]), None)
    is_told = world.desk.waitlist.can_tell(line)
    return Question(
        texts.sure(line, patient, is_told=is_told),
        [(texts.START, _YES), (texts.OTHER, _OTHER), (texts.NO, _NO)],
        wants="yes_no",
    )


def pick_sure(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """Yes joins, another line, or none."""
    if value == _OTHER:
        return Redo(("line",))
    return value if value == _YES else Stop(texts.LEFT)


def answer_sure(heard: Heard, values: Values, world: World) -> Given:
    """A plain yes or no; a yes that brings another wish along is a correction."""
    if heard.when or heard.doctors or heard.stated_departments:
        return None
    if heard.answer == "yes":
        return _YES
    return Stop(texts.LEFT) if heard.answer == "no" else None


def join(values: Values, world: World) -> Done:
    """Join; what has come free meanwhile is booked instead."""
    words = "、".join(values.get("dept", {}).get("words", ()))
    try:
        patient = PatientId(values["patient"])
        view = world.desk.waitlist.join(_wish(values["line"]), patient, words)
    except PlacesLeft as no:
        return Done(refusals.say(no), then=Open("booking", wishes.shared(values)))
    except Refusal as no:
        raise Reask("patient" if no.slot == "patient" else "line", wishes.said(no, world)) from no
    return Done(texts.joined(view))


def _json(wish: Wish) -> dict[str, Any]:
    days = {"first_on": wish.first_on.isoformat(), "last_on": wish.last_on.isoformat()}
    return {**asdict(wish), **days}


def _wish(value: dict[str, Any]) -> Wish:
    first, last = (date.fromisoformat(value[name]) for name in ("first_on", "last_on"))
    return Wish(**{**value, "first_on": first, "last_on": last})


JOIN: Form[World] = Form(
    name="waitlist",
    title=texts.TITLE,
    opens_on=frozenset({"waitlist"}),
    done=join,
    slots=(
        Slot("mine", ask_mine),
        *wishes.SLOTS,
        Slot("line", ask_line, after=("dept", "ward", "doctor", "when", "wish", "not_doctors")),
        Slot("relation", hear=wishes.hear_relation),
        Slot("patient", booking.ask_patient, pick=booking.pick_patient, after=("relation",)),
        Slot("sure", ask_sure, answer=answer_sure, pick=pick_sure, after=("line", "patient")),
    ),
)


# -- my waits, and leaving


def hear_leaving(heard: Heard, values: Values, world: World) -> Given:
    """「退出候补」."""
    return True if "waitlist_leave" in heard.preferences else None


def ask_entry(values: Values, world: World) -> Asked:
    """An offer that waits for an answer comes first; else all lines, to leave one of them."""
    views = world.desk.waitlist.mine()
    offer = next((view.offer for view in views if view.offer is not None), None)
    if offer is not None and not values.get("leaving"):
        return Open(OFFER.name, {"appointment": offer})
    if not views:
        return Stop(texts.NONE)
    if values.get("leaving") and len(views) == 1:
        return Filled(views[0].id)
    choices: list[tuple[str, Any]] = [(texts.entry(view), view.id) for view in views]
    return Question(texts.mine(views), [*choices, (texts.KEEP_ALL, 0)])


def pick_entry(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """The last choice keeps them all."""
    return value or Stop(texts.KEPT)


def ask_leave(values: Values, world: World) -> Asked:
    """A place in line is not given up without this yes."""
    if (view := _entry(values, world)) is None:
        return Stop(texts.NONE)
    return Question(
        texts.sure_to_leave(view),
        [(texts.LEAVE_YES, True), (texts.LEAVE_NO, False)],
        wants="yes_no",
    )


def pick_leave(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """No stays in line."""
    return True if value else Stop(texts.KEPT)


def answer_leave(heard: Heard, values: Values, world: World) -> Given:
    """A plain yes or no; 「退出」 said again is a yes."""
    if heard.answer == "yes" or "waitlist_leave" in heard.preferences:
        return True
    return Stop(texts.KEPT) if heard.answer == "no" else None


def gone(values: Values, world: World) -> Done:
    """Leave the line."""
    world.desk.waitlist.leave(WaitingId(values["entry"]))
    return Done(texts.GONE)


def _entry(values: Values, world: World) -> WaitingView | None:
    return next((v for v in world.desk.waitlist.mine() if v.id == values["entry"]), None)


def claims_leaving(heard: Heard, world: World) -> Values | None:
    """「候补取消掉」 is about the line, not about an appointment."""
    if "waitlist_leave" not in heard.preferences:
        return None
    return {} if world.desk.waitlist.mine() or not world.is_busy else None


MINE: Form[World] = Form(
    name="my_waitlist",
    title=texts.MINE_TITLE,
    keeps=frozenset({"waitlist"}),
    claims=claims_leaving,
    done=gone,
    slots=(
        Slot("leaving", hear=hear_leaving),
        Slot("entry", ask_entry, pick=pick_entry, after=("leaving",)),
        Slot("sure", ask_leave, answer=answer_leave, pick=pick_leave, after=("entry",)),
    ),
)


# -- an offer


def ask_take(values: Values, world: World) -> Asked:
    """Ask what the notice asked, as long as the place is held."""
    view = _held(values, world)
    if view is None:
        _answered(values, world)
        return Stop(texts.OFFER_OVER)
    return Question(texts.offered(view), [(texts.TAKE, _YES), (texts.DECLINE, _NO)])


def answer_take(heard: Heard, values: Values, world: World) -> Given:
    """A plain yes or no."""
    return {"yes": _YES, "no": _NO}.get(heard.answer or "")


def take(values: Values, world: World) -> Done:
    """Take the place, or let the next in line have it."""
    _answered(values, world)
    offer = AppointmentId(values["appointment"])
    try:
        if values["decision"] == _NO:
            world.desk.bookings.release(offer)
            return Done(texts.DECLINED)
        view = world.desk.bookings.confirm(offer)
    except Refusal:
        return Done(texts.OFFER_OVER)
    wards = world.desk.catalogue.departments([view.opening.department])
    phone = wishes.site_phone(view.opening.site, world)
    outlook = world.desk.notices.outlook(view)
    return Done(booking_texts.booked(view, wards[0] if wards else None, phone, outlook))


def _held(values: Values, world: World) -> AppointmentView | None:
    view = wishes.appointment(values["appointment"], world)
    return view if view is not None and view.status == "held" else None


def _answered(values: Values, world: World) -> None:
    if "prompt" in values:
        world.desk.prompts.answered(PromptId(values["prompt"]))


OFFER: Form[World] = Form(
    name="offer",
    title=texts.OFFER_TITLE,
    done=take,
    slots=(Slot("decision", ask_take, answer=answer_take),),
)
FORMS: tuple[Form[World], ...] = (JOIN, MINE, OFFER)
