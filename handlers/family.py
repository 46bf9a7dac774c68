"""Which of the people registered by an account are meant by 「我妈」 or 「我女儿」."""

from __future__ import annotations

from collections.abc import Iterable

from scheduling.types import PatientView

_CHILDREN = {"son": "m", "daughter": "f"}


def meant(relation: str, people: Iterable[PatientView]) -> list[PatientView]:
    """Return those of that relation; who was registered as a child may be the son or daughter."""
    return [one for one in people if _is(relation, one)]


def _is(relation: str, one: PatientView) -> bool:
    if one.relation == relation:
        return True
    if relation in _CHILDREN:
        return one.relation == "child" and one.sex == _CHILDREN[relation]
    return relation == "child" and one.relation in _CHILDREN
