"""
The few things on offer, for who would rather press a digit than write.

    患者: 你好
    机器人: 您好，… 回复数字选一项：
    患者: 1
    机器人: 您哪里不舒服？…
"""

from __future__ import annotations

from dialogue.form import Asked, Done, Form, Open, Question, Slot
from dialogue.state import Values
from handlers import appointments, arriving, cancelling, care, information
from handlers.scene import World
from handlers.texts import care as care_texts
from handlers.texts import common

_BOOK, _MINE, _HUMAN, _HELP, _LEAVE = "book", "mine", "human", "help", "leave"
# In care mode everything there is, for nothing else may be said than digits; 0 is a person.
_BY_DIGITS = [
    (care_texts.BOOK, _BOOK),
    (care_texts.MINE, _MINE),
    (care_texts.CANCEL, "cancel"),
    (care_texts.MOVE, "reschedule"),
    (care_texts.REGISTER, "registration"),
    (care_texts.HELP, _HELP),
    (care_texts.LEAVE, _LEAVE),
]


def ask_what(values: Values, world: World) -> Asked:
    """Greet, and offer; who has just followed us is told more, who asks for help what I can do."""
    helps = world.heard.intent == "help"
    if world.care:
        greets = values.get("is_new") or world.heard.intent == "greet"
        lead = common.hello(world.scene.hospital) if greets else ""
        lead = f"{common.helping().text}\n" if helps else lead
        lost = world.desk.bookings.undoable(world.desk.now - cancelling.UNDO_WITHIN)
        undo = [(care_texts.RESTORE, cancelling.UNDO.name)] if lost else []
        today = arriving.by_digits(world)
        return Question(f"{lead}{care_texts.WHAT}", [*today, *undo, *_BY_DIGITS])
    hospital = world.scene.hospital
    greeting = common.welcome(hospital) if values.get("is_new") else common.greeting(hospital)
    if helps:
        greeting = f"{common.helping().text}\n{common.OR_CHOOSE}"
    if values.get("is_lost"):
        greeting = common.CHOOSE
    return Question(
        greeting,
        [(common.MENU_BOOK, _BOOK), (common.MENU_MINE, _MINE), (common.MENU_HUMAN, _HUMAN)],
    )


def go(values: Values, world: World) -> Done:
    """Begin what was chosen."""
    what = values["what"]
    if what == _BOOK:
        return Done("", then=Open("booking"))
    if what == _MINE:
        return Done(appointments.overview(world).text)
    if what == _HELP:
        return Done(common.helping().text)
    if what == _LEAVE:
        world.desk.care.choose(on=False)
        return Done(care.acknowledged(on=False))
    if what == _HUMAN:
        return Done(information.human(world).text)
    return Done("", then=arriving.by_digit(what) or Open(what))


FORM: Form[World] = Form(
    name="menu",
    title=common.MENU_TITLE,
    opens_on=frozenset({"greet", "help"}),
    done=go,
    is_light=True,
    slots=(Slot("what", ask_what),),
)
