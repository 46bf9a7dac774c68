"""What is answered to an emergency, and what a word means right after one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dialogue.reply import Reply
from dialogue.state import State
from handlers import foreign
from handlers.forms import ENGINE, world_of
from handlers.ports import Desk
from handlers.scene import Said, Scene, World
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
# The alarm of who may end it, and the sign by which it counts for the rest of the talk.
CRISIS, WORRY = "crisis_line", "@crisis"
# What is called for where nothing is known but that somebody cries for help.
LIFE = "call_120"
_BOOKING, _IS_THERE = "booking", "at_emergency"
_TOLD = {"go_now": texts.go_now, "low_sugar": texts.low_sugar}


def answer(
    action: str,
    scene: Scene,
    words: str = "",
    *,
    is_known: bool = False,
    is_other: bool = False,
) -> Reply:
    """
    Return the answer to an emergency; needs nothing but the words and the telephone.

    Nothing is known of who writes, so everybody gets short lines, and English words one more; to
    who spoke of ending it before (`is_known`) the same is not said twice.
    """
    if action == CRISIS:
        told = texts.crisis_nearer if is_known else texts.crisis_line
        told = texts.crisis_of_other if is_other else told
        return Reply(f"{broken(told(scene.phone))}{foreign.urgent(action, words)}")
    told = _TOLD.get(action, texts.call_120)
    return Reply(f"{broken(told(scene.emergency_phone))}{foreign.urgent(action, words)}")


def after_alarm(state: State, said: Said, desk: Desk, scene: Scene) -> tuple[State, Reply | None]:
    """
    After an emergency nothing is done by a bare digit, and what is not understood is not a joke.

    A clear new matter goes on as usual; so does everything after half an hour.
    """
    alarm, heard = state.alarm, said.heard
    is_over, wants_on = "no_danger" in heard.preferences, "goes_on" in heard.preferences
    state = replace(state, alarm="")
    was_crisis = alarm == CRISIS or not _CRISES.isdisjoint(state.signs)
    if is_over:
        state = replace(state, symptoms=(), signs=())
    elif scene.idle is None or scene.idle > IDLE:
        return replace(state, symptoms=(), signs=()), None
    elif heard.intent in ("thanks", "bye") or _IS_THERE in heard.preferences:
        return _thanked(state, alarm, is_there=_IS_THERE in heard.preferences)
    elif not wants_on and heard.intent not in (*BARE, "unknown", "greet"):
        # What was told of the emergency is no part of a complaint that comes after another matter.
        return state if heard.intent in _GOES_ON else replace(state, symptoms=()), None
    if is_over or wants_on or (state.top is not None and heard.intent in BARE):
        lead = _back(is_over=is_over, was_crisis=was_crisis)
        return _going_on(state, lead, world_of(state, heard, desk, scene), wants_on=wants_on)
    state = replace(state, alarm=alarm)
    if was_crisis and heard.answer == "no":
        return state, Reply(broken(texts.CRISIS_NO))
    return state, answer(alarm, scene, is_known=True)


def _thanked(state: State, alarm: str, *, is_there: bool) -> tuple[State, Reply]:
    """Who thanks is sent on kindly; who is at the emergency room has nowhere else to go."""
    if is_there:
        return replace(state, symptoms=(), signs=()), Reply(texts.AT_EMERGENCY)
    return replace(state, alarm=alarm), Reply(texts.BETTER)


def _back(*, is_over: bool, was_crisis: bool) -> str:
    """Return what is said before the talk goes on where it was."""
    if is_over:
        return broken(texts.CRISIS_OVER) if was_crisis else texts.GOOD
    return texts.CRISIS_FIRST if was_crisis else texts.FIRST


def _going_on(state: State, lead: str, world: World, *, wants_on: bool) -> tuple[State, Reply]:
    """Ask the open question again; where none is open, begin to book if that is wanted."""
    if state.top is not None:
        state, reply = ENGINE.step(state, world.heard.with_intent("repeat"), world)
    elif wants_on:
        state, reply = ENGINE.open(state, _BOOKING, world, Heard())
    else:
        # After a crisis nobody is asked cheerfully what else is wanted.
        return state, Reply(f"{lead}{common.NOTHING_OPEN}" if lead == texts.GOOD else lead)
    return state, reply.after(lead)


def reminder(alarm: str, scene: Scene) -> str:
    """Return what is said once more in front of the first new matter after an emergency."""
    if scene.idle is None or scene.idle > IDLE:
        return ""
    return texts.CRISIS_FIRST if alarm == CRISIS else texts.FIRST


def trouble(heard: Heard) -> str:
    """Return what is said first to somebody beaten at home, or alone with it; else nothing."""
    if "assaulted" in heard.preferences:
        return broken(texts.ASSAULTED)
    if "violence" in heard.preferences:
        is_man = heard.person.relation == "spouse" and heard.person.sex == "f"
        return broken(texts.beaten(is_man=is_man))
    return broken(texts.LONELY) if "lonely" in heard.preferences else ""


def admits(said: Said, concern: str) -> bool:
    """Tell whether the safety question was answered with its yes, or with a sign it names."""
    names_one = concern in said.heard.admitted and not said.menu_id
    said_so = said.heard.answer == "yes" or said.is_second or names_one
    return said_so and not said.menu_id.endswith("-1")
