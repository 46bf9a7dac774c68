"""
「换一个」「换个医生」「换个时间」「不要这个医院」: what is shown, or was chosen, does not suit.

While a list is shown, its next page or a wider list comes; once something was chosen, that is
taken back. What was turned down stays out of the lists of this booking.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dialogue.form import Given, More, Redo
from dialogue.options import PAGE
from dialogue.state import Values
from handlers import family, relative, wished_times, wishes
from handlers.scene import World
from handlers.texts import changes as texts
from nlp.heard import Heard
from scheduling.types import Opening, SlotId

# What a plain no may be said with.
_MERE_NO = frozenset({"instead", "rather"})


def hear(heard: Heard, values: Values, world: World) -> Given:
    """Return what turning down means here, or None when nothing was turned down."""
    if "ward" not in values:
        return None
    if heard.refused:
        return _without(values, [d.code for d in heard.refused])
    moved = relative.hear(heard, values, world)
    if moved is not None:
        return moved
    wanted = {*heard.preferences, *(("other_time",) if heard.intent == "reschedule" else ())}
    turned_down = next((name for name in _ANSWERS if name in wanted), None)
    has_wish = heard.when or heard.doctors or heard.stated_departments or heard.sites
    if turned_down is None and "offer" in values and _asks_again(heard, values, world):
        return Redo(("offer",))
    # What is wanted instead was named: that alone changes the list.
    if turned_down is not None and not has_wish:
        return _ANSWERS[turned_down](values, world)
    is_no = heard.answer == "no" or heard.intent == "deny"
    is_bare = is_no and heard.preferences <= _MERE_NO
    is_bare = is_bare and not (heard.symptoms or heard.person.relation)
    return Redo((), texts.WHAT_TO_CHANGE) if is_bare and not has_wish else None


def none_of_these(values: Values, world: World) -> Given:
    """「都没有」「都不合适」: what comes after those shown."""
    return _other(values, world)


def hear_patient(heard: Heard, values: Values, world: World) -> Given:
    """Somebody of the family by name; 「人不对」: who it is for is asked again."""
    named = family.named(heard, world.desk.patients.linked())
    if len(named) == 1:
        return named[0].id
    if "other_patient" not in heard.preferences or "offer" not in values:
        return None
    return another_patient()


def another_patient() -> Redo:
    """Ask again for whom it is."""
    anew = {"relation": "", "new_patient": False, "told": {}}
    return Redo(("patient",), texts.ANOTHER_PATIENT, anew)


def _asks_again(heard: Heard, values: Values, world: World) -> bool:
    """Tell whether a wish said before was said once more, and what was chosen does not meet it."""
    chosen = world.desk.finder.openings([SlotId(slot) for slot in values["offer"]])
    if "time" in values:
        chosen = [o for o in chosen if o.slot == values["time"]]
    if not chosen:
        return False
    same_doctors = heard.doctors and wishes.hear_doctors(heard, values, world) == values.get(
        "doctors"
    )
    same_when = heard.when and wished_times.hear_when(heard, values, world) == values.get("when")
    is_other_doctor = all(o.doctor not in {d.code for d in heard.doctors} for o in chosen)
    is_other_time = not any(w.start <= o.starts_at < w.end for w in heard.when for o in chosen)
    return bool((same_doctors and is_other_doctor) or (same_when and is_other_time))


def _other(values: Values, world: World) -> Given:
    if "offer" in values:
        return Redo(("offer",), texts.NOT_THIS, _refused(values))
    if len(wishes.listed(values, world)) > PAGE:
        return More(texts.NOT_THIS)
    return _wider(values)


def _refused(values: Values) -> Values:
    return {"not_offers": [*values.get("not_offers", ()), values["offer"][0]]}


def _other_time(values: Values, world: World) -> Given:
    chosen = _chosen(values, world)
    spans = wished_times.wanted_times(values)
    if chosen is not None:
        start = chosen.starts_at
        hours = relative.half_day(chosen)
        spans = spans if any(a <= start < b for a, b in spans) else (hours,)
    if spans:
        others = relative.all_but(spans, world)
        if relative.finds({**values, "when": others}, world):
            return Redo(("offer",), texts.ANOTHER_TIME, {"when": others})
        return Redo(("offer", "when"), texts.ANOTHER_TIME)
    return More(texts.ANOTHER_TIME) if len(wishes.listed(values, world)) > PAGE else _wider(values)


def _other_doctor(values: Values, world: World) -> Given:
    chosen = _chosen(values, world)
    refused = values.get("doctor") or (chosen.doctor if chosen else None)
    if refused is not None:
        return _without(values, [refused])
    if chosen is not None:
        return Redo(("offer",), texts.ANOTHER_DOCTOR, _refused(values))
    if "crowded" in world.heard.preferences:
        return Redo(("offer",), texts.FEWER_FIRST, _quietest(values))
    seen = {offer.first.doctor for offer in wishes.listed(values, world)}
    return _without(values, [*seen]) if len(seen) == 1 else Redo((), texts.WHICH_DOCTOR_NOT)


def _quietest(values: Values) -> Values:
    return {"wish": {**values.get("wish", {}), "quiet": True}}


def _without(values: Values, doctors: Sequence[str | None]) -> Given:
    refused = [*values.get("not_doctors", ()), *doctors]
    fallen = ("offer", "doctors", "doctor", "usual")
    return Redo(fallen, texts.ANOTHER_DOCTOR, {"not_doctors": refused})


def _other_site(values: Values, world: World) -> Given:
    chosen = _chosen(values, world)
    listed = wishes.listed(values, world)
    here = (
        chosen.site if chosen else values.get("site") or (listed[0].first.site if listed else "")
    )
    refused = [*values.get("not_sites", ()), here]
    codes = [code for code, _ in values.get("dept", {}).get("codes", ())]
    elsewhere = [w for w in world.desk.catalogue.departments(codes) if w.site not in refused]
    if not elsewhere:
        return Redo((), texts.ONLY_SITE)
    return Redo(("site", "offer"), texts.ANOTHER_SITE, {"not_sites": refused})


def _other_dept(values: Values, world: World) -> Given:
    return Redo(("dept", "doctors", "doctor", "usual", "site"), texts.ANOTHER_DEPT)


def _wider(values: Values) -> Given:
    """Everything on this list was turned down: drop the narrowest wish, or say that is all."""
    narrow = next((name for name in texts.WIDER if values.get(name)), None)
    return Redo((narrow,), texts.WIDER[narrow]) if narrow else Redo((), texts.THAT_IS_ALL)


def _chosen(values: Values, world: World) -> Opening | None:
    slots: Any = values.get("offer")
    return world.desk.finder.opening(SlotId(slots[0])) if slots else None


# The narrower word first: 「换个医生」 is also 「换个」.
_ANSWERS: Mapping[str, Callable[[Values, World], Given]] = {
    "other_dept": _other_dept,
    "other_site": _other_site,
    "other_doctor": _other_doctor,
    "other_time": _other_time,
    "other": _other,
}
