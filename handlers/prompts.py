"""
What a notice asked, answered by a bare digit in the chat, perhaps hours later.

    机器人: 【就诊提醒】… 按时来请回复1，要改时间回复2，来不了回复3。
    患者: 3
    机器人: 确定取消这个号吗？…

A bare answer belongs to the question the person saw last. When a notice came while another
question was open, it is not known which was meant: then we ask.
"""

from __future__ import annotations

from typing import Any

from dialogue.filling import fill
from dialogue.form import Asked, Done, Form, Given, Open, Question, Slot, Stop
from dialogue.state import Frame, State, Values
from handlers import menu, suspended, wishes
from handlers import waiting as waitlist
from handlers.scene import Scene, World
from handlers.texts import appointments as appointment_texts
from handlers.texts import prompts as texts
from handlers.texts import visits
from nlp.heard import Heard
from scheduling.types import PromptId, PromptView

_COMING, _MOVE, _CANCEL = "coming", "reschedule", "cancel"
_BARE = frozenset({"choose", "affirm", "deny"})


def waiting(heard: Heard, world: World) -> PromptView | None:
    """Return the newest question that a bare answer may belong to, or one that words answer."""
    some = [p for p in world.desk.prompts.waiting() if p.kind in KINDS]
    if is_bare(heard):
        return next(iter(some), None)
    return next((p for p in some if _is_about(p, heard, world)), None)


def is_bare(heard: Heard) -> bool:
    """Tell whether a message is a digit, a yes or a no, and nothing else."""
    return heard.intent in _BARE and not (heard.when or heard.preferences)


def is_menu_aside(heard: Heard, state: State) -> bool:
    """Tell whether words, which no menu asks for, were said while only the menu is shown."""
    return state.top is not None and state.top.form == menu.FORM.name and not is_bare(heard)


def _is_about(prompt: PromptView, heard: Heard, world: World) -> bool:
    """Whether words that are no bare answer are meant for this question."""
    if prompt.kind != suspended.FORM.name:
        return heard.intent in _BARE
    has_floor = is_newer(prompt, world.scene)
    return suspended.is_about(heard, values_of(prompt), world, has_floor=has_floor)


def came_between(prompt: PromptView, state: State, scene: Scene) -> bool:
    """Tell whether the notice came after the question that is open now was asked."""
    if state.top is None or scene.idle is None:
        return False
    return prompt.delivered_at > scene.now_local - scene.idle


def shown_now(world: World) -> PromptView | None:
    """
    Return what was left open and is shown in this very turn, if anything is.

    That a doctor is away stays the question until it is answered: its digits are on the phone.
    """
    newest = next((p for p in world.desk.prompts.waiting() if p.kind in KINDS), None)
    if newest is None or newest.kind == suspended.FORM.name:
        return newest
    return newest if newest.delivered_at >= world.desk.now else None


def is_newer(prompt: PromptView, scene: Scene) -> bool:
    """Tell whether the notice came after the last message, so that it has the floor."""
    return scene.idle is not None and prompt.delivered_at >= scene.now_local - scene.idle


def values_of(prompt: PromptView) -> Values:
    """Return what the conversation about a prompt begins with."""
    return {**prompt.facts, "prompt": prompt.id}


# -- which of two


def _ask_which(values: Values, world: World) -> Asked:
    return Question(
        texts.WHICH,
        [(texts.TITLES[values["kind"]], "prompt"), (texts.go_on_with(values["matter"]), "")],
    )


def _turn_to(values: Values, world: World) -> Done:
    """The answer that was given already is taken; none is asked for twice."""
    if not values["which"]:
        return Done("")
    known = {k: v for k, v in values.items() if k not in ("kind", "matter", "which", "said")}
    form = next(form for form in FORMS if form.name == values["kind"])
    slot = next(slot for slot in form.slots if slot.ask)
    asked = slot.ask(known, world) if slot.ask else None
    if isinstance(asked, Question):
        choices = tuple(value for _, value in asked.choices)
        frame = Frame(form.name, known, asking=slot.name, choices=choices)
        known = fill(form, frame, Heard(**values["said"]), world).frame.values
    return Done("", then=Open(values["kind"], known))


def bare(heard: Heard) -> Values:
    """Return what a bare answer says, to be taken for the question it turns out to belong to."""
    return {"intent": heard.intent, "ordinal": heard.ordinal, "answer": heard.answer}


WHICH: Form[World] = Form(
    name="which", title=texts.WHICH_TITLE, done=_turn_to, slots=(Slot("which", _ask_which),)
)


# -- a reminder


def _ask_coming(values: Values, world: World) -> Asked:
    view = wishes.appointment(values["appointment"], world)
    if view is None or view.status != "booked":
        world.desk.prompts.answered(PromptId(values["prompt"]))
        is_here = view is not None and view.status == "checked_in"
        return Stop(visits.HERE_ALREADY if is_here else appointment_texts.GONE)
    return Question(
        texts.coming(view),
        [(texts.COMING, _COMING), (texts.MOVE, _MOVE), (texts.CANCEL, _CANCEL)],
    )


def _answer_coming(heard: Heard, values: Values, world: World) -> Given:
    """A yes comes; a no may mean two things, so it is asked about."""
    if heard.answer == "yes":
        return _COMING
    return heard.intent if heard.intent in (_MOVE, _CANCEL) else None


def _act_on(values: Values, world: World) -> Done:
    world.desk.prompts.answered(PromptId(values["prompt"]))
    coming: Any = values["coming"]
    if coming == _COMING:
        return Done(texts.SEE_YOU)
    return Done("", then=Open(coming, {"appointment": values["appointment"]}))


REMINDER: Form[World] = Form(
    name="reminder",
    title=texts.TITLES["reminder"],
    done=_act_on,
    keeps=frozenset({_MOVE, _CANCEL}),
    slots=(Slot("coming", _ask_coming, answer=_answer_coming),),
)

FORMS: tuple[Form[World], ...] = (WHICH, REMINDER, suspended.FORM, *waitlist.FORMS)
KINDS = frozenset({REMINDER.name, suspended.FORM.name, waitlist.OFFER.name})
