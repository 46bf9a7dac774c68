"""
The day of the visit: to be here, to know where one stands, to step out and come back.

    患者: 签到
    机器人: 签到好了。A012号，李*英，神经内科周一鸣，3诊室。前面3位，大约20–35分钟。…
    患者: 还要等多久
    机器人: A012号，… 前面2位，大约10–20分钟。…
    患者: 我出去一下
    机器人: 好的，A012号给您留着，这会儿不叫您。…
    患者: 我回来了

A code scanned on the spot and a place sent from near by check in like words. Whoever of several is
meant is asked, and each may be named (「我妈前面还有几个」).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from dialogue.form import Asked, Done, Filled, Form, Given, Open, Question, Slot, Stop
from dialogue.state import Values
from handlers import appointments
from handlers.scene import World
from handlers.texts import care as care_texts
from handlers.texts import refusals
from handlers.texts import visits as texts
from nlp.heard import Heard
from scheduling.distance import metres_between
from scheduling.errors import Refusal
from scheduling.types import AppointmentView
from scheduling.visit import Standing, TicketId

# Tickets that are not called until their holder says that she is here.
AWAY = frozenset({"left", "missed", "results"})
_EARLY = timedelta(minutes=45)
_HERSELF = re.compile("自己|本人")


# -- checking in


def _hear_whose(heard: Heard, values: Values, world: World) -> Given:
    """Whoever says 「我」 speaks for the family: only 「我自己」 is nobody else."""
    whose = appointments.hear_whose(heard, values, world)
    return whose if whose != "self" or _HERSELF.search(heard.text) else None


def _due(values: Values, world: World) -> list[AppointmentView]:
    """Today's visits that are meant: of one person, of the room or the site of the code."""
    views = list(world.desk.visits.due())
    if values.get("whose"):
        views = appointments.of_whom(values["whose"], views, world)
    here = [v for v in views if v.opening.site == values.get("site", v.opening.site)]
    at_door = [v for v in here if v.opening.room == values.get("room")]
    return at_door or here or views


def _ask_visits(values: Values, world: World) -> Asked:
    """Check in all that can only mean one thing; ask which of several."""
    views = _due(values, world)
    if not views:
        return _nobody_to_check_in(values, world)
    site = values.get("site")
    if site and all(v.opening.site != site for v in views):
        return Stop(_elsewhere(site, views[0], world))
    if site is None and world.desk.visits.needs_place:
        return Stop(texts.NEEDS_PLACE)
    if len(views) == 1:
        return Filled([views[0].id])
    choices: list[tuple[str, Any]] = [(texts.visit(v), [v.id]) for v in views]
    return Question(texts.WHICH, [*choices, (texts.ALL_OF_THEM, [v.id for v in views])])


def _nobody_to_check_in(values: Values, world: World) -> Asked:
    """Who has a ticket is shown it, or is back; else the next visit, or none."""
    mine = _standings(values, world)
    away = [s for s in mine if s.ticket.state in AWAY]
    if away:
        return Open(IN_LINE.name, {**_only(values, "whose"), "act": "back"})
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
    done: list[Standing] = []
    notes: list[str] = []
    refused: list[str] = []
    for view in [v for v in world.desk.visits.due() if v.id in values["visits"]]:
        try:
            standing = world.desk.visits.check_in(view.id, values.get("site"))
        except Refusal as no:
            refused.append(refusals.say(no))
        else:
            done.append(standing)
            notes += _notes(view, standing, world)
    told = [texts.checked_in(done, notes)] if done else []
    return Done("\n".join([*told, *dict.fromkeys(refused)]))


def _notes(view: AppointmentView, standing: Standing, world: World) -> list[str]:
    """Whoever is early learns that nothing is gained by it; who is late, what it costs."""
    begins = view.opening.starts_at
    if standing.ticket.due_at > begins:
        return [texts.late(view)]
    return [texts.early(view)] if begins - world.desk.now > _EARLY else []


CHECK_IN: Form[World] = Form(
    name="check_in",
    title=texts.TITLE,
    opens_on=frozenset({"check_in"}),
    done=_check_in,
    slots=(
        Slot("whose", hear=_hear_whose),
        Slot("visits", _ask_visits, answer=lambda h, v, w: _all(h, v, w, _due), after=("whose",)),
    ),
)


# -- in line


def _standings(values: Values, world: World) -> list[Standing]:
    """The tickets of today that are meant."""
    mine = list(world.desk.visits.standings())
    if not mine or not values.get("whose"):
        return mine
    theirs = appointments.of_whom(values["whose"], world.desk.bookings.mine(), world)
    visits = {view.id for view in theirs}
    return [s for s in mine if s.ticket.appointment in visits]


def _hear_act(heard: Heard, values: Values, world: World) -> Given:
    """「我出去一下」, 「我回来了」; whatever else is said of the line asks where one stands."""
    said = heard.preferences
    if "queue_leave" in said:
        return "leave"
    return "back" if said & {"queue_back", "queue_results"} else None


def _claims(heard: Heard, world: World) -> Values | None:
    """「结果出来了」 of somebody who was sent for results is no question about a report."""
    said = next((name for name in _CLAIMED if name in heard.preferences), None)
    if said is None:
        return None
    states = {s.ticket.state for s in world.desk.visits.standings()}
    return {} if states & _CLAIMED[said] else None


def _fitting(values: Values, world: World) -> list[Standing]:
    """The tickets that what is wanted can be done with."""
    wanted = _ACTS[values["act"]]
    return [s for s in _standings(values, world) if s.ticket.state in wanted]


def _ask_tickets(values: Values, world: World) -> Asked:
    mine = _standings(values, world)
    if not mine:
        return _no_ticket(values, world)
    if values["act"] == "ask":
        asks_missed = "queue_missed" in world.heard.preferences
        return _where(mine, asks_missed=asks_missed)
    fitting = _fitting(values, world)
    if not fitting:
        return Stop(texts.all_stand(mine))
    if len(fitting) == 1:
        return Filled([fitting[0].ticket.id])
    leaves = values["act"] == "leave"
    choices: list[tuple[str, Any]] = [(texts.choice(s), [s.ticket.id]) for s in fitting]
    everybody = (texts.ALL_LEAVE if leaves else texts.ALL_ARE_BACK, _ids(fitting))
    asked = texts.WHICH_LEAVES if leaves else texts.WHICH_IS_BACK
    return Question(asked, [*choices, everybody])


def _no_ticket(values: Values, world: World) -> Asked:
    due = _due(values, world)
    if due:
        return Stop(texts.not_yet(due[0]))
    return Stop(texts.NOBODY_WAITS if values["act"] == "leave" else texts.NO_TICKET)


def _where(mine: Sequence[Standing], *, asks_missed: bool) -> Asked:
    """Where all stand; who is away is asked whether she is back."""
    away = [s for s in mine if s.ticket.state in AWAY]
    if len(away) != 1:
        is_fine = asks_missed and not away
        return Stop(texts.not_missed(mine) if is_fine else texts.all_stand(mine))
    others = [s for s in mine if s.ticket.state not in AWAY]
    told = "\n".join(filter(None, (texts.all_stand(others), texts.ask_back(away[0]))))
    return Question(
        told,
        [(texts.BACK_YES, _ids(away)), (texts.BACK_NO, [])],
        wants="yes_no",
    )


def _ids(some: Sequence[Standing]) -> list[TicketId]:
    return [s.ticket.id for s in some]


def _answer_tickets(heard: Heard, values: Values, world: World) -> Given:
    """A plain yes or no to whether she is back; of several all, in words."""
    if values["act"] == "ask":
        is_here = heard.preferences & {"queue_back", "queue_results"}
        if heard.answer == "yes" or heard.intent == "check_in" or is_here:
            return _ids([s for s in _standings(values, world) if s.ticket.state in AWAY])
        return [] if heard.answer == "no" else None
    return _all(heard, values, world, _fitting)


def _all(
    heard: Heard,
    values: Values,
    world: World,
    of: Callable[[Values, World], Sequence[AppointmentView] | Sequence[Standing]],
) -> Given:
    """「都签」「一起」 means all that were listed."""
    if not heard.preferences & {"any", "all"} and "都" not in heard.text:
        return None
    return [one.ticket.id if isinstance(one, Standing) else one.id for one in of(values, world)]


def _move(values: Values, world: World) -> Done:
    visits, leaves = world.desk.visits, values["act"] == "leave"
    if not values["tickets"]:
        return Done(texts.STILL_AWAY)
    act = visits.leave if leaves else visits.come_back
    try:
        done = [act(TicketId(ticket)) for ticket in values["tickets"]]
    except Refusal as no:
        return Done(refusals.say(no))
    return Done(texts.left(done) if leaves else texts.returned(done))


_HERE = frozenset({"waiting", "called"})
# What is about the line where somebody's ticket is in one of these states.
_CLAIMED: Mapping[str, frozenset[str]] = {
    "queue_results": frozenset({"results"}),
    "queue_leave": _HERE,
    "queue_back": AWAY,
    "queue_missed": _HERE | AWAY,
}
# In which states a ticket can be left, or come back to.
_ACTS: Mapping[str, frozenset[str]] = {
    "leave": frozenset({"waiting"}),
    "back": AWAY,
    "ask": frozenset(),
}
IN_LINE: Form[World] = Form(
    name="in_line",
    title=texts.WAIT_TITLE,
    opens_on=frozenset({"queue"}),
    keeps=frozenset({"check_in", "report"}),
    claims=_claims,
    done=_move,
    slots=(
        Slot("whose", hear=_hear_whose),
        Slot("act", lambda values, world: Filled("ask"), hear=_hear_act),
        Slot("tickets", _ask_tickets, answer=_answer_tickets, after=("whose", "act")),
    ),
)
FORMS: tuple[Form[World], ...] = (CHECK_IN, IN_LINE)


def _only(values: Values, *names: str) -> Values:
    return {name: values[name] for name in names if name in values}


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
        "step_out": bool(states & _ACTS["leave"]),
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
    return Open(IN_LINE.name, known[key]) if key in known else None
