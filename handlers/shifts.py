"""Which shifts a member of staff means, and the word without which nothing is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from dialogue.form import Asked, Filled, Given, Question, Redo, Slot, Stop
from dialogue.state import Values
from handlers.scene import World
from handlers.texts import staff as texts
from nlp.heard import Heard
from scheduling.rota import ShiftView

# More than these do not fit one message of choices; of other days so many are named.
_FEW, _SHOWN = 4, 3
_ASSENTS = frozenset({"affirm", "choose"})


def hear_doctors(heard: Heard, values: Values, world: World) -> Given:
    """The doctors an order names, in the order they were written; else those that were heard."""
    if heard.order is not None:
        return list(heard.order.doctors) or None
    return [d.code for d in heard.doctors if d.score >= heard.doctors[0].score - 0.03] or None


def _hear_wards(heard: Heard, values: Values, world: World) -> Given:
    return [d.code for d in heard.stated_departments] or None


def _hear_when(heard: Heard, values: Values, world: World) -> Given:
    when = heard.order.when if heard.order else heard.when
    return [[w.start.isoformat(), w.end.isoformat()] for w in when] or None


def meant(values: Values, world: World, state: str) -> list[ShiftView]:
    """Return the shifts ahead in this state that the doctors, departments and days name."""
    member = world.desk.staff.me()
    doctors, wards = values.get("doctors", ()), values.get("wards", ())
    if member is None or not (doctors or wards or member.doctor):
        return []
    when = [
        (datetime.fromisoformat(start), datetime.fromisoformat(end))
        for start, end in values.get("when", ())
    ]
    shifts = world.desk.suspensions.shifts(member, doctors, wards, when)
    return [shift for shift in shifts if shift.state == state]


def which(question: str, none: str, found: Sequence[ShiftView], values: Values) -> Asked:
    """All that were named by day are meant; without a day, or with two of a name, it is asked."""
    if not found:
        return Stop(none)
    is_plain = len({shift.doctor for shift in found}) == 1 and "when" in values
    if len(found) == 1 or is_plain:
        return Filled([shift.id for shift in found])
    choices: list[tuple[str, Any]] = [(texts.shift(shift), [shift.id]) for shift in found]
    # A whole department, two doctors: all of them are shown once more before anything happens.
    everyone = (texts.all_of_them(len(found)), [shift.id for shift in found])
    return Question(question, [everyone, *choices] if len(found) > _FEW else [*choices, everyone])


def none_then(none: str, values: Values, world: World) -> str:
    """Nothing then: say when the doctor or department that was named has clinics."""
    others = meant({**values, "when": ()}, world, "published") if values.get("when") else []
    return texts.elsewhen(none, others[:_SHOWN]) if others else none


def views(values: Values, world: World) -> list[ShiftView]:
    """Return the shifts that were settled on."""
    member = world.desk.staff.me()
    shifts = world.desk.suspensions.shifts(member) if member else ()
    return [shift for shift in shifts if shift.id in values["shifts"]]


WISH: tuple[Slot[World], ...] = (
    Slot("doctors", hear=hear_doctors),
    Slot("wards", hear=_hear_wards),
    Slot("when", hear=_hear_when),
)


def only(word: str) -> Callable[[Heard, Values, World], Given]:
    """Only the very word acts; a bare yes or digit is not enough for so many people."""

    def answered(heard: Heard, values: Values, world: World) -> Given:
        if texts.bare(heard.text) == word:
            return True
        return Redo((), texts.say_the_word(word)) if heard.intent in _ASSENTS else None

    return answered
