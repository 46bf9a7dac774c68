"""
The conversations together: one message in, one answer out.

Everything a person can send ends up here: words go to the engine with all forms, clicks and scans
are turned into what they stand for, the rest gets a clear sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta

from dialogue.engine import Engine
from dialogue.form import Done, Form, Given, Question, Slot
from dialogue.reply import Reply
from dialogue.state import Frame, State, Values
from handlers import (
    booking,
    cancelling,
    information,
    menu,
    moving,
    prompts,
    registration,
    scans,
    staff,
    triage,
)
from handlers.ports import Desk
from handlers.scene import Said, Scene, World
from handlers.texts import common
from handlers.texts import emergency as emergency_texts
from handlers.texts import triage as triage_texts
from handlers.unheard import MISSES
from nlp.heard import Context, Heard, Intent, Person
from scheduling.types import PromptView

IDLE = timedelta(minutes=30)
_MOST_SYMPTOMS = 12
_BARE = ("affirm", "deny", "choose")
_DAY, _MOMENT = timedelta(days=1), timedelta(microseconds=1)

# A menu key is the intent it stands for; others are not ours.
_CLICKS: frozenset[Intent] = frozenset(
    {"book", "my_appointments", "cancel", "reschedule", "help", "human", "clinic_info",
     "add_patient"}
)  # fmt: skip
_OTHER_KINDS: Mapping[str, str] = {
    "voice": common.VOICE,
    "image": common.PICTURE,
    "location": common.LOCATION,
}


def _answer_resume(heard: Heard, values: Values, world: World) -> Given:
    return True if heard.answer == "yes" else None


RESUME: Form[World] = Form(
    name="resume",
    done=lambda values, world: Done(""),
    slots=(
        Slot(
            "go_on",
            lambda values, world: Question(
                common.resume(values.get("title", "")), common.RESUME_CHOICES, wants="yes_no"
            ),
            answer=_answer_resume,
        ),
    ),
)

_FORMS = (
    booking.FORM, registration.FORM, cancelling.CANCEL, moving.MOVE, cancelling.UNDO,
    menu.FORM, RESUME, *prompts.FORMS, *staff.FORMS,
)  # fmt: skip
_TITLES = {form.name: form.title for form in _FORMS}
_LIGHT = frozenset(form.name for form in _FORMS if form.is_light)
_ENGINE: Engine[World] = Engine(_FORMS, common.PHRASES, information.aside, MISSES)


def context_of(state: State) -> Context:
    """Return what the conversation already knows, for the ear."""
    asking = state.top.wants if state.top else None
    return Context(
        asking=asking,
        symptoms=state.symptoms,
        person=Person(**state.person),
        days=_days_of(state),
    )


def _days_of(state: State) -> tuple[tuple[date, date], ...]:
    """Return the days the newest wish is about, each span to the day after its last."""
    wishes = (f.values["when"] for f in reversed(state.frames) if f.values.get("when"))
    return tuple(
        (start.date(), (end - _MOMENT).date() + _DAY)
        for start, end in (map(datetime.fromisoformat, one) for one in next(wishes, ()))
    )


def emergency(action: str, scene: Scene) -> Reply:
    """Return the answer to an emergency; needs nothing but the words and the telephone."""
    if action == "crisis_line":
        return Reply(emergency_texts.crisis_line(scene.phone))
    if action == "go_now":
        return Reply(emergency_texts.go_now(scene.emergency_phone))
    return Reply(emergency_texts.call_120(scene.emergency_phone))


def answer(state: State, said: Said, desk: Desk, scene: Scene) -> tuple[State, Reply | None]:
    """Return the next state and the answer; None when WeChat wants none (`success`)."""
    if said.kind == "event":
        return _event(state, said, desk, scene)
    if said.kind != "text":
        return state, Reply(_OTHER_KINDS.get(said.kind, common.OTHER_KIND))
    if state.alarm:
        state, reply = _after_alarm(state, said, desk, scene)
        if reply is not None:
            return state, reply
    return _words(state, said, desk, scene)


def _words(state: State, said: Said, desk: Desk, scene: Scene) -> tuple[State, Reply]:
    """Whom the words are for: a notice, a matter left half an hour ago, or the forms."""
    heard = said.heard
    ordered = staff.turn(_ENGINE, state, heard, _world(state, heard, desk, scene))
    if ordered is not None:
        return ordered
    # A tap names its question; only typed answers may be meant for a notice.
    prompt = None if said.menu_id else prompts.waiting(heard, _world(state, heard, desk, scene))
    if prompt is not None and prompts.came_between(prompt, state, scene):
        if state.frames[-1].form not in _LIGHT:
            return _which(state, prompt, _world(state, heard, desk, scene))
        state = state.pop()  # a menu waits for nobody: the notice was seen last
    state = _remember(_after_silence(state, heard, scene), heard)
    world = _world(state, heard, desk, scene)
    if prompt is not None and state.top is None:
        state, _ = _ENGINE.open(state, prompt.kind, world, Heard(), prompts.values_of(prompt))
    if state.top and state.top.form == RESUME.name and (heard.answer == "no" or _second(said)):
        return _ENGINE.step(state, heard.with_intent("stop"), world)
    if state.top is not None and state.top.wants == triage.DANGER and _admits(said):
        alarm = triage_texts.DANGER[state.top.values["concern"]]
        return replace(state, alarm=alarm), emergency(alarm, scene)
    state, reply = _ENGINE.step(state, heard, world, said.menu_id)
    if heard.urgency == "today":
        reply = reply.after(emergency_texts.TODAY)
    return state, reply


def _after_alarm(state: State, said: Said, desk: Desk, scene: Scene) -> tuple[State, Reply | None]:
    """
    After an emergency nothing is done by a bare digit, and what is not understood is not a joke.

    A clear new matter goes on as usual; so does everything after half an hour.
    """
    alarm, heard = state.alarm, said.heard
    is_over = "no_danger" in heard.preferences
    state = replace(state, alarm="", symptoms=() if is_over else state.symptoms)
    if not is_over and (scene.idle is None or scene.idle > IDLE):
        return state, None
    if not is_over and heard.intent in ("thanks", "bye"):
        return replace(state, alarm=alarm), Reply(emergency_texts.BETTER)
    if not is_over and heard.intent not in (*_BARE, "unknown", "greet"):
        return state, None
    if is_over or (state.top is not None and heard.intent in _BARE):
        lead = emergency_texts.GOOD if is_over else emergency_texts.FIRST
        if state.top is None:
            return state, Reply(f"{lead}{common.NOTHING_OPEN}")
        again = heard.with_intent("repeat")
        state, reply = _ENGINE.step(state, again, _world(state, heard, desk, scene))
        return state, reply.after(lead)
    return replace(state, alarm=alarm), emergency(alarm, scene)


def _event(state: State, said: Said, desk: Desk, scene: Scene) -> tuple[State, Reply | None]:
    if said.event in ("subscribe", "scan"):
        return _scanned(state, said, desk, scene)
    if said.event == "click":
        intent = next((intent for intent in _CLICKS if intent == said.key), None)
        if intent is None:
            return state, common.helping()
        heard = Heard(text="", intent=intent, confidence=1.0)
        return _ENGINE.step(state, heard, _world(state, heard, desk, scene))
    return state, None


def _scanned(state: State, said: Said, desk: Desk, scene: Scene) -> tuple[State, Reply | None]:
    """Somebody follows us, or scans one of our codes; what was open makes way for the new wish."""
    scan, is_new = scans.read(said.key), said.event == "subscribe"
    name = scans.name_of(scan, desk.catalogue) if scan is not None else None
    if name is None and is_new:
        return _welcome(state, desk, scene)
    if scan is None:
        # A code of another program's: only somebody new expects a word of us.
        return state, None
    if name is None:
        return state, common.helping()
    if scan.kind == "checkin":
        return state, Reply(common.NOT_YET["check_in"])
    heard = scans.heard(scan, name)
    world = _world(state, heard, desk, scene)
    state, reply = _ENGINE.step(_ENGINE.leave(state, world), heard, world)
    return state, reply.after(common.hello(scene.hospital)) if is_new else reply


def _welcome(state: State, desk: Desk, scene: Scene) -> tuple[State, Reply]:
    heard = Heard()
    world = _world(state, heard, desk, scene)
    fresh = State(asked=state.asked + 1)
    return _ENGINE.open(fresh, menu.FORM.name, world, heard, {"is_new": True})


def _which(state: State, prompt: PromptView, world: World) -> tuple[State, Reply]:
    """A bare answer never acts when a notice came in between: ask which question it is for."""
    matter = _TITLES.get(state.frames[0].form, "")
    about = {**prompts.values_of(prompt), "kind": prompt.kind, "matter": matter}
    return _ENGINE.open(state, prompts.WHICH.name, world, Heard(), about)


def _admits(said: Said) -> bool:
    """Tell whether the safety question was answered with its second choice, the yes."""
    heard = said.heard
    said_so = heard.answer == "yes" or heard.text.strip() in triage_texts.SAID_YES
    return not said.menu_id.endswith("-1") and (said_so or _second(said))


def _second(said: Said) -> bool:
    return said.heard.ordinal == 2 or said.menu_id.endswith("-2")  # noqa: PLR2004 - the no of two


def _world(state: State, heard: Heard, desk: Desk, scene: Scene) -> World:
    is_busy = any(frame.form not in _LIGHT for frame in state.frames)
    return World(desk, scene, heard, state.symptoms, state.person, is_busy)


def _after_silence(state: State, heard: Heard, scene: Scene) -> State:
    """After half an hour a bare word is asked about; a whole new matter simply begins."""
    if state.top is None or scene.idle is None or scene.idle <= IDLE:
        return state
    if heard.intent in ("book", "symptom", "my_appointments", "cancel", "reschedule", "waitlist"):
        return State(asked=state.asked + 1)
    if state.top.form in (RESUME.name, *_LIGHT):
        return state
    title = _TITLES.get(state.frames[0].form, "")
    return state.push(Frame(form=RESUME.name, values={"title": title}))


def _remember(state: State, heard: Heard) -> State:
    """Symptoms and the person add up over the conversation."""
    is_over = "no_danger" in heard.preferences
    taken_back = is_over or ("instead" in heard.preferences and heard.symptoms)
    symptoms = dict.fromkeys((*(() if taken_back else state.symptoms), *heard.symptoms))
    for word in heard.negated:
        symptoms.pop(word, None)
    known = dict(state.person)
    told = {k: v for k, v in asdict(heard.person).items() if v is not None}
    if "relation" in told and told["relation"] != known.get("relation"):
        known = {}
    return replace(state, symptoms=tuple(symptoms)[-_MOST_SYMPTOMS:], person={**known, **told})
