"""Questions that need no form: answered once, then the open question comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dialogue.reply import Reply
from handlers import answers, appointments, cancelling, wishes
from handlers.scene import World
from handlers.texts import common, information, rules, visits
from nlp.heard import Heard
from scheduling.queueing import OVER
from scheduling.types import AppointmentView

# So many visits fit into one answer.
_FEW = 3
# So many rules; the first one is what was asked most plainly.
_MOST_RULES = 2
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
    if heard.doctors:
        # Two of one name are both told of.
        named = [d.code for d in heard.doctors if d.name == heard.doctors[0].name][:_FEW]
        told = [
            information.doctor_days(one, world.desk.catalogue.doctor_days(one.code))
            for one in world.desk.catalogue.doctors(named)
        ]
        return Reply("\n".join(told) or information.NO_DOCTOR)
    if heard.stated_departments:
        code = heard.stated_departments[0].code
        return Reply(information.doctors(world.desk.catalogue.doctors(department=code)))
    return Reply(information.NO_DOCTOR)


def _clinic(heard: Heard, world: World) -> Reply:
    """A short answer to each thing asked; what we do not know is not guessed."""
    if heard.asked:
        more = _told(heard, world) if heard.topics else ""
        on = information.WHAT_IS_WRONG if answers.leads_on(heard, world) else ""
        return Reply("\n".join(filter(None, (answers.say(heard, world), more))) + on)
    if heard.missing:
        return Reply(information.no_ward(heard.missing))
    told = _told(heard, world)
    if told:
        return Reply(told)
    codes = [d.code for d in heard.stated_departments[:1]]
    wards = world.desk.catalogue.departments(codes) if codes else ()
    if wards:
        return Reply(information.ward(wards[0]))
    if not (heard.sites or heard.topics):
        return Reply(information.unknown(_phone(heard, world)))
    return Reply(_where(heard, world))


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
        return information.sites([s for s in sites if s.code == heard.sites[0].code])
    here = [s.ticket for s in world.desk.visits.standings() if s.ticket.state not in OVER]
    if here:
        return "\n".join(map(visits.room, here))
    ahead = appointments.ahead(world)
    return _visits(ahead[:_FEW], world) if ahead else information.sites(sites)


def _visits(views: Sequence[AppointmentView], world: World) -> str:
    """Where and when, asked by who has booked: there."""
    codes = {view.opening.site for view in views}
    places = [s for s in world.desk.catalogue.sites() if s.code in codes]
    return f"{ways(views, world)}\n\n{information.sites(places)}"


def ways(views: Sequence[AppointmentView], world: World) -> str:
    """Return where in the house each visit is: building, floor and room."""
    codes = [view.opening.department for view in views]
    wards = {ward.code: ward for ward in world.desk.catalogue.departments(codes)}
    return "\n".join(information.visit(v, wards.get(v.opening.department)) for v in views)


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
