"""
What was chosen, said once more: 「13:30那个」 at the consent is no other wish.

Where a time is chosen, a message that names it (or its doctor, or its department) again loses
those facts before the forms hear it, so that nothing that was chosen falls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dialogue.state import State
from handlers import times
from handlers.ports import Desk
from nlp.heard import Heard, Person, When
from scheduling.types import Opening, SlotId

# Intents a choice said again is taken for.
_TAKEN_FOR = frozenset({"book", "choose", "reschedule", "symptom", "doctor_info", "unknown"})
# Words beside such a choice that turn nothing down.
_LATER = "wait_later"
_ECHO = "echo"


def trimmed(state: State, heard: Heard, desk: Desk) -> Heard:
    """Return the message without what only says again what is chosen already."""
    slot = next((f.values["time"] for f in reversed(state.frames) if f.values.get("time")), None)
    is_named = any((heard.when, heard.doctors, heard.stated_departments, heard.sites))
    if slot is None or not (is_named or heard.intent == "waitlist"):
        return heard
    if heard.intent == "waitlist":  # first what is going on; then a place in line
        return _without_wish(heard, _LATER)
    chosen = next(iter(desk.finder.openings([SlotId(slot)])), None)
    if heard.symptoms or heard.refused or chosen is None or not _is_of(chosen, heard):
        return heard
    return _without_wish(heard, _ECHO)


def _is_of(chosen: Opening, heard: Heard) -> bool:
    """Tell whether everything that was named is that of the opening."""
    kinds: tuple[tuple[Sequence[object], bool], ...] = (
        (heard.when, _is_time(chosen, heard.when)),
        (heard.doctors, chosen.doctor in {d.code for d in heard.doctors}),
        (heard.stated_departments, chosen.department in _codes(heard)),
        (heard.sites, chosen.site in {s.code for s in heard.sites}),
    )
    return all(is_same for named, is_same in kinds if named)


def _codes(heard: Heard) -> set[str]:
    return {d.code for d in heard.stated_departments}


def _is_time(chosen: Opening, when: Sequence[When]) -> bool:
    start = chosen.starts_at
    return any(
        w.start <= start < w.end or (not w.names_day and times.same_clock(w, chosen)) for w in when
    )


def _without_wish(heard: Heard, why: str) -> Heard:
    # 「那个我要」 says who wants it, not for whom it is.
    person = Person() if heard.person.relation == "self" else heard.person
    said = heard.preferences | {why}
    trimmed = replace(
        heard,
        when=(),
        doctors=(),
        stated_departments=(),
        sites=(),
        ordinal=None,
        person=person,
        preferences=said,
    )
    is_wish = heard.intent in _TAKEN_FOR or why == _LATER
    return replace(trimmed, intent="unknown", confidence=1.0) if is_wish else trimmed
