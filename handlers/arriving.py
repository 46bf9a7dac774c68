"""
To be here: checking in by words, by a code on the spot, by a place sent from near by.

    患者: 签到
    机器人: 签到好了。A012号，李*英，神经内科周一鸣，3诊室。前面3位，大约20–35分钟。…

Whoever of several is here is asked, and may be named (「给我妈签到」).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from dialogue.form import Asked, Done, Filled, Form, Given, Open, Question, Slot, Stop
from dialogue.state import Values
from handlers import appointments, in_line
from handlers.said_in_line import AWAY
from handlers.scene import World
from handlers.texts import care as care_texts
from handlers.texts import refusals
from handlers.texts import visits as texts
from nlp.heard import Heard
from scheduling.distance import metres_between
from scheduling.errors import Refusal
from scheduling.types import AppointmentView
from scheduling.visit import Standing

_EARLY = timedelta(minutes=45)


def _due(values: Values, world: World) -> list[AppointmentView]:
    """Today's visits that are meant: of one person, of the room or the site of the code."""
    views = list(world.desk.visits.due())
    if values.get("whose"):
        theirs = appointments.of_whom(values["whose"], views, world)
        # Whoever walks slowly with her, it is the visit that is late.
        is_late = values.get("being_here") == "not_here"
        views = views if is_late and not theirs else theirs
    here = [v for v in views if v.opening.site == values.get("site", v.opening.site)]
    at_door = [v for v in here if v.opening.room == values.get("room")]
    return at_door or here or views


def _hear_being_here(heard: Heard, values: Values, world: World) -> Given:
    """「快到了」 says that she is not here; 「怎么签到」 leaves open whether she is."""
    return next((said for said in ("not_here", "ask_here") if said in heard.preferences), None)


def _claims(heard: Heard, world: World) -> Values | None:
    """Who has to come today and says that she is late, or on her way, does not want it moved."""
    return {} if "not_here" in heard.preferences and world.desk.visits.due() else None


def _ask_visits(values: Values, world: World) -> Asked:
    """Check in all that can only mean one thing; ask which of several, and who may not be here."""
    views = _due(values, world)
    if not views:
        return _nobody_to_check_in(values, world)
    site = values.get("site")
    if site and all(v.opening.site != site for v in views):
        return Stop(_elsewhere(site, views[0], world))
    said = values.get("being_here") if site is None else None
    if said == "not_here":
        return Stop(texts.not_here(views[0], world.scene.policy.late_after))
    if site is None and world.desk.visits.needs_place:
        return Stop(texts.NEEDS_PLACE)
    return _who_is_here(views, asks=said is not None)


def _who_is_here(views: Sequence[AppointmentView], *, asks: bool) -> Asked:
    """Whom to check in; who only `asks` about it may be at home."""
    if len(views) == 1 and not asks:
        return Filled([views[0].id])
    if len(views) == 1:
        choices: list[tuple[str, Any]] = [(texts.HERE_YES, [views[0].id])]
    else:
        choices = [(texts.visit(v), [v.id]) for v in views]
        choices.append((texts.ALL_OF_THEM, [v.id for v in views]))
    if not asks:
        return Question(texts.WHICH, choices)
    asked = texts.ARE_YOU_HERE if len(views) == 1 else texts.WHO_IS_HERE
    return Question(asked, [*choices, (texts.HERE_NO, [])], wants="yes_no")


def _answer_visits(heard: Heard, values: Values, world: World) -> Given:
    """All of several in words; whether she is here, by yes and no or by saying that she is."""
    several = in_line.all_of(heard, values, world, _due)
    if several is not None or "being_here" not in values:
        return several
    if heard.answer == "no":
        return []
    views = _due(values, world)
    is_here = heard.answer == "yes" or heard.intent == "check_in"
    return [views[0].id] if is_here and len(views) == 1 else None


def _nobody_to_check_in(values: Values, world: World) -> Asked:
    """Who has a ticket is shown it, or is back; else the next visit, or none."""
    mine = in_line.standings(values, world)
    away = [s for s in mine if s.ticket.state in AWAY]
    if away:
        known = {name: values[name] for name in ("whose",) if name in values}
        return Open(in_line.FORM.name, {**known, "act": "back"})
    if mine:
        return Stop(texts.again(mine))
    closed = next((v for v in world.desk.bookings.mine() if _is_suspended_today(v, world)), None)
    if closed is not None:
        return Stop(texts.suspended(closed))
    ahead = appointments.meant(values, world)
    return Stop(texts.another_day(ahead[0]) if ahead else texts.NOTHING)


def _is_suspended_today(view: AppointmentView, world: World) -> bool:
    today = world.scene.now_local.date()
    return view.status == "suspended" and view.opening.starts_at.date() == today


def _elsewhere(site: str, view: AppointmentView, world: World) -> str:
    names = {place.code: place for place in world.desk.catalogue.sites()}
    return texts.wrong_site(names[site].name, view, names[view.opening.site].address)


def _check_in(values: Values, world: World) -> Done:
    """What a rule refuses of several is said; the others are checked in all the same."""
    if not values["visits"]:
        return Done(texts.COME_FIRST)
    done: list[Standing] = []
    notes: list[str] = []
    refused: list[str] = []
    ways: set[str] = set()
    for view in [v for v in world.desk.visits.due() if v.id in values["visits"]]:
        try:
            standing = world.desk.visits.check_in(view.id, values.get("site"))
        except Refusal as no:
            refused.append(refusals.say(no))
        else:
            done.append(standing)
            notes += _notes(view, standing, world)
            ways.add(world.desk.notices.when_near(view))
    told = [texts.checked_in(done, notes, texts.near(ways))] if done else []
    return Done("\n".join([*told, *dict.fromkeys(refused)]))


def _notes(view: AppointmentView, standing: Standing, world: World) -> list[str]:
    """
    Whoever is early learns that nothing is gained by it; who is late, what it costs.

    Where it is said when to be back, that alone is: two times in one answer are one too many.
    """
    begins = view.opening.starts_at
    if standing.ticket.state == "unseen":
        return []  # the doctor has gone: nobody will call
    if standing.ticket.due_at > begins:
        return [texts.late(view)]
    is_early = begins - world.desk.now > _EARLY and standing.back_at is None
    return [texts.early(view)] if is_early else []


CHECK_IN: Form[World] = Form(
    name="check_in",
    title=texts.TITLE,
    opens_on=frozenset({"check_in"}),
    claims=_claims,
    done=_check_in,
    slots=(
        Slot("whose", hear=in_line.hear_whose),
        Slot("being_here", hear=_hear_being_here),
        Slot("visits", _ask_visits, answer=_answer_visits, after=("whose", "being_here")),
    ),
)
FORMS: tuple[Form[World], ...] = (CHECK_IN, in_line.FORM)


# -- without words


def scanned(code: str) -> Values:
    """Return what the check-in form begins with for a scanned code: a site's, or a room's."""
    site, _, room = code.partition("/")
    return {"site": site, "room": room} if room else {"site": site}


def wanted_sites(world: World) -> frozenset[str]:
    """Return where somebody is expected today: to check in, or to come back."""
    due = {view.opening.site for view in world.desk.visits.due()}
    away = {s.ticket.site for s in world.desk.visits.standings() if s.ticket.state in AWAY}
    return frozenset(due | away)


def site_near(place: tuple[float, float], world: World) -> str | None:
    """Return the site where somebody is expected today, if this place is near enough to it."""
    near = [
        (metres_between(place, (site.latitude, site.longitude)), site.code)
        for site in world.desk.catalogue.sites()
        if site.latitude is not None and site.longitude is not None
    ]
    wanted = wanted_sites(world) if near else frozenset()
    here = [(far, code) for far, code in near if code in wanted]
    metres, code = min(here, default=(0.0, None))
    return code if metres <= world.desk.visits.near_metres else None


# -- by digits alone


def by_digits(world: World) -> list[tuple[str, str]]:
    """Return what can be done today, for who presses digits: the key says what `by_digit` does."""
    states = {standing.ticket.state for standing in world.desk.visits.standings()}
    shown = {
        "check_in": bool(world.desk.visits.due()),
        "in_line": bool(states),
        "step_in": bool(states & AWAY),
        "step_out": bool(states & in_line.STAYING),
    }
    return [(care_texts.TODAY[key], key) for key, is_shown in shown.items() if is_shown]


def by_digit(key: str) -> Open | None:
    """Return the conversation behind one of them; None for another key."""
    if key == "check_in":
        return Open(CHECK_IN.name)
    known: Mapping[str, Values] = {
        "in_line": {},
        "step_in": {"act": "back"},
        "step_out": {"act": "leave"},
    }
    return Open(in_line.FORM.name, known[key]) if key in known else None
