"""Questions that need no form: answered once, then the open question comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dialogue.reply import Reply
from handlers import answers, appointments, cancelling, subjects, wishes
from handlers.scene import World
from handlers.texts import common, information, rules, visits
from nlp.heard import Heard
from scheduling.queueing import OVER
from scheduling.types import AppointmentView

# So many visits fit into one answer.
_FEW = 3
# Nobody is ill who asks for it.
_CHECKUPS = "体检科"
# So many rules; the first one is what was asked most plainly.
_MOST_RULES = 2
# What is asked of these is no way to a department.
_OF_PAPERS = frozenset({"report", "record", "staff"})
# What these cost, or give back, is not what a visit costs.
_NO_FEE = frozenset({"refund", "invoice", "parking"})


def aside(heard: Heard, world: World) -> Reply | None:
    """Return the answer to a question or courtesy, or None when it is neither."""
    if "who_are_you" in heard.preferences:
        return Reply(common.BOT)
    if _only_mentions(heard):
        return Reply(common.NOTHING_DONE if world.is_busy else common.NOTHING_CHANGED)
    answer = _ANSWERS.get(heard.intent)
    if answer is not None:
        return answer(heard, world)
    if heard.intent == "education" and not heard.site_departments:
        return Reply(_unknown(heard, world, information.neither))
    sentence = common.NOT_YET.get(heard.intent)
    return Reply(sentence + _and_now(heard, world)) if sentence else None


def _only_mentions(heard: Heard) -> bool:
    """Tell whether an act is spoken of that nobody wishes: denied, over, or told of others."""
    if heard.intent == "deny":
        return "denied" in heard.moods and heard.answer is None
    is_chat = heard.preferences & {"rude", "upset", "off_topic"}
    is_told = bool(heard.moods & {"denied", "over", "told"})
    return heard.intent == "unknown" and is_told and not is_chat


def _doctors(heard: Heard, world: World) -> Reply:
    catalogue = world.desk.catalogue
    meant = [d.code for d in heard.doctors if d.score == heard.doctors[0].score]
    if len({d.name for d in heard.doctors if d.code in meant}) > 1:  # 「有没有姓王的医生」
        return Reply(information.who(catalogue.doctors(meant)))
    if meant:  # of one name there may be two
        told = [
            information.doctor_days(d, catalogue.doctor_days(d.code))
            for d in catalogue.doctors(meant)
        ]
        return Reply("\n".join(told) or information.NO_DOCTOR)
    if heard.stated_departments:
        return Reply(information.doctors(catalogue.doctors(department=_stated(heard, world))))
    return Reply(information.NO_DOCTOR)


def _stated(heard: Heard, world: World) -> str:
    """Return the department that was named, of the site named beside it where it has one."""
    codes, sites = [d.code for d in heard.stated_departments], {s.code for s in heard.sites}
    there = [w.code for w in world.desk.catalogue.departments(codes) if w.site in sites]
    return next((code for code in codes if code in there), codes[0])


def _clinic(heard: Heard, world: World) -> Reply:
    """A short answer to each thing asked; what we do not know is not guessed."""
    if heard.asked:
        return Reply(_answers(heard, world))
    if heard.missing:
        is_checkup = heard.missing == _CHECKUPS
        none = information.no_ward(heard.missing)
        return Reply(subjects.say("checkup", heard, world) if is_checkup else none)
    told = _told(heard, world)
    if told:
        return Reply(told)
    codes = [_stated(heard, world)] if heard.stated_departments else []
    wards = world.desk.catalogue.departments(codes) if codes else ()
    if wards:
        return Reply(information.ward(wards[0]))
    if heard.sites or heard.topics:
        return Reply(_where(heard, world))
    way = _and_now(heard, world).strip() if heard.symptoms else ""  # 「你们医院能看抑郁症吗」
    return Reply(way or _unknown(heard, world, information.unknown))


def _answers(heard: Heard, world: World) -> str:
    more = _told(heard, world) if heard.topics else ""
    on = information.WAY_ON if answers.is_subject(heard) and not world.is_busy else ""
    on = information.WHAT_IS_WRONG if answers.leads_on(heard, world) else on
    return "\n".join(filter(None, (answers.say(heard, world), more))) + on


def _unknown(heard: Heard, world: World, say: Callable[[str], str]) -> str:
    """Who waits for a person already is not sent for one: what was asked goes to that person."""
    phone = _phone(heard, world)
    if not world.desk.requests.is_waiting():
        return say(phone)
    world.desk.requests.ask_for_human(heard.text, wishes.site_of_talk(world))
    return information.passed_on(phone)


def _told(heard: Heard, world: World) -> str:
    """What was asked about by name: a rule of the house, else the fees, else the rest; or ""."""
    asked = [rules.RULES[topic] for topic in heard.topics if topic in rules.RULES]
    if asked:
        return "\n".join(rule(world.scene.policy) for rule in asked[:_MOST_RULES])
    if "fee" in heard.topics and not _NO_FEE.intersection(heard.topics):
        return _fees(heard, world)
    told = [information.TOPICS[topic] for topic in heard.topics if topic in information.TOPICS]
    call = information.call(_phone(heard, world)) if told else ""
    return "\n".join(sentence.format(call=call) for sentence in told)


def _where(heard: Heard, world: World) -> str:
    """Where and when: of the site named, the room of who is here, the visits ahead, all sites."""
    sites = world.desk.catalogue.sites()
    if heard.sites:
        named = {site.code for site in heard.sites}
        return information.sites([s for s in sites if s.code in named])
    here = [s.ticket for s in world.desk.visits.standings() if s.ticket.state not in OVER]
    if here:
        return "\n".join(map(visits.room, here))
    ahead = appointments.ahead(world)
    return _visits(ahead[:_FEW], world) if ahead else information.sites(sites)


def _visits(views: Sequence[AppointmentView], world: World) -> str:
    """Where and when, asked by who has booked: there."""
    codes = {view.opening.site for view in views}
    places = [s for s in world.desk.catalogue.sites() if s.code in codes]
    return f"{appointments.ways(views, world)}\n\n{information.sites(places)}"


def _phone(heard: Heard, world: World) -> str:
    """The telephone of the site that was named, else the hospital's."""
    site = heard.sites[0].code if heard.sites else ""
    return wishes.site_phone(site, world)


def _fees(heard: Heard, world: World) -> str:
    catalogue = world.desk.catalogue
    if heard.doctors:
        return information.fees(
            heard.doctors[0].name, catalogue.fees(doctor=heard.doctors[0].code)
        )
    codes = [d.code for d in heard.stated_departments]
    wanted = heard.preferences & {"expert", "general"}
    fees = [f for f in catalogue.fees(codes) if not wanted or f.service_type in wanted]
    names = [d.name for d in heard.stated_departments[:1]]
    return information.fees("".join(names), fees)


def human(world: World) -> Reply:
    """Put the words on the desk's list, and say when somebody answers."""
    world.desk.requests.ask_for_human(world.heard.text, wishes.site_of_talk(world))
    scene = world.scene
    return Reply(information.human(scene.phone, scene.staffed_hours, staffed=scene.staffed))


def _and_now(heard: Heard, world: World) -> str:
    """What we can do instead, unless a question is open already."""
    if world.is_busy:
        return ""
    if heard.intent in _OF_PAPERS:
        return information.WAY_ON
    codes = [d.code for d in heard.site_departments[:1]]
    wards = world.desk.catalogue.departments(codes) if codes else ()
    return information.book_instead(wards[0]) if wards else information.WHAT_IS_WRONG


def _thanks(world: World) -> Reply:
    """Nobody is wished good health on the day of a death."""
    if world.is_busy:
        return Reply(common.THANKS_BUSY)
    return Reply(common.TAKE_CARE if cancelling.is_mourning(world) else common.THANKS)


def _bye(world: World) -> Reply:
    if world.is_busy:
        return Reply(common.BYE_BUSY, is_last=True)
    return Reply(common.TAKE_CARE if cancelling.is_mourning(world) else common.BYE, is_last=True)


_ANSWERS: Mapping[str, Callable[[Heard, World], Reply]] = {
    "my_appointments": lambda heard, world: appointments.overview(world),
    "doctor_info": _doctors,
    "clinic_info": _clinic,
    "human": lambda heard, world: human(world),
    "help": lambda heard, world: common.helping(),
    "greet": lambda heard, world: Reply(common.hello(world.scene.hospital)),
    "privacy": lambda heard, world: Reply(common.PRIVACY),
    "thanks": lambda heard, world: _thanks(world),
    "bye": lambda heard, world: _bye(world),
}
