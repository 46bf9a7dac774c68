"""
「给我爸也挂一个一样的」: the booking before, for somebody else.

    患者: 再给我爸也挂一个一样的
    机器人: 神经内科 12月2日 周三 上午可以约的号…
"""

from __future__ import annotations

from datetime import timedelta

from dialogue.state import Values
from handlers import appointments, relative
from handlers.scene import World
from nlp.heard import Heard

# For so long after a booking 「一样的」 means that one.
_LATELY = timedelta(minutes=30)


def wanted(heard: Heard, world: World) -> Values | None:
    """Return the values of the newest booking, if the same is wanted once more; else None."""
    if "same_again" not in heard.preferences or world.is_busy:
        return None
    since = world.desk.now - _LATELY
    lately = [view for view in appointments.ahead(world) if view.created_at >= since]
    if not lately:
        return None
    at = max(lately, key=lambda view: (view.created_at, view.id)).opening
    span = [moment.isoformat() for moment in relative.half_day(at)]
    who = {"doctor": at.doctor} if at.doctor else {"wish": {"service": at.service_type}}
    codes = [[at.department, 1.0]]
    dept = {"codes": codes, "words": [], "sure": True, "stated": True}
    return {"dept": dept, "site": at.site, "when": [span], **who}
