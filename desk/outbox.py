"""
The outbox (待发箱): what must leave the house, written by the act that causes it.

The courier leases due rows in one transaction, sends outside of any, and says how it went in
another. What it leased and never finished (it was killed) is leased again: at least once, and the
receiving end dedupes where it can.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, insert, or_, select, update

from desk.work import Work
from models import Appointment, Outbox, Prompt


@dataclass(frozen=True, slots=True)
class Notice:
    """
    One thing to be sent.

    `dedupe_key` holds ids only and makes writing it twice impossible. `payload` is JSON and gets
    sealed. A notice about an appointment names the version it speaks of, so that a later change
    voids it; one that asks something names its prompt, which is delivered when this is sent.
    `not_before` is an instant; None means at once.
    """

    kind: str
    dedupe_key: str
    payload: Mapping[str, object]
    wechat_user_id: int | None = None
    appointment_id: int | None = None
    appointment_version: int | None = None
    not_before: datetime | None = None
    prompt_id: int | None = None


def put(work: Work, notice: Notice) -> None:
    """Write a notice into the outbox; one that is there already stays as it is."""
    known = select(Outbox.id).where(Outbox.dedupe_key == notice.dedupe_key)
    if work.conn.scalar(known) is not None:
        return
    work.conn.execute(
        insert(Outbox).values(
            kind=notice.kind,
            dedupe_key=notice.dedupe_key,
            payload_enc=work.vault.seal(json.dumps(notice.payload, ensure_ascii=False)),
            wechat_user_id=notice.wechat_user_id,
            appointment_id=notice.appointment_id,
            appointment_version=notice.appointment_version,
            prompt_id=notice.prompt_id,
            state="due",
            not_before=notice.not_before or work.now,
            attempts=0,
            last_error="",
            created_at=work.now,
        )
    )


@dataclass(frozen=True, slots=True)
class Leased:
    """A notice in the courier's hands; `attempts` counts this one."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    wechat_user_id: int | None
    attempts: int
    created_at: datetime


def void(work: Work, appointment: int) -> None:
    """Take back everything not yet sent about an appointment, and what was asked about it."""
    asked = select(Outbox.prompt_id).where(Outbox.appointment_id == appointment)
    work.conn.execute(
        update(Prompt).where(Prompt.id.in_(asked), Prompt.state == "open").values(state="void")
    )
    work.conn.execute(
        update(Outbox)
        .where(Outbox.appointment_id == appointment, Outbox.state.in_(("due", "leased")))
        .values(state="void")
    )


def lease(work: Work, most: int, time: timedelta) -> list[Leased]:
    """
    Return up to `most` due notices, nobody else's for `time`; the longest due come first.

    A notice whose appointment has moved on since it was written is voided on the way.
    """
    forgotten = and_(Outbox.state == "leased", Outbox.leased_until <= work.now)
    due = and_(Outbox.state == "due", Outbox.not_before <= work.now)
    rows = work.conn.execute(
        select(*Outbox.__table__.c)
        .where(or_(due, forgotten))
        .order_by(Outbox.not_before, Outbox.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    stale = _stale(work, [row.id for row in rows])
    _set(work, list(stale), state="void")
    fresh = [row for row in rows if row.id not in stale]
    _set(
        work,
        [row.id for row in fresh],
        state="leased",
        leased_until=work.now + time,
        attempts=Outbox.attempts + 1,
    )
    return [
        Leased(
            id=row.id,
            kind=row.kind,
            payload=json.loads(work.vault.open(row.payload_enc)),
            wechat_user_id=row.wechat_user_id,
            attempts=row.attempts + 1,
            created_at=row.created_at,
        )
        for row in fresh
    ]


def sent(work: Work, notice: int) -> None:
    """It has been delivered, and with it the question it asks."""
    _set(work, [notice], state="sent", sent_at=work.now, leased_until=None, last_error="")
    asked = select(Outbox.prompt_id).where(Outbox.id == notice).scalar_subquery()
    work.conn.execute(
        update(Prompt)
        .where(Prompt.id == asked, Prompt.delivered_at.is_(None))
        .values(delivered_at=work.now)
    )


def failed(work: Work, notice: int, error: str, again_at: datetime | None) -> None:
    """It was not delivered; try again then, or never (None). `error` is not personal."""
    if again_at is None:
        _set(work, [notice], state="dead", last_error=error, leased_until=None)
        return
    _set(work, [notice], state="due", not_before=again_at, last_error=error, leased_until=None)


def _stale(work: Work, notices: list[int]) -> set[int]:
    """Those of the notices that speak of an older version of their appointment."""
    query = (
        select(Outbox.id)
        .join(Appointment, Appointment.id == Outbox.appointment_id)
        .where(Outbox.id.in_(notices), Outbox.appointment_version != Appointment.version)
    )
    return set(work.conn.scalars(query))


def _set(work: Work, notices: list[int], **values: object) -> None:
    # A voided notice stays void, even when the courier comes back with news of it.
    mine = and_(Outbox.id.in_(notices), Outbox.state != "void")
    work.conn.execute(update(Outbox).where(mine).values(**values))
