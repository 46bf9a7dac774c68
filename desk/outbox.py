"""The outbox (待发箱): what must leave the house, written by the act that causes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from desk.work import Work
from models import Outbox


@dataclass(frozen=True, slots=True)
class Notice:
    """
    One thing to be sent.

    `dedupe_key` holds ids only and makes writing it twice impossible. `payload` is JSON and gets
    sealed. A notice about an appointment names the version it speaks of, so that a later change
    voids it. `not_before` is an instant; None means at once.
    """

    kind: str
    dedupe_key: str
    payload: Mapping[str, object]
    wechat_user_id: int | None = None
    appointment_id: int | None = None
    appointment_version: int | None = None
    not_before: datetime | None = None


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
            state="due",
            not_before=notice.not_before or work.now,
            attempts=0,
            last_error="",
            created_at=work.now,
        )
    )
