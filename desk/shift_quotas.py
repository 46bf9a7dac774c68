"""
How a shift's places are shared (号源分配): all of a slot, the chat's, and its reserve for today.

The rest belongs to the window. What is changed here belongs to staff; the roster's files leave it
alone. A share never falls below what is booked of it or kept for some.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from desk import audit, line, shifts
from desk.work import Work
from models import Shift, Slot
from scheduling.quotas import QUOTAS
from scheduling.rota import Member
from scheduling.staff_errors import BadQuota

_SLOTS = (
    select(*Slot.__table__.c)
    .where(Slot.shift_id == bindparam("shift"))
    .order_by(Slot.starts_at, Slot.id)
)
_OVERRIDDEN = select(Shift.overridden).where(Shift.id == bindparam("shift"))


@dataclass(frozen=True, slots=True)
class Share:
    """
    One slot's places; `starts_at` local.

    Of `capacity` the chat may sell `chat`, of those `reserve` only on the day and `kept` only to
    some; `booked` are taken, `chat_booked` by the chat.
    """

    slot: int
    starts_at: datetime
    capacity: int
    chat: int
    reserve: int
    kept: int
    booked: int
    chat_booked: int


def shares(work: Work, member: Member, shift: int) -> Sequence[Share]:
    """
    Return how each slot of a shift is shared, by time.

    Raises:
        NotAllowed: not this member's shift.
    """
    shifts.check(work, member, [shift])
    return _shares(work, shift)


def change(
    work: Work, member: Member, shift: int, wanted: Mapping[int, tuple[int, int, int]]
) -> None:
    """
    Share slots anew: `wanted` has capacity, chat's share and reserve by slot.

    Who waits for a place that is new gets it.

    Raises:
        NotAllowed. BadQuota: facts: starts_at (local), fault (booked | chat | reserve).
    """
    shifts.check(work, member, [shift])
    line.lock(work, [share.slot for share in _shares(work, shift)])
    before = {share.slot: share for share in _shares(work, shift)}
    changed: list[dict[str, Any]] = []
    for slot, (capacity, chat, reserve) in sorted(wanted.items()):
        share = before.get(slot)
        if share is None or (share.capacity, share.chat, share.reserve) == wanted[slot]:
            continue
        _check(share, capacity, chat, reserve)
        values = {"capacity": capacity, "chat_capacity": chat, "reserve": reserve}
        work.conn.execute(update(Slot).where(Slot.id == slot).values(**values))
        was = [share.capacity, share.chat, share.reserve]
        changed.append({"slot": slot, "before": was, "after": list(wanted[slot])})
    if not changed:
        return
    names = {*(work.conn.scalar(_OVERRIDDEN, {"shift": shift}) or "").split(), "places"}
    kept = " ".join(sorted(names))
    work.conn.execute(update(Shift).where(Shift.id == shift).values(overridden=kept))
    line.hand_over(work, [one["slot"] for one in changed])
    audit.record(work, "quota", f"shift:{shift}", {"slots": changed})


def _check(share: Share, capacity: int, chat: int, reserve: int) -> None:
    rules = (
        ("booked", share.booked <= capacity),
        ("chat", share.chat_booked <= chat <= capacity),
        ("reserve", 0 <= reserve <= chat - share.kept),
    )
    for fault, holds in rules:
        if not holds:
            raise BadQuota(starts_at=share.starts_at, fault=fault)


def _shares(work: Work, shift: int) -> list[Share]:
    return [
        Share(
            slot=row.id,
            starts_at=work.local(row.starts_at),
            capacity=row.capacity,
            chat=row.chat_capacity,
            reserve=row.reserve,
            kept=sum(getattr(row, f"kept_{name}") for name in QUOTAS),
            booked=row.booked,
            chat_booked=row.chat_booked,
        )
        for row in work.conn.execute(_SLOTS, {"shift": shift})
    ]
