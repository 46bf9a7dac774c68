"""
One message, understood: red flags first, then names, days, body and wishes.

Never raises: what cannot be understood is an empty `Heard`. A message takes well under a
millisecond; nothing here touches a database, a network or a clock.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from nlp import (
    answers,
    dates,
    departments,
    identity,
    inquiry,
    missing,
    people,
    persons,
    readings,
    redflags,
    segment,
    topics,
    triage,
)
from nlp import symptoms as bodies
from nlp.heard import Answer, Context, Heard, Intent, Named, Person, Urgency, When
from nlp.intents import Cues, guess
from nlp.vocabulary import DoctorEntry, Vocabulary

_LOG = logging.getLogger(__name__)

# Longer messages are stories; what matters is said by then, and time is bounded.
_MOST_CHARACTERS = 2000
# Intents in which a department is looked for.
_SEEKS_CARE = frozenset(
    {"symptom", "book", "emergency", "unknown", "consult", "education", "waitlist", "extra"}
)
# Answers that a person's particulars would otherwise be mistaken for.
_PARTICULARS = frozenset({"name", "id_number", "phone", "code", "birth_date", "document"})
_LEAST_DEPARTMENTS = 3
# Beyond these the probabilities are noise, and every one costs a look at every site.
_MOST_PLACED = 8
_SHORT_CHARACTERS = 40
# As far as bookings usually reach.
_AHEAD = timedelta(days=14)
_CLAUSES = re.compile(r"[,，。;；!！?？\n]")
_WHO_AND_WHEN = re.compile(
    r"(?:我|俺|咱)?的?(?:妈妈?|爸爸?|母亲|父亲|老伴|老公|老婆|爱人|奶奶|爷爷|外婆|外公|姥姥|姥爷)|我|俺|"
    r"(?:已经|都|有)?(?:这|近|最近|前|好)?(?:几|两|[一二三四五六七八九十半\d]+)个?多?"
    r"(?:天|周|星期|礼拜|月|年|小时|个钟头)(?:多|来|了|以?前|左右)*|最近|昨天|今天"
)


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
        return _understand(text[:_MOST_CHARACTERS], now, vocabulary, told, model)
    except Exception:  # noqa: BLE001 - a message must never break a turn
        _LOG.exception("a message could not be understood")
        return Heard(text=text)


def _before_a_list(context: Context, now: datetime) -> Context:
    """Offers are choices; while they are shown an hour alone is meant for any day to come."""
    if context.asking != "offer":
        return context
    ahead = ((now.date(), now.date() + _AHEAD),)
    return replace(context, asking="choice", days=context.days or ahead)


def alarms(text: str, context: Context) -> tuple[redflags.Flag, ...]:
    """Return the red flags of a message, with whom it is about and what was said before."""
    person = _together(context.person, persons.find(text))
    return redflags.check(text, context.symptoms, person)


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
    somebody = Vocabulary(doctors=(DoctorEntry("", "王建国", site="", department=""),))
    for text in _WARMING:
        _understand(text, now, somebody, Context(), None)


def _understand(
    text: str, now: datetime, vocabulary: Vocabulary, context: Context, model: triage.Model | None
) -> Heard:
    told = persons.find(text)
    person = _together(context.person, told)
    seen = redflags.look(text, context.symptoms, person)
    who = identity.find(text, context.asking, now.date())
    senses = _sense(text, now, vocabulary, context, who)
    intent, confidence = guess(text, senses.cues(context.asking))
    heard = Heard(
        text=text,
        intent=intent,
        confidence=round(confidence, 3),
        doctors=senses.named.doctors,
        sites=people.sites(text, vocabulary),
        stated_departments=senses.stated,
        topics=topics.find(text),
        missing=missing.find(text, vocabulary, senses.stated, senses.national),
        when=senses.when,
        ordinal=senses.ordinal,
        answer=senses.answer,
        person=told,
        symptoms=senses.symptoms,
        negated=senses.negated,
        readings=senses.readings,
        preferences=answers.preferences(text),
        name=who.name,
        document=who.document,
        id_number=who.id_number,
        phone=who.phone,
        code=who.code,
        birth_date=who.birth_date,
    )
    heard = _with_urgency(heard, seen.flags)
    scored = _departments(heard, senses.national, person, context, model)
    likely = scored[:_MOST_PLACED]
    site = departments.at_sites(likely, vocabulary, person) if scored else ()
    unsure = bool(site) and not (senses.stated or senses.national)
    own = site
    if context.symptoms and heard.symptoms:
        alone = replace(context, symptoms=())
        new = _departments(heard, senses.national, person, alone, model)
        own = departments.at_sites(new[:_MOST_PLACED], vocabulary, person)
    return replace(
        heard,
        departments=scored,
        site_departments=senses.stated or site,
        concern=seen.concern,
        inquiry=inquiry.at_sites(likely, vocabulary, person) if unsure else None,
        own_departments=senses.stated or own,
    )


@dataclass(frozen=True, slots=True)
class _Senses:
    """What the senses found before the wish is weighed."""

    named: people.Scan
    symptoms: tuple[str, ...]
    negated: tuple[str, ...]
    stated: tuple[Named, ...]
    national: tuple[Named, ...]
    when: tuple[When, ...]
    readings: tuple[readings.Reading, ...]
    answer: Answer | None
    ordinal: int | None

    def cues(self, asking: str | None) -> Cues:
        """Return the facts the wish is weighed by."""
        return Cues(
            symptoms=bool(self.symptoms),
            doctors=bool(self.named.doctors),
            departments=bool(self.stated or self.national),
            when=bool(self.when),
            ordinal=self.ordinal,
            answer=self.answer,
            readings=bool(self.readings),
            asking=asking,
        )


def _sense(
    text: str, now: datetime, vocabulary: Vocabulary, context: Context, who: identity.Identity
) -> _Senses:
    named = people.scan(text, vocabulary)
    present, negated = bodies.find(text)
    given = context.asking in _PARTICULARS and _has_particulars(who)
    return _Senses(
        named=named,
        symptoms=present,
        negated=negated,
        stated=departments.stated(text, vocabulary),
        national=departments.national(text),
        when=() if given else dates.find(text, now, context.asking, named.spans, context.days),
        readings=readings.find(text),
        answer=answers.yes_no(text),
        ordinal=None if given else answers.ordinal(text, context.asking),
    )


def cues_of(text: str, now: datetime, vocabulary: Vocabulary, context: Context) -> Cues:
    """Return the facts a message is weighed by, as `understand` finds them."""
    who = identity.find(text, context.asking, now.date())
    return _sense(text, now, vocabulary, context, who).cues(context.asking)


def _together(known: Person, told: Person) -> Person:
    """What was known of the person, with what was told now on top; another person starts anew."""
    if told.relation is not None and told.relation != known.relation:
        return told
    fresh = {name: value for name, value in asdict(told).items() if value is not None}
    return replace(known, **fresh)


def _has_particulars(who: identity.Identity) -> bool:
    return any((who.name, who.id_number, who.phone, who.code, who.birth_date))


def _with_urgency(heard: Heard, flags: Sequence[redflags.Flag]) -> Heard:
    if not flags:
        return heard
    urgency: Urgency = "emergency" if any(f.urgency == "emergency" for f in flags) else "today"
    intent: Intent = "emergency" if urgency == "emergency" else heard.intent
    confidence = 1.0 if urgency == "emergency" else heard.confidence
    return replace(
        heard,
        urgency=urgency,
        red_flags=tuple(f.id for f in flags),
        alarm=alarm(flags),
        intent=intent,
        confidence=confidence,
    )


def alarm(flags: Sequence[redflags.Flag]) -> str:
    """Return what an emergency among the flags calls for, or nothing."""
    return next((f.action for f in flags if f.urgency == "emergency"), "")


def _departments(
    heard: Heard,
    national: tuple[Named, ...],
    person: Person,
    context: Context,
    model: triage.Model | None,
) -> tuple[Named, ...]:
    """Departments named in words first, then what the complaint points to."""
    complains = bool(heard.symptoms) or (
        heard.intent in ("symptom", "emergency") and not heard.doctors
    )
    wanted = heard.intent in _SEEKS_CARE or heard.symptoms
    if not wanted or not (complains or national):
        return ()
    if not complains:
        return national
    earlier = () if "instead" in heard.preferences else context.symptoms
    words = "，".join((*earlier, _complaint(heard)))
    guessed = triage.score(words, person, model=model)
    if not national:
        return guessed
    # What is left of the certainty goes to what the complaint points to.
    names = {d.name for d in national}
    left = max(0.0, 1.0 - sum(d.score for d in national))
    rest = [d for d in guessed if d.name not in names][:_LEAST_DEPARTMENTS]
    return (*national, *(replace(d, score=round(d.score * left, 4)) for d in rest))


def _complaint(heard: Heard) -> str:
    """
    Return the complaint without who, how long and what is wanted.

    Only for short messages: there they drown the complaint; in long ones they tell something
    (both measured on the dev texts: no loss on the short, one point on the long).
    """
    if len(heard.text) > _SHORT_CHARACTERS:
        return heard.text
    clauses = [c for c in _CLAUSES.split(heard.text) if c]
    telling = [c for c in clauses if any(word in c for word in heard.symptoms)]
    kept = "，".join(telling or clauses)
    return _WHO_AND_WHEN.sub("", kept) or heard.text
