"""Which time of a half-day: asked after an offer was chosen, by booking and rescheduling alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from dialogue.form import Asked, Filled, Given, Question, Reask, Redo, Slot
from dialogue.options import PAGE
from dialogue.state import Values
from handlers import wished_times
from handlers.scene import World
from handlers.texts import booking as texts
from handlers.texts import changes as change_texts
from handlers.texts import refusals
from nlp.heard import Heard, When
from scheduling.types import Opening, SlotId

# What the ear makes of a clock time: an interval of half an hour.
_CLOCK_WISH = timedelta(minutes=30)


def ask_time(values: Values, world: World) -> Asked:
    """
    Ask which time of the half-day, unless only one is left or was asked for.

    The one that is left is asked about, too, where the list told of an earlier one.
    """
    offered = world.desk.finder.openings([SlotId(slot) for slot in values["offer"]])
    openings = [o for o in offered if o.left > 0]
    if not openings:
        raise Reask("offer", refusals.TAKEN)
    wished = [o for o in openings if is_clock_wish(values, o)]
    is_seen = openings[0].slot == values["offer"][0]
    if len(wished) == 1 or (len(openings) == 1 and is_seen):
        return Filled((wished or openings)[0].slot)
    lead = texts.ONE_LEFT if len(openings) == 1 else ""
    return Question(
        lead + texts.which_time(openings[0], has_sites=len(world.desk.catalogue.sites()) > 1),
        [(texts.time_choice(o), o.slot) for o in openings],
        wants="slot",
    )


def answer_time(heard: Heard, values: Values, world: World) -> Given:
    """「9点」 among the times of the list; 「随便」 the first, 「最晚」 the last."""
    said = heard.preferences
    offered = world.desk.finder.openings([SlotId(slot) for slot in values["offer"]])
    slots = [o.slot for o in offered if o.left > 0]
    if slots and said & {"any", "earliest", "skip"}:
        return slots[0]
    if slots and "latest" in said:
        return slots[-1]
    if heard.answer == "yes" and not said and len(slots) > 1 and not heard.when:
        return Redo((), texts.WHICH_NUMBER)
    if "later" in said and len(slots) > PAGE:
        return Redo((), texts.LATER_TIMES, {"offer": slots[PAGE:]})
    if "none" in said or "unsure" in said:
        none = "none" in said
        return Redo(("offer",), change_texts.NOT_THIS) if none else Redo((), texts.TAKE_FIRST)
    meant = [w for w in heard.when if not _is_of_another_day(w, values, offered)]
    return next((o.slot for o in offered if any(same_clock(w, o) for w in meant)), None)


def told_with(slots: Sequence[SlotId], world: World) -> Given:
    """「第二个，九点半」 chooses from the list and from its times at once."""
    said = world.heard
    offered = world.desk.finder.openings(slots) if said.when else ()
    at = next((o.slot for o in offered if any(same_clock(w, o) for w in said.when)), None)
    return slots if at is None else Redo((), fill={"offer": slots, "time": at})


def _is_of_another_day(when: When, values: Values, offered: Sequence[Opening]) -> bool:
    """
    「还是14号上午8点吧」 among the times of the 7th is about another list.

    An hour alone is told with the days that were wished for, whichever are listed.
    """
    day = when.start.date()
    wished = {start.date() for start, _ in wished_times.wanted_times(values)}
    return when.names_day and day not in wished | {o.starts_at.date() for o in offered}


def is_clock_wish(values: Values, opening: Opening) -> bool:
    """Tell whether a clock time (not a half-day) was asked for and this is it."""
    return any(
        end - start <= _CLOCK_WISH and start <= opening.starts_at < end
        for start, end in wished_times.wanted_times(values)
    )


def same_clock(when: When, opening: Opening) -> bool:
    """Tell whether a clock time, whatever its day, is the time of this opening."""
    start = opening.starts_at
    return when.end - when.start <= _CLOCK_WISH and (
        when.start.time() <= start.time() < when.end.time()
    )


SLOT: Slot[World] = Slot("time", ask_time, answer=answer_time, after=("offer",))
