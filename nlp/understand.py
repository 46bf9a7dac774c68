"""
One message, understood: heard as a whole, and in parts where it asks, thanks or wishes twice.

Never raises: what cannot be understood is an empty `Heard`. A message takes well under a
millisecond; nothing here touches a database, a network or a clock.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from nlp import (
    asked,
    courtesy,
    dictated,
    duties,
    english,
    household,
    hunches,
    orders,
    particulars,
    preferences,
    redflags,
    safety,
    segment,
    several,
    spelled,
    strangers,
    triage,
)
from nlp.heard import Context, Heard
from nlp.hearing import hear
from nlp.vocabulary import DoctorEntry, Vocabulary

_LOG = logging.getLogger(__name__)

# Longer messages are stories; what matters is said by then, and time is bounded.
_MOST_CHARACTERS = 2000
# Questions for a document: 「用护照可以吗」 answers them.
_OF_PAPERS = frozenset({"id_number", "document", "name"})
# Where these are wished, a subject of the desk is only spoken of.
_NO_SUBJECT = frozenset({"feedback", "cancel", "reschedule", "check_in", "emergency"})
# Who registers somebody tells what there is.
_OF_REGISTERING = frozenset({"child_card", "no_card", "other_phone"})
# Asked of a department that was named, or of results, these are not what is meant.
_IN_A_WARD = frozenset({"checkup", "closed_days", "night", "best"})
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
        is_name = told.asking in _OF_PAPERS
        text = dictated.read(spelled.read(written if is_name else english.read(written)))
        heard = _whole(text, now, vocabulary, told, model)
        duty = duties.find(text, told.asking, vocabulary, heard, now)
        if duty is not None or text != written:
            heard = replace(heard, text=written, duty=duty)
        if text != written:
            said = preferences.find(written) & {"english"}
            heard = replace(heard, preferences=heard.preferences | said)
        if context is not None and context.asking == "consent":
            heard = _with_name(heard)
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
    heard = hear(text, now, vocabulary, context, model)
    if heard.intent == "thanks" and (kept := courtesy.without(text)):
        meant = hear(kept, now, vocabulary, context, model)
        heard = replace(meant, text=text) if courtesy.says_something(meant) else heard
    if heard.urgency != "emergency" and heard.errand is None and heard.order is None:
        names, left = _asked(text, context, heard)
        has_left = bool(names and left.strip())
        beside = hear(left, now, vocabulary, context, model) if has_left else None
        # That a deaf person cannot hear is nothing to be seen today.
        grave = beside if "deaf" in names else heard
        if names and not (grave and (grave.concern or grave.urgency != "routine")):
            return _asking(heard, names, beside)
        heard = replace(heard, asked=names) if names else heard
    parts = _parts(text, heard)
    if parts is None:
        return heard
    each = [hear(part, now, vocabulary, context, model) for part in parts]
    first, *others = sorted(each, key=_less_urgent)
    rest = None
    for one in reversed(others):
        rest = replace(one, rest=rest)
    # One line of the staff may hold two clauses: 「张伟明天请假，李芳代诊」.
    return replace(first, text=text, rest=rest, order=heard.order)


def _parts(text: str, heard: Heard) -> tuple[str, ...] | None:
    """Return a message for each wish; of several people each keeps the danger of their own."""
    if heard.urgency == "emergency":
        return None
    is_harmless = heard.urgency == "routine" and not heard.concern
    return household.split(text) or (several.split(text) if is_harmless else None)


def _less_urgent(heard: Heard) -> tuple[bool, bool]:
    """Who may be in danger comes first, else the order of the words."""
    return heard.urgency == "routine", heard.concern is None


def _asked(text: str, context: Context, heard: Heard) -> tuple[tuple[str, ...], str]:
    """Return what is asked and what is left; 「用护照」 answers which document it is."""
    names, left = asked.split(text, _not_meant(heard))
    is_answer = context.asking in _OF_PAPERS and set(names) <= {"passport"}
    # 「不用通知了」 answers whether somebody is to be told.
    is_answer = is_answer or (context.asking == "yes_no" and set(names) <= {"no_remind"})
    return ((), text) if is_answer else (names, left)


def _not_meant(heard: Heard) -> frozenset[str]:
    """Return the questions that cannot be meant: nobody's speciality, a check-up where one is."""
    but = set[str]()
    if not heard.doctors:
        but.add("speciality")
    if heard.intent in _NO_SUBJECT:
        but |= asked.SUBJECTS
    if heard.intent == "add_patient":
        but |= _OF_REGISTERING
    if heard.stated_departments or heard.intent == "report":
        but |= _IN_A_WARD
    return frozenset(but)


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
        site_departments=heard.site_departments if asked.SUBJECTS.intersection(names) else (),
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
    if context.asking == "consent":
        return replace(context, asking="yes_no")
    if context.asking != "offer":
        return context
    ahead = ((now.date(), now.date() + _AHEAD),)
    return replace(context, asking="choice", days=context.days or ahead)


def _with_name(heard: Heard) -> Heard:
    """A name alone where consent is asked for comes too early, and is one all the same."""
    alone = heard.text.strip(" ,，。.!！")
    is_name = heard.intent == "unknown" and heard.answer is None and strangers.is_name(alone)
    return replace(heard, name=alone) if is_name and not heard.name else heard


def alarms(text: str, context: Context) -> tuple[redflags.Flag, ...]:
    """Return the red flags of a message, with whom it is about and what was said before."""
    return safety.look(english.read(text), context).findings.flags


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
        hear(text, now, somebody, Context(), None)
