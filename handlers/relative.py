"""
「早一点的」「晚一点的」「推迟两天」「换一天」: a time told from the times on the table.

All spans are [[from, to], …] as local ISO instants, as in `handlers.wished_times`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from dialogue.form import Given, Redo
from dialogue.state import Values
from handlers import wished_times, wishes
from handlers.scene import World
from handlers.texts import changes as texts
from nlp.heard import Heard
from scheduling.types import Opening, SlotId

# Further ahead nothing is released.
_AHEAD = timedelta(days=30)
_DAY, _MOMENT = timedelta(days=1), timedelta(minutes=1)
_NOON = 12
Span = tuple[datetime, datetime]
Spans = list[list[str]]


def hear(heard: Heard, values: Values, world: World) -> Given:
    """Return the earlier, later or shifted list, or None when nothing of that was said."""
    if heard.when:
        return None
    if heard.shift_days is not None:
        return _shifted(heard.shift_days, values, world)
    if "earlier" in heard.preferences:
        return _earlier(values, world)
    return _later(values, world) if "later" in heard.preferences else None


def moved(spans: Sequence[Span], days: int) -> Spans:
    """Return the spans so many days later, or sooner."""
    return _written([(a + timedelta(days=days), b + timedelta(days=days)) for a, b in spans])


def whole_day(moment: datetime) -> Span:
    """Return the local day of a moment."""
    start = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return start, start + _DAY


def half_day(opening: Opening) -> Span:
    """Return the half of the day an opening is in."""
    start, end = whole_day(opening.starts_at)
    noon = start.replace(hour=_NOON)
    return (start, noon) if opening.starts_at < noon else (noon, end)


def all_but(spans: Sequence[Span], world: World) -> Spans:
    """Return every time ahead but these."""
    free, begin = [], world.scene.now_local
    for start, end in sorted(spans):
        if start > begin:
            free.append((begin, start))
        begin = max(begin, end)
    return _written([*free, (begin, world.scene.now_local + _AHEAD)])


def finds(values: Values, world: World) -> bool:
    """Tell whether there is anything for these values exactly."""
    kept = {name: value for name, value in values.items() if name != "offer"}
    return bool(wishes.offers(kept, world).exact)


def _table(values: Values, world: World) -> Sequence[Opening]:
    """Return the openings talked about: those chosen, else the first of the list."""
    slots = values.get("offer")
    if slots:
        return world.desk.finder.openings([SlotId(slot) for slot in slots])
    listed = wishes.listed(values, world)
    return sorted(listed[0].openings, key=lambda o: o.starts_at) if listed else ()


def _shifted(days: int, values: Values, world: World) -> Given:
    spans = wished_times.wanted_times(values)
    if not spans:
        spans = tuple(whole_day(opening.starts_at) for opening in _table(values, world)[:1])
    return Redo(("offer",), "", {"when": moved(spans, days)}) if spans else None


def _earlier(values: Values, world: World) -> Given:
    table = _table(values, world)
    if not table:
        return None
    return _around(
        (world.scene.now_local, table[0].starts_at),
        values,
        world,
        (texts.EARLIER, texts.NO_EARLIER),
    )


def _later(values: Values, world: World) -> Given:
    table = _table(values, world)
    if not table:
        return None
    after = table[-1].starts_at + _MOMENT
    return _around(
        (after, world.scene.now_local + _AHEAD), values, world, (texts.LATER, texts.NO_LATER)
    )


def _around(span: Span, values: Values, world: World, notes: tuple[str, str]) -> Given:
    """The list of that stretch of time, soonest first; without one, what is shown stays."""
    by_time = {**values.get("wish", {}), "urgent": True}
    new = {"when": _written([span]), "wish": by_time}
    if span[0] >= span[1] or not finds({**values, **new}, world):
        return Redo((), notes[1])
    return Redo(("offer",), notes[0], new)


def _written(spans: Sequence[Span]) -> Spans:
    return [[start.isoformat(), end.isoformat()] for start, end in spans]
