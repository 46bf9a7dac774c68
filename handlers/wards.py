"""
Which of the departments that fit: where it is, whether it sees this patient, what is told of it.

`ward` is the codes settled on, of those that `dept` (`handlers.depts`) names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dialogue.form import Asked, Filled, Given, Question, Redo, Slot, Stop
from dialogue.state import Values
from handlers import depts, readback, triage
from handlers.scene import World
from handlers.texts import booking as texts
from scheduling.types import PatientView, Ward

_PAEDIATRICS = "07"  # the national code


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
    Slot(
        "dept",
        depts.ask_dept,
        hear=depts.hear_dept,
        answer=depts.answer_dept,
        pick=depts.pick_dept,
    ),
    triage.DETAIL,
    Slot(
        "ward",
        ask_ward,
        pick=pick_ward,
        check=check_ward,
        after=("dept", "doctor", "site", "not_sites"),
    ),
)
