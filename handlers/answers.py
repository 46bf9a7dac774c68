"""
What is plainly asked of the house is answered once, whatever else the message wants.

    患者: 选2，谢谢。我听不见，叫号的时候怎么知道轮到我？
    机器人: 到医院后在这里说“签到”，快轮到您时会通知您。… 选几点？…
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from handlers import appointments, subjects, wishes
from handlers.scene import World
from handlers.texts import answers as texts
from handlers.texts import rules
from handlers.texts.booking import GENERAL
from nlp.heard import Heard

# Longer answers are not read.
_MOST = 3
# After these whoever asks may want to book.
_LEADS_ON = frozenset(
    {"note", "proxy", "nameless", "kinds", "titles", "foreign_phone", "passport", "same_day"}
)


def say(heard: Heard, world: World) -> str:
    """Return the answers to all that is asked, or ""."""
    told = (_told(name, heard, world) for name in heard.asked[:_MOST])
    return "\n".join(dict.fromkeys(filter(None, told)))


def _told(name: str, heard: Heard, world: World) -> str:
    answer = _ANSWERS.get(name)
    return answer(heard, world) if answer else subjects.say(name, heard, world)


def is_subject(heard: Heard) -> bool:
    """Tell whether something was asked that people come for besides being ill."""
    return not _ANSWERS.keys() >= {*heard.asked[:_MOST]}


def leads_on(heard: Heard, world: World) -> bool:
    """Tell whether to ask what is wrong, after the answer."""
    return not world.is_busy and not _LEADS_ON.isdisjoint(heard.asked)


def _called(heard: Heard, world: World) -> str:
    """How it goes on the day; who is in line is told there by what she will know."""
    return f"{texts.CALLED}{texts.CALLED_DEAF}" if "deaf" in heard.asked else texts.CALLED


def _remind(heard: Heard, world: World) -> str:
    if "no_remind" in heard.asked:
        return ""
    ahead = appointments.ahead(world)
    if not ahead:
        return "" if "called" in heard.asked else texts.REMINDED
    return texts.reminded(world.desk.notices.outlook(ahead[0]))


def _deaf(heard: Heard, world: World) -> str:
    """Said once, where nothing else in the answer says it."""
    is_said = {"called", "typed"} & {*heard.asked}
    return "" if is_said else texts.DEAF


def _note(heard: Heard, world: World) -> str:
    """Where to go for it, too, for who says nothing else."""
    if world.is_busy or heard.intent != "clinic_info":
        return texts.NOTE
    has_general = any(GENERAL in ward.name for ward in world.desk.catalogue.departments())
    return f"{texts.NOTE}{texts.NOTE_WHERE}" if has_general else texts.NOTE


def _speciality(heard: Heard, world: World) -> str:
    codes = [doctor.code for doctor in heard.doctors[:1]]
    return "".join(map(texts.speciality, world.desk.catalogue.doctors(codes) if codes else ()))


def _online(heard: Heard, world: World) -> str:
    remote = [v.opening for v in appointments.ahead(world) if v.opening.mode == "remote"]
    return texts.online(remote[0].starts_at) if remote else texts.ONLINE


def _answered(heard: Heard, world: World) -> str:
    scene, waits = world.scene, world.desk.requests.is_waiting()
    return texts.answered(scene.staffed_hours, staffed=scene.staffed, waits=waits)


def _keep_place(heard: Heard, world: World) -> str:
    """Whether the place is kept: it is once somebody is registered, and so long."""
    minutes = round(world.scene.policy.hold.total_seconds() / 60)
    if any("appointment" in values for values in world.open):
        return texts.kept(minutes)
    chosen = any("time" in values for values in world.open)
    return texts.not_kept_yet(minutes, _phone(world)) if chosen else texts.kept_later(minutes)


def _papers_away(heard: Heard, world: World) -> str:
    """Who has no card there can book; who is at it reads that it may be told later."""
    is_at_it = any("time" in values for values in world.open)
    return f"{texts.PAPERS_AWAY}{texts.PAPERS_LATER if is_at_it else ''}"


def _phone(world: World) -> str:
    return wishes.hospital_phone(world)


# By the names of `nlp/lexicon/asked.tsv`.
_ANSWERS: Mapping[str, Callable[[Heard, World], str]] = {
    "kinds": lambda heard, world: texts.kinds(world.desk.catalogue.fees()),
    "titles": lambda heard, world: texts.TITLES,
    "proxy": lambda heard, world: rules.proxy(world.scene.policy),
    "fetch": lambda heard, world: texts.fetch(_phone(world)),
    "remind": _remind,
    "no_remind": lambda heard, world: texts.no_remind(can_text=world.scene.can_text),
    "called": _called,
    "deaf": _deaf,
    "signs": lambda heard, world: texts.signs(),
    "typed": lambda heard, world: texts.TYPED,
    "stay_note": lambda heard, world: texts.stay_note(_phone(world)),
    "note": _note,
    "nameless": lambda heard, world: texts.nameless(),
    "private": lambda heard, world: texts.private(can_text=world.scene.can_text),
    "foreign_phone": lambda heard, world: texts.FOREIGN_PHONE,
    "passport": lambda heard, world: texts.PASSPORT,
    "speciality": _speciality,
    "online": _online,
    "give_back": lambda heard, world: texts.GIVE_BACK,
    "answered": _answered,
    "keep_place": _keep_place,
    "papers_away": _papers_away,
    "wounds_shown": lambda heard, world: texts.WOUNDS_SHOWN,
}
