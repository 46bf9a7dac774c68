"""
In line: where one stands, stepping out and coming back, what was missed.

    患者: 还要等多久
    机器人: A012号，… 前面2位，大约10–20分钟。…
    患者: 我出去一下
    机器人: 好的，A012号给您留着，这会儿不叫您。…
    患者: 我回来了

Whoever of several is meant is asked, and each may be named (「我妈前面还有几个」).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dialogue.engine import Engine
from dialogue.form import Asked, Done, Filled, Form, Given, Question, Slot, Stop
from dialogue.reply import Reply
from dialogue.state import State, Values
from handlers import appointments
from handlers.scene import World
from handlers.texts import refusals
from handlers.texts import visits as texts
from nlp.heard import Heard
from scheduling.errors import Refusal
from scheduling.types import AppointmentView
from scheduling.visit import Standing, TicketId

# Tickets that are not called until their holder says that she is here, and those that may be left.
AWAY = frozenset({"left", "missed", "results"})
STAYING = frozenset({"waiting"})
_HERSELF = re.compile("自己|本人")


def hear_whose(heard: Heard, values: Values, world: World) -> Given:
    """Return whose visit it is about; 「我」 speaks for the family, only 「我自己」 does not."""
    whose = appointments.hear_whose(heard, values, world)
    return whose if whose != "self" or _HERSELF.search(heard.text) else None


def standings(values: Values, world: World) -> list[Standing]:
    """Return where the tickets of today stand that are meant."""
    mine = list(world.desk.visits.standings())
    if not mine or not values.get("whose"):
        return mine
    theirs = appointments.of_whom(values["whose"], world.desk.bookings.mine(), world)
    visits = {view.id for view in theirs}
    return [s for s in mine if s.ticket.appointment in visits]


def _hear_act(heard: Heard, values: Values, world: World) -> Given:
    """「我出去一下」, 「凭什么他先」, 「我难受得厉害」 …; all else asks where one stands."""
    return next((act for name, act in _MEANS.items() if name in heard.preferences), None)


def _claims(heard: Heard, world: World) -> Values | None:
    """
    「结果出来了」 of somebody who was sent for results is no question about a report.

    Nor does 「医生怎么还没来」 of who is in line ask for a doctor by name.
    """
    said = next((name for name in _CLAIMED if name in heard.preferences), None)
    if said is None or (said in _LOOSE and not _is_about_the_line(heard, world)):
        return None
    states = {s.ticket.state for s in world.desk.visits.standings()}
    is_to_come = said == "queue_rules" and bool(world.desk.visits.due())
    return {} if is_to_come or states & _CLAIMED[said] else None


def _is_about_the_line(heard: Heard, world: World) -> bool:
    """Words that may be about a booking are about the line where nothing else is named or open."""
    is_named = heard.stated_departments or heard.doctors or heard.when or heard.symptoms
    return not (world.is_busy or is_named or heard.intent in ("book", "symptom"))


def _fitting(values: Values, world: World) -> list[Standing]:
    """The tickets that what is wanted can be done with."""
    wanted = _ACTS[values["act"]]
    return [s for s in standings(values, world) if s.ticket.state in wanted]


def _ask_tickets(values: Values, world: World) -> Asked:
    if values["act"] == "rules":
        visits = world.desk.visits
        return Stop(texts.rules(visits.disciplines(), visits.standings()))
    mine = standings(values, world)
    if not mine:
        return _no_ticket(values, world)
    says = _SAYS.get(values["act"])
    return Stop(says(mine, world)) if says else _which(mine, values, world)


def _which(mine: Sequence[Standing], values: Values, world: World) -> Asked:
    """Which of them leave or are back; or where all of them stand."""
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
    due = list(world.desk.visits.due())
    if values.get("whose"):
        due = appointments.of_whom(values["whose"], due, world)
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


def _told_when_near(mine: Sequence[Standing], world: World) -> str:
    here = {s.ticket.appointment for s in mine}
    views = [view for view in world.desk.bookings.mine() if view.id in here]
    return texts.told_when_near({world.desk.notices.when_near(view) for view in views}, mine)


def _ids(some: Sequence[Standing]) -> list[TicketId]:
    return [s.ticket.id for s in some]


def _answer_tickets(heard: Heard, values: Values, world: World) -> Given:
    """A plain yes or no to whether she is back; of several all, in words."""
    if values["act"] == "ask":
        is_here = heard.preferences & {"queue_back", "queue_results"}
        if heard.answer == "yes" or heard.intent == "check_in" or is_here:
            return _ids([s for s in standings(values, world) if s.ticket.state in AWAY])
        return [] if heard.answer == "no" else None
    return all_of(heard, values, world, _fitting)


def all_of(
    heard: Heard,
    values: Values,
    world: World,
    of: Callable[[Values, World], Sequence[AppointmentView] | Sequence[Standing]],
) -> Given:
    """Return all that were listed where 「都签」 or 「一起」 was said."""
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


# What somebody in line means besides asking where she stands; the first that fits.
_MEANS: Mapping[str, str] = {
    "queue_worse": "worse",
    "queue_told": "told",
    "queue_until": "until",
    "queue_rules": "rules",
    "queue_leave": "leave",
    "queue_back": "back",
    "queue_results": "back",
    "other_doctor": "elsewhere",
    "queue_elsewhere": "elsewhere",
    "queue_long": "long",
}
# What is only said.
_SAYS: Mapping[str, Callable[[Sequence[Standing], World], str]] = {
    "worse": lambda mine, world: texts.worse(mine),
    "told": _told_when_near,
    "until": lambda mine, world: texts.until(mine),
    "elsewhere": lambda mine, world: texts.elsewhere(mine),
    "long": lambda mine, world: texts.long(mine),
}
_HERE = frozenset({"waiting", "called"})
# What is about the line where somebody's ticket is in one of these states.
_CLAIMED: Mapping[str, frozenset[str]] = {
    "queue_worse": _HERE | AWAY,
    "queue_told": _HERE | AWAY,
    "queue_until": _HERE | AWAY,
    "queue_rules": _HERE | AWAY,
    "queue_results": frozenset({"results", "left"}),
    "queue_leave": _HERE,
    "queue_back": AWAY,
    "queue_missed": _HERE | AWAY,
    "queue_ask": _HERE | AWAY,
    "queue_elsewhere": _HERE,
    "other_doctor": _HERE,
    "crowded": _HERE,
    "queue_long": _HERE,
}
_LOOSE = frozenset({"queue_elsewhere", "other_doctor", "crowded", "queue_long"})
# In which states a ticket can be left, or come back to.
_ACTS: Mapping[str, frozenset[str]] = {
    "leave": STAYING,
    "back": AWAY,
    "ask": frozenset(),
}
FORM: Form[World] = Form(
    name="in_line",
    title=texts.WAIT_TITLE,
    opens_on=frozenset({"queue"}),
    keeps=frozenset({"check_in", "report"}),
    claims=_claims,
    done=_move,
    slots=(
        Slot("whose", hear=hear_whose),
        Slot("act", lambda values, world: Filled("ask"), hear=_hear_act),
        Slot("tickets", _ask_tickets, answer=_answer_tickets, after=("whose", "act")),
    ),
)


def quits(
    engine: Engine[World], state: State, heard: Heard, world: World
) -> tuple[State, Reply] | None:
    """「不等了，我走了」 of who is in line: she is not called, and may still come back."""
    if "queue_quit" not in heard.preferences:
        return None
    if not any(s.ticket.state in STAYING for s in world.desk.visits.standings()):
        return None
    return engine.open(state, FORM.name, world, heard, {"act": "leave"})
