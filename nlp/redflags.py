"""
Signs that must stop every other flow: emergencies, and what should be seen today.

Three tables of `lexicon/` carry the knowledge: which combinations of signs are dangerous
(redflags.tsv), how people word the signs (redflag_words.tsv), and how they mistype them
(redflag_typos.tsv). This module finds the signs a message really claims: not denied ones
(没有胸痛), not history (十年前得过脑梗), not general questions (中风有什么前兆), and combines them
with what was heard earlier in the conversation. Not clinically signed off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from nlp import claims, lexicon, vitals, wordings
from nlp.heard import Person

Action = Literal["call_120", "go_now", "crisis_line", "today"]
_STRENGTH = ("call_120", "crisis_line", "go_now", "today")
NOBODY = Person()
OLD_YEARS = 60
CHILD_YEARS = 14
_YOUNG = frozenset({"son", "daughter", "child", "grandchild"})
INFANT_YEARS = 0.25
NEWBORN_YEARS = 0.085
BABY_YEARS = 3
# Signs that say who it is about or since when; alone they are no complaint.
_SETTING = frozenset({"sudden", "abrupt", "elder", "child", "infant", "newborn", "pregnant",
                      "diabetes", "acute_now", "exertion", "insulin"})  # fmt: skip

# Not worth remembering: when and where, and whom it is about, which is kept with the person.
_PASSING = frozenset({"sudden", "abrupt", "acute_now", "exertion", "elder", "child", "infant",
                      "newborn", "baby", "pregnant", "ate", "swallowed", "pain", "torso",
                      "burn_area", "burn_place", "bite_bad", "mouthfuls", "chemical",
                      "limb_pain", "severe_head", "eye", "swell_pain", "last_words",
                      "much_stool_blood", "going", "trouble"})  # fmt: skip
_FEVER = frozenset({"fever", "high_fever", "@hot"})


@dataclass(frozen=True, slots=True)
class Flag:
    """One row that fired: what to do and where (`route`, shown to people, in Chinese)."""

    id: str
    urgency: Literal["emergency", "today"]
    action: Action
    route: str


@dataclass(frozen=True, slots=True)
class Findings:
    """
    What a message shows.

    The rows that fired, the safety question to ask, whether it tells of a fever, and the signs
    that add up with what is told later.
    """

    flags: tuple[Flag, ...] = ()
    concern: str | None = None
    feverish: bool = False
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Signs:
    """Signs that must be there (one of each group), and signs that must not."""

    groups: tuple[frozenset[str], ...]
    unless: frozenset[str]

    def fit(self, signs: set[str], fresh: set[str]) -> bool:
        """Tell whether the signs are there and at least one of them is new."""
        for group in self.groups:
            if group.isdisjoint(signs):
                return False
        return self.unless.isdisjoint(signs) and any(group & fresh for group in self.groups)


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    flag: Flag
    signs: _Signs
    even_asked: bool


def _signs_of(r: dict[str, str]) -> _Signs:
    groups = tuple(frozenset(group.split("|")) for group in r["when"].split())
    return _Signs(groups, frozenset(filter(None, r["unless"].split("|"))))


def _read_rows() -> tuple[_Row, ...]:
    return tuple(
        _Row(
            Flag(
                r["id"],
                cast("Literal['emergency', 'today']", r["urgency"]),
                cast("Action", r["action"]),
                r["route"],
            ),
            _signs_of(r),
            r["ask"] == "yes",
        )
        for r in lexicon.rows("redflags.tsv")
    )


def _by_sign(rows: Iterable[_Row]) -> dict[str, tuple[_Row, ...]]:
    """Return for each sign the rows it may complete, so that only those are tried."""
    found: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        for sign in frozenset().union(*row.signs.groups):
            found[sign].append(row)
    return {sign: tuple(rows) for sign, rows in found.items()}


def _kept(rows: Sequence[_Row]) -> frozenset[str]:
    """Return the signs worth remembering: what rows wait for, and what never silences one."""
    wanted = frozenset().union(*(group for row in rows for group in row.signs.groups))
    silencing = frozenset().union(*(row.signs.unless for row in rows))
    return wanted - silencing - _PASSING


_ROWS = _by_sign(_read_rows())
_KEPT = _kept(_read_rows())
_CONCERNS = tuple((r["id"], _signs_of(r)) for r in lexicon.rows("safety.tsv"))


def _meant(text: str) -> list[tuple[str, int, int]]:
    """Return the wordings found, but those inside a phrase said for effect: 等得我快窒息了."""
    hits = list(wordings.hits(text))
    jokes = [(start, end) for sign, start, end in hits if sign == "joke"]
    return [h for h in hits if not any(a <= h[1] and h[2] <= b for a, b in jokes)]


def _claimed(text: str) -> tuple[set[str], int]:
    """Return the signs a message claims and the length of its longest wording."""
    found: set[str] = set()
    longest = 0
    for sign, start, end in _meant(text):
        if sign in found and sign != "suicide":
            continue
        if claims.denied(text, start, end):
            continue
        if sign == "suicide":
            if claims.only_told(text):
                continue
        elif claims.past_or_supposed(text, start, end):
            continue
        found.add(sign)
        if sign not in _SETTING:
            longest = max(longest, end - start)
    return found, longest


def _measured(text: str, found: set[str]) -> set[str]:
    """Return the signs that come from numbers and from pairs of signs."""
    more = vitals.signs(claims.without_past_numbers(text))
    if claims.acute_disease(text):
        more.add("@acute_disease")
    if "seizure" in found and "local_twitch" not in found:
        more.add("@seizure")
    return more


def _personal(found: set[str], person: Person) -> set[str]:
    """Return the signs that say whom it is about, from the words and from what is known."""
    age = person.age_years
    is_child = "child" in found or person.relation in _YOUNG
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


def _denied(now: str, claimed: set[str]) -> set[str]:
    """Return the signs a clean message speaks of without claiming them."""
    if claims.supposes(now):
        return set()
    return {sign for sign, _, _ in wordings.hits(claims.affirmed(now))} - claimed


def taken_back(text: str, earlier: Sequence[str]) -> tuple[str, ...]:
    """Return the earlier complaints a message denies or calls past: 胸口不疼了; 那是去年的胸痛."""
    if not earlier:
        return ()
    now = wordings.clean(text)
    claimed = _claimed(now)[0]
    named = _denied(now, claimed)
    told = ((word, _claimed(wordings.clean(word))[0] - claimed) for word in earlier)
    return tuple(word for word, signs in told if signs and signs <= named)


def check(
    text: str,
    earlier: Sequence[str] = (),
    person: Person = NOBODY,
    told: Iterable[str] = (),
) -> tuple[Flag, ...]:
    """Return the rows that fire, strongest first; arguments as for `look`."""
    return look(text, earlier, person, told).flags


def look(
    text: str,
    earlier: Sequence[str] = (),
    person: Person = NOBODY,
    told: Iterable[str] = (),
) -> Findings:
    """
    Return the rows that fire, strongest first, each id once, and the safety question to ask.

    Args:
        text: the message; an ordinary one shows nothing.
        earlier: symptom texts heard before in this conversation; they add up with this message,
            but alone they fire nothing again.
        person: whom the message is about.
        told: `Findings.signs` of the message before; they add up in the same way.
    """
    now = wordings.clean(text)
    new, longest = _claimed(now)
    fresh = (new - _SETTING) | _measured(now, new)
    known = set(told)
    if known:
        known -= _denied(now, new)
    asked = claims.general_question(now, longest)
    if not fresh:
        return Findings(signs=_to_remember(known, set() if asked else new))
    gone = taken_back(text, earlier)
    earlier = [e for e in earlier if e not in gone]
    whole = "|".join([*(wordings.clean(e) for e in earlier), now])
    signs = new.union(known, *(_claimed(wordings.clean(e))[0] for e in earlier))
    signs |= _measured(whole, signs)
    signs |= _personal(signs, person)
    lasts = claims.lasting(whole, child="@child" in signs, pregnant="@pregnant" in signs)
    if lasts:
        signs.add("chronic")
    concern = next((name for name, wanted in _CONCERNS if wanted.fit(signs, fresh)), None)
    return Findings(
        _fired(signs, fresh, asked=asked),
        None if asked else concern,
        not _FEVER.isdisjoint(fresh),
        _to_remember(known, set() if asked or lasts else new | fresh),
    )


def _to_remember(known: set[str], new: set[str]) -> tuple[str, ...]:
    """Return the signs that may add up with what is told later."""
    return tuple(sorted(known | (new & _KEPT)))


def _fired(signs: set[str], fresh: set[str], *, asked: bool) -> tuple[Flag, ...]:
    """Return the rows that fit, each id with its strongest action."""
    best: dict[str, Flag] = {}
    for row in dict.fromkeys(row for sign in fresh for row in _ROWS.get(sign, ())):
        if (row.even_asked or not asked) and row.signs.fit(signs, fresh):
            other = best.get(row.flag.id)
            if other is None or _rank(row.flag) < _rank(other):
                best[row.flag.id] = row.flag
    return tuple(sorted(best.values(), key=_rank))


def alarm(flags: Sequence[Flag]) -> str:
    """Return what an emergency among the flags calls for, or nothing."""
    return next((f.action for f in flags if f.urgency == "emergency"), "")


def _rank(flag: Flag) -> int:
    return _STRENGTH.index(flag.action)
