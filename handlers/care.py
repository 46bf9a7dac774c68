"""
Care mode (关怀模式): the same conversations for who wants them slow, simple and by digits.

    患者: 说慢点
    机器人: 好的，以后一次只说一件事，按数字就能办。… 1. 挂号 …
    患者: 1

One home for it: on the way in a digit becomes what it stands for, on the way out every reply is
worded as it is read aloud, and ends with what to press. The conversations in between know nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from dialogue.form import Asked, Done, Form, Given, Question, Slot
from dialogue.reply import Option, Reply
from dialogue.state import State, Values
from handlers import readback
from handlers.ports import Desk
from handlers.scene import World
from handlers.texts import aloud
from handlers.texts import care as texts
from nlp.heard import Heard, Intent

# Who is offered it, once: the age by the identity card of the account's own owner.
_OFFERED_FROM_YEARS = 60
# Silence means less here: somebody looks for glasses, or asks a neighbour.
IDLE = timedelta(hours=2)

_HUMAN, _BACK, _MORE, _AGAIN = "0", "7", "8", "9"
_INTENTS: Mapping[str, Intent] = {
    _HUMAN: "human", _BACK: "back", _MORE: "unknown", _AGAIN: "repeat",
}  # fmt: skip
# What may be said along with the wish without meaning anything else.
_NOTHING_ELSE = frozenset({"unknown", "help", "repeat", "greet", "staff", "feedback"})
_FEW_CHARACTERS = 8
_OF_LETTERS = {"看不清", "看不见", "看不清楚"}


def is_on(state: State) -> bool:
    """Tell whether this person wants it slow and simple."""
    return state.care == "on"


def recalled(state: State, desk: Desk) -> State:
    """Return the state with what is known of the account, looked up once a conversation."""
    if state.care:
        return state
    wanted = desk.care.wanted()
    return replace(state, care="unasked" if wanted is None else _word(on=wanted))


def settled(before: State, after: State, desk: Desk) -> State:
    """Return the state after a turn: what was said of it in this turn, else what held before."""
    chosen = desk.care.chosen
    return replace(after, care=before.care if chosen is None else _word(on=chosen))


def _word(*, on: bool) -> Any:  # noqa: ANN401 - a dialogue.state.Care
    return "on" if on else "off"


# -- in


def digit(state: State, heard: Heard) -> Heard:
    """Return what one of the keys that every message names stands for; else what was heard."""
    key = heard.text.strip().translate(_FULL_WIDTH)
    if not is_on(state) or key not in _INTENTS:
        return heard
    intent = _INTENTS[key]
    top = state.top
    if key == _BACK and top is not None and len(state.frames) == 1 and not top.history:
        intent = "stop"
    return Heard(
        text=heard.text,
        intent=intent,
        confidence=1.0,
        preferences=frozenset({"more"}) if key == _MORE else frozenset(),
    )


_FULL_WIDTH = {0xFF10 + n: str(n) for n in range(10)}


def wish(heard: Heard) -> bool | None:
    """Return whether care mode was asked for (True), declined (False), or not spoken of."""
    if "no_care" in heard.preferences:
        return False
    return True if "care" in heard.preferences else None


def is_all(heard: Heard) -> bool:
    """Tell whether nothing else was said along with that wish."""
    # 「字太小了，看不清」 is about the letters, not about the eyes.
    complaints = set(heard.symptoms) - (_OF_LETTERS if "字" in heard.text else set())
    other = complaints or heard.when or heard.doctors or heard.stated_departments
    is_short = len(heard.text) <= _FEW_CHARACTERS and heard.intent != "human"
    is_of_letters = bool(heard.symptoms) and not complaints
    return not other and (is_short or is_of_letters or heard.intent in _NOTHING_ELSE)


def acknowledged(*, on: bool) -> str:
    """Say that it is on, or off, now."""
    return f"{texts.ON}\n{texts.BIG}" if on else texts.OFF


# -- asked once


def is_to_be_asked(before: State, after: State, world: World) -> bool:
    """Tell whether to offer it now: something has just been settled for somebody of that age."""
    if before.care != "unasked" or before.top is None or after.top is not None:
        return False
    today = world.scene.now_local.date()
    own = (p for p in world.desk.patients.linked() if p.relation == "self")
    return any(readback.years(p.birth_on, today) >= _OFFERED_FROM_YEARS for p in own)


def _ask(values: Values, world: World) -> Asked:
    return Question(texts.ASK, texts.ASK_CHOICES, wants="yes_no")


def _answer(heard: Heard, values: Values, world: World) -> Given:
    return None if heard.answer is None else heard.answer == "yes"


def _done(values: Values, world: World) -> Done:
    world.desk.care.choose(on=values["on"])
    return Done(acknowledged(on=True) if values["on"] else texts.KEPT_OFF)


FORM: Form[World] = Form(
    name="care", done=_done, is_light=True, slots=(Slot("on", _ask, answer=_answer),)
)


# -- out


def worded(state: State, reply: Reply) -> Reply:
    """Return the reply as it is read aloud, with what to press at its end."""
    return replace(
        reply,
        text=texts.simple(reply.text),
        options=tuple(map(_option, reply.options)),
        footer=_keys(state, reply),
    )


def notice(text: str) -> str:
    """Return a notice that comes by itself as it is read aloud, with what to press."""
    return f"{texts.simple(text)}\n{texts.NOTICE_KEYS}"


def _option(option: Option) -> Option:
    # Three characters stand in front: the number.
    label, _, rest = aloud.aloud(option.label, aloud.MOST_CHARACTERS - 3).partition("\n")
    return replace(option, label=label, detail=rest)


def _keys(state: State, reply: Reply) -> str:
    top = state.top
    if state.alarm or top is None:
        return texts.KEYS
    how = texts.HOW.get(top.wants or "", texts.PICK if reply.options else texts.TELL)
    more = texts.MORE if reply.footer else ""
    return f"{how}{more}\n{texts.BACK if top.history or len(state.frames) > 1 else texts.KEYS}"
