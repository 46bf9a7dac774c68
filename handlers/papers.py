"""
Which document a patient has, its number, and what it does not tell of sex and birth date.

The resident identity card is assumed; who says 「护照」 or sends a passport's number is believed;
a newborn and a foreigner are asked first.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from dialogue.form import Asked, Filled, Given, Question, Redo, Slot
from dialogue.options import CARE_PAGE, PAGE
from dialogue.state import Values
from handlers import agreeing, wishes
from handlers.scene import World
from handlers.texts import refusals
from handlers.texts import registration as texts
from nlp.heard import Heard
from scheduling.errors import Refusal

_RESIDENT, _GUARDIAN, _OF_BIRTH = "resident_id", "guardian", "birth_certificate"
_RESIDENT_PLACES = 18
_CHILDREN = frozenset({"child", "son", "daughter", "grandchild"})
# Likeliest first; a page shows five.
_OF_BABIES = ("birth_certificate", "guardian", "resident_id", "passport", "hm_permit")
_OF_CHILDREN = ("birth_certificate", "guardian", "passport", "hm_permit", "tw_permit")
_OF_FOREIGNERS = ("passport", "foreign_permanent", "hm_permit", "tw_permit", "resident_id")
_OTHERS = ("passport", "hm_permit", "tw_permit", "hmt_residence", "foreign_permanent")


# -- which one


def ask_kind(values: Values, world: World) -> Asked:
    """Assume the resident identity card, unless it is unlikely or was refused."""
    if "number" in values:  # it came with the name, and tells what it is of
        return Filled(_kind_of(values["number"], values, world))
    first = _likely(values, world)
    if first is None:
        return Filled(_RESIDENT)
    rest = [kind for kind in texts.KINDS if kind not in first]
    choices: list[tuple[str, Any]] = [(texts.KINDS[k], k) for k in (*first, *rest)]
    if values.get("other_document"):  # who has none of them sees that at once
        seen = (CARE_PAGE if world.care else PAGE) - 1
        choices = [*choices[:seen], (texts.NO_DOCUMENT, ""), *choices[seen:]]
    return Question(texts.KIND, choices, wants="document")


def pick_kind(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """The document, or none of them: then the number is asked for again, when it is at hand."""
    return value or _not_at_hand(values, world)


def _not_at_hand(values: Values, world: World) -> Given:
    note = texts.not_at_hand(wishes.hospital_phone(world))
    return Redo(("kind",), note, {"other_document": False})


def _kind_of(number: str, values: Values, world: World) -> str:
    """The kind a number has the shape of; a child's letter and nine digits are of its birth."""
    kinds = world.desk.patients.guess_documents(number)
    if values.get("relation") in _CHILDREN and _OF_BIRTH in kinds:
        return _OF_BIRTH
    return kinds[0] if kinds else _RESIDENT


def _likely(values: Values, world: World) -> tuple[str, ...] | None:
    is_child = values.get("relation") in _CHILDREN
    if is_child and _is_newborn(world):
        return _OF_BABIES
    if values["name"].isascii():
        return _OF_FOREIGNERS
    if not values.get("other_document"):
        return None
    return _OF_CHILDREN if is_child else _OTHERS


def _is_newborn(world: World) -> bool:
    age = (world.person or {}).get("age_years")
    return isinstance(age, int | float) and age < 1


def hear_kind(heard: Heard, values: Values, world: World) -> Given:
    """「我只有护照」 said before the number was given; naming the assumed one says nothing."""
    is_open = "consent" in values and "number" not in values
    return heard.document if is_open and heard.document != _RESIDENT else None


def answer_kind(heard: Heard, values: Values, world: World) -> Given:
    """The document in words, or its number, which tells what it is of."""
    if heard.id_number:
        kinds = world.desk.patients.guess_documents(heard.id_number)
        kind = heard.document or next(iter(kinds), _RESIDENT)
        return Redo((), "", {"kind": kind, "number": heard.id_number})
    if "number_unknown" in heard.preferences or heard.answer == "no":
        return _not_at_hand(values, world)
    if "no_papers" in heard.preferences:
        return _without_papers(values, world)
    return heard.document


def _without_papers(values: Values, world: World) -> Given:
    is_child = values.get("relation") in _CHILDREN
    return _GUARDIAN if is_child else _not_at_hand(values, world)


# -- its number


def ask_number(values: Values, world: World) -> Asked:
    """Ask for the number of the document, with the way out for those who have another."""
    kind = values["kind"]
    choices = [(texts.OTHER_DOCUMENT, "other")] if kind == _RESIDENT else []
    return Question(texts.number(kind), choices, wants="id_number")


def pick_number(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """The only choice there is: another document."""
    return Redo(("kind",), fill={"other_document": True})


def hear_number(heard: Heard, values: Values, world: World) -> Given:
    """A resident's number given along with something else, once there is consent."""
    if heard.errand == "number" and "number" in values:
        return heard.id_number or Redo(("number",), texts.AGAIN)
    is_resident = values.get("kind", _RESIDENT) == _RESIDENT
    number = heard.id_number
    if number is None or not agreeing.may_keep(values, world) or not is_resident:
        return None
    is_early = "name" not in values and heard.name is None
    kind = _kind_of(number, values, world)
    if kind != _RESIDENT and "kind" not in values:
        note = texts.noted_number(number) if is_early else ""
        return Redo((), note, {"kind": kind, "number": number})
    if not is_early or check_number(number, values, world):
        return number
    return Redo((), texts.noted_number(number), {"number": number})


def answer_number(heard: Heard, values: Values, world: World) -> Given:
    """
    The number as written; another document's number, or its name, changes the document.

    Digits alone are a mistyped resident's number rather than a passport's.
    """
    number = heard.id_number
    kind = heard.document or values["kind"]
    is_resident = len(number or "") == _RESIDENT_PLACES
    if number and (number[0].isalpha() if kind == _RESIDENT else is_resident):
        kinds = world.desk.patients.guess_documents(number)
        kind = kinds[0] if len(kinds) == 1 and kind != _GUARDIAN else kind
    if number and kind != values["kind"]:
        return Redo((), texts.taken_as(kind), {"kind": kind, "number": number})
    if number is None and kind != values["kind"]:
        return Redo((), "", {"kind": kind})
    is_away = "number_unknown" in heard.preferences or heard.answer == "no"
    if number is None and is_away:
        return Redo((), texts.not_at_hand(wishes.hospital_phone(world)))
    if number is None and "no_papers" in heard.preferences:
        return Redo(("kind",), fill={"other_document": True})
    return number


def check_number(value: Any, values: Values, world: World) -> str | None:  # noqa: ANN401 - any JSON
    """Say at once when a number cannot be right."""
    try:
        world.desk.patients.check_document(values.get("kind", _RESIDENT), value)
    except Refusal as no:
        return refusals.say(no)
    return None


def _told(values: Values, world: World) -> tuple[str | None, date | None]:
    """What the document itself tells of sex and birth date; a guardian's tells nothing."""
    if values["kind"] == _GUARDIAN:
        return None, None
    return world.desk.patients.check_document(values["kind"], values["number"])


def ask_sex(values: Values, world: World) -> Asked:
    """Ask unless the document tells."""
    sex, _ = _told(values, world)
    return Filled(sex) if sex else Question(texts.SEX, texts.SEXES, wants="sex")


def answer_sex(heard: Heard, values: Values, world: World) -> Given:
    """男 or 女."""
    return heard.person.sex


def ask_birth(values: Values, world: World) -> Asked:
    """Ask unless the document tells."""
    _, born = _told(values, world)
    return Filled(born.isoformat()) if born else Question(texts.BIRTH, wants="birth_date")


def answer_birth(heard: Heard, values: Values, world: World) -> Given:
    """The birth date given."""
    return heard.birth_date.isoformat() if heard.birth_date else None


def check_birth(value: Any, values: Values, world: World) -> str | None:  # noqa: ANN401 - any JSON
    """Nobody is born tomorrow."""
    future = date.fromisoformat(value) > world.scene.now_local.date()
    return texts.BIRTH_IN_FUTURE if future else None


SLOTS: tuple[Slot[World], ...] = (
    Slot("kind", ask_kind, hear=hear_kind, answer=answer_kind, pick=pick_kind),
    Slot(
        "number",
        ask_number,
        hear=hear_number,
        answer=answer_number,
        pick=pick_number,
        check=check_number,
        after=("kind",),
        beside=("name", "phone"),
    ),
    Slot("sex", ask_sex, answer=answer_sex, after=("number",)),
    Slot("birth_on", ask_birth, answer=answer_birth, check=check_birth, after=("number",)),
)
