"""
Moving an appointment to another time.

    患者: 改时间
    机器人: 现在约的是… 可以改到…
    患者: 1
    机器人: 请核对改期：…
    患者: 1
    机器人: 已改好。…
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from dialogue.form import Asked, Done, Form, Given, More, Question, Reask, Redo, Slot, Stop
from dialogue.state import Values
from handlers import appointments, relative, times, wished_times, wishes
from handlers.scene import World
from handlers.texts import appointments as texts
from handlers.texts import changes as change_texts
from handlers.texts import misses, refusals
from nlp.heard import Heard
from scheduling.errors import Refusal
from scheduling.offers import Offer, Offers, opening_at
from scheduling.types import (
    AppointmentId,
    AppointmentView,
    Need,
    SlotId,
)


def ask_move(values: Values, world: World) -> Asked:
    """Ask which one."""
    return appointments.ask_which(texts.WHICH_MOVE, values, world)


def hear_other(heard: Heard, values: Values, world: World) -> Given:
    """None of these times: the next ones, or every day instead of the one asked for."""
    if "keep" in heard.preferences and world.is_busy:
        return Stop(texts.KEPT)
    wanted = heard.preferences & {"other", "other_time", "other_doctor", "none"}
    if "appointment" not in values or not wanted or heard.when or heard.shift_days:
        return None
    if "other_doctor" in wanted:
        return _without_doctor(values, world)
    if "offer" in values:
        return Redo(("offer",), change_texts.NOT_THIS)
    if "when" in values:
        return Redo(("when",), change_texts.ANOTHER_TIME)
    return More(change_texts.ANOTHER_TIME)


def hear_when(heard: Heard, values: Values, world: World) -> Given:
    """Another time, unless it is the time of another matter: 「挂骨科明天」 moves nothing."""
    is_another = heard.symptoms or heard.stated_departments
    if (heard.intent == "book" and is_another) or _are_hours(heard):
        return None
    return wished_times.hear_when(heard, values, world)


def hear_hours(heard: Heard, values: Values, world: World) -> Given:
    """「改到下午」「十点以后的」: hours of the day it is booked on."""
    spans = [(w.start, w.end) for w in heard.when]
    return relative.moved(spans, 0) if _are_hours(heard) else None


def _are_hours(heard: Heard) -> bool:
    return bool(heard.when) and not any(when.names_day for when in heard.when)


def hear_doctor(heard: Heard, values: Values, world: World) -> Given:
    """Somebody of the same department, instead of the doctor it is booked with."""
    if len(heard.doctors) != 1 or heard.stranger or "appointment" not in values:
        return None
    (named,) = world.desk.catalogue.doctors([heard.doctors[0].code])
    here = appointments.view_of(values, world).opening.department
    return named.code if named.department == here else None


def _without_doctor(values: Values, world: World) -> Given:
    at = appointments.view_of(values, world).opening
    refused = [*values.get("not_doctors", ()), *([at.doctor] if at.doctor else [])]
    return Redo(("offer",), change_texts.ANOTHER_DOCTOR, {"not_doctors": refused})


def hear_shift(heard: Heard, values: Values, world: World) -> Given:
    """「推迟两天」「提前一天」: days counted from the appointment there is."""
    return None if heard.when else heard.shift_days


def _wanted(values: Values, view: AppointmentView) -> tuple[tuple[datetime, datetime], ...]:
    """The times asked for, told outright or counted from the appointment."""
    day = relative.whole_day(view.opening.starts_at)
    if values.get("hours"):
        spans = wished_times.wanted_times({"when": values["hours"]})
        later = (day[0].date() - spans[0][0].date()).days
        return wished_times.wanted_times({"when": relative.moved(spans, later)})
    if values.get("shift") is not None:
        return wished_times.wanted_times({"when": relative.moved([day], values["shift"])})
    return wished_times.wanted_times(values)


def ask_offer(values: Values, world: World) -> Asked:
    """List other times of the same doctor first, then of the same department."""
    view = appointments.view_of(values, world)
    found = _others(view, values, world)
    offers = _but_own(found.exact or found.nearby, view.opening.slot)
    listed = [(line, offer.slots) for line, offer in wishes.lines(offers)]
    if not listed:
        return Stop(texts.nothing_else(world.scene.policy.days_ahead))
    why = (
        ""
        if found.exact
        else misses.say(found.miss, _wanted(values, view), view.opening.department_name)
    )
    return Question(
        texts.move_to(view, wishes.shared_half_day(offers), why), listed, wants="offer"
    )


def _but_own(offers: Sequence[Offer], own: SlotId) -> list[Offer]:
    """Return the offers without the time that is booked already, told by what is left."""
    rest = []
    for offer in offers:
        times = tuple(time for time in offer.times if time.slot != own)
        if times:
            # The doctor it is booked with is no reason: all of these are of that one.
            why = replace(offer.why, usual=False)
            first = opening_at(offer.first, times[0])
            rest.append(replace(offer, first=first, times=times, why=why))
    return rest


def _others(view: AppointmentView, values: Values, world: World) -> Offers:
    """The doctor asked for, else the same one, if free then; else anybody of the department."""
    at, when = view.opening, _wanted(values, view)
    refused = frozenset(values.get("not_doctors", ()))
    doctor = values.get("doctor") or at.doctor
    if doctor is not None and doctor not in refused:
        same = world.desk.finder.offers(
            Need(doctor=doctor, when=when, leaving=view.id), view.patient
        )
        if same.exact:
            return same
    need = Need(
        departments=((at.department, 1.0),),
        usual_doctor=doctor,
        when=when,
        without_doctors=refused,
        leaving=view.id,
    )
    return world.desk.finder.offers(need, view.patient)


def ask_move_sure(values: Values, world: World) -> Asked:
    """Old and new side by side; nothing moves without this yes."""
    view = appointments.view_of(values, world)
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
            raise Reask("offer", wishes.said(no, world)) from no
        return Done(refusals.say(no))
    return Done(texts.moved(view, world.desk.notices.outlook(view)))


# After a booking, for so long a bare correction is about it.
_JUST_BOOKED = timedelta(minutes=10)


def back_to(world: World) -> Values | None:
    """Return the newest move the other way round, if it was made just now."""
    since = world.desk.now - _JUST_BOOKED
    fresh = [a for a in appointments.ahead(world) if a.created_at >= since]
    new = max(fresh, key=lambda a: (a.created_at, a.id), default=None)
    old = world.desk.bookings.moved_from(new.id) if new is not None else None
    if new is None or old is None or old.opening.starts_at <= world.desk.now:
        return None
    slot = old.opening.slot
    return {"appointment": new.id, "offer": [slot], "time": slot}


def claims(heard: Heard, world: World) -> Values | None:
    """
    「还是后天下午吧」「换王建国」 right after a booking: it is the one to be moved.

    「不改了」 right after a move asks whether to move it back. 「我的预约改到周五」 is about what
    is booked, whatever else is being talked about.
    """
    if heard.intent == "reschedule" and "booked" in heard.preferences:
        is_chosen = any("time" in values for values in world.open)
        return {} if appointments.ahead(world) and not is_chosen else None
    if ("keep" in heard.preferences or "reschedule" in heard.denied) and not world.is_busy:
        return back_to(world)
    is_other = heard.stated_departments or heard.symptoms or heard.sites
    is_change = heard.preferences & {"rather", "other_time", "other_doctor"}
    is_for_other = heard.person.relation not in (None, "self")
    if world.is_busy or is_other or is_for_other or not (is_change or heard.refused):
        return None
    since = world.desk.now - _JUST_BOOKED
    fresh = [a for a in appointments.ahead(world) if a.created_at >= since]
    last = max(fresh, key=lambda a: (a.created_at, a.id), default=None)
    if last is None:
        # Said outright, it is about what is booked however long ago.
        is_plain = is_change & {"other_time", "other_doctor"} and not heard.when
        return {} if is_plain and not heard.doctors and appointments.ahead(world) else None
    values: Values = {"appointment": last.id}
    if heard.doctors:
        return values if hear_doctor(heard, values, world) else None
    wants = heard.when or heard.shift_days is not None or is_change != {"rather"}
    return values if wants else None


MOVE: Form[World] = Form(
    name="reschedule",
    title=texts.MOVE_TITLE,
    opens_on=frozenset({"reschedule"}),
    keeps=frozenset({"book"}),
    claims=claims,
    done=moved,
    slots=(
        Slot("whose", hear=appointments.hear_whose),
        Slot("appointment", ask_move, after=("whose",)),
        Slot("shift", hear=hear_shift, after=("when",)),
        Slot("hours", hear=hear_hours, after=("when", "shift")),
        Slot("when", hear=hear_when, check=wished_times.check_when, after=("shift", "hours")),
        Slot("doctor", hear=hear_doctor, after=("appointment",)),
        Slot(
            "offer",
            ask_offer,
            hear=hear_other,
            after=("appointment", "when", "shift", "hours", "doctor"),
        ),
        times.SLOT,
        Slot("sure", ask_move_sure, answer=answer_move, pick=pick_move, after=("time",)),
    ),
)
