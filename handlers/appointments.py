"""What is booked already, and which of it is meant."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dialogue.form import Asked, Filled, Given, Question, Reask, Stop
from dialogue.reply import Reply
from dialogue.state import Values
from handlers import family, wishes
from handlers.scene import World
from handlers.texts import appointments as texts
from handlers.texts import information, visits, wording
from handlers.texts import prompts as suspended
from handlers.texts import waiting as waiting_texts
from nlp.heard import Heard
from scheduling.types import AppointmentView

# Tickets whose holders may still give their appointment back.
_LEFT = frozenset({"waiting", "left", "missed", "unseen"})
# What of a booking is wanted once more (handlers.again).
SAME = frozenset({"same_again", "same_doctor_again", "same_day_again"})


def ahead(world: World) -> list[AppointmentView]:
    """Return the booked appointments that are still to come, soonest first."""
    views = (a for a in world.desk.bookings.mine() if a.status == "booked")
    return sorted(
        (a for a in views if a.opening.ends_at > world.desk.now), key=lambda a: a.opening.starts_at
    )


def in_line(world: World) -> list[AppointmentView]:
    """Return today's visits of who has checked in and was not called yet, nor is inside."""
    waits = {
        s.ticket.appointment for s in world.desk.visits.standings() if s.ticket.state in _LEFT
    }
    return [a for a in world.desk.bookings.mine() if a.id in waits]


def overview(world: World) -> Reply:
    """Answer to 「我的预约」; what a suspension left open is asked here too, the soonest first."""
    booked, pending = ahead(world), world.desk.replacements.pending()
    waits = waiting_texts.waiting_too(world.desk.waitlist.mine())
    here = world.desk.visits.standings()
    if not pending and here:
        told = [visits.all_stand(here), texts.overview(booked) if booked else ""]
        return Reply("\n".join(filter(None, told)) + waits)
    if not pending:
        return Reply(texts.overview(booked) + waits)
    old, offered, prompt = pending[0]
    asked = suspended.put(old, offered)
    if prompt is not None:
        world.desk.prompts.shown(prompt)
        if world.care:  # asked next, by digits of its own
            return Reply(texts.overview(booked) if booked else "")
    return Reply("\n\n".join([texts.overview(booked), asked] if booked else [asked]))


def ways(views: Sequence[AppointmentView], world: World) -> str:
    """Return where in the house each visit is: building, floor and room."""
    codes = [view.opening.department for view in views]
    wards = {ward.code: ward for ward in world.desk.catalogue.departments(codes)}
    return "\n".join(information.visit(v, wards.get(v.opening.department)) for v in views)


# -- which appointment


def wants_a_new_one(heard: Heard) -> bool:
    """「再给我老婆挂个妇科」 is about nothing that is booked; a bare 「骨科的」 may be."""
    is_for_somebody = bool(heard.stated_departments or heard.symptoms)
    return heard.intent == "book" and "wished" in heard.moods and is_for_somebody


def hear_whose(heard: Heard, values: Values, world: World) -> Given:
    """
    Whose appointment it is about: 「取消我妈的号」, or a member of the family by name.

    「取消我的号」 by who has none of her own is about those she has made; the child of
    「孩子要考试，来不了了」 is why she does not come.
    """
    if is_same_for_another(heard) or (heard.denied and heard.person.relation == "self"):
        return None  # 「我不是要改时间」 names nobody
    if wants_a_new_one(heard):
        return None
    named = family.named(heard, world.desk.patients.linked())
    if len(named) == 1:
        return named[0].id
    relation = heard.person.relation
    # 「再给我爸也挂一个」 is a wish of its own.
    may_mean_another = relation == "self" or heard.intent == "book"
    may_mean_another = may_mean_another or heard.reason not in (None, "died")
    if relation is None or (may_mean_another and not of_whom(relation, ahead(world), world)):
        return None
    return relation


def is_same_for_another(heard: Heard) -> bool:
    """Tell whether 「给我妈也挂同一天同一个医生」 was said: it is about no number of hers."""
    is_same = not SAME.isdisjoint(heard.preferences)
    return is_same and heard.intent == "book" and heard.person.relation is not None


def hear_appointment(heard: Heard, values: Values, world: World) -> Given:
    """The one appointment that fits the day, doctor or department named; none if unclear."""
    has_facts = heard.when or heard.doctors or heard.stated_departments
    if "appointment" in values or not has_facts or wants_a_new_one(heard):
        return None
    fitting = named(heard, ahead(world), world)
    return fitting[0].id if len(fitting) == 1 else None


def named(heard: Heard, views: Sequence[AppointmentView], world: World) -> list[AppointmentView]:
    """Return those that fit what was named: whose, which day, doctor or department."""
    whose = hear_whose(heard, {}, world)
    if not (whose or heard.when or heard.doctors or heard.stated_departments):
        return []
    theirs = of_whom(whose, views, world) if whose else views
    return [a for a in theirs if _fits(a, heard)]


def _fits(view: AppointmentView, heard: Heard) -> bool:
    at = view.opening
    days = [w for w in heard.when if w.start <= at.starts_at < w.end]
    doctors = [d for d in heard.doctors if d.code == at.doctor]
    wards = [d for d in heard.stated_departments if d.code == at.department]
    return (
        bool(days or not heard.when)
        and bool(doctors or not heard.doctors)
        and bool(wards or not heard.stated_departments)
    )


def of_whom(
    whose: str | int, views: Sequence[AppointmentView], world: World
) -> list[AppointmentView]:
    """Return those of one relation, or of one patient."""
    if isinstance(whose, int):
        return [a for a in views if a.patient == whose]
    people = {p.id for p in family.meant(whose, world.desk.patients.linked())}
    return [a for a in views if a.patient in people]


def called(whose: str | int, world: World) -> str:
    """Return a relation, or the masked name of somebody of the family, in words."""
    if isinstance(whose, str):
        return wording.RELATIONS.get(whose, "")
    return next((p.masked_name for p in world.desk.patients.linked() if p.id == whose), "")


def meant(values: Values, world: World, *, line_too: bool = False) -> list[AppointmentView]:
    """Return what is ahead, of the one person who was named if one was; who is in line, too."""
    views = [*(in_line(world) if line_too else ()), *ahead(world)]
    return of_whom(values["whose"], views, world) if values.get("whose") else views


def ask_which(question: str, values: Values, world: World, *, line_too: bool = False) -> Asked:
    """Ask which one, unless there is only one."""
    views = meant(values, world, line_too=line_too)
    if not views:
        whose = values.get("whose")
        if world.desk.visits.standings():
            return Stop(visits.SEEN if line_too else visits.AT_DESK)
        if not ahead(world) and world.desk.replacements.pending():
            return Stop(overview(world).text)
        if not whose or not ahead(world):
            return Stop(texts.NONE)
        return Stop(texts.none_of(called(whose, world)))
    if len(views) == 1 or values.get("all"):
        return Filled(views[0].id)
    return Question(question, [(wording.appointment(v), v.id) for v in views])


def view_of(
    values: Values, world: World, statuses: Collection[str] = ("booked",)
) -> AppointmentView:
    """Return the appointment that is talked about (Reask when it is gone)."""
    view = wishes.appointment(values["appointment"], world)
    if view is None or view.status not in statuses:
        raise Reask("appointment", texts.GONE)
    return view
