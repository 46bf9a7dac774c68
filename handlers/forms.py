"""All forms of the house, and the engine that talks through them."""

from __future__ import annotations

from dialogue.engine import Engine
from dialogue.form import Done, Form, Given, Question, Slot
from dialogue.state import State, Values
from handlers import (
    arriving,
    booking,
    cancelling,
    care,
    complaints,
    information,
    menu,
    missed,
    moving,
    personal,
    prompts,
    registration,
    settling,
    staff,
)
from handlers.ports import Desk
from handlers.scene import Scene, World
from handlers.texts import common
from handlers.unheard import MISSES
from nlp.heard import Heard


def _answer_resume(heard: Heard, values: Values, world: World) -> Given:
    return True if heard.answer == "yes" else None


RESUME: Form[World] = Form(
    name="resume",
    done=lambda values, world: Done(""),
    slots=(
        Slot(
            "go_on",
            lambda values, world: Question(
                common.resume(values.get("matter", ""), values.get("title", "")),
                common.RESUME_CHOICES,
                wants="yes_no",
            ),
            answer=_answer_resume,
        ),
    ),
)

FORMS = (
    booking.FORM, registration.FORM, cancelling.CANCEL, moving.MOVE, cancelling.UNDO,
    cancelling.WHY, missed.FORM, menu.FORM, care.FORM, RESUME, *prompts.FORMS, *staff.FORMS,
    *personal.FORMS, *settling.FORMS, *arriving.FORMS,
    *complaints.FORMS,  # last: who scolds in line, or of the doctor booked, may mean that
)  # fmt: skip
BY_NAME = {form.name: form for form in FORMS}
LIGHT = frozenset(form.name for form in FORMS if form.is_light)
ENGINE: Engine[World] = Engine(FORMS, common.PHRASES, information.aside, MISSES)


def world_of(state: State, heard: Heard, desk: Desk, scene: Scene) -> World:
    """Return what the callbacks of the forms act in, in this turn."""
    is_busy = any(frame.form not in LIGHT for frame in state.frames)
    care_is_on = care.is_on(state)
    known = tuple(frame.values for frame in reversed(state.frames))
    told = (state.symptoms, state.person, is_busy, care_is_on, known, state.english)
    return World(desk, scene, heard, *told)
