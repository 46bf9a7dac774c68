"""What was understood of a patient is read back before it is kept; what cannot be is asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dialogue.form import Asked, Given, Question, Redo, Slot
from dialogue.state import Values
from handlers.scene import World
from handlers.texts import registration as texts
from nlp.heard import Heard
from scheduling.policy import Policy

_ADULT = Policy().child_under_years
_SELF = "self"
# What a relation says of sex and least age; nobody registers a grandparent of 20.
_PLAUSIBLE: Mapping[str, tuple[str, int]] = {
    "self": ("", _ADULT),
    "mother": ("f", _ADULT),
    "father": ("m", _ADULT),
    "daughter": ("f", 0),
    "son": ("m", 0),
    "spouse": ("", _ADULT),
    "grandparent": ("", 30),
}


def years(born: date, today: date) -> int:
    """Return the age in completed years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def ask_right(values: Values, world: World) -> Asked:
    """Read everything back; where relation and document disagree, ask which is wrong."""
    today = world.scene.now_local.date()
    odd = _odd(values, today)
    asks_leave = _asks_leave(values, world)
    text = texts.read_back(values, today, odd, asks_leave=asks_leave)
    choices = texts.ODD_CHOICES[odd] if odd else texts.right_choices(asks_leave=asks_leave)
    return Question(text, choices, wants="yes_no")


def is_child(born: date, world: World) -> bool:
    """Tell whether a guardian has to agree."""
    return years(born, world.scene.now_local.date()) < _ADULT


def _asks_leave(values: Values, world: World) -> bool:
    """Tell whether somebody grown up is registered by another, and so must have agreed."""
    born = date.fromisoformat(values["birth_on"])
    return values["relation"] != _SELF and not is_child(born, world)


def _odd(values: Values, today: date) -> str:
    sex, least = _PLAUSIBLE.get(values["relation"], ("", 0))
    if years(date.fromisoformat(values["birth_on"]), today) < least:
        return "young_self" if values["relation"] == "self" else "age"
    return "sex" if sex and values["sex"] != sex else ""


def pick_right(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """Yes, or what is wrong and has to be asked again."""
    if value is True:
        if _asks_leave(values, world):
            world.desk.patients.consent("relative")
        return True
    if value == "child":
        return Redo((), fill={"relation": "child"})
    return Redo((value,))


def answer_right(heard: Heard, values: Values, world: World) -> Given:
    """A plain yes, unless something cannot be; a no asks what is wrong."""
    if heard.answer == "yes" and not _odd(values, world.scene.now_local.date()):
        return pick_right(value=True, values=values, world=world)
    return Redo((), texts.WHAT_IS_WRONG) if heard.answer else None


SLOT: Slot[World] = Slot(
    "right",
    ask_right,
    answer=answer_right,
    pick=pick_right,
    after=("relation", "name", "number", "sex", "birth_on", "phone"),
)
