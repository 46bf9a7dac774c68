"""
What people come to the desk for besides being ill: answered by what the house truly knows.

    患者: 婚前检查在你们这做吗
    机器人: 婚前检查在这里约不了。做不做我查不到，请打医院电话…问，或回复“人工”；…
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from handlers import appointments, wishes
from handlers.scene import World
from handlers.texts import appointments as appointment_texts
from handlers.texts import rules
from handlers.texts import subjects as texts
from nlp.heard import Heard
from scheduling.types import Ward

# The department named after these, where one is meant.
_OF_A_WARD = frozenset({"exam_book", "exam_where", "no_queue", "best", "cure_here"})
# Said of any examination or cure; where something of its own is said, not that.
_GENERAL = frozenset(
    {"exam_price", "exam_book", "exam_where", "cure_here", "injections", "vaccines"}
)
_MOST_ROOMS = 3
_FEVER, _VACCINES, _LASTING, _NIGHT = "发热", "接种", "慢病", "夜间"


def say(name: str, heard: Heard, world: World) -> str:
    """Return what the desk says to this subject of `nlp/lexicon/subjects.tsv`."""
    if name in _GENERAL and {*heard.asked} - _GENERAL:
        return ""
    if name in _ANSWERS:
        return _ANSWERS[name](heard, world)
    told = texts.SUBJECTS[name]
    if texts.ASKS in told:
        told = told.replace(texts.ASKS, _way(world))
    codes = [one.code for one in heard.site_departments[:1]] if name in _OF_A_WARD else []
    wards = world.desk.catalogue.departments(codes) if codes else ()
    return told + "".join(map(texts.goes_to, wards))


def _way(world: World) -> str:
    """Who knows it; where somebody of the desk was asked for already, that one is told as well."""
    site = wishes.site_of_talk(world)
    waits = world.desk.requests.is_waiting()
    if waits:
        world.desk.requests.ask_for_human(world.heard.text, site)
    return texts.ask(wishes.site_phone(site, world), waits=waits)


def _named(part: str, world: World) -> list[Ward]:
    """Return the departments whose name or alias holds a word."""
    return [
        ward
        for ward in world.desk.catalogue.departments()
        if any(part in name for name in (ward.name, *ward.aliases))
    ]


def _hours(heard: Heard, world: World) -> str:
    codes = {site.code for site in heard.sites}
    if "sites_unlike" in heard.asked:
        codes = set()
    places = [p for p in world.desk.catalogue.sites() if not codes or p.code in codes]
    by_night = [p for p in places if _NIGHT in p.hours]
    places = by_night if by_night and heard.asked == ("night",) else places
    is_of_feasts = "closed_days" in heard.asked
    return texts.hours(places, _way(world) if is_of_feasts else "")


def _proxy_drugs(heard: Heard, world: World) -> str:
    """Who needs the same medicine for years has a department of its own, where there is one."""
    wards = _named(_LASTING, world)[:1]
    told = texts.SUBJECTS["proxy_drugs"].replace(texts.ASKS, _way(world))
    return told + "".join(map(texts.goes_to, wards))


def _vaccines(heard: Heard, world: World) -> str:
    """Who knows which is due; and where, if the house tells that."""
    wards = [ward for ward in _named(_VACCINES, world) if ward.bookable]
    return texts.vaccines(wards, "" if wards else _way(world))


def _room(heard: Heard, world: World) -> str:
    """Where what is booked will be."""
    ahead = appointments.ahead(world)[:_MOST_ROOMS]
    return appointments.ways(ahead, world) if ahead else appointment_texts.overview(())


_ANSWERS: Mapping[str, Callable[[Heard, World], str]] = {
    "fever_clinic": lambda heard, world: texts.fever_clinic(_named(_FEVER, world), _way(world)),
    "vaccines": _vaccines,
    "closed_days": _hours,
    "night": _hours,
    "minor": lambda heard, world: texts.minor(world.scene.policy.child_under_years),
    "proxy_drugs": _proxy_drugs,
    "sites_unlike": _hours,
    "same_day": lambda heard, world: rules.release(world.scene.policy),
    "which_room": _room,
}
