"""What a message shows of danger in the light of the talk, and whom it is about."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import NamedTuple

from nlp import persons, redflags, strangers, symptoms
from nlp.heard import Context, Person

# A name given on its own or before its number: 「马凤霞 4403…」.
_NAME_FIRST = re.compile(
    r"\s*(?:我叫|他叫|她叫|姓名[:：]?|叫)?([\u4e00-\u9fff]{2,3})(?=[\s,，、。0-9]|$)"
)


class Look(NamedTuple):
    """Whom this message names, whom it is about after all that was told, and what it shows."""

    told: Person
    person: Person
    findings: redflags.Findings


def look(text: str, context: Context) -> Look:
    """Return whom a message is about, and its red flags with what was said before."""
    told = persons.find(text)
    person = _together(context.person, told)
    felt = (*context.past, *context.symptoms)
    unnamed = _without_name(text, context.asking)
    found = redflags.look(unnamed, felt, person, context.signs, context.person)
    return Look(told, person, found)


def _without_name(text: str, asking: str | None) -> str:
    """
    Return the message without the name it answers with, in which there is no danger.

    马凤 sounds like a wasp, 王志刚 holds 刚: with a dizziness told before they called 120.
    """
    found = _NAME_FIRST.match(text) if asking == "name" else None
    if found is None or not strangers.is_name(found[1]):
        return text
    is_ill = symptoms.find(found[1])[0] or redflags.check(text)
    return text if is_ill else text[found.end() :]


def _together(known: Person, told: Person) -> Person:
    """What was known of the person, with what was told now on top; another person starts anew."""
    if told.relation is not None and told.relation != known.relation:
        return told
    fresh = {f.name: value for f in fields(told) if (value := getattr(told, f.name)) is not None}
    return replace(known, **fresh) if fresh else known
