"""
Signs that must stop every other flow: emergencies, and what should be seen today.

Three tables of `lexicon/` carry the knowledge: which combinations of signs are dangerous
(redflags.tsv), how people word the signs (redflag_words.tsv), and how they mistype them
(redflag_typos.tsv). This module combines the signs a message claims (`nlp/evidence.py`), unless
it is a general question (中风有什么前兆), with what was heard earlier in the conversation. A small
model (`nlp/hunches.py`) hears what no wording foresaw, and silences wordings that mean nothing
here. Not clinically signed off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from nlp import evidence, hunches, lexicon, wordings
from nlp.heard import Person

Action = Literal["low_sugar", "call_120", "go_now", "crisis_line", "today"]
# low_sugar is 120, too, but nobody is told not to eat: it goes before what tells so.
_STRENGTH = ("low_sugar", "call_120", "crisis_line", "go_now", "today")
NOBODY = evidence.NOBODY
# Not worth remembering: when and where, and whom it is about, which is kept with the person.
_PASSING = frozenset({"sudden", "abrupt", "acute_now", "exertion", "elder", "child", "infant",
                      "newborn", "baby", "pregnant", "ate", "swallowed", "pain", "torso",
                      "burn_area", "burn_place", "bite_bad", "mouthfuls", "chemical",
                      "limb_pain", "severe_head", "eye", "swell_pain", "last_words",
                      "much_stool_blood", "going", "trouble", "means_near",
                      "own_death"})  # fmt: skip
_FEVER = frozenset({"fever", "high_fever", "@hot"})
# Nails, fish bones, tubes, measured numbers …: no figure of speech is made of these, so the model
# has nothing to hold against them.
_PLAIN = frozenset({"dirty_wound", "bone_stuck", "arc_eye", "dry_bad", "foot_rot", "deep_cut",
                    "neck_cut", "sting_many", "heavy_period", "leg_one_swollen", "eye_stab",
                    "no_gas_no_stool", "stone", "right_low_belly", "nose_object", "eye_hit",
                    "green_vomit", "tube_out", "wound_pus", "catheter", "@oxygen_low",
                    "@bp_very_low", "@pulse_bad", "@sugar_extreme", "acid_splash",
                    "mercy_death"})  # fmt: skip
# Told of by somebody who may end it.
_WORRIES = frozenset({"suicide", "@crisis"})
# Where the model speaks against the rules' silence, and where against their firing; chosen with
# six writers left out in turn and looked at on the eighth (docs/red-flags.md).
SURE, UNLIKELY, UNLIKELY_TODAY = -0.65, -0.3, -1.5
# More it takes to make 120 of what the rules would have seen today.
SURER = 2.5
# So much of what the safety question is asked about anyway: 「娃娃发烧」 like 「孩子发烧」.
ASKED = 0.2
# How long others take in the doctor's room; the rules hear dangers in it, the model none.
_IN_LINE = "in_line"
# Rows that cannot be about a person of this sex.
_IMPOSSIBLE = {"m": frozenset({"rf11", "rf12"}), "f": frozenset({"rf17"})}
_OF_CHILDREN = frozenset({"rf13", "rf14", "rf28", "rf31"})


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

    The rows that fired, the safety question to ask, whether it tells of a fever, the signs that
    add up with what is told later, and the safety questions of which it tells a sign.
    """

    flags: tuple[Flag, ...] = ()
    concern: str | None = None
    feverish: bool = False
    signs: tuple[str, ...] = ()
    admitted: frozenset[str] = frozenset()


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
# What a row calls for when nothing says which of its combinations: the first of the table.
_FLAGS: dict[tuple[str, str], Flag] = {
    (row.flag.id, row.flag.urgency): row.flag for row in reversed(_read_rows())
}
_KEPT = _kept(_read_rows())
_CONCERNS = tuple((r["id"], _signs_of(r)) for r in lexicon.rows("safety.tsv"))
# The signs that each safety question names.
_LISTED = {
    r["id"]: frozenset(r["listed"].split("|")) for r in lexicon.rows("safety.tsv") if r["listed"]
}


def taken_back(text: str, earlier: Sequence[str]) -> tuple[str, ...]:
    """Return the earlier complaints a message denies or calls past: 胸口不疼了; 那是去年的胸痛."""
    if not earlier:
        return ()
    now = wordings.clean(text)
    claimed = evidence.claimed_in(now)[0]
    named = evidence.denied_in(now, claimed)
    told = ((word, evidence.claimed_in(wordings.clean(word))[0] - claimed) for word in earlier)
    return tuple(word for word, signs in told if signs and signs <= named)


def check(
    text: str,
    earlier: Sequence[str] = (),
    person: Person = NOBODY,
    told: Iterable[str] = (),
    known: Person | None = None,
) -> tuple[Flag, ...]:
    """Return the rows that fire, strongest first; arguments as for `look`."""
    return look(text, earlier, person, told, known).flags


def look(
    text: str,
    earlier: Sequence[str] = (),
    person: Person = NOBODY,
    told: Iterable[str] = (),
    known: Person | None = None,
) -> Findings:
    """
    Return the rows that fire, strongest first, each id once, and the safety question to ask.

    Args:
        text: the message; an ordinary one shows nothing.
        earlier: symptom texts heard before in this conversation; they add up with this message,
            but alone they fire nothing again.
        person: whom the message is about.
        told: `Findings.signs` of the message before; they add up in the same way.
        known: who it was about before this message, where that is another: what was told of
            somebody counts anew once it is a child's (发烧 … 我儿子).
    """
    now = wordings.clean(text)
    said = evidence.heard(now)
    new, fresh = said.claimed, said.fresh
    if known is not None and (earlier or told):
        fresh = fresh | (evidence.personal(new, person) - evidence.personal(set(), known))
    kept = set(told)
    if kept:
        kept -= evidence.denied_in(now, new)
    gone = taken_back(text, earlier) if fresh else ()
    before = [wordings.clean(e) for e in earlier if e not in gone] if fresh else []
    signs, lasts = said.signs, said.lasts
    if before or kept or person != NOBODY:
        felt = new.union(kept, *(evidence.claimed_in(word)[0] for word in before))
        signs, lasts = evidence.felt("|".join([*before, now]), felt, person)
    alone = _fired(said.signs, fresh, asked=said.asked)
    flags = alone if signs is said.signs else _fired(signs, fresh, asked=said.asked)
    found = hunches.traits(now, _facts(said, alone))
    concern = _concern(signs, fresh) if not said.asked else None
    # Whoever spoke of ending it before is taken at the word.
    is_worry = not _WORRIES.isdisjoint(kept)
    if not _PLAIN.isdisjoint(said.signs):
        alone = ()
    elif is_worry:
        alone = tuple(flag for flag in alone if flag.action != "crisis_line")
    # One word of danger and nothing else: the model has nothing to hold against it.
    is_bare = bool(alone) and wordings.is_bare(now)
    if flags or _IN_LINE not in said.signs:
        flags, meant = _with_hunch(
            flags, () if is_bare else alone, found, person, is_asked=concern is not None
        )
    else:
        meant = True
    forget = said.asked or not meant or (lasts and bool(fresh))
    return Findings(
        flags,
        concern,
        not _FEVER.isdisjoint(fresh),
        _to_remember(kept, set() if forget else new | fresh),
        frozenset(name for name, listed in _LISTED.items() if listed & new),
    )


def _concern(signs: set[str], fresh: set[str]) -> str | None:
    return next((name for name, wanted in _CONCERNS if wanted.fit(signs, fresh)), None)


def _facts(said: evidence.Said, alone: Sequence[Flag]) -> set[str]:
    """Return what the rules see in a message, as the model is told it."""
    seen = set(said.signs)
    seen.update(f"-{sign}" for sign in said.silent)
    seen.update(f"!{flag.id}{flag.urgency}" for flag in alone)
    seen.add(f"!{alone[0].urgency}" if alone else "!none")
    if said.asked:
        seen.add("asked")
    return seen


def traits(text: str) -> tuple[set[str], tuple[Flag, ...]]:
    """Return the model's features of a message and the rows that the rules fire; for training."""
    now = wordings.clean(text)
    said = evidence.heard(now)
    alone = _fired(said.signs, said.fresh, asked=said.asked)
    return hunches.traits(now, _facts(said, alone)), alone


def _with_hunch(
    flags: tuple[Flag, ...],
    alone: tuple[Flag, ...],
    found: set[str],
    person: Person,
    *,
    is_asked: bool,
) -> tuple[tuple[Flag, ...], bool]:
    """Return the rows that rules and model together fire, and whether the message means it."""
    danger = hunches.danger()(found)
    unlikely = danger < (UNLIKELY if alarm(alone) else UNLIKELY_TODAY)
    if alone and unlikely:
        return tuple(flag for flag in flags if flag not in alone), False
    if danger < (SURER if flags else ASKED if is_asked else SURE) or alarm(flags):
        return flags, True
    return _joined(flags, hunches.row(found), person), True


def _joined(
    flags: tuple[Flag, ...], likeliest: tuple[str, str], person: Person
) -> tuple[Flag, ...]:
    """Return the rows with the likeliest one, if it adds something and this person can have it."""
    more = _FLAGS[likeliest]
    barred = _IMPOSSIBLE.get(person.sex or "", frozenset())
    if person.age_years is not None and person.age_years >= evidence.CHILD_YEARS:
        barred |= _OF_CHILDREN
    if more.id in barred or (flags and more.urgency == "today"):
        return flags
    return flags if more.id in {flag.id for flag in flags} else (more, *flags)


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
    return tuple(sorted(best.values(), key=lambda flag: (_rank(flag), flag.id)))


def alarm(flags: Sequence[Flag]) -> str:
    """Return what an emergency among the flags calls for, or nothing."""
    return next((f.action for f in flags if f.urgency == "emergency"), "")


def routes(ids: Iterable[str]) -> tuple[str, ...]:
    """Return where these rows send whoever should be seen today: 眼科 of 急诊/眼科."""
    flags = (_FLAGS.get((name, "today")) for name in ids)
    return tuple(route for flag in flags if flag for route in flag.route.split("/"))


def _rank(flag: Flag) -> int:
    return _STRENGTH.index(flag.action)
