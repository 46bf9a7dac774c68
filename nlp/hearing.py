"""
A text heard once: red flags first, then names, days, body and wishes, then where it leads.

Nothing here touches a database, a network or a clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from nlp import (
    destinations,
    identity,
    missing,
    moods,
    orders,
    particulars,
    people,
    persons,
    preferences,
    redflags,
    safety,
    screening,
    shifts,
    strangers,
    topics,
    triage,
)
from nlp.heard import Context, Heard, Urgency
from nlp.intents import guess
from nlp.senses import Senses, sense
from nlp.vocabulary import Vocabulary

# What scolding and chatting is sometimes mistaken for.
_MAY_BE_IDLE = frozenset(
    {"unknown", "greet", "symptom", "education", "consult", "doctor_info", "clinic_info",
     "reading", "staff", "bye", "deny", "choose", "affirm"}
)  # fmt: skip


def hear(
    text: str, now: datetime, vocabulary: Vocabulary, context: Context, model: triage.Model | None
) -> Heard:
    """Return what a text says in the light of the talk, as if it were all that was said."""
    told, person, seen = safety.look(text, context)
    who = identity.find(text, context.asking, now.date())
    senses = screening.well(text, sense(text, now, vocabulary, context, who))
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
        concern=seen.concern,
        signs=seen.signs,
        feverish=seen.feverish,
        admitted=seen.admitted,
        moods=spoken.moods,
        denied=moods.denied(text, is_denial=intent == "deny" and "denied" in spoken.moods),
        in_law=persons.in_law(text) if told.relation in ("mother", "father") else "",
    )
    if seen.flags:
        heard = _with_urgency(heard, seen.flags)
    if _is_idle(heard, senses):
        # Whoever scolds in line may mean the line: the desk knows whether she is in one.
        return Heard(text=text, preferences=heard.preferences & preferences.SCOLDING)
    if "more" in heard.preferences and not heard.red_flags:
        # 「更多」 is of the list before her, and no complaint where there is none.
        return Heard(text=text, preferences=heard.preferences)
    return destinations.placed(heard, senses, person, vocabulary, context, model=model)


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


def _with_urgency(heard: Heard, flags: Sequence[redflags.Flag]) -> Heard:
    alarm = redflags.alarm(flags)
    urgency: Urgency = "emergency" if alarm else "today"
    heard = replace(heard, urgency=urgency, alarm=alarm, red_flags=tuple(f.id for f in flags))
    return replace(heard, intent="emergency", confidence=1.0) if alarm else heard
