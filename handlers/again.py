"""
「给我爸也挂一个一样的」: the booking before, or the one talked about, for somebody else.

    患者: 再给我爸也挂一个一样的
    机器人: 神经内科 12月2日 周三 上午可以约的号…
"""

from __future__ import annotations

from datetime import timedelta

from dialogue.state import Values
from handlers import appointments, relative
from handlers.scene import World
from nlp.heard import Heard
from scheduling.types import AppointmentView

# A question books nothing.
_WISHES = frozenset({"book", "symptom", "unknown", "add_patient", "choose", "affirm"})
# For so long after a booking 「一样的」 means that one.
_LATELY = timedelta(minutes=30)


def wanted(heard: Heard, world: World) -> Values | None:
    """Return what the booking before was of, if the same is wanted once more; else None."""
    said = heard.preferences & appointments.SAME
    # 「同一天能挂两个科吗」 is for nobody.
    is_meant = "same_again" in said or heard.person.relation is not None
    if not (said and is_meant) or heard.intent not in _WISHES:
        return None
    if world.is_busy and not appointments.is_same_for_another(heard):
        return None
    before = _before(world)
    if before is None:
        return None
    at = before.opening
    span = [moment.isoformat() for moment in relative.half_day(at)]
    if heard.stated_departments or (heard.symptoms and said == {"same_day_again"}):
        return {"when": [span]}  # another department on the same day
    who = {"doctor": at.doctor} if at.doctor else {"wish": {"service": at.service_type}}
    codes = [[at.department, 1.0]]
    dept = {"codes": codes, "words": [], "sure": True, "stated": True}
    if said == {"same_doctor_again"}:
        return {"dept": dept, "site": at.site, **who}
    return {"dept": dept, "site": at.site, "when": [span], **who}


def _before(world: World) -> AppointmentView | None:
    """Return the booking that is being talked about, else the newest one of just now."""
    views, since = appointments.ahead(world), world.desk.now - _LATELY
    open_ones = {values.get("appointment") for values in world.open}
    talked_of = [view for view in views if view.id in open_ones]
    lately = talked_of or [view for view in views if view.created_at >= since]
    return max(lately, key=lambda view: (view.created_at, view.id), default=None)
