"""What each sense finds in a message, before the wish is weighed and departments are sought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nlp import ailing, answers, dates, departments, identity, people, readings
from nlp import symptoms as bodies
from nlp.heard import Answer, Context, Named, When
from nlp.intents import Cues
from nlp.vocabulary import Vocabulary

# Answers that a person's particulars would otherwise be mistaken for.
_PARTICULARS = frozenset({"name", "id_number", "phone", "code", "birth_date", "document"})


@dataclass(frozen=True, slots=True)
class Senses:
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
    ailing: bool

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
            ailing=self.ailing,
            asking=asking,
        )


def sense(
    text: str, now: datetime, vocabulary: Vocabulary, context: Context, who: identity.Identity
) -> Senses:
    """Return what each sense finds in a message; `who` are the particulars it holds."""
    named = people.scan(text, vocabulary)
    present, negated = bodies.find(text)
    given = context.asking in _PARTICULARS and _has_particulars(who)
    return Senses(
        named=named,
        symptoms=present,
        negated=negated,
        stated=departments.stated(text, vocabulary),
        national=departments.national(text),
        when=() if given else dates.find(text, now, context.asking, named.spans, context.days),
        readings=readings.find(text),
        answer=answers.yes_no(text, context.asking),
        ordinal=None if given else answers.ordinal(text, context.asking),
        # 「褚永康 440305…」: beside a number only known words are a complaint.
        ailing=bool(present) or (not (who.id_number or who.phone) and ailing.speaks(text)),
    )


def cues_of(text: str, now: datetime, vocabulary: Vocabulary, context: Context) -> Cues:
    """Return the facts a message is weighed by, as `understand` finds them."""
    who = identity.find(text, context.asking, now.date())
    return sense(text, now, vocabulary, context, who).cues(context.asking)


def _has_particulars(who: identity.Identity) -> bool:
    return any((who.name, who.id_number, who.phone, who.code, who.birth_date))
