"""What is done without words: following, scanning, pressing the menu."""

from __future__ import annotations

from dialogue.reply import Reply
from dialogue.state import State
from handlers import arriving, menu, scans
from handlers.forms import ENGINE, world_of
from handlers.ports import Desk
from handlers.scene import Said, Scene
from handlers.texts import common
from nlp.heard import Heard, Intent

# A menu key is the intent it stands for; others are not ours.
_CLICKS: frozenset[Intent] = frozenset(
    {"book", "my_appointments", "cancel", "reschedule", "help", "human", "clinic_info",
     "add_patient", "check_in", "queue"}
)  # fmt: skip


def event(state: State, said: Said, desk: Desk, scene: Scene) -> tuple[State, Reply | None]:
    """Answer an event; None where WeChat wants nothing but `success`."""
    if said.event in ("subscribe", "scan"):
        return _scanned(state, said, desk, scene)
    if said.event == "click":
        intent = next((intent for intent in _CLICKS if intent == said.key), None)
        if intent is None:
            return state, common.helping()
        heard = Heard(text="", intent=intent, confidence=1.0)
        return ENGINE.step(state, heard, world_of(state, heard, desk, scene))
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
    heard = scans.heard(scan, name)
    world = world_of(state, heard, desk, scene)
    left = ENGINE.leave(state, world)
    if scan.kind == "checkin":
        known = arriving.scanned(scan.code)
        state, reply = ENGINE.open(left, arriving.CHECK_IN.name, world, heard, known)
    else:
        state, reply = ENGINE.step(left, heard, world)
    return state, reply.after(common.hello(scene.hospital)) if is_new else reply


def _welcome(state: State, desk: Desk, scene: Scene) -> tuple[State, Reply]:
    heard = Heard()
    world = world_of(state, heard, desk, scene)
    fresh = state.cleared()
    return ENGINE.open(fresh, menu.FORM.name, world, heard, {"is_new": True})
