"""
A visit that was missed: whether it can still be had today, else another one in its place.

    患者: 我今天没去成怎么办
    机器人: 张*国，…皮肤科，普通号，11月24日 周二 上午9:30，时间已经过了。… 要重新挂一个吗？
    患者: 1
    机器人: 皮肤科可以约的号，回复数字选一个：…
"""

from __future__ import annotations

from datetime import timedelta

from dialogue.form import Asked, Done, Form, Given, Open, Question, Slot, Stop
from dialogue.state import Values
from handlers import appointments
from handlers.scene import World
from handlers.texts import missed as texts
from nlp.heard import Heard
from scheduling.types import AppointmentView

# So long ago a visit may be the one that is meant.
_LATELY = timedelta(days=1)
_CLOSES = {"am": 12, "pm": 18, "night": 21}


def claims(heard: Heard, world: World) -> Values | None:
    """「今天没去成」「号过期了怎么办」; a complaint that is told along counts for more."""
    is_meant = "missed_visit" in heard.preferences and not heard.symptoms
    return {} if is_meant and not world.is_busy else None


def _last(world: World) -> AppointmentView | None:
    """The newest visit whose time is over and to which nobody came."""
    now = world.desk.now
    over = [
        view for view in world.desk.bookings.mine()
        if view.status == "booked" and now - _LATELY <= view.opening.starts_at <= now
    ]  # fmt: skip
    return max(over, key=lambda view: view.opening.starts_at, default=None)


def _is_still_on(view: AppointmentView, world: World) -> bool:
    """Tell whether that half-day's clinic may still be going on."""
    now, at = world.scene.now_local, view.opening
    return now.date() == at.starts_at.date() and now.hour < _CLOSES.get(at.half_day, 0)


def ask_again(values: Values, world: World) -> Asked:
    """Say how it stands with the missed one, and offer another."""
    view = _last(world)
    if view is None:
        ahead = appointments.ahead(world)
        return Stop(texts.none_missed(ahead))
    lead = texts.still_on(view) if _is_still_on(view, world) else texts.over(view)
    return Question(lead, texts.CHOICES, wants="yes_no")


def answer_again(heard: Heard, values: Values, world: World) -> Given:
    """A plain yes or no."""
    return None if heard.answer is None or heard.when else heard.answer == "yes"


def done(values: Values, world: World) -> Done:
    """Another one in the same department, for the same patient."""
    view = _last(world)
    if not values["again"] or view is None:
        return Done(texts.NOT_NOW)
    codes = [[view.opening.department, 1.0]]
    dept = {"codes": codes, "words": [], "sure": True, "stated": True}
    people = world.desk.patients.linked()
    who = next((p for p in people if p.id == view.patient), None)
    known = {"patient": who.id, "relation": who.relation} if who else {}
    return Done("", then=Open("booking", {"dept": dept, **known}))


FORM: Form[World] = Form(
    name="missed",
    title=texts.TITLE,
    claims=claims,
    done=done,
    is_light=True,
    slots=(Slot("again", ask_again, answer=answer_again),),
)
