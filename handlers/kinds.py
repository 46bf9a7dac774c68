"""
What is sent that is no text: where somebody is, a picture, a voice, a film, a file.

    患者: ［位置］
    机器人: 离您最近、有骨科的医院是云川市第一综合医院，直线距离约1.2公里。…

A question that is open comes back below the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dialogue.reply import Reply
from dialogue.state import State
from handlers import arriving
from handlers.forms import ENGINE, LIGHT, world_of
from handlers.ports import Desk
from handlers.scene import Said, Scene
from handlers.texts import emergency
from handlers.texts import kinds as texts
from nlp.heard import Heard
from scheduling.distance import metres_between
from scheduling.types import Ward

_SENTENCES: Mapping[str, str] = {
    "voice": texts.VOICE,
    "image": texts.PICTURE,
    "video": texts.FILM,
    "shortvideo": texts.FILM,
    "file": texts.FILE,
}
# Of films WeChat gives no file.
_FETCHED = frozenset({"image", "voice", "file"})


def answer(state: State, said: Said, desk: Desk, scene: Scene) -> tuple[State, Reply]:
    """Return the next state and the answer to anything but text and events."""
    if said.place is not None and not state.alarm:
        arrived = _arrive(state, said, desk, scene)
        if arrived is not None:
            return arrived
    told = _place(state, said, desk) if said.kind == "location" else _seen(said, desk)
    if state.alarm:
        return state, Reply(f"{emergency.FIRST}\n{told}")
    if state.top is None or state.top.form in LIGHT:
        return state, Reply(told)
    world = world_of(state, said.heard, desk, scene)
    state, question = ENGINE.step(state, Heard(intent="repeat", confidence=1.0), world)
    return state, question.after(told)


def _seen(said: Said, desk: Desk) -> str:
    """Who waits for a person gets it onto the desk's list; else there is nobody to look at it."""
    note = texts.FOR_DESK.get(said.kind)
    if note is None or not desk.requests.is_waiting():
        return _SENTENCES.get(said.kind, texts.OTHER)
    if said.kind in _FETCHED and said.media_id:
        is_kept = desk.requests.hand_in(note, said.kind, said.media_id)
        return texts.KEPT if is_kept else texts.ENOUGH
    desk.requests.ask_for_human(f"{note}{texts.IN_WECHAT}")
    return texts.TOLD


# -- where somebody is


def _arrive(state: State, said: Said, desk: Desk, scene: Scene) -> tuple[State, Reply] | None:
    """Who has a visit today is checked in where she is; None for who is not there yet."""
    if said.place is None:
        return None
    world = world_of(state, said.heard, desk, scene)
    site = arriving.site_near(said.place, world)
    if site is None:
        return None
    known = {"site": site}
    return ENGINE.open(state, arriving.CHECK_IN.name, world, said.heard, known)


def _place(state: State, said: Said, desk: Desk) -> str:
    """The nearest site with the department that is talked about, else the nearest of all."""
    if said.place is None:
        return texts.NO_PLACE
    wards, today = _wanted(state, desk), _today(state, desk)
    sites = desk.catalogue.sites()
    having = [s for s in sites if s.code in today or any(w.site == s.code for w in wards)]
    near = sorted(
        (metres_between(said.place, (s.latitude, s.longitude)), s.code, s)
        for s in (having or sites)
        if s.latitude is not None and s.longitude is not None
    )
    if not near:
        return texts.NO_PLACE
    metres, _, site = near[0]
    if site.code in today:
        return texts.expected(site, metres)
    return texts.nearest(site, metres, next((w for w in wards if w.site == site.code), None))


def _today(state: State, desk: Desk) -> frozenset[str]:
    """The sites where somebody is expected today, unless something else is talked about."""
    if state.top is not None and state.top.form not in LIGHT:
        return frozenset()
    return frozenset(view.opening.site for view in desk.visits.due())


def _wanted(state: State, desk: Desk) -> Sequence[Ward]:
    """The departments the open wish may be met in, at all sites."""
    values = state.top.values if state.top else {}
    chosen = values.get("ward") or values.get("dept", {}).get("codes") or ()
    return desk.catalogue.departments([code for code, _ in chosen[:3]]) if chosen else ()
