"""「多少钱」「在哪个医院」「这个医生怎么样」: asked of what is on the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dialogue.state import Values
from handlers import wishes
from handlers.scene import World
from handlers.texts import booking as booking_texts
from handlers.texts import information as texts
from handlers.texts import triage as triage_texts
from nlp.heard import Heard
from scheduling.types import Opening, SlotId

_QUESTIONS = frozenset({"clinic_info", "doctor_info", "unknown"})
_TELLS = frozenset({"symptom", "unknown"})


def about(heard: Heard, values: Values, world: World) -> str:
    """Return the answer about what was chosen, or what is listed; empty for another question."""
    if "doctor_sex" in heard.preferences and heard.intent in _QUESTIONS and "ward" in values:
        return booking_texts.doctor_sex(wishes.site_phone(values.get("site", ""), world))
    if "queue_worse" in heard.preferences and heard.intent in _TELLS:
        return triage_texts.WORSE
    names_another = heard.doctors or heard.stated_departments or heard.sites or heard.missing
    asks = heard.intent in _QUESTIONS or "whose" in heard.topics
    if not asks or names_another or "ward" not in values:
        return ""
    if "whose" in heard.topics:
        return _whose(values, world)
    asked = next((topic for topic in _ANSWERS if topic in heard.topics), "")
    is_elsewhere = asked == "address" and texts.TOPICS.keys() & {*heard.topics}  # the canteen
    if is_elsewhere or (not asked and (heard.intent != "doctor_info" or heard.topics)):
        return ""
    openings = _table(values, world)
    return _ANSWERS.get(asked, _doctor)(openings, world) if openings else ""


def _table(values: Values, world: World) -> list[Opening]:
    """Return what was chosen, else the first of every offer."""
    slots = values.get("offer")
    if slots:
        return list(world.desk.finder.openings([SlotId(values.get("time") or slots[0])]))
    return [offer.first for offer in wishes.listed(values, world)]


def _whose(values: Values, world: World) -> str:
    people = world.desk.patients.linked()
    return next(
        (texts.whose(one) for one in people if one.id == values.get("patient")),
        texts.WHOSE_IS_OPEN,
    )


def _fee(openings: list[Opening], world: World) -> str:
    if len(openings) == 1:
        return texts.fee_of(openings[0])
    codes = list(dict.fromkeys(o.department for o in openings))
    return texts.fees(openings[0].department_name, world.desk.catalogue.fees(codes))


def _where(openings: list[Opening], world: World) -> str:
    """One line for each site of what is on the table."""
    at = {o.site: o for o in reversed(openings)}
    wards = {
        w.code: w for w in world.desk.catalogue.departments([o.department for o in at.values()])
    }
    places = [p for p in world.desk.catalogue.sites() if p.code in at]
    return "\n".join(texts.where(p, wards[at[p.code].department]) for p in places)


def _doctor(openings: list[Opening], world: World) -> str:
    if len(openings) > 1:
        return texts.doctors(world.desk.catalogue.doctors(department=openings[0].department))
    if openings[0].doctor is None:
        return texts.NO_NAMED_DOCTOR
    (doctor,) = world.desk.catalogue.doctors([openings[0].doctor])
    return texts.doctor_card(doctor)


_ANSWERS: Mapping[str, Callable[[list[Opening], World], str]] = {"fee": _fee, "address": _where}
