"""
What is said about the line, by whom: which words mean what, of a ticket in which state.

The words themselves are those of `nlp/lexicon/preferences.tsv`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from handlers import appointments
from handlers.scene import World
from nlp.heard import Heard

# Tickets that are not called until their holder says that she is here.
AWAY = frozenset({"left", "missed", "results"})


class Talk(NamedTuple):
    """
    What is meant, of tickets in which states; `_DUE`: also before she is here.

    What is loose may be about a booking, too.
    """

    act: str
    states: frozenset[str]
    is_loose: bool = False


_TO_ANOTHER = frozenset({"queue_elsewhere", "other_doctor"})
_DUE = "due"
_HERE = frozenset({"waiting", "called"})
_ANY = _HERE | AWAY
_AGREED = Talk("agreed", frozenset({"waiting"}))
_ILL = Talk("ill", _ANY)
# What somebody in line says (nlp/lexicon/preferences.tsv); the first that fits.
TALK: Mapping[str, Talk] = {
    "queue_worse": Talk("worse", _ANY),
    "queue_coming": Talk("coming", frozenset({"called"})),
    "queue_told": Talk("told", _ANY),
    "queue_until": Talk("until", _ANY),
    "queue_phone": Talk("phone", _ANY),
    "queue_screen": Talk("screen", _ANY),
    "queue_lost": Talk("lost", _ANY),
    "queue_later": Talk("later", _HERE),
    "queue_away": Talk("away", AWAY),
    "queue_rules": Talk("rules", _ANY | {_DUE}),
    "queue_rush": Talk("rush", _ANY),
    "queue_leave": Talk("leave", _HERE),
    "queue_back": Talk("back", AWAY),
    "queue_results_late": Talk("results_late", frozenset({"results", "left"})),
    "queue_results": Talk("back", frozenset({"results", "left"})),
    "queue_elsewhere": Talk("elsewhere", _HERE, is_loose=True),
    "other_doctor": Talk("elsewhere", _HERE, is_loose=True),
    "queue_absent": Talk("absent", _HERE),
    "queue_where": Talk("where", _ANY | {_DUE}),
    "queue_desk": Talk("desk", _ANY),
    "queue_missed": Talk("ask", _ANY),
    "queue_ask": Talk("ask", _ANY),
    "queue_long": Talk("long", _HERE, is_loose=True),
    "crowded": Talk("ask", _HERE, is_loose=True),
}


def said_by(heard: Heard, world: World) -> Talk | None:
    """Return what is said about the line by who has such a ticket, or is to get one today."""
    meant = [one for name, one in TALK.items() if name in heard.preferences]
    if heard.intent == "affirm" and not world.is_busy:
        meant.append(_AGREED)
    if _complains(heard, world):
        meant.append(_ILL)
    if not meant:
        return None
    states = {s.ticket.state for s in world.desk.visits.standings()}
    if not states and heard.intent != "check_in" and world.desk.visits.due():
        states = {_DUE}
    return next(
        (one for one in meant
         if one.states & states and (not one.is_loose or _is_about_the_line(heard, world))),
        None,
    )  # fmt: skip


def _complains(heard: Heard, world: World) -> bool:
    """Tell whether somebody who may be in line tells a complaint, and asks for no number."""
    asks = heard.stated_departments or heard.doctors or heard.when or heard.intent != "symptom"
    relation = heard.person.relation
    if asks or world.is_busy:
        return False
    if relation in (None, "self"):
        return True
    here = {standing.ticket.appointment for standing in world.desk.visits.standings()}
    theirs = appointments.of_whom(relation, world.desk.bookings.mine(), world) if here else ()
    return any(view.id in here for view in theirs)


def _is_about_the_line(heard: Heard, world: World) -> bool:
    """Words that may be about a booking are about the line where nothing else is named or open."""
    # 「能换到李静医生那边吗」 names who is to see her now.
    moves = bool(heard.doctors) and not _TO_ANOTHER.isdisjoint(heard.preferences)
    is_named = heard.stated_departments or heard.when or heard.symptoms
    is_wish = heard.intent in ("book", "symptom") or bool(heard.doctors)
    return not (world.is_busy or is_named or (is_wish and not moves))


def named(heard: Heard) -> Talk | None:
    """Return what would be meant by the words alone, whoever says them."""
    return next((TALK[name] for name in TALK if name in heard.preferences), None)
