"""
The outbox (待发箱): what must leave the house, written by the act that causes it.

Only the courier sends it: `desk.dispatch`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update

from desk.rows import among
from desk.work import Work
from models import Outbox, Prompt
from scheduling.channels import KINDS

# What has not left the house, and so is taken back with what it was about.
_TAKES_BACK = ("due", "leased", "paused", "call")


@dataclass(frozen=True, slots=True)
class Notice:
    """
    One thing to be sent; its kind is one of `scheduling.channels.KINDS`.

    `dedupe_key` holds ids only and makes writing it twice impossible. `payload` is JSON and gets
    sealed; its `until` (ISO 8601) is when the notice becomes pointless. A notice about an
    appointment names the version it speaks of, so that a later change voids it; one that asks
    something names its prompt, which is delivered when this is sent. `not_before` is an instant;
    None means at once.
    """

    kind: str
    dedupe_key: str
    payload: Mapping[str, object]
    wechat_user_id: int | None = None
    appointment_id: int | None = None
    appointment_version: int | None = None
    not_before: datetime | None = None
    prompt_id: int | None = None
    is_copy: bool = False
    broadcast_id: int | None = None


_KNOWN = select(Outbox.dedupe_key).where(Outbox.dedupe_key.in_(bindparam("keys", expanding=True)))
_INSERT = insert(Outbox)


def put(work: Work, notice: Notice) -> None:
    """
    Write a notice into the outbox; one that is there already stays as it is.

    Raises:
        KeyError: nobody said which channels this kind of notice may take.
    """
    put_all(work, [notice])


def put_all(work: Work, some: Sequence[Notice]) -> int:
    """Write notices into the outbox as `put` does, and return how many were not there yet."""
    keys = {"keys": [notice.dedupe_key for notice in some]}
    known = set(work.conn.scalars(_KNOWN, keys)) if some else set()
    rows = []
    for notice in some:
        if notice.dedupe_key not in known:
            known.add(notice.dedupe_key)
            rows.append(_row(work, notice))
    if rows:
        work.conn.execute(_INSERT, rows)
    return len(rows)


def _row(work: Work, notice: Notice) -> dict[str, object]:
    return {
        "kind": notice.kind,
        "priority": KINDS[notice.kind].priority,
        "dedupe_key": notice.dedupe_key,
        "payload_enc": work.vault.seal(json.dumps(notice.payload, ensure_ascii=False)),
        "wechat_user_id": notice.wechat_user_id,
        "appointment_id": notice.appointment_id,
        "appointment_version": notice.appointment_version,
        "prompt_id": notice.prompt_id,
        "is_copy": notice.is_copy,
        "broadcast_id": notice.broadcast_id,
        "state": "due",
        "not_before": notice.not_before or work.now,
        "attempts": 0,
        "last_error": "",
        "created_at": work.now,
    }


def rung_for_nothing(work: Work, appointment: int) -> None:
    """Take what somebody was to ring about off the call list: the patient is here."""
    to_ring = (Outbox.appointment_id == appointment, Outbox.state == "call")
    work.conn.execute(update(Outbox).where(*to_ring).values(state="void"))


def void(work: Work, appointment: int) -> None:
    """Take back what has not left the house about an appointment, and what was asked."""
    work.conn.execute(
        update(Outbox)
        .where(Outbox.appointment_id == appointment, among(Outbox.state, _TAKES_BACK))
        .values(state="void")
    )
    asked = select(Outbox.prompt_id).where(Outbox.appointment_id == appointment)
    work.conn.execute(
        update(Prompt).where(Prompt.id.in_(asked), Prompt.state == "open").values(state="void")
    )
