"""Which shifts a member of staff means, and the word without which nothing is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dialogue.form import Asked, Filled, Given, Question, Redo, Slot, Stop
from dialogue.state import Values
from handlers.scene import World
from handlers.texts import duties as duty_texts
from handlers.texts import staff as texts
from nlp.heard import Heard
from scheduling.rota import ShiftView

# More than these do not fit one message of choices; of other days so many are named.
_FEW, _SHOWN = 4, 3
# 凌晨, 早上, 上午, 中午, 下午, 傍晚, 晚上, all day: hours and minutes, from and to.
_DAYPARTS = frozenset(
    {(0, 0, 6, 0), (6, 0, 10, 0), (8, 0, 12, 0), (11, 0, 14, 0), (12, 0, 18, 0), (17, 0, 19, 0),
     (18, 0, 22, 0), (0, 0, 0, 0)}
)  # fmt: skip
_CLOCK = timedelta(minutes=30)  # what a bare 「10点」 is heard as
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
    shifts = world.desk.suspensions.shifts(member, doctors, wards, _said(values))
    found = [shift for shift in shifts if shift.state == state]
    # 「心内科王主任」: of all of the name those of the department that was named.
    named = [shift for shift in found if doctors and shift.department in wards]
    return named or found


def parts(found: Sequence[ShiftView], values: Values) -> Mapping[int, datetime] | None:
    """
    Return from when on those shifts are meant of which only the end is (10点以后).

    None where a beginning or a middle is meant, and no end.
    """
    starting: dict[int, datetime] = {}
    for view in found:
        touching = [when for when in _said(values) if _touches(view, *when)]
        if not touching or any(_is_all(view, *when) for when in touching):
            continue
        start, end = touching[0]
        is_clock = end - start == _CLOCK
        if len(touching) > 1 or start <= view.starts_at or not (is_clock or end >= view.ends_at):
            return None
        starting[view.id] = start
    return starting


def _said(values: Values) -> list[tuple[datetime, datetime]]:
    when = values.get("when", ())
    return [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in when]


def _touches(view: ShiftView, start: datetime, end: datetime) -> bool:
    return view.starts_at < end and view.ends_at > start


def _is_all(view: ShiftView, start: datetime, end: datetime) -> bool:
    """Whether the words name the whole clinic: what lies around it, or its part of the day."""
    is_around = start <= view.starts_at and end >= view.ends_at
    return is_around or (start.hour, start.minute, end.hour, end.minute) in _DAYPARTS


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
    is_of_doctors = "doctors" in values  # without a day hardly all of them are meant
    if len(found) > _FEW and not is_of_doctors:
        return Question(question, [everyone, *choices])
    return Question(question, [*choices, everyone])


def none_then(none: str, values: Values, world: World) -> str:
    """Nothing then: say when the doctor or department that was named has clinics."""
    member = world.desk.staff.me()
    named = set(values.get("doctors", ()))
    if member is not None and member.role == "doctor" and not named <= {member.doctor}:
        return duty_texts.ONLY_OWN
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
        is_nearly = heard.intent in _ASSENTS or texts.bare(heard.text) in texts.NEARLY
        return Redo((), texts.say_the_word(word)) if is_nearly else None

    return answered
