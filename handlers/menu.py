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
from handlers import appointments, information
from handlers.scene import World
from handlers.texts import common

_BOOK, _MINE, _HUMAN = "book", "mine", "human"


def ask_what(values: Values, world: World) -> Asked:
    """Greet, and offer; who has just followed us is told more."""
    hospital = world.scene.hospital
    greeting = common.welcome(hospital) if values.get("is_new") else common.greeting(hospital)
    if values.get("is_lost"):
        greeting = common.CHOOSE
    return Question(
        greeting,
        [(common.MENU_BOOK, _BOOK), (common.MENU_MINE, _MINE), (common.MENU_HUMAN, _HUMAN)],
    )


def go(values: Values, world: World) -> Done:
    """Begin what was chosen."""
    if values["what"] == _BOOK:
        return Done("", then=Open("booking"))
    if values["what"] == _MINE:
        return Done(appointments.overview(world).text)
    return Done(information.human(world).text)


FORM: Form[World] = Form(
    name="menu",
    title=common.MENU_TITLE,
    opens_on=frozenset({"greet"}),
    done=go,
    is_light=True,
    slots=(Slot("what", ask_what),),
)
