"""Which of the people registered by an account are meant, by name, by 「我妈」, or by nobody's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from nlp.heard import Heard, Person
from scheduling.types import PatientView

_CHILDREN = {"son": "m", "daughter": "f"}
_FOR = re.compile(r"[给帮替为]$")


def meant(relation: str, people: Iterable[PatientView]) -> list[PatientView]:
    """Return those of that relation; who was registered as a child may be the son or daughter."""
    return [one for one in people if _is(relation, one)]


def named(heard: Heard, people: Iterable[PatientView]) -> list[PatientView]:
    """Return those whose name was written; a doctor's name is a patient's only after 「给」."""
    return [one for one in people if _names(heard, one.name)]


def still_about(heard: Heard, relation: str | None) -> Heard:
    """Return the message as one about whom the matter is: 「我那天回来」 books for nobody else."""
    is_about_me = heard.person.relation == "self"
    if not is_about_me or relation in (None, "", "self") or heard.symptoms:
        return heard
    if "myself" in heard.preferences:
        return heard
    return replace(heard, person=Person())


def is_vaguer(said: str | None, known: str | None) -> bool:
    """Tell whether 「孩子」 says less than the son or daughter who is meant already."""
    return said == "child" and known in _CHILDREN


def usual(heard: dict[str, object], people: Iterable[PatientView]) -> PatientView | None:
    """
    Return whom to book for where nobody was named: the one chosen for that.

    None where what was `heard` of the person (sex, age, pregnancy) does not fit, or may not.
    """
    found = next((one for one in people if one.is_default), None)
    sex = "f" if heard.get("pregnant") else heard.get("sex")
    fits = found is not None and (sex is None or sex == found.sex)
    return found if fits and heard.get("age_years") is None else None


def _is(relation: str, one: PatientView) -> bool:
    if one.relation == relation:
        return True
    if relation in _CHILDREN:
        return one.relation == "child" and one.sex == _CHILDREN[relation]
    return relation == "child" and one.relation in _CHILDREN


def _names(heard: Heard, name: str) -> bool:
    before, found, _ = heard.text.partition(name)
    is_doctors = any(doctor.name == name for doctor in heard.doctors)
    return bool(found) and (not is_doctors or bool(_FOR.search(before)))
