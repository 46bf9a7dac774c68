"""What was heard, as the JSON of the `understand` command: a contract with other programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nlp.heard import Heard, Named, Person


def as_json(heard: Heard) -> dict[str, Any]:
    """Return one message as the contract shows it."""
    return {
        "text": heard.text,
        "intent": heard.intent,
        "confidence": round(heard.confidence, 4),
        "urgency": heard.urgency,
        "red_flags": list(heard.red_flags),
        "departments": _named(heard.departments),
        "site_departments": _named(heard.site_departments),
        "doctors": _named(heard.doctors),
        "when": [{"start": w.start.isoformat(), "end": w.end.isoformat()} for w in heard.when],
        "ordinal": heard.ordinal,
        "answer": heard.answer,
        "person": _person(heard.person),
        "symptoms": list(heard.symptoms),
        "negated": list(heard.negated),
        "readings": list(heard.readings),
    }


def _named(things: Iterable[Named]) -> list[dict[str, object]]:
    return [{"code": t.code, "name": t.name, "score": round(t.score, 4)} for t in things]


def _person(person: Person) -> dict[str, object]:
    return {
        "relation": person.relation,
        "sex": person.sex,
        "age_years": person.age_years,
        "pregnant": person.pregnant,
    }
