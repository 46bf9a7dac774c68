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
from handlers import wishes
from handlers.scene import World
from handlers.texts import changes as texts
from nlp.heard import Heard
from scheduling.types import Opening, SlotId


def hear(heard: Heard, values: Values, world: World) -> Given:
    """Return what turning down means here, or None when nothing was turned down."""
    wanted = {*heard.preferences, *(("other_time",) if heard.intent == "reschedule" else ())}
    turned_down = next((name for name in _ANSWERS if name in wanted), None)
    # Another day or department was named: that alone changes the list.
    named = {
        "other_time": heard.when,
        "other": heard.when,
        "other_dept": heard.stated_departments,
    }
    if "ward" not in values or named.get(turned_down or ""):
        return None
    if turned_down is not None:
        return _ANSWERS[turned_down](values, world)
    has_wish = heard.when or heard.doctors or heard.stated_departments or heard.symptoms
    is_no = heard.answer == "no" or heard.intent == "deny"
    return Redo((), texts.WHAT_TO_CHANGE) if is_no and not has_wish else None


def _other(values: Values, world: World) -> Given:
    if "offer" in values:
        return Redo(("offer",), texts.NOT_THIS)
    if len(wishes.listed(values, world)) > PAGE:
        return More(texts.NOT_THIS)
    return _wider(values)


def _other_time(values: Values, world: World) -> Given:
    if "offer" in values:
        return Redo(("offer",), texts.ANOTHER_TIME)
    if "when" in values:
        return Redo(("when",), texts.ANOTHER_TIME)
    return More(texts.ANOTHER_TIME) if len(wishes.listed(values, world)) > PAGE else _wider(values)


def _other_doctor(values: Values, world: World) -> Given:
    chosen = _chosen(values, world)
    if chosen is None and not values.get("doctor"):
        return _other(values, world)
    refused = values.get("doctor") or (chosen.doctor if chosen else None)
    fallen = ("offer", "doctors", "doctor", "usual")
    if refused is None:
        return Redo(fallen, texts.NOT_THIS)
    return Redo(
        fallen, texts.ANOTHER_DOCTOR, {"not_doctors": [*values.get("not_doctors", ()), refused]}
    )


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
    narrow: Sequence[str] = [name for name in ("when", "wish", "site") if values.get(name)]
    return Redo((narrow[0],), texts.WIDER) if narrow else Redo((), texts.THAT_IS_ALL)


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
