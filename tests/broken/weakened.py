"""
The house with guards taken out, those named in WEAKENED: the controls of the balance.

A check that stays green over one of these sees nothing.
"""

from __future__ import annotations

import dataclasses
import os
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from bot.app import create_app
from desk import dispatch, journal, outbox, stock
from models import Outbox, Slot


def _without_the_journal() -> None:
    """A retry is taken for a new message: nothing is replayed, no key is unique."""
    store = journal.store

    def store_anyway(work: Any, entry: Any) -> None:
        store(work, dataclasses.replace(entry, key=entry.key + secrets.token_hex(8)))

    journal.store = store_anyway
    journal.replay = lambda work, key: None


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
    start = dispatch.start

    def look(work: Any, most: int, time: timedelta) -> list[dispatch.Leased]:
        due = Outbox.state != "sent", Outbox.not_before <= work.now
        query = select(Outbox.id, Outbox.kind).where(*due).order_by(Outbox.id).limit(most)
        return [dispatch.Leased(row.id, row.kind, 1) for row in work.conn.execute(query)]

    def take(work: Any, leased: dispatch.Leased, *more: Any) -> Any:
        values = {"state": "leased", "attempts": leased.attempts, "sending_at": None}
        work.conn.execute(update(Outbox).where(Outbox.id == leased.id).values(values))
        return start(work, leased, *more)

    dispatch.lease, dispatch.start = look, take


GUARDS: Mapping[str, Callable[[], None]] = {
    "journal": _without_the_journal,
    "places": _without_giving_back,
    "voiding": _without_voiding,
    "lease": _without_the_lease,
}

for guard in os.environ["WEAKENED"].split():
    GUARDS[guard]()
app = create_app()
