"""
Where a message leads: departments named in words, then what its complaint points to.

With their counterparts at the sites, and the question worth asking where these do not tell.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from nlp import better, complaints, departments, inquiry, redflags, triage
from nlp.heard import YOUNG, Context, Heard, Named, Person
from nlp.senses import Senses
from nlp.vocabulary import Vocabulary

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
# Who should be seen today is not sorted out by questions from here on (handlers.triage).
_SURE_TODAY, _EMERGENCY = 0.5, "急诊科"
# Beyond these the probabilities are noise, and every one costs a look at every site.
_MOST_PLACED = 8


def placed(  # noqa: PLR0913 - what was heard, and what is known around it
    heard: Heard,
    senses: Senses,
    person: Person,
    vocabulary: Vocabulary,
    context: Context,
    *,
    model: triage.Model | None,
) -> Heard:
    """Return what was heard with its departments, here and in general."""
    scored = _routed(_departments(heard, senses, person, context, model), heard, person)
    likely = scored[:_MOST_PLACED]
    place = partial(
        departments.at_sites, vocabulary=vocabulary, person=person, feverish=heard.feverish
    )
    site = place(likely) if scored else ()
    unsure = bool(site) and not (senses.stated or senses.national or senses.is_well)
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
        inquiry=inquiry.at_sites(apart, vocabulary, person, told_so_far) if unsure else None,
        own_departments=senses.stated or own,
        better=better.of(heard, vocabulary, person, model),
    )


def _routed(scored: tuple[Named, ...], heard: Heard, person: Person) -> tuple[Named, ...]:
    """Where the words leave it open, what should be seen today goes where the table sends it."""
    is_open = not scored or scored[0].score < _SURE_TODAY
    if heard.urgency != "today" or not is_open or person.relation in YOUNG:
        return scored
    known = (name for name in redflags.routes(heard.red_flags) if name in departments.NATIONAL)
    route = next((name for name in known if name != _EMERGENCY), None)
    if route is None:
        return scored
    best = Named(departments.NATIONAL[route], route, _SURE_TODAY)
    others = (d for d in scored if d.name != route)
    return (best, *(replace(d, score=round(d.score * (1 - _SURE_TODAY), 4)) for d in others))


def _departments(
    heard: Heard,
    senses: Senses,
    person: Person,
    context: Context,
    model: triage.Model | None,
) -> tuple[Named, ...]:
    """Departments named in words first, then what the complaint points to."""
    national = senses.national
    if senses.screened is not None and not (senses.stated or national):
        return (senses.screened,)
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
