"""
The house with guards taken out, those named in WEAKENED: the controls of the balance.

A check that stays green over one of these sees nothing.
"""

from __future__ import annotations

import dataclasses
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from bot.app import create_app
from bot.tries import Tries
from desk import dispatch, journal, outbox, stock
from desk.departing import Circumstances, Leased
from models import Outbox, Slot


def _without_the_journal() -> None:
    """A retry is taken for a new message: nothing is replayed, no key is unique."""
    store = journal.store

    def store_anyway(work: Any, entry: Any) -> None:
        store(work, dataclasses.replace(entry, key=entry.key + secrets.token_hex(8)))

    journal.store = store_anyway
    arrive = journal.arrive
    journal.arrive = lambda *who: dataclasses.replace(arrive(*who), answered=None)


def _without_giving_back() -> None:
    """An appointment that ends keeps its place."""
    finish = stock.finish

    def keep(work: Any, row: Any, *how: Any, **changes: Any) -> bool:
        ended = finish(work, row, *how, **changes)
        again = {"booked": Slot.booked + 1, "chat_booked": Slot.chat_booked + 1}
        work.conn.execute(update(Slot).where(Slot.id == row.slot_id).values(again))
        return ended

    stock.finish = keep


def _without_voiding() -> None:
    """What waits in the outbox stays, whatever becomes of its appointment."""
    outbox.void = lambda work, appointment: None


def _without_the_lease() -> None:
    """Whoever looks for due notices takes them, also from others, and never asks again."""
    start_page = dispatch.start_page

    def look(work: Any, most: int, time: timedelta) -> list[Leased]:
        due = Outbox.state != "sent", Outbox.not_before <= work.now
        query = select(Outbox.id, Outbox.kind).where(*due).order_by(Outbox.id).limit(most)
        return [Leased(row.id, row.kind, 1) for row in work.conn.execute(query)]

    def take(work: Any, leased: Sequence[Leased], now: Circumstances) -> Any:
        for one in leased:
            values = {"state": "leased", "attempts": one.attempts, "sending_at": None}
            work.conn.execute(update(Outbox).where(Outbox.id == one.id).values(values))
        return start_page(work, leased, now)

    dispatch.lease, dispatch.start_page = look, take
    # The journal of tries is a guard of its own.
    Tries.is_there = lambda self: False


GUARDS: Mapping[str, Callable[[], None]] = {
    "journal": _without_the_journal,
    "places": _without_giving_back,
    "voiding": _without_voiding,
    "lease": _without_the_lease,
}

for guard in os.environ["WEAKENED"].split():
    GUARDS[guard]()
app = create_app()
