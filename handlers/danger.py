"""What is answered to an emergency, and what a word means right after one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dialogue.reply import Reply
from dialogue.state import State
from handlers.forms import ENGINE, world_of
from handlers.ports import Desk
from handlers.scene import Said, Scene
from handlers.texts import common
from handlers.texts import emergency as texts
from handlers.texts.aloud import broken
from nlp.heard import Heard

# After so long without a word a talk is over, and so is an emergency told in it.
IDLE = timedelta(minutes=30)
# Intents that say nothing without the question they answer.
BARE = ("affirm", "deny", "choose")
# Who says so next speaks of the same illness.
_GOES_ON = ("symptom", "book", "extra", "waitlist", "consult", "education")
# Signs by which somebody may have meant to end it.
_CRISES = frozenset({"suicide", "poisoned", "death_means"})
_TOLD = {"go_now": texts.go_now, "low_sugar": texts.low_sugar}


def answer(action: str, scene: Scene) -> Reply:
    """
    Return the answer to an emergency; needs nothing but the words and the telephone.

    Nothing is known of who writes, so everybody gets short lines.
    """
    if action == "crisis_line":
        return Reply(broken(texts.crisis_line(scene.phone)))
    told = _TOLD.get(action, texts.call_120)
    return Reply(broken(told(scene.emergency_phone)))


def after_alarm(state: State, said: Said, desk: Desk, scene: Scene) -> tuple[State, Reply | None]:
    """
    After an emergency nothing is done by a bare digit, and what is not understood is not a joke.

    A clear new matter goes on as usual; so does everything after half an hour.
    """
    alarm, heard = state.alarm, said.heard
    is_over = "no_danger" in heard.preferences
    state = replace(state, alarm="")
    was_crisis = alarm == "crisis_line" or not _CRISES.isdisjoint(state.signs)
    if is_over:
        state = replace(state, symptoms=(), signs=())
    if not is_over and (scene.idle is None or scene.idle > IDLE):
        return replace(state, symptoms=(), signs=()), None
    if not is_over and heard.intent in ("thanks", "bye"):
        return replace(state, alarm=alarm), Reply(texts.BETTER)
    if not is_over and heard.intent not in (*BARE, "unknown", "greet"):
        # What was told of the emergency is no part of a complaint that comes after another matter.
        return state if heard.intent in _GOES_ON else replace(state, symptoms=()), None
    if is_over or (state.top is not None and heard.intent in BARE):
        lead = texts.FIRST
        if is_over:
            lead = broken(texts.CRISIS_OVER) if was_crisis else texts.GOOD
        if state.top is None:
            return state, Reply(lead if was_crisis else f"{lead}{common.NOTHING_OPEN}")
        again = heard.with_intent("repeat")
        state, reply = ENGINE.step(state, again, world_of(state, heard, desk, scene))
        return state, reply.after(lead)
    return replace(state, alarm=alarm), answer(alarm, scene)


def reminder(alarm: str, scene: Scene) -> str:
    """Return what is said once more in front of the first new matter after an emergency."""
    if scene.idle is None or scene.idle > IDLE:
        return ""
    return texts.CRISIS_FIRST if alarm == "crisis_line" else texts.FIRST


def trouble(heard: Heard) -> str:
    """Return what is said first to somebody beaten at home, or alone with it; else nothing."""
    if "violence" in heard.preferences:
        is_man = heard.person.relation == "spouse" and heard.person.sex == "f"
        return broken(texts.beaten(is_man=is_man))
    return broken(texts.LONELY) if "lonely" in heard.preferences else ""


def admits(said: Said) -> bool:
    """Tell whether the safety question was answered with its second choice, the yes."""
    said_so = said.heard.answer == "yes" or said.is_second
    return said_so and not said.menu_id.endswith("-1")
