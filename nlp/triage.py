"""
Which departments a complaint belongs to, for this person.

The model of `nlp/triage_model.py` reads the words; age, sex and pregnancy re-weigh what it says.
Data, figures and weak spots of the shipped model: docs/triage-model.md.
"""

from __future__ import annotations

import re

from nlp import departments, lexicon
from nlp.heard import YOUNG, Named, Person
from nlp.triage_model import FALLBACK, Model, load, speaks_of_child

SHIPPED = lexicon.HERE / "triage.bin"
NOBODY = Person()
CHILD_AGE_YEARS = 14.0
ADULT_AGE_YEARS = 18.0
# Children seldom write to the desk themselves, and who writes for one mostly says so: what is left
# of the paediatricians' chance. The second was chosen where the development texts do not suffer.
_HARDLY_CHILDREN = {"self": 0.3, "other": 0.3, "sibling": 0.5, None: 0.7}
# Nor are those of whom neither age nor kin says so old: 「浑身不舒服」 is anybody's.
_FOR_OLD, _HARDLY_OLD = "老年科", 0.1
_ELDERS = frozenset({"mother", "father", "grandparent", "other"})
_SPEAKS_OF_OLD = re.compile(r"老|岁|年纪|高龄|[六七八九]十")
_LOST, _AHEAD = 0.22, 0.001
_ADULTS = frozenset({"mother", "father", "spouse", "grandparent"})

__all__ = ["FALLBACK", "SHIPPED", "Model", "load", "reweigh", "score"]

MODEL = load(SHIPPED)


def score(
    text: str, person: Person = NOBODY, k: int | None = None, model: Model | None = None
) -> tuple[Named, ...]:
    """
    Return all 37 national departments, best first, with probabilities that sum to about 1.

    Args:
        text: the patient's words; several symptoms may be joined with commas.
        person: whom they are about; age, sex and pregnancy re-weigh the departments.
        k: how many to return; None means all.
        model: another model than the shipped one, from `load`.
    """
    age = person.age_years
    young = person.relation in YOUNG and age is None
    chances = (model or MODEL).probabilities(text, child=young, age_years=age)
    if age is None and person.relation not in _ELDERS and not _SPEAKS_OF_OLD.search(text):
        chances = chances | {_FOR_OLD: chances[_FOR_OLD] * _HARDLY_OLD}
    chances = _caught(reweigh(chances, person, about_child=speaks_of_child(text)))
    codes = departments.NATIONAL
    ranked = sorted(chances.items(), key=lambda item: -item[1])
    return tuple(Named(codes[name], name, round(p, 4)) for name, p in ranked[:k])


def _caught(chances: dict[str, float]) -> dict[str, float]:
    """
    Put the catch-all first where nothing is likely.

    Below `_LOST` it is right more often than the best guess (development titles: 28 of 218 against
    20; who cannot say what ails them: 11 of 11 against 4).
    """
    best = max(chances.values())
    if best >= _LOST or chances[FALLBACK] == best:
        return chances
    total = 1 + best + _AHEAD - chances[FALLBACK]
    return {name: p / total for name, p in (chances | {FALLBACK: best + _AHEAD}).items()}


def _is_pregnant(person: Person) -> bool:
    """A mother who tells of the time she was carrying the patient is not the patient."""
    return bool(person.pregnant) and person.relation not in YOUNG


def _is_small(person: Person) -> bool:
    """A child by age, or called 宝宝 or 孩子; a son or a daughter may be grown."""
    if person.age_years is None:
        return person.relation == "child"
    return person.age_years < CHILD_AGE_YEARS


def _barred(person: Person, *, about_child: bool) -> set[str]:
    """
    Return the departments that this person's age, sex or role rule out.

    Where the words are about a child, an adult's age is that of whoever writes.
    """
    barred: set[str] = set()
    if person.sex == "m":
        barred |= {"妇科", "产科"}
    elif person.sex == "f":
        barred.add("男科")
    if _is_small(person):
        barred |= {"老年科", "产科"}
    elif (
        ((person.age_years or 0) >= ADULT_AGE_YEARS and not about_child)
        or _is_pregnant(person)
        or (person.age_years is None and person.relation in _ADULTS)
    ):
        barred.add("儿科")
    return barred


def reweigh(
    chances: dict[str, float], person: Person, *, about_child: bool = False
) -> dict[str, float]:
    """Apply what age, sex and pregnancy decide, and bring the sum back to 1."""
    barred = _barred(person, about_child=about_child)
    kept = {name: 0.0 if name in barred else p for name, p in chances.items()}
    favourite = None
    if _is_pregnant(person) and "产科" not in barred:
        favourite = "产科"
    elif person.age_years is not None and person.age_years < CHILD_AGE_YEARS:
        favourite = "儿科"
    elif person.age_years is None and person.relation in _HARDLY_CHILDREN and not about_child:
        kept["儿科"] *= _HARDLY_CHILDREN[person.relation]
    total = sum(kept.values())
    kept = {name: p / total for name, p in kept.items()}
    if favourite and kept[favourite] < max(kept.values()) + 0.01:
        # Half of the certainty goes to the department that sees this patient first.
        kept = {name: p / 2 for name, p in kept.items()}
        kept[favourite] += 0.5
    return kept
