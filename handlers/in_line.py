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
from handlers.said_in_line import AWAY, named, said_by
from handlers.scene import World
from handlers.texts import line_talk as talk
from handlers.texts import refusals
from handlers.texts import visits as texts
from nlp.heard import Heard
from scheduling.errors import Refusal
from scheduling.types import AppointmentView
from scheduling.visit import Standing, TicketId

# Tickets that may be left for a while.
STAYING = frozenset({"waiting"})
_HERSELF = re.compile("自己|本人")
_FETCHES = re.compile(
    "[接送](?:一下|一?个)?(?:我家?)?(?:的)?(?:孩子|小孩|娃|闺女|女儿|儿子|老公|老婆|妈|爸)"
)


def hear_whose(heard: Heard, values: Values, world: World) -> Given:
    """
    Return whose visit it is about; 「我」 speaks for the family, only 「我自己」 does not.

    Who has a child to fetch does not speak of the child's visit.
    """
    if _FETCHES.search(heard.text):
        return None
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
    said = said_by(heard, world)
    if said is None and not world.desk.visits.standings():
        said = named(heard)
    return said.act if said and said.act != "ask" else None


def _claims(heard: Heard, world: World) -> Values | None:
    """
    「结果出来了」 of somebody who was sent for results is no question about a report.

    Nor does 「医生怎么还没来」 of who is in line ask for a doctor by name.
    """
    return {} if said_by(heard, world) else None


def is_worse(heard: Heard, world: World) -> bool:
    """Tell whether somebody in line says that she is ill, who is not told to see a doctor."""
    said = said_by(heard, world)
    return said is not None and said.act in ("worse", "ill")


def is_grave(world: World) -> bool:
    """Tell whether a complaint is for the nurse to hear of now, and not only for the doctor."""
    heard = world.heard
    return bool(heard.concern) or heard.feverish or heard.urgency != "routine"


def _fitting(values: Values, world: World) -> list[Standing]:
    """The tickets that what is wanted can be done with."""
    wanted = _ACTS[values["act"]]
    return [s for s in standings(values, world) if s.ticket.state in wanted]


def _ask_tickets(values: Values, world: World) -> Asked:
    if values["act"] == "rules":
        visits = world.desk.visits
        return Stop(talk.rules(visits.disciplines(), visits.standings()))
    mine, says = standings(values, world), _SAYS.get(values["act"])
    if not mine and says:  # whoever it is that feels worse, somebody of theirs is in line
        mine = standings({}, world)
    if not mine:
        return _no_ticket(values, world)
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
    if due and values["act"] == "where":
        return Stop(f"{appointments.ways(due, world)}\n{texts.SAY_WHEN_HERE}")
    if due:
        return Stop(texts.not_yet(due[0]))
    return Stop(texts.NOBODY_WAITS if values["act"] == "leave" else texts.NO_TICKET)


def _where(mine: Sequence[Standing], *, asks_missed: bool) -> Asked:
    """Where all stand; who is away is asked whether she is back."""
    away = [s for s in mine if s.ticket.state in AWAY]
    if len(away) != 1:
        is_fine = asks_missed and not away
        return Stop(talk.not_missed(mine) if is_fine else texts.all_stand(mine))
    others = [s for s in mine if s.ticket.state not in AWAY]
    told = "\n".join(filter(None, (texts.all_stand(others), texts.ask_back(away[0]))))
    return Question(
        told,
        [(texts.BACK_YES, _ids(away)), (texts.BACK_NO, [])],
        wants="yes_no",
    )


def _ways(mine: Sequence[Standing], world: World) -> set[str]:
    """How they will hear that it is their turn soon."""
    here = {s.ticket.appointment for s in mine}
    views = [view for view in world.desk.bookings.mine() if view.id in here]
    return {world.desk.notices.when_near(view) for view in views}


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


# What is only said.
_SAYS: Mapping[str, Callable[[Sequence[Standing], World], str]] = {
    "worse": lambda mine, world: talk.worse(mine),
    "ill": lambda mine, world: talk.ill(mine, world.heard.symptoms, is_grave=is_grave(world)),
    "told": lambda mine, world: talk.told_when_near(_ways(mine, world), mine),
    "until": lambda mine, world: talk.until(mine),
    "elsewhere": lambda mine, world: talk.elsewhere(mine),
    "long": lambda mine, world: talk.long(mine),
    "lost": lambda mine, world: talk.and_stands(talk.LOST, mine),
    "screen": lambda mine, world: talk.and_stands(talk.SCREEN, mine),
    "phone": lambda mine, world: talk.and_stands(talk.PHONE, mine),
    "rush": lambda mine, world: talk.and_stands(talk.RUSH, mine),
    "absent": lambda mine, world: talk.absent(mine),
    "later": lambda mine, world: talk.later(mine),
    "results_late": lambda mine, world: talk.results_late(mine),
    "coming": lambda mine, world: talk.coming(mine),
    "away": lambda mine, world: talk.away(mine),
    "where": lambda mine, world: talk.where(mine),
    "desk": lambda mine, world: talk.and_stands(talk.DESK, mine),
    "agreed": lambda mine, world: talk.agreed(_ways(mine, world), mine),
}
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
