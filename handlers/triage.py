"""
What is asked before a department is chosen: first whether there is danger, then what tells most.

    患者: 我妈这两天头晕
    机器人: 先问一句要紧的：现在有没有下面任何一种？嘴歪脸歪、…
    患者: 没有
    机器人: 您说“头晕”，建议看神经内科。…

The values are JSON: `concern` a name of lexicon/safety.tsv, `safe` how it was denied, `detail` the
option chosen ("" where nothing was asked), `dept` as in handlers.depts, with `inquiry` {"name",
"options": [[option, codes], …]} and `turns`, how often the complaint was told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dialogue.form import Asked, Filled, Given, Question, Redo, Slot
from dialogue.options import CARE_PAGE, PAGE
from dialogue.state import Values
from handlers.scene import World
from handlers.texts import triage as texts
from nlp.heard import FAIR_SHARE, YOUNG, Heard, Inquiry, Named, Person

# `Frame.wants` of the safety question: handlers.conversation treats a yes as an emergency.
DANGER = "danger"
# Above this calibrated probability the bot routes by itself; the careful one of
# docs/triage-model.md, until a site has 300 labelled messages of its own.
SURE = 0.9
# A short message says little, and what its best department lacks is spread thinly over all others:
# there the bot is sure, too, when the best is so many times likelier than the next.
_SHORT_CHARACTERS = 20
_SURE_SHORT = 0.3
_AHEAD = 7
# Who should be seen today is asked no more than there is need for.
_SURE_TODAY = 0.5
_NOBODY = (Named("", "", 0.0), Named("", "", 0.0))
# At most two questions about the complaint, the safety question among them, then three to choose.
_MOST_TURNS = 2
_NEGLIGIBLE = 0.05
# Two directions, one of them clear, are shown instead of asked about: of the 86 such development
# titles the right one is among the two in 56, after the question among those shown in 59.
_FEW, _CLEAR = 2, 0.4
# The option of nlp.inquiry that stands for all that is not shown.
_NONE = "none"
_MOST_NAMED = 3
# Whom it is for settles such a pair at once, and is known to everybody.
_WHO = "who"
FOR_CHILDREN = "儿科"  # the national name
_GROWN_YEARS = 14
_TELLS_NOTHING = frozenset({"any", "none", "unsure", "skip"})
# What in `dept` leaves nothing to ask here, or has a question of its own.
_SETTLES = ("sure", "missing", "instead_of")


def hear_concern(heard: Heard, values: Values, world: World) -> Given:
    """A complaint that may be an emergency; another one is asked about anew."""
    return heard.concern


def ask_safe(values: Values, world: World) -> Asked:
    """Ask for danger before anything else; as everywhere, the first choice goes on."""
    if not values.get("concern"):
        return Filled("")
    return Question(
        texts.safety(values["concern"]), [(texts.NO, "no"), (texts.YES, "yes")], wants=DANGER
    )


def answer_safe(heard: Heard, values: Values, world: World) -> Given:
    """「没有」「都没有」「不喘也不出汗」「说的是以前的事」."""
    denies = heard.answer == "no" or (heard.negated and not heard.symptoms)
    denies = denies or "no_danger" in heard.preferences
    return "no" if denies else None


def pick_safe(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """Only the no comes here: a yes is answered as an emergency."""
    return value if value == "no" else None


def is_sure(heard: Heard) -> bool:
    """Tell whether the department may be chosen without a question."""
    found = heard.departments
    best, second = (d.score for d in (*found, *_NOBODY)[:2])
    if heard.urgency == "today" and best >= _SURE_TODAY:
        return True
    is_short = len(heard.text) <= _SHORT_CHARACTERS and best >= _SURE_SHORT
    return best >= SURE or (is_short and best >= _AHEAD * second)


def is_young(person: Person) -> bool:
    """Tell whether somebody is spoken of as a child, and not said to be grown."""
    age = person.age_years
    return person.relation in YOUNG if age is None else age < _GROWN_YEARS


def kept(inquiry: Inquiry | None) -> dict[str, Any] | None:
    """Return a question of the ear as JSON."""
    if inquiry is None:
        return None
    options = [
        [o.name, [[d.code, round(d.score, 3)] for d in o.departments if d.score >= _NEGLIGIBLE]]
        for o in inquiry.options
    ]
    return {"name": inquiry.name, "options": [o for o in options if o[1]]}


def directions_of(found: Sequence[Named], national: Sequence[Named]) -> dict[str, str]:
    """
    Return which national department each department of a site stands for, by code.

    It has that one's probability; a substitute, which has a little less, that of the next above.
    """
    ranked = sorted(national, key=lambda one: one.score)
    told = {}
    for one in found:
        above = next((n for n in ranked if n.score >= one.score), None)
        told[one.code] = above.name if above else one.name
    return told


def named(
    codes: Sequence[Sequence[Any]], stands_for: Mapping[str, str]
) -> list[list[Sequence[Any]]]:
    """Return the directions that may be named beside the best, that one first."""
    apart = directions(codes, stands_for)
    return [pairs for pairs in apart if pairs[0][1] >= FAIR_SHARE * apart[0][0][1]]


def directions(
    codes: Sequence[Sequence[Any]], stands_for: Mapping[str, str]
) -> list[list[Sequence[Any]]]:
    """Return [code, score] pairs by what they stand for, best first; 全科 of all sites is one."""
    found: dict[str, list[Sequence[Any]]] = {}
    for pair in codes:
        found.setdefault(stands_for.get(pair[0], pair[0]), []).append(pair)
    return list(found.values())


def said(dept: Mapping[str, Any]) -> list[str]:
    """Return the words of the complaint without what was only chosen from a list."""
    return [word for word in dept["words"] if word != dept.get("chosen")]


def ask_detail(values: Values, world: World) -> Asked:
    """Ask the telling question where no department is sure."""
    dept = values.get("dept") or {}
    asked = dept.get("inquiry")
    settled = world.english or values.get("doctor") or any(dept.get(name) for name in _SETTLES)
    if settled or not asked or dept["turns"] > _MOST_TURNS:
        return Filled("")
    apart = named(dept["codes"], dept.get("stands_for", {}))
    if asked["name"] != _WHO and len(apart) <= _FEW and apart[0][0][1] >= _CLEAR:
        return Filled("")  # the two are shown
    choices = [
        (texts.LABELS[name], place)
        for place, (name, _) in enumerate(asked["options"])
        if name != _NONE
    ]
    # 「都不是」 is seen at once, whatever else there is.
    seen = (CARE_PAGE if world.care else PAGE) - 1
    likely = [pairs[0][0] for pairs in apart[:_MOST_NAMED]]
    names = {w.code: w.name for w in world.desk.catalogue.departments(likely)}
    return Question(
        texts.inquiry(
            asked["name"], dept["words"], [*dict.fromkeys(names[c] for c in likely if c in names)]
        ),
        [*choices[:seen], (texts.NONE_OF_THESE, -1), *choices[seen:]],
    )


def answer_detail(heard: Heard, values: Values, world: World) -> Given:
    """「都没有」「都不是」「不知道」 tell something, too."""
    options = [name for name, _ in values["dept"]["inquiry"]["options"]]
    if is_young(heard.person) and not heard.symptoms and "child" in options:
        return pick_detail(options.index("child"), values, world)
    denies = heard.answer == "no" or heard.preferences & _TELLS_NOTHING
    return pick_detail(-1, values, world) if denies and not heard.symptoms else None


def pick_detail(value: Any, values: Values, world: World) -> Given:  # noqa: ANN401 - any JSON
    """The departments as they stand after the answer."""
    dept = values["dept"]
    options = dept["inquiry"]["options"]
    if value < 0:
        return _NONE
    name, codes = options[value]
    if name == "adult":
        stands_for = dept.get("stands_for", {})
        codes = [c for c in codes if stands_for.get(c[0]) != FOR_CHILDREN] or codes
    after = {
        **dept,
        "codes": codes,
        "words": [*dept["words"], texts.LABELS[name]],
        "chosen": texts.LABELS[name],
        "sure": codes[0][1] >= SURE,
        "inquiry": None,
    }
    said = {"relation": "child"} if name == "child" and not values.get("relation") else {}
    return Redo((), fill={"dept": after, "detail": name, **said})


SAFETY: tuple[Slot[World], ...] = (
    Slot("concern", hear=hear_concern, along="dept"),
    Slot(
        "safe", ask_safe, answer=answer_safe, pick=pick_safe, after=("concern",), beside=("dept",)
    ),
)
DETAIL: Slot[World] = Slot("detail", ask_detail, answer=answer_detail, pick=pick_detail)
