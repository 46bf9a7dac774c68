"""Of what staff want without saying it in full: no more bookings, as many again, a day off."""

from __future__ import annotations

from dataclasses import replace

from dialogue.engine import Engine
from dialogue.reply import Reply
from dialogue.state import State
from handlers import shift_orders
from handlers.scene import World
from handlers.texts import duties as texts
from nlp.heard import Heard
from scheduling.rota import Member

_SHOWN = 3


def closed(heard: Heard) -> Heard:
    """Return 「明天上午不要再挂了」 as what is meant: so many places as are booked."""
    order = heard.order
    if order is None or order.name != "closed":
        return heard
    return replace(heard, order=replace(order, name="limit", argument=shift_orders.BOOKED))


def once_more(
    engine: Engine[World], state: State, heard: Heard, world: World, member: Member
) -> tuple[State, Reply]:
    """Add as many more to the shift that got some last: 「再加两个」."""
    newest = world.desk.past_changes.newest(member)
    if newest is None or newest.act != "extra" or heard.order is None:
        return state, Reply(texts.EXTRA)
    more = {"order": "extra", "shifts": [newest.shift.id], "argument": heard.order.argument}
    return engine.open(state, shift_orders.FORM.name, world, Heard(), more)


def no_clinic(
    state: State, heard: Heard, world: World, member: Member
) -> tuple[State, Reply] | None:
    """Answer a doctor without a clinic then, nor a booking of his own it could be about."""
    order = heard.order
    if member.role != "doctor" or order is None or world.desk.bookings.mine():
        return None
    if order.doctors and member.doctor not in order.doctors:
        return state, Reply(texts.ONLY_OWN)
    own = [view for view in world.desk.suspensions.shifts(member) if view.state == "published"]
    return state, Reply(texts.no_own_shift(own[:_SHOWN]))
