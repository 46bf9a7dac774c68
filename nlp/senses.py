"""What each sense finds in a message, before the wish is weighed and departments are sought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nlp import ailing, answers, dates, departments, identity, people, readings, soundalikes
from nlp import symptoms as bodies
from nlp.heard import Answer, Context, Named, When
from nlp.intents import Cues
from nlp.vocabulary import Vocabulary

# Answers that a person's particulars would otherwise be mistaken for.
_PARTICULARS = frozenset({"name", "id_number", "phone", "code", "birth_date", "document"})


@dataclass(frozen=True, slots=True)
class Senses:
    """What the senses found before the wish is weighed; `meant` is the message by its sound."""

    meant: str
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
    is_odd_name: bool = False
    # Who is well and wants to be looked at, and where (`nlp.screening`).
    is_well: bool = False
    screened: Named | None = None

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


def sense(  # noqa: PLR0913 - a text, and what is known around it
    text: str,
    now: datetime,
    vocabulary: Vocabulary,
    context: Context,
    who: identity.Identity,
    *,
    as_written: bool = False,
) -> Senses:
    """
    Return what each sense finds in a message; `who` are the particulars it holds.

    Names, days and answers are read as they are written, complaints and departments as they are
    meant, unless all is to be read `as_written`.
    """
    named = people.scan(text, vocabulary)
    given = context.asking in _PARTICULARS and _has_particulars(who)
    is_odd = _is_odd_name(who)
    given = given and not is_odd
    spared = as_written or given
    meant = text if spared else soundalikes.righted(text, _names(text, named, who))
    present, negated = bodies.find(meant)
    return Senses(
        meant=meant,
        named=named,
        symptoms=present,
        negated=negated,
        stated=departments.stated(meant, vocabulary),
        national=departments.national(meant),
        when=() if given else dates.find(text, now, context.asking, named.spans, context.days),
        readings=readings.find(meant),
        answer=answers.yes_no(text, context.asking),
        ordinal=None if given else answers.ordinal(text, context.asking),
        # 「褚永康 440305…」: beside a number only known words are a complaint.
        is_odd_name=is_odd,
        ailing=bool(present) or (not (who.id_number or who.phone) and ailing.speaks(meant)),
    )


def cues_of(text: str, now: datetime, vocabulary: Vocabulary, context: Context) -> Cues:
    """Return the facts a message is weighed by, which a model learns as they are written."""
    who = identity.find(text, context.asking, now.date())
    return sense(text, now, vocabulary, context, who, as_written=True).cues(context.asking)


def _names(text: str, named: people.Scan, who: identity.Identity) -> list[people.Span]:
    """Return where doctors' names stand, and the patient's."""
    at = text.find(who.name) if who.name else -1
    return [*named.spans, *([(at, at + len(who.name or ""))] if at >= 0 else [])]


def _is_odd_name(who: identity.Identity) -> bool:
    """Tell whether all there is has hardly the shape of a name: 「挂王建国周一」 holds a day."""
    others = any((who.id_number, who.phone, who.code, who.birth_date))
    return bool(who.name) and not others and not identity.is_usual(who.name or "")


def _has_particulars(who: identity.Identity) -> bool:
    return any((who.name, who.id_number, who.phone, who.code, who.birth_date))
