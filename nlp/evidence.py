"""
The signs of danger a message really claims.

Not denied ones (没有胸痛), not history (十年前得过脑梗), not what is said for effect
(等得我快窒息了); with those that come from numbers and from whom the message is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlp import claims, vitals, wordings
from nlp.heard import YOUNG, Person

NOBODY = Person()
OLD_YEARS = 60
CHILD_YEARS = 14
INFANT_YEARS = 0.25
NEWBORN_YEARS = 0.085
BABY_YEARS = 3
# Signs that say who it is about or since when; alone they are no complaint.
SETTING = frozenset({"sudden", "abrupt", "elder", "child", "infant", "newborn", "pregnant",
                      "diabetes", "acute_now", "exertion", "insulin"})  # fmt: skip
# What is said for effect, and 电焊打了眼睛, which is no electric shock.
_WHOLES = frozenset({"joke", "arc_eye"})


@dataclass(frozen=True, slots=True)
class Said:
    """What one message says by itself: `fresh` can complete a row, `silent` are not meant."""

    claimed: set[str]
    silent: set[str]
    fresh: set[str]
    signs: set[str]
    asked: bool
    lasts: bool


def _meant(hits: Sequence[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Return the wordings but those inside a phrase that means another thing: 等得我快窒息了."""
    wholes = [(start, end) for sign, start, end in hits if sign in _WHOLES]
    return [
        h for h in hits if h[0] in _WHOLES or not any(a <= h[1] and h[2] <= b for a, b in wholes)
    ]


def _undenied(text: str, hits: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Return the wordings that are not denied, nor part of one that is: 晕 in 不头晕."""
    spans = {(start, end) for _, start, end in hits}
    denied = [span for span in spans if claims.denied(text, *span)]
    if not denied:
        return hits
    return [h for h in hits if not any(a <= h[1] and h[2] <= b for a, b in denied)]


def claimed_in(text: str) -> tuple[set[str], set[str], int]:
    """Return the signs a message claims, all it words, and the length of its longest wording."""
    hits = list(wordings.hits(text))
    found: set[str] = set()
    longest = 0
    for sign, start, end in _undenied(text, _meant(hits)):
        if sign in found and sign != "suicide":
            continue
        if sign == "suicide":
            if claims.only_told(text):
                continue
        elif claims.past_or_supposed(text, start, end):
            continue
        found.add(sign)
        if sign not in SETTING:
            longest = max(longest, end - start)
    return found, {sign for sign, _, _ in hits}, longest


def _measured(text: str, found: set[str]) -> set[str]:
    """Return the signs that come from numbers and from pairs of signs."""
    more = vitals.signs(claims.without_past_numbers(text))
    if claims.acute_disease(text):
        more.add("@acute_disease")
    if "seizure" in found and "local_twitch" not in found:
        more.add("@seizure")
    return more


def personal(found: set[str], person: Person) -> set[str]:
    """Return the signs that say whom it is about, from the words and from what is known."""
    age = person.age_years
    is_child = "child" in found or person.relation in YOUNG
    known = {
        "@pregnant": person.pregnant is True or (person.pregnant is None and "pregnant" in found),
        "@male": person.sex == "m",
        "@old": "elder" in found if age is None else age >= OLD_YEARS,
        "@child": is_child if age is None else age < CHILD_YEARS,
        "@infant": "infant" in found or (age is not None and 0 < age < INFANT_YEARS),
        "@newborn": "newborn" in found or (age is not None and 0 < age < NEWBORN_YEARS),
        "@baby": "baby" in found if age is None else age < BABY_YEARS,
    }
    return {sign for sign, true in known.items() if true}


def denied_in(now: str, claimed: set[str]) -> set[str]:
    """Return the signs a clean message speaks of without claiming them."""
    if claims.supposes(now):
        return set()
    return {sign for sign, _, _ in wordings.hits(claims.affirmed(now))} - claimed


def heard(now: str) -> Said:
    """Return what a clean message says by itself, whoever writes it and after whatever."""
    claimed, worded, longest = claimed_in(now)
    measured = _measured(now, claimed)
    signs, lasts = _with_person(now, claimed | measured, NOBODY)
    return Said(
        claimed=claimed,
        silent=worded - claimed,
        fresh=(claimed - SETTING) | measured,
        signs=signs,
        asked=claims.general_question(now, longest),
        lasts=lasts,
    )


def felt(text: str, claimed: set[str], person: Person) -> tuple[set[str], bool]:
    """Return all signs, with the measured and personal ones, and whether they are old."""
    return _with_person(text, claimed | _measured(text, claimed), person)


def _with_person(text: str, signs: set[str], person: Person) -> tuple[set[str], bool]:
    signs = signs | personal(signs, person)
    lasts = claims.lasting(text, child="@child" in signs, pregnant="@pregnant" in signs)
    if lasts:
        signs.add("chronic")
    return signs, lasts
