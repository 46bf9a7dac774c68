"""
The days and hours of a wish: [[from, to], …] as local ISO instants.

`loose` tells that only hours were said, of no day (「上午的」).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dialogue.form import Given, Redo
from dialogue.state import Values
from handlers.scene import World
from handlers.texts import booking as texts
from nlp.heard import Heard

_WEEK, _DAY = timedelta(days=7), timedelta(days=1)
_SATURDAY = 5


def hear_when(heard: Heard, values: Values, world: World) -> Given:
    """
    The days and hours asked for; 「下周三」 said at a weekend is told back with its date.

    「上午的」 said in the morning is about this one, and the next, for this one will soon be over.
    """
    if not heard.when:
        return Redo((), texts.IN_THE_PAST) if "past_day" in heard.preferences else None
    first, now = heard.when[0], world.scene.now_local
    spans = [(w.start, w.end) for w in heard.when]
    if len(spans) == 1 and not first.names_day and first.start <= now:
        spans.append((first.start + _DAY, first.end + _DAY))
    when = [[start.isoformat(), end.isoformat()] for start, end in spans]
    day = first.start.date()
    if heard.urgency == "today" and day > now.date() and "when" not in values:
        return Redo((), texts.today_first(day))
    is_weekend = now.weekday() >= _SATURDAY
    is_doubtful = "next_week" in heard.preferences and is_weekend
    is_doubtful = is_doubtful or "next_week_doubt" in heard.preferences  # 约下+下周, or 下下周
    if is_doubtful and len(when) == 1 and when != values.get("when"):
        return Redo((), texts.taken_for(day, day + _WEEK), {"when": when})
    return when


def check_when(value: Any, values: Values, world: World) -> str | None:  # noqa: ANN401 - any JSON
    """A time that is over cannot be wished for; the same day of the next week may be meant."""
    now, spans = world.scene.now_local, wanted_times({"when": value})
    if any(end > now for _, end in spans):
        return None
    day = spans[0][0].date()
    later = day + _WEEK
    is_near = now.date() - _WEEK < day < now.date()
    return texts.over(day, later) if is_near else texts.IN_THE_PAST


def hear_loose(heard: Heard, values: Values, world: World) -> Given:
    """「上午的」 without a day: where the next morning has nothing, any morning will do."""
    return not any(when.names_day for when in heard.when) if heard.when else None


def on_any_day(values: Values, world: World) -> list[list[str]]:
    """Return the hours wished for, on every day that can be booked."""
    start, end = wanted_times(values)[0]
    days = range(world.scene.policy.days_ahead + 1)
    spans = [(start + n * _DAY, end + n * _DAY) for n in days]
    return [[a.isoformat(), b.isoformat()] for a, b in spans]


def wanted_times(values: Values) -> tuple[tuple[datetime, datetime], ...]:
    """Return the local intervals asked for; empty for any time."""
    return tuple(
        (datetime.fromisoformat(start), datetime.fromisoformat(end))
        for start, end in values.get("when", ())
    )
