"""
The one question worth asking when a complaint fits several departments.

Each question of `lexicon/inquiries.tsv` has options. How often a department's patients would
choose one was counted on training texts (`lexicon/inquiry_counts.tsv`); what was counted seldom
leans on the triage model, which reads the option's words. The question with the highest expected
information about the department is asked; an answer, 「都不是」 too, re-weighs the departments by
Bayes' rule. What the words have told already is not asked.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from nlp import departments, lexicon, triage
from nlp.heard import Inquiry, Named, Option, Person
from nlp.sieve import Sieve
from nlp.vocabulary import Vocabulary

NONE = "none"
# Who it is for settles more than what hurts: the rules of nlp.triage hold after such an answer.
_WHO = {"child": Person(age_years=5.0), "pregnant": Person(sex="f", pregnant=True)}
# Options less likely than this are not shown, and no more than so many are.
LEAST_SHARE = 0.02
MOST_OPTIONS = 12
# From here on nothing is asked (docs/triage-model.md).
SURE = 0.9
# A question that tells less than this (in nats) is not worth the patient's time.
LEAST_INFORMATION = 0.15
# What reading one more option costs (nats): of two questions that tell alike, the shorter.
_READING = 0.02
# One option and NONE are no choice.
_FEWEST = 2
# No answer rules a department out: patients do not describe themselves like a textbook.
_SMOOTHING = 0.02
# The model's guess counts like so many counted patients.
_GUESS_ROWS = 10.0
# After an answer few departments are left that matter, and every one costs a look at every site.
_MOST_PLACED = 4
Shares = dict[str, dict[str, float]]

_ROWS = lexicon.rows("inquiries.tsv")
_SIGNS = Sieve(((r["question"], r["option"]), re.compile(r["signs"])) for r in _ROWS)
_SEX = {(r["question"], r["option"]): r["sex"] for r in _ROWS if r["sex"]}
QUESTIONS = tuple(dict.fromkeys(r["question"] for r in _ROWS))


def told(question: str, text: str) -> str:
    """
    Return the option a text speaks of most, the earliest of several alike; else NONE.

    Who the patient is comes before what hurts: a child's cough is a child's.
    """
    best, most = NONE, (False, 0, 0)
    for (asked, option), signs in _SIGNS.left(text):
        if asked == question and (found := [m.start() for m in signs.finditer(text)]):
            most, best = max((most, best), ((option in _WHO, len(found), -found[0]), option))
    return best


def best(found: Sequence[Named], text: str = "", person: Person = triage.NOBODY) -> Inquiry | None:
    """
    Return the most telling question with the departments after each answer, NONE the last.

    None where the best guess is sure already, or no question tells enough.

    Args:
        found: the departments with their probabilities.
        text: the complaint; what it tells is not asked.
        person: what is known of the person is not asked; no man is asked for his period.
    """
    if not found or found[0].score >= SURE:
        return None
    total = sum(d.score for d in found)
    likely = [replace(d, score=d.score / total) for d in found if d.score]
    asked: dict[str, Shares] = {
        question: _shown(question, likely, person)
        for question in QUESTIONS
        if told(question, text) == NONE and not (question == "who" and _is_known(person))
    }
    gains = {
        q: _information(likely, shares) - _READING * len(shares)
        for q, shares in asked.items()
        if len(shares) > _FEWEST
    }
    question = max(gains, key=lambda q: gains[q], default=None)
    if question is None or gains[question] < LEAST_INFORMATION:
        return None
    return Inquiry(
        question, tuple(Option(o, _after(likely, o, s)) for o, s in asked[question].items())
    )


def at_sites(
    found: Sequence[Named], vocabulary: Vocabulary, person: Person, text: str = ""
) -> Inquiry | None:
    """Return the most telling question with the sites' own departments after each answer."""
    asked = best(found, text, person)
    if asked is None:
        return None
    options = (
        Option(o.name, departments.at_sites(o.departments[:_MOST_PLACED], vocabulary, person))
        for o in asked.options
    )
    return replace(asked, options=tuple(options))


def _is_known(person: Person) -> bool:
    """Who said 「我家孩子」 or an age is not asked whether it is for a child."""
    return person.relation is not None or person.age_years is not None


def _shown(question: str, found: Sequence[Named], person: Person) -> Shares:
    """Return the likely options, the likeliest first; NONE takes what is not shown."""
    shares = _QUESTIONS[question]
    sex = person.sex
    likely = {
        option: _share(found, chances)
        for option, chances in shares.items()
        if option != NONE
        and not (sex and _SEX.get((question, option), sex) != sex)
        and not (option in _WHO and _is_known(person))
    }
    names = sorted((o for o in likely if likely[o] >= LEAST_SHARE), key=lambda o: -likely[o])
    if sex is None and {"private_m", "private_f"} <= {*names}:
        # What is said without a word of who it is, is said by women more often.
        names.remove("private_f")
        names.insert(names.index("private_m"), "private_f")
    shown = {o: shares[o] for o in names[:MOST_OPTIONS]}
    rest = {d.name: 1 - sum(chances[d.name] for chances in shown.values()) for d in found}
    return {**shown, NONE: rest}


def _read() -> dict[str, Shares]:
    """Return for each question and option how likely each department's patient chooses it."""
    counted: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for r in lexicon.rows("inquiry_counts.tsv"):
        # Grown people seldom say that they are.
        is_grown = (r["question"], r["option"]) == ("who", NONE)
        option = counted[r["question"], "adult" if is_grown else r["option"]]
        option[r["department"]] = option.get(r["department"], 0.0) + float(r["patients"])
    guessed: dict[str, Shares] = defaultdict(dict)
    for r in _ROWS:
        chances = triage.MODEL.probabilities(r["adds"], child=r["option"] == "child")
        guessed[r["question"]][r["option"]] = chances
    return {q: _shares(q, options, counted) for q, options in guessed.items()}


def _shares(
    question: str, guessed: Shares, counted: dict[tuple[str, str], dict[str, float]]
) -> Shares:
    """Turn department-given-option into option-given-department, and add what was counted."""
    names = triage.MODEL.names
    smooth = {o: {n: p + _SMOOTHING for n, p in chances.items()} for o, chances in guessed.items()}
    smooth[NONE] = dict.fromkeys(names, _SMOOTHING)
    rows: Shares = {}
    for name in names:
        whole = sum(chances[name] for chances in smooth.values())
        for option, chances in smooth.items():
            patients = counted[question, option].get(name, 0.0)
            rows.setdefault(option, {})[name] = patients + _GUESS_ROWS * chances[name] / whole
    total = {n: sum(chances[n] for chances in rows.values()) for n in names}
    return {o: {n: p / total[n] for n, p in chances.items()} for o, chances in rows.items()}


def _share(found: Sequence[Named], chances: dict[str, float]) -> float:
    return sum(d.score * chances[d.name] for d in found)


def _information(found: Sequence[Named], options: Shares) -> float:
    """Return the expected information about the department, in nats."""
    gain = 0.0
    for chances in options.values():
        share = _share(found, chances)
        gain += sum(
            d.score * chances[d.name] * math.log(chances[d.name] / share)
            for d in found
            if chances[d.name] > 0
        )
    return gain


def _after(found: Sequence[Named], option: str, chances: dict[str, float]) -> tuple[Named, ...]:
    """Return the departments re-weighed by one answer, best first."""
    share = _share(found, chances)
    weighed = {d.name: d.score * chances[d.name] / share for d in found}
    if option in _WHO:
        weighed = triage.reweigh(dict.fromkeys(departments.NATIONAL, 0.0) | weighed, _WHO[option])
    after = [Named(departments.NATIONAL[n], n, score) for n, score in weighed.items() if score]
    return tuple(sorted(after, key=lambda d: -d.score))


_QUESTIONS = _read()
