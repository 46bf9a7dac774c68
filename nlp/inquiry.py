"""
The one question worth asking when a complaint fits several departments.

Each question of `lexicon/inquiries.tsv` has options; how likely a department's patient is to
choose an option comes from the triage model itself, which reads the option's words. The question
with the highest expected information about the department is asked, and an answer re-weighs the
departments by Bayes' rule.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from nlp import departments, lexicon, triage
from nlp.heard import Inquiry, Named, Option, Person
from nlp.vocabulary import Vocabulary

# Options less likely than this are not shown, and no more than so many are.
LEAST_SHARE = 0.04
MOST_OPTIONS = 8
# From here on nothing is asked (docs/triage-model.md).
SURE = 0.9
# A question that tells less than this (in nats) is not worth the patient's time.
LEAST_INFORMATION = 0.15
# No answer rules a department out: patients do not describe themselves like a textbook.
_SMOOTHING = 0.02
# After an answer few departments are left that matter, and every one costs a look at every site.
_MOST_PLACED = 4
_NOBODY = Person()
# Options for one sex alone.
_ONLY = {"private_m": "m", "private_f": "f", "pregnant": "f"}


def best(found: Sequence[Named], person: Person = _NOBODY) -> Inquiry | None:
    """
    Return the most telling question with the departments after each answer.

    None where the best guess is sure already, or no question tells enough. What is known of the
    person is not asked, and not offered to somebody of the other sex.
    """
    if not found or found[0].score >= SURE:
        return None
    total = sum(d.score for d in found)
    likely = [replace(d, score=d.score / total) for d in found if d.score]
    asked = {name: shares for name, shares in _QUESTIONS.items() if not _is_known(name, person)}
    told = {q: _information(likely, shares) for q, shares in asked.items()}
    question = max(told, key=lambda q: told[q])
    if told[question] < LEAST_INFORMATION:
        return None
    options = tuple(o for o in _options(asked[question], likely) if not _is_odd(o, person))
    return Inquiry(question, options) if len(options) > 1 else None


def at_sites(found: Sequence[Named], vocabulary: Vocabulary, person: Person) -> Inquiry | None:
    """Return the most telling question with the sites' own departments after each answer."""
    asked = best(found, person)
    if asked is None:
        return None
    options = (
        Option(o.name, departments.at_sites(o.departments[:_MOST_PLACED], vocabulary, person))
        for o in asked.options
    )
    return replace(asked, options=tuple(options))


def _is_known(question: str, person: Person) -> bool:
    """Who said 「我家孩子」 or an age is not asked whether it is for a child."""
    return question == "who" and (person.relation is not None or person.age_years is not None)


def _is_odd(option: Option, person: Person) -> bool:
    return person.sex is not None and _ONLY.get(option.name, person.sex) != person.sex


def _options(shares: dict[str, dict[str, float]], found: Sequence[Named]) -> tuple[Option, ...]:
    """Return the likely options, the likeliest first."""
    likely = {o: _share(found, chances) for o, chances in shares.items()}
    shown = sorted((o for o in likely if likely[o] >= LEAST_SHARE), key=lambda o: -likely[o])
    return tuple(Option(o, _after(found, shares[o])) for o in shown[:MOST_OPTIONS])


def _read() -> dict[str, dict[str, dict[str, float]]]:
    """Return for each question and option how likely each department's patient chooses it."""
    chances: dict[str, dict[str, dict[str, float]]] = defaultdict(dict)
    for r in lexicon.rows("inquiries.tsv"):
        found = triage.MODEL.probabilities(r["adds"], child=r["option"] == "child")
        chances[r["question"]][r["option"]] = found
    return {question: _shares(options) for question, options in chances.items()}


def _shares(options: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Turn department-given-option into option-given-department."""
    names = next(iter(options.values()))
    smooth = {o: {n: p + _SMOOTHING for n, p in chances.items()} for o, chances in options.items()}
    total = {n: sum(chances[n] for chances in smooth.values()) for n in names}
    return {o: {n: p / total[n] for n, p in chances.items()} for o, chances in smooth.items()}


def _share(found: Sequence[Named], chances: dict[str, float]) -> float:
    return sum(d.score * chances[d.name] for d in found)


def _information(found: Sequence[Named], options: dict[str, dict[str, float]]) -> float:
    """Return the expected information about the department, in nats."""
    told = 0.0
    for chances in options.values():
        share = _share(found, chances)
        told += sum(
            d.score * chances[d.name] * math.log(chances[d.name] / share) for d in found if d.score
        )
    return told


def _after(found: Sequence[Named], chances: dict[str, float]) -> tuple[Named, ...]:
    """Return the departments re-weighed by one answer, best first."""
    share = _share(found, chances)
    weighed = [Named(d.code, d.name, d.score * chances[d.name] / share) for d in found]
    return tuple(sorted(weighed, key=lambda d: -d.score))


_QUESTIONS = _read()
