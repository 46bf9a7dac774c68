"""
Which kind of department: named, or the one the complaint points to, or chosen from a few.

`dept` is {"codes": [[code, score], …], "words": the complaint, "sure", "stated", and where it
applies "missing" (a department that was asked for and does not exist), "instead_of" (the codes
chosen before), "was_asked" (whether to leave those), "any" (whichever there is), "inquiry" and
"turns" (`handlers.triage`)}; of these `handlers.wards` settles on one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dialogue.form import Asked, Filled, Given, Question, Redo
from dialogue.state import Values
from handlers import triage
from handlers.scene import World
from handlers.texts import booking as texts
from handlers.texts import english
from handlers.texts import triage as triage_texts
from nlp.heard import Better, Heard, Named, Person

# A department this much less likely than the best is not offered at all.
_NEGLIGIBLE = 0.05
# From here on a complaint is worth asking whether to leave the department that was chosen.
_LIKELY = 0.6
# 全科, 内科, 儿科, 老年, 中医 (医疗机构诊疗科目名录): whoever chose one may have any complaint.
_SEE_ALL = frozenset({"02", "03", "03.10", "07", "50"})


def hear_dept(heard: Heard, values: Values, world: World) -> Given:
    """A department named in words, else the ones the complaint points to."""
    known = values.get("dept")
    if heard.stated_departments:
        codes = {d.code for d in heard.stated_departments}
        is_same = known and codes >= {code for code, _ in known["codes"]}
        words = heard.symptoms or (known["words"] if known and is_same else ())
        was_asked = bool(known and is_same and "was_asked" in known)
        # Where nobody books, people are sent, and sorted out there.
        is_booked = any(w.bookable for w in world.desk.catalogue.departments([*codes]))
        if heard.better and is_booked and not was_asked:
            return _better(heard.better, heard.stated_departments, words)
        told = _dept(heard.stated_departments, words, sure=True, stated=True)
        return told | ({"fever": True} if heard.feverish else {})
    found = tuple(d for d in heard.site_departments if d.score >= _NEGLIGIBLE)
    if heard.missing and not found:
        return Redo((), texts.missing(heard.missing))
    may_be_any = bool(known and known.get("any"))
    is_settled = (known and not may_be_any) or "any" in heard.preferences
    says_nothing = not (heard.symptoms or heard.missing) and is_settled
    if not found or says_nothing:
        return _any_or_better(known, values, heard, world)
    is_instead = "instead" in heard.preferences
    earlier = () if is_instead else world.symptoms
    words = tuple(dict.fromkeys((*earlier, *heard.symptoms)))
    found = _of_own(found, heard)
    told = _dept(found, words, sure=triage.is_sure(heard), missing=heard.missing)
    turns = known.get("turns", 0) + 1 if known else 1
    told["stands_for"] = triage.directions_of(found, heard.departments)
    told |= {"inquiry": triage.kept(heard.inquiry), "turns": turns}
    if heard.feverish or (known and known.get("fever") and not is_instead):
        told["fever"] = True
    # What is told once a place was chosen is told beside it, unless it belongs elsewhere.
    is_open = known is not None and not (known["stated"] or "offer" in values)
    if known is None or is_instead or heard.missing or is_open or may_be_any:
        return told
    return _beside(known, values, heard, world)


def _any_or_better(
    known: dict[str, Any] | None, values: Values, heard: Heard, world: World
) -> Given:
    if known is None and "any_dept" in heard.preferences:
        return pick_dept(_any(world), values, world)
    return _known_better(known, values, heard, world)


def _known_better(
    known: dict[str, Any] | None, values: Values, heard: Heard, world: World
) -> Given:
    """What is told beside a complaint: its fever, and who the patient is."""
    if known is None or "ward" in values or known["stated"]:
        return None
    told = {**known, "fever": True} if heard.feverish else known
    told = {**told, "codes": _for_person(told, heard.person, world)}
    return told if heard.feverish or told != known else None


def _for_person(dept: dict[str, Any], person: Person, world: World) -> list[Any]:
    """A child goes to the children's department; none that sees the other sex only is left."""
    stands_for = dept.get("stands_for", {})
    apart = {pair[0]: stands_for.get(pair[0], pair[0]) for pair in dept["codes"]}
    if triage.is_young(person):
        left = [pair for pair in dept["codes"] if apart[pair[0]] == triage.FOR_CHILDREN]
    else:
        wards = world.desk.catalogue.departments([*apart]) if person.sex else ()
        others = {apart[w.code] for w in wards if w.sex not in ("", person.sex)}
        left = [pair for pair in dept["codes"] if apart[pair[0]] not in others]
    return left or dept["codes"]


def _of_own(found: tuple[Named, ...], heard: Heard) -> tuple[Named, ...]:
    """Children do not write of themselves: beside another department theirs is none to choose."""
    stands_for = triage.directions_of(found, heard.departments)
    grown = tuple(d for d in found if stands_for[d.code] != triage.FOR_CHILDREN)
    is_own = heard.person.relation == "self" and grown[:1] == found[:1]
    return grown if is_own else found


def _better(better: Better, stated: Sequence[Named], words: Sequence[str]) -> dict[str, Any]:
    """The named department cannot be meant: offer the better one, and let the person insist."""
    named = _dept(stated, (), sure=True)["codes"]
    told = _dept(better.departments, words, sure=True)
    return {**told, "instead_of": named, "misfit": better.misfit}


def _beside(known: dict[str, Any], values: Values, heard: Heard, world: World) -> Given:
    """A complaint told after the department was chosen: it belongs there, or is asked about."""
    chosen = values.get("ward") or known["codes"]
    alone = tuple(d for d in heard.own_departments if d.score >= _NEGLIGIBLE)
    # Who was asked once and stayed is not asked again.
    if alone and "was_asked" not in known:
        new = _dept(alone, heard.symptoms, sure=alone[0].score >= _LIKELY)
        if _points_elsewhere(new, chosen, heard, world):
            return {**new, "instead_of": chosen}
    if "offer" in values:  # the words could only have changed the order of the list
        is_new = (
            heard.symptoms and not heard.concern and not {*heard.symptoms} <= {*known["words"]}
        )
        is_worse = "queue_worse" in heard.preferences
        return (
            Redo((), triage_texts.beside(heard.symptoms, is_worse=is_worse)) if is_new else known
        )
    return {**known, "words": [*dict.fromkeys((*known["words"], *heard.symptoms))]}


def _points_elsewhere(
    told: dict[str, Any], chosen: Sequence[Sequence[Any]], heard: Heard, world: World
) -> bool:
    """Tell whether a complaint clearly belongs to another department than the one chosen."""
    codes = [code for code, _ in chosen]
    best = told["codes"][0][1]
    if any(code in codes for code, score in told["codes"] if score >= best / 2):
        return False
    if heard.urgency == "today":
        return True
    sees_all = any(w.national_code in _SEE_ALL for w in world.desk.catalogue.departments(codes))
    return bool(told["sure"]) and not sees_all


def _dept(
    found: Sequence[Named],
    words: Sequence[str],
    *,
    sure: bool,
    stated: bool = False,
    missing: str = "",
) -> dict[str, Any]:
    best = found[0].score
    near = [d for d in found if d.score >= best / 2] if sure else list(found)
    return {
        "codes": [[d.code, round(d.score, 3)] for d in near],
        "words": [*words],
        "sure": sure,
        "stated": stated,
        **({"missing": missing} if missing else {}),
    }


def ask_dept(values: Values, world: World) -> Asked:
    """Ask for the complaint, unless the doctor tells the department."""
    if values.get("doctor"):
        (doctor,) = world.desk.catalogue.doctors([values["doctor"]])
        return Filled(_dept((Named(doctor.department, "", 1.0),), (), sure=True, stated=True))
    if world.english:
        return Question(texts.ASK_COMPLAINT, _in_english(world), wants="symptom")
    general = _general_practice(world)
    choices = [(texts.NOT_SURE, general)] if general else []
    return Question(texts.ASK_COMPLAINT, choices, wants="symptom")


def _in_english(world: World) -> list[tuple[str, Any]]:
    """The departments by what they see: who knows no Chinese names none."""
    wards = [w for w in world.desk.catalogue.departments() if w.bookable]
    choices: list[tuple[str, Any]] = []
    for code, sees in english.DEPARTMENTS.items():
        of_kind = [ward for ward in wards if ward.national_code == code]
        found = [Named(ward.code, ward.name, 1.0) for ward in of_kind]
        if found:
            label = english.department(sees, of_kind[-1].name)
            choices.append((label, _dept(found, (), sure=True, stated=True)))
    return choices


def answer_dept(heard: Heard, values: Values, world: World) -> Given:
    """Who does not know, or does not mind, sees a general practitioner first."""
    if heard.symptoms or heard.stated_departments:
        return None
    is_open = heard.preferences & {"any", "unsure", "skip", "none"}
    if heard.answer == "no" and not is_open:
        return Redo((), texts.NOT_GENERAL)  # a no to the one choice there is
    return pick_dept(_general_practice(world), values, world) if is_open else None


def pick_dept(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """The one choice there is: general practice, and why."""
    note = "" if world.english else texts.GENERAL_FIRST
    return Redo((), note, {"dept": value}) if value else None


def _any(world: World) -> dict[str, Any] | None:
    """General practice for who takes any department, until a complaint tells a better one."""
    general = _general_practice(world)
    return {**general, "any": True} if general else None


def _general_practice(world: World) -> dict[str, Any] | None:
    wards = [w for w in world.desk.catalogue.departments() if texts.GENERAL in w.name]
    found = [Named(w.code, w.name, 1.0) for w in wards if w.bookable]
    return _dept(found, (), sure=True, stated=True) if found else None
