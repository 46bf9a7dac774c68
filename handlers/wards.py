"""
Which department: named, or the one the complaint points to, or chosen from a few.

`dept` is {"codes": [[code, score], …], "words": the complaint, "sure", "stated", and where it
applies "missing" (a department that was asked for and does not exist), "instead_of" (the codes
chosen before), "was_asked" (whether to leave those), "inquiry" and "turns" (`handlers.triage`)};
`ward` the codes settled on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dialogue.form import Asked, Filled, Given, Question, Redo, Slot, Stop
from dialogue.state import Values
from handlers import readback, triage
from handlers.scene import World
from handlers.texts import booking as texts
from handlers.texts import english
from handlers.texts import triage as triage_texts
from nlp.heard import Better, Heard, Named, Person
from scheduling.types import PatientView, Ward

# A department this much less likely than the best is not offered at all.
_NEGLIGIBLE = 0.05
# From here on a complaint is worth asking whether to leave the department that was chosen.
_LIKELY = 0.6
# 全科, 内科, 儿科, 老年, 中医 (医疗机构诊疗科目名录): whoever chose one may have any complaint.
_PAEDIATRICS = "07"  # the national code
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


def ask_ward(values: Values, world: World) -> Asked:
    """Settle on a department: say why, let the person choose, or send them where no one books."""
    if values.get("doctor"):
        (doctor,) = world.desk.catalogue.doctors([values["doctor"]])
        return Filled([[doctor.department, 1.0]])
    dept = values["dept"]
    scores = dict(dept["codes"])
    order = list(scores)
    wards = sorted(world.desk.catalogue.departments(order), key=lambda w: order.index(w.code))
    if values.get("site"):
        wards = [w for w in wards if w.site == values["site"]] or wards
    wards = [w for w in wards if w.site not in values.get("not_sites", ())] or wards
    who = _patient(values, world)
    if who is not None and wards:
        seeing = [w for w in wards if _sees(w, who, world)]
        if not seeing or wards[0] not in seeing:
            return _for_whom(wards[0], who, values, world)
        wards = seeing
    if not wards:
        return Stop(texts.nothing_free(world.scene.policy.days_ahead))
    if dept.get("instead_of"):
        return _turn(wards[0], dept, world)
    choices = _choices(wards, dept)
    if (not dept["sure"] and len(choices) > 1) or dept.get("missing"):
        missing = texts.missing(dept["missing"]) if dept.get("missing") else ""
        said = triage.said(dept)
        asked = texts.which_department(said, [name for name, _ in choices], dept.get("chosen", ""))
        return Question(missing + asked + _fever_note(wards, dept, world), choices, wants="choice")
    wards = _of_choice(wards, choices[0][1], dept)
    # Who named the department needs no reason for it.
    why = () if dept["stated"] else (triage.said(dept), dept.get("chosen", ""))
    note = _fever_note(wards, dept, world)
    return _settled(wards, scores, why, note)


def _patient(values: Values, world: World) -> PatientView | None:
    people = world.desk.patients.linked() if "patient" in values else ()
    return next((p for p in people if p.id == values["patient"]), None)


def sees_sex(who: PatientView, values: Values, world: World) -> bool:
    """Tell whether the department settled on sees people of this patient's sex."""
    codes = [code for code, _ in values.get("ward", ())[:1]]
    found = world.desk.catalogue.departments(codes) if codes else ()
    return all(ward.sex in ("", who.sex) for ward in found)


def _sees(ward: Ward, who: PatientView, world: World) -> bool:
    """Tell whether a department sees people of this patient's age."""
    age = readback.years(who.birth_on, world.scene.now_local.date())
    is_old_enough = ward.min_age_years is None or age >= ward.min_age_years
    is_young_enough = ward.max_age_years is None or age <= ward.max_age_years
    return is_old_enough and is_young_enough


def _for_whom(left: Ward, who: PatientView, values: Values, world: World) -> Asked:
    """None sees people of that age: a child goes to the children's, others to who sees all."""
    today = world.scene.now_local.date()
    is_child = readback.is_child(who.birth_on, world)
    found = [
        w
        for w in world.desk.catalogue.departments()
        if w.bookable
        and _sees(w, who, world)
        and (w.max_age_years is not None if is_child else texts.GENERAL in w.name)
        and w.site not in values.get("not_sites", ())
    ]
    if is_child:  # 儿童保健科 is for the well, where there is one for the ill
        found = [w for w in found if w.national_code.startswith(_PAEDIATRICS)] or found
    # At the same site first.
    found.sort(key=lambda w: w.site != left.site)
    if not found:
        return Stop(texts.NOBODY_SEES)
    age = readback.years(who.birth_on, today)
    note = texts.sees_instead(left.name, found[0].name, age if is_child else None)
    return Filled([[w.code, 1.0] for w in found], note)


def _of_choice(
    wards: list[Ward], chosen: Sequence[Sequence[Any]], dept: dict[str, Any]
) -> list[Ward]:
    """Where but one direction is left that may be meant, it is shown with its own departments."""
    codes = {code for code, _ in chosen}
    return wards if dept["sure"] else [w for w in wards if w.code in codes]


def _choices(wards: Sequence[Ward], dept: dict[str, Any]) -> list[tuple[str, Any]]:
    """Three directions at most, each by the name of its likeliest department, with all of them."""
    by_code = {w.code: w for w in wards}
    codes = [pair for pair in dept["codes"] if pair[0] in by_code]
    apart = triage.named(codes, dept.get("stands_for", {}))
    named: dict[str, list[Any]] = {}
    for pairs in apart:
        named.setdefault(by_code[pairs[0][0]].name, []).extend(_of_one_kind(pairs, by_code))
    return list(named.items())[:3]


def _of_one_kind(
    pairs: Sequence[Sequence[Any]], by_code: Mapping[str, Ward]
) -> list[Sequence[Any]]:
    """Return the department shown and its like; others only at sites that have none of them."""
    kind = by_code[pairs[0][0]].national_code
    have = {by_code[c].site for c, _ in pairs if by_code[c].national_code == kind}
    wards = ((pair, by_code[pair[0]]) for pair in pairs)
    return [pair for pair, w in wards if w.national_code == kind or w.site not in have]


def _fever_note(wards: Sequence[Ward], dept: dict[str, Any], world: World) -> str:
    """Where one of the sites has a fever clinic, who has a fever is told of it."""
    if not dept.get("fever"):
        return ""
    sites = {w.site for w in wards}
    clinics = (w for w in world.desk.catalogue.departments() if w.site in sites)
    found = next((w for w in clinics if texts.FEVER in w.name and not w.bookable), None)
    return texts.fever_clinic(found) if found else ""


def _turn(new: Ward, dept: dict[str, Any], world: World) -> Asked:
    """A complaint that belongs elsewhere: ask before leaving the department that was chosen."""
    old = dept["instead_of"]
    left = world.desk.catalogue.departments([code for code, _ in old])[0]
    is_barred = dept.get("misfit") in ("sex", "age")
    lead = texts.not_for(left, new.name) if is_barred else texts.elsewhere(dept["words"], new.name)
    stay = texts.stay_for_other(left.name) if is_barred else texts.stay_at(left.name)
    return Question(
        lead,
        [(texts.turn_to(new.name), [[new.code, 1.0]]), (stay, old)],
        wants="choice",
    )


def pick_ward(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """What was chosen from a list counts as stated: later words do not move it silently."""
    dept = {**values["dept"], "stated": True}
    dept.pop("misfit", None)
    if dept.pop("instead_of", None):
        dept |= {"codes": value, "sure": True, "was_asked": True}
    return Redo((), fill={"ward": value, "dept": dept})


def _settled(
    wards: Sequence[Ward], scores: dict[str, float], why: Sequence[Any], note: str
) -> Asked:
    """Take these; `why` are the words of the complaint and what was chosen, or nothing."""
    bookable = [w for w in wards if w.bookable]
    if not wards[0].bookable or not bookable:
        return Stop(texts.unbookable(wards[0]))
    reason = texts.because(why[0], bookable[0].name, why[1]) if why else ""
    return Filled([[w.code, scores[w.code]] for w in bookable], reason + note)


def check_ward(value: Any, values: Values, world: World) -> str | None:  # noqa: ANN401 - any JSON
    """A department that is never booked cannot be chosen from the list."""
    wards = world.desk.catalogue.departments([code for code, _ in value])
    closed = next((w for w in wards if not w.bookable), None)
    return texts.unbookable(closed) if closed else None


SLOTS: tuple[Slot[World], ...] = (
    Slot("dept", ask_dept, hear=hear_dept, answer=answer_dept, pick=pick_dept),
    triage.DETAIL,
    Slot(
        "ward",
        ask_ward,
        pick=pick_ward,
        check=check_ward,
        after=("dept", "doctor", "site", "not_sites"),
    ),
)
