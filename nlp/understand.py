"""
One message, understood: red flags first, then names, days, body and wishes.

Never raises: what cannot be understood is an empty `Heard`. A message takes well under a
millisecond; nothing here touches a database, a network or a clock.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from functools import partial

from nlp import (
    asked,
    better,
    complaints,
    courtesy,
    departments,
    dictated,
    hunches,
    identity,
    inquiry,
    missing,
    moods,
    orders,
    particulars,
    people,
    persons,
    preferences,
    redflags,
    segment,
    several,
    shifts,
    spelled,
    strangers,
    symptoms,
    topics,
    triage,
)
from nlp.heard import Context, Heard, Intent, Named, Person, Urgency
from nlp.intents import guess
from nlp.senses import Senses, sense
from nlp.vocabulary import DoctorEntry, Vocabulary

_LOG = logging.getLogger(__name__)

# Longer messages are stories; what matters is said by then, and time is bounded.
_MOST_CHARACTERS = 2000
# Intents in which a department is looked for.
_SEEKS_CARE = frozenset(
    {"symptom", "book", "emergency", "unknown", "consult", "education", "waitlist", "extra",
     "doctor_info", "clinic_info"}
)  # fmt: skip
_LEAST_DEPARTMENTS = 3
# A wish to book is taken for a complaint, too, from this probability of a department on.
_CLEAR_WISH = 0.5
# What asks about the house is a complaint, too, where the model is as sure as this.
_ASKS, _LIKELY_ASKED = frozenset({"clinic_info", "doctor_info", "unknown"}), 0.3
# From here on what asks for nothing is talk about something else: 「收头发，高价」.
_SURELY_IDLE = 0.95
# What scolding and chatting is sometimes mistaken for.
_MAY_BE_IDLE = frozenset(
    {"unknown", "greet", "symptom", "education", "consult", "doctor_info", "clinic_info",
     "reading", "staff", "bye", "deny", "choose", "affirm"}
)  # fmt: skip
# Beyond these the probabilities are noise, and every one costs a look at every site.
_MOST_PLACED = 8
# Questions for a document: 「用护照可以吗」 answers them.
_OF_PAPERS = frozenset({"id_number", "document", "name"})
# What stands beside a question and wants nothing more: courtesy, who asks, and a yes to nothing.
_IDLE_BESIDE = frozenset({"unknown", "greet", "thanks", "bye", "affirm", "human", "feedback"})
_WISHES = frozenset(
    {"book", "symptom", "cancel", "reschedule", "waitlist", "check_in", "my_appointments", "deny",
     "stop", "back", "add_patient", "queue", "choose"}
)  # fmt: skip
# As far as bookings usually reach.
_AHEAD = timedelta(days=14)


def understand(
    text: str,
    now: datetime,
    vocabulary: Vocabulary,
    context: Context | None = None,
    model: triage.Model | None = None,
) -> Heard:
    """Return what was heard; `now` is aware and local, `model` another triage model."""
    try:
        told = _before_a_list(context or Context(), now)
        written = text[:_MOST_CHARACTERS]
        text = dictated.read(spelled.read(written))
        heard = _whole(text, now, vocabulary, told, model)
        if text != written:
            heard = replace(heard, text=written)
        if heard.order is None or heard.order.name != orders.TELL or heard.alarm:
            return heard
        # What people are to be told names departments, too; whom it is for stands before it.
        head = text.rpartition(heard.order.argument)[0] if heard.order.argument else text
        whom = _whole(head, now, vocabulary, told, model)
        return replace(whom, text=text, order=heard.order)
    except Exception:  # noqa: BLE001 - a message must never break a turn
        _LOG.exception("a message could not be understood")
        return Heard(text=text)


def _whole(
    text: str, now: datetime, vocabulary: Vocabulary, context: Context, model: triage.Model | None
) -> Heard:
    """What is urgent is heard in the whole message; else the first of two wishes, and the rest."""
    heard = _understand(text, now, vocabulary, context, model)
    if heard.intent == "thanks" and (kept := courtesy.without(text)):
        meant = _understand(kept, now, vocabulary, context, model)
        heard = replace(meant, text=text) if courtesy.says_something(meant) else heard
    if heard.urgency != "emergency" and heard.errand is None and heard.order is None:
        names, left = _asked(text, context, heard)
        has_left = bool(names and left.strip())
        beside = _understand(left, now, vocabulary, context, model) if has_left else None
        # That a deaf person cannot hear is nothing to be seen today.
        grave = beside if "deaf" in names else heard
        if names and not (grave and (grave.concern or grave.urgency != "routine")):
            return _asking(heard, names, beside)
        heard = replace(heard, asked=names) if names else heard
    parts = several.split(text) if heard.urgency == "routine" and not heard.concern else None
    if parts is None:
        return heard
    first, rest = (_understand(part, now, vocabulary, context, model) for part in parts)
    # One line of the staff may hold two clauses: 「张伟明天请假，李芳代诊」.
    return replace(first, text=text, rest=rest, order=heard.order)


def _asked(text: str, context: Context, heard: Heard) -> tuple[tuple[str, ...], str]:
    """Return what is asked and what is left; 「用护照」 answers which document it is."""
    names, left = asked.split(text)
    is_answer = context.asking in _OF_PAPERS and set(names) <= {"passport"}
    is_of_nobody = not heard.doctors and set(names) <= {"speciality"}
    return ((), text) if is_answer or is_of_nobody else (names, left)


def _asking(heard: Heard, names: tuple[str, ...], rest: Heard | None) -> Heard:
    """Return the rest of a message that asks, where it wants something, else the question."""
    if rest is not None and _wants(rest):
        return replace(rest, text=heard.text, asked=names)
    return Heard(
        text=heard.text,
        intent="clinic_info",
        confidence=particulars.SURE,
        asked=names,
        topics=rest.topics if rest is not None else (),
        doctors=heard.doctors,
        sites=heard.sites,
        urgency=heard.urgency,
        # Of the line it is asked where somebody is in one.
        preferences=frozenset(p for p in heard.preferences if p.startswith("queue_")),
    )


def _wants(rest: Heard) -> bool:
    """Tell whether what stands beside a question is a wish, a complaint or a choice."""
    if rest.intent in _IDLE_BESIDE or rest.answer == "yes":
        return rest.ordinal is not None
    facts = (rest.symptoms, rest.stated_departments, rest.when, rest.id_number, rest.phone)
    return any(facts) or rest.ordinal is not None or rest.intent in _WISHES


def _before_a_list(context: Context, now: datetime) -> Context:
    """Offers are choices; while they are shown an hour alone is meant for any day to come."""
    if context.asking != "offer":
        return context
    ahead = ((now.date(), now.date() + _AHEAD),)
    return replace(context, asking="choice", days=context.days or ahead)


# A name given on its own or before its number: 「马凤霞 4403…」.
_NAME_FIRST = re.compile(
    r"\s*(?:我叫|他叫|她叫|姓名[:：]?|叫)?([\u4e00-\u9fff]{2,3})(?=[\s,，、。0-9]|$)"
)


def _without_name(text: str, asking: str | None) -> str:
    """
    Return the message without the name it answers with, in which there is no danger.

    马凤 sounds like a wasp, 王志刚 holds 刚: with a dizziness told before they called 120.
    """
    found = _NAME_FIRST.match(text) if asking == "name" else None
    if found is None or not strangers.is_name(found[1]):
        return text
    is_ill = symptoms.find(found[1])[0] or redflags.check(text)
    return text if is_ill else text[found.end() :]


def alarms(text: str, context: Context) -> tuple[redflags.Flag, ...]:
    """Return the red flags of a message, with whom it is about and what was said before."""
    person = _together(context.person, persons.find(text))
    told = _without_name(text, context.asking)
    felt = (*context.past, *context.symptoms)
    return redflags.check(told, felt, person, context.signs, context.person)


# Between them these words need every table: dictionary, models, sounds, moon and holidays.
_WARMING = (
    "头疼想挂王建果医生正月初八上午的号",
    "元旦后第一天",
    "蹲一个退号",
    "血压一百五九十五",
    "头晕恶心",
)


def warm(now: datetime) -> None:
    """
    Load all that the first message would otherwise wait for.

    Raises:
        ValueError, OSError: a lexicon or a model is broken; says which file and row.
    """
    segment.load()
    hunches.rows_model()
    spelled.read("mingtian")
    somebody = Vocabulary(doctors=(DoctorEntry("", "王建国", site="", department=""),))
    for text in _WARMING:
        _understand(text, now, somebody, Context(), None)


def _understand(
    text: str, now: datetime, vocabulary: Vocabulary, context: Context, model: triage.Model | None
) -> Heard:
    told = persons.find(text)
    person = _together(context.person, told)
    felt = (*context.past, *context.symptoms)
    unnamed = _without_name(text, context.asking)
    seen = redflags.look(unnamed, felt, person, context.signs, context.person)
    who = identity.find(text, context.asking, now.date())
    senses = sense(text, now, vocabulary, context, who)
    spoken = moods.find(text)
    intent, confidence = guess(text, senses.cues(context.asking), spoken=spoken)
    if context.asking == "name" and who.name and strangers.is_name(who.name):
        intent, confidence = "unknown", 0.0  # 方子轩 was asked for, no prescription (方子)
    errand = particulars.errand(text, intent, spoken.moods)
    if errand is not None:
        intent, confidence = "privacy", particulars.SURE
    heard = Heard(
        text=text,
        intent=intent,
        confidence=round(confidence, 3),
        doctors=senses.named.doctors,
        refused=senses.named.refused,
        sites=people.sites(text, vocabulary),
        stated_departments=senses.stated,
        topics=topics.find(text),
        missing=missing.find(text, vocabulary, senses.stated, senses.national),
        stranger=_stranger(text, vocabulary, senses),
        when=senses.when,
        ordinal=senses.ordinal,
        answer=senses.answer,
        person=told,
        symptoms=senses.symptoms,
        negated=(*senses.negated, *redflags.taken_back(text, context.symptoms)),
        readings=senses.readings,
        preferences=preferences.find(text),
        shift_days=shifts.find(text),
        name=who.name,
        is_odd_name=senses.is_odd_name,
        document=who.document,
        id_number=who.id_number,
        phone=who.phone,
        code=who.code,
        birth_date=who.birth_date,
        order=orders.find(text, vocabulary.doctors, senses.named, senses.stated, now),
        errand=errand,
        reason=preferences.reason(text),
        signs=seen.signs,
        feverish=seen.feverish,
        moods=spoken.moods,
        denied=_denied(text, intent, spoken),
    )
    if seen.flags:
        heard = _with_urgency(heard, seen.flags)
    if _is_idle(heard, senses):
        # Whoever scolds in line may mean the line: the desk knows whether she is in one.
        return Heard(text=text, preferences=heard.preferences & preferences.SCOLDING)
    if "more" in heard.preferences and not heard.red_flags:
        # 「更多」 is of the list before her, and no complaint where there is none.
        return Heard(text=text, preferences=heard.preferences)
    scored = _departments(heard, senses, person, context, model)
    likely = scored[:_MOST_PLACED]
    place = partial(
        departments.at_sites, vocabulary=vocabulary, person=person, feverish=heard.feverish
    )
    site = place(likely) if scored else ()
    unsure = bool(site) and not (senses.stated or senses.national)
    # Who has a fever is told of the fever clinic anyway: what is asked tells the others apart.
    apart = [d for d in likely if not (heard.feverish and d.name == departments.INFECTIOUS)]
    told_so_far = "，".join((*context.symptoms, senses.meant))
    own = site
    if context.symptoms and heard.symptoms:
        alone = replace(context, symptoms=())
        new = _departments(heard, senses, person, alone, model)
        own = place(new[:_MOST_PLACED])
    return replace(
        heard,
        departments=scored,
        site_departments=senses.stated or site,
        concern=seen.concern,
        inquiry=inquiry.at_sites(apart, vocabulary, person, told_so_far) if unsure else None,
        own_departments=senses.stated or own,
        better=better.of(heard, vocabulary, person, model),
    )


def _denied(text: str, intent: Intent, spoken: moods.Mentions) -> frozenset[Intent]:
    is_denial = intent == "deny" and "denied" in spoken.moods
    return moods.opened(text) if is_denial else frozenset()


def _stranger(text: str, vocabulary: Vocabulary, senses: Senses) -> str:
    """
    A doctor nobody here has; a hospital without a roster cannot tell.

    A name of which only a part is somebody's (刘晓梅, where there is 邱晓梅) is another's as well.
    """
    near = senses.named.doctors
    if not vocabulary.doctors or any(doctor.score >= people.SURE for doctor in near):
        return ""
    name = strangers.find(text, senses.symptoms)
    is_a_slip = any(doctor.name.startswith(name[:1]) for doctor in near)
    return "" if is_a_slip else name


def _is_idle(heard: Heard, senses: Senses) -> bool:
    """Tell whether a message scolds or chats and holds nothing for the desk."""
    idle = heard.preferences & preferences.IDLE
    if not idle or heard.red_flags or heard.intent not in _MAY_BE_IDLE:
        return False
    facts = (senses.symptoms, senses.stated, senses.national, senses.named.doctors, heard.sites)
    wishes = () if "off_topic" in idle else (senses.when, heard.answer, heard.ordinal)
    return not any((*facts, *wishes, heard.id_number, heard.phone))


def _together(known: Person, told: Person) -> Person:
    """What was known of the person, with what was told now on top; another person starts anew."""
    if told.relation is not None and told.relation != known.relation:
        return told
    fresh = {f.name: value for f in fields(told) if (value := getattr(told, f.name)) is not None}
    return replace(known, **fresh) if fresh else known


def _with_urgency(heard: Heard, flags: Sequence[redflags.Flag]) -> Heard:
    alarm = redflags.alarm(flags)
    urgency: Urgency = "emergency" if alarm else "today"
    heard = replace(heard, urgency=urgency, alarm=alarm, red_flags=tuple(f.id for f in flags))
    return replace(heard, intent="emergency", confidence=1.0) if alarm else heard


def _departments(
    heard: Heard,
    senses: Senses,
    person: Person,
    context: Context,
    model: triage.Model | None,
) -> tuple[Named, ...]:
    """Departments named in words first, then what the complaint points to."""
    national = senses.national
    is_idle = heard.intent == "unknown" and heard.confidence >= _SURELY_IDLE
    wanted = (heard.intent in _SEEKS_CARE and not is_idle) or heard.symptoms
    # Beside a doctor's name only words we know are a complaint: 「以前看过，觉得挺好的」 is none.
    complains = bool(wanted and (heard.symptoms or not heard.doctors)) and (
        senses.ailing or heard.intent in ("symptom", "emergency")
    )
    if not complains and (national or heard.intent != "book" or heard.doctors):
        return national
    earlier = () if "instead" in heard.preferences else context.symptoms
    words = "，".join((*earlier, complaints.core(senses.meant, heard.symptoms)))
    guessed = triage.score(words, person, model=model)
    if heard.intent in _ASKS and not (heard.symptoms or national):
        return guessed if guessed[0].score >= _LIKELY_ASKED else ()
    if not complains:
        # 「老婆老是紧张害怕，挂个号」: no word we know as a complaint, and clearly one.
        best = guessed[0]
        return guessed if best.score >= _CLEAR_WISH and best.name != departments.FALLBACK else ()
    if not national:
        return guessed
    # What is left of the certainty goes to what the complaint points to.
    names = {d.name for d in national}
    left = max(0.0, 1.0 - sum(d.score for d in national))
    rest = [d for d in guessed if d.name not in names][:_LEAST_DEPARTMENTS]
    return (*national, *(replace(d, score=round(d.score * left, 4)) for d in rest))
