"""
The conversations together: one message in, one answer out.

Everything a person can send ends up here: words go to the engine with all forms, clicks and scans
are turned into what they stand for, the rest gets a clear sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any

from dialogue.reply import Reply
from dialogue.state import Frame, State, Values
from handlers import (
    answers,
    care,
    danger,
    echo,
    events,
    family,
    foreign,
    in_line,
    kinds,
    menu,
    personal,
    prompts,
    settling,
    staff,
    triage,
)
from handlers.forms import BY_NAME, ENGINE, LIGHT, RESUME, world_of
from handlers.ports import Desk
from handlers.scene import Said, Scene, World
from handlers.texts import care as care_texts
from handlers.texts import common, notices
from handlers.texts import emergency as emergency_texts
from handlers.texts import triage as triage_texts
from handlers.texts.aloud import asks
from nlp.heard import Context, Heard, Intent, Person
from scheduling.types import PromptId, PromptView

_MOST_SYMPTOMS = 12
_NEW_MATTERS = (
    "book", "symptom", "my_appointments", "cancel", "reschedule", "waitlist", "check_in", "queue",
)  # fmt: skip
_DAY, _MOMENT = timedelta(days=1), timedelta(microseconds=1)


def rest_line(state: State) -> str:
    """Return the line below a text that goes on in the next message."""
    return care_texts.REST if care.is_on(state) else common.REST


def meant(state: State, heard: Heard) -> Heard:
    """Return what was heard as this person means it: the keys of care mode are wishes."""
    return care.digit(state, heard)


def is_again(state: State) -> bool:
    """Tell whether who asks for it is given the last answer once more, word by word."""
    return care.is_on(state)


def retold(
    state: State,
    said: tuple[str, Mapping[str, Any], PromptId | None],
    desk: Desk,
    scene: Scene,
) -> tuple[State, str]:
    """
    Say a notice again (its kind, facts and question); its question is the open one from now on.

    What was open before comes back when that is answered.
    """
    kind, facts, asked = said
    text = notices.render(kind, facts)
    prompt = next((p for p in desk.prompts.waiting() if p.id == asked), None)
    if prompt is not None and prompt.kind in prompts.KINDS:
        world = world_of(state, Heard(), desk, scene)
        state, _ = ENGINE.open(state, prompt.kind, world, Heard(), prompts.values_of(prompt))
    return state, care.notice(text) if care.is_on(state) else text


def context_of(state: State) -> Context:
    """Return what the conversation already knows, for the ear."""
    asking = state.top.wants if state.top else None
    return Context(
        asking=asking,
        symptoms=state.symptoms,
        signs=(*state.signs, state.worry) if state.worry else state.signs,
        past=state.past,
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


def trouble(state: State, error_id: str) -> Reply:
    """Return the apology for a turn that broke."""
    reply = Reply(common.trouble(error_id))
    return care.worded(State(care=state.care), reply) if care.is_on(state) else reply


def answer(state: State, said: Said, desk: Desk, scene: Scene) -> tuple[State, Reply | None]:
    """Return the next state and the answer; None when WeChat wants none (`success`)."""
    before = foreign.noticed(care.recalled(state, desk), said.heard)
    after, reply = _answer(before, said, desk, scene)
    after = settling.laid_aside(before, care.settled(before, after, desk))
    after = settling.kept(before, after, said.heard)
    if reply is None:
        return after, None
    after, reply = staff.put_aside(before, after, reply)
    world = world_of(after, said.heard, desk, scene)
    follows = settling.next_form(before, after, world)
    if follows is not None:
        after, form, known = follows
        after, reply = _then(form, after, reply, world, known)
    if care.is_to_be_asked(before, after, world):
        desk.care.choose(on=False)  # asked once; nothing said is a no
        after, reply = _then(care.FORM.name, after, reply, world)
        after = replace(after, care="off")
    if after.english and not care.is_on(after):
        reply = foreign.worded(after, reply)
    if not care.is_on(after):
        return after, reply
    if after.top is None and not after.alarm:
        shown = prompts.shown_now(world)
        form, known = (shown.kind, prompts.values_of(shown)) if shown else (menu.FORM.name, {})
        after, reply = _then(form, after, reply, world, known)
    return after, care.worded(after, reply)


def _then(
    form: str, state: State, reply: Reply, world: World, known: Values | None = None
) -> tuple[State, Reply]:
    """Go on to a form, with the reply in front of its question."""
    state, question = ENGINE.open(state, form, world, Heard(), known)
    # One question at a time: of a second one only the options.
    told = (reply.text,) if asks(reply.text) else (reply.text, question.text)
    return state, replace(question, text="\n\n".join(filter(None, told)))


def _answer(state: State, said: Said, desk: Desk, scene: Scene) -> tuple[State, Reply | None]:
    if said.kind == "event":
        return events.event(state, said, desk, scene)
    if said.kind != "text":
        return kinds.answer(state, said, desk, scene)
    if state.alarm:
        alarm = state.alarm
        state, reply = danger.after_alarm(state, said, desk, scene)
        if reply is None:
            state, told = _words(state, said, desk, scene)
            return state, told.after(danger.reminder(alarm, scene))
        return state, reply
    return _words(state, said, desk, scene)


def _words(state: State, said: Said, desk: Desk, scene: Scene) -> tuple[State, Reply]:
    """Whom the words are for: a notice, a matter left half an hour ago, or the forms."""
    heard = family.still_about(said.heard, _for_whom(state))
    heard = heard if said.menu_id else echo.trimmed(state, heard, desk)
    said = replace(said, heard=heard)
    ordered = staff.turn(ENGINE, state, heard, world_of(state, heard, desk, scene))
    ordered = ordered or _as_wished(state, said, desk, scene)
    if ordered is not None:
        return ordered
    # A tap names its question; only typed answers may be meant for a notice.
    prompt = None if said.menu_id else prompts.waiting(heard, world_of(state, heard, desk, scene))
    if prompt and state.top and state.top.form in LIGHT:
        makes_way = prompts.is_newer(prompt, scene) or prompts.is_menu_aside(heard, state)
        state = state.pop() if makes_way else state
    if prompt is not None and prompts.came_between(prompt, state, scene):
        return _which(state, prompt, world_of(state, heard, desk, scene))
    was_asked = _is_at_resume(state)
    state = _remember(_after_silence(state, heard, world_of(state, heard, desk, scene)), heard)
    world = world_of(state, heard, desk, scene)
    if prompt is not None and state.top is None:
        state, _ = ENGINE.open(state, prompt.kind, world, Heard(), prompts.values_of(prompt))
    intent = _about_going_on(state, said, was_asked=was_asked)
    if intent is not None:
        return ENGINE.step(state, heard.with_intent(intent), world)
    alarm = _called_for(state, said)
    if alarm:
        return replace(state, alarm=alarm), danger.answer(alarm, scene)
    state, reply = _talk(state, said, heard, world)
    if heard.asked and heard.intent != "clinic_info":  # beside a wish, which comes second
        reply = reply.after(answers.say(heard, world))
    is_told = heard.urgency == "today" and not in_line.is_worse(heard, world)
    return state, reply.after(emergency_texts.today(heard.red_flags)) if is_told else reply


def _called_for(state: State, said: Said) -> str:
    """What a bare cry for help, or a yes to the safety question, calls for; else nothing."""
    if "cry_for_help" in said.heard.preferences:
        return danger.LIFE
    top = state.top
    is_asked = top is not None and top.wants == triage.DANGER
    if top is None or not is_asked or not danger.admits(said, top.values["concern"]):
        return ""
    return triage_texts.DANGER[top.values["concern"]]


def _talk(state: State, said: Said, heard: Heard, world: World) -> tuple[State, Reply]:
    """Somebody in trouble at home is told first where to turn; then the matter is gone on with."""
    lead = danger.trouble(heard)
    if lead and not (heard.stated_departments or heard.doctors or heard.when):
        return state, Reply(lead)
    state, reply = _matter_of(state, said, heard, world)
    return state, reply.after(lead)


def _matter_of(state: State, said: Said, heard: Heard, world: World) -> tuple[State, Reply]:
    """An errand about what is kept, or the forms; who was erased is not remembered either."""
    turn = settling.whose_turn(state, heard)
    if turn:
        state, reply = ENGINE.step(state, heard.with_intent("repeat"), world)
        return state, reply.after(turn)
    errand = None if said.menu_id else personal.turn(ENGINE, state, heard, world)
    if errand is None and (state.top is None or state.top.form in LIGHT):
        errand = in_line.quits(ENGINE, state, heard, world)
        errand = errand or settling.recalled(ENGINE, state, heard, world)
    state, reply = errand or ENGINE.step(state, heard, world, said.menu_id)
    state, lead = settling.put_off(state, heard, world)
    reply = reply.after(lead) if lead else reply
    return (State(asked=state.asked) if world.desk.own_data.is_erased else state), reply


def _for_whom(state: State) -> str | None:
    """Return who the newest open matter is for, as a relation."""
    told = (frame.values["relation"] for frame in reversed(state.frames)
            if frame.values.get("relation"))  # fmt: skip
    return next(told, None)


def _as_wished(state: State, said: Said, desk: Desk, scene: Scene) -> tuple[State, Reply] | None:
    """Care mode goes on or off, then whatever else was said is answered, or asked again."""
    on = care.wish(said.heard)
    if on is None:
        return None
    desk.care.choose(on=on)
    state = care.settled(state, state, desk)
    heard = replace(said.heard, preferences=said.heard.preferences - {"care", "no_care"})
    if not care.is_all(heard):
        state, reply = _words(state, replace(said, heard=heard), desk, scene)
        return state, reply.after(care.acknowledged(on=on))
    if state.top is None or state.top.form in LIGHT:
        return replace(state, frames=state.frames[:-1]), Reply(care.acknowledged(on=on))
    world = world_of(state, heard, desk, scene)
    state, reply = ENGINE.step(state, heard.with_intent("repeat"), world)
    return state, reply.after(care.acknowledged(on=on))


def _which(state: State, prompt: PromptView, world: World) -> tuple[State, Reply]:
    """A bare answer never acts when a notice came in between: ask which question it is for."""
    matter, title = _matter(state, world)
    about = {
        **prompts.values_of(prompt),
        "kind": prompt.kind,
        "matter": matter or title,
        "said": prompts.bare(world.heard),
    }
    return ENGINE.open(state, prompts.WHICH.name, world, Heard(), about)


def _is_at_resume(state: State) -> bool:
    return state.top is not None and state.top.form == RESUME.name


def _about_going_on(state: State, said: Said, *, was_asked: bool) -> Intent | None:
    """Whether to go on is asked before a bare word is taken for anything; a no ends the matter."""
    if not _is_at_resume(state):
        return None
    if not was_asked:
        late = (*danger.BARE, *_NEW_MATTERS, "unknown")
        return "repeat" if said.heard.intent in late else None
    return "stop" if said.heard.answer == "no" or said.is_second else None


def _may_answer(top: Frame, heard: Heard) -> bool:
    """A doctor's name or a day, where what was open asked for one, is no whole new matter."""
    names_other = heard.stated_departments or heard.symptoms
    return heard.intent in BY_NAME[top.form].keeps and not names_other


def _after_silence(state: State, heard: Heard, world: World) -> State:
    """After half an hour a bare word is asked about; a whole new matter simply begins."""
    idle, patience = world.scene.idle, care.IDLE if care.is_on(state) else danger.IDLE
    if state.top is None or idle is None or idle <= patience:
        return state
    if heard.intent in _NEW_MATTERS and not _may_answer(state.top, heard):
        return state.cleared()
    if state.top.form == care.FORM.name:
        return state.pop()
    if state.top.form == RESUME.name or state.top.form in LIGHT:
        return state
    matter, title = _matter(state, world)
    return state.push(Frame(form=RESUME.name, values={"matter": matter, "title": title}))


def _matter(state: State, world: World) -> tuple[str, str]:
    """What is going on: as precisely as it can be said, and in general."""
    bottom = state.frames[0]
    form = BY_NAME[bottom.form]
    return form.matter(bottom.values, world), form.title


def alarmed(state: State, heard: Heard) -> State:
    """Return the state after an emergency; what was told of it is known when the talk goes on."""
    worry = danger.WORRY if heard.alarm == danger.CRISIS else state.worry
    state = _remember(foreign.noticed(state, heard), heard)
    return replace(state, alarm=heard.alarm, worry=worry)


def _remember(state: State, heard: Heard) -> State:
    """Symptoms and the person add up over the conversation."""
    is_over = "no_danger" in heard.preferences
    taken_back = is_over or ("instead" in heard.preferences and heard.symptoms)
    symptoms = dict.fromkeys((*(() if taken_back else state.symptoms), *heard.symptoms))
    for word in heard.negated:
        symptoms.pop(word, None)
    known = dict(state.person)
    told = {k: v for k, v in asdict(heard.person).items() if v is not None}
    is_another = False
    if "relation" in told and told["relation"] != known.get("relation"):
        is_another = "relation" in known
        known = {}
    signs = state.signs if heard.signs is None else heard.signs
    return replace(
        state,
        symptoms=tuple(symptoms)[-_MOST_SYMPTOMS:],
        signs=() if taken_back or is_another else signs,
        person={**known, **told},
    )
