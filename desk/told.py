"""What an account was told last by a notice, for who wants to hear it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select

from desk import appointments, notices
from desk.accounts import account
from desk.reach import readers
from desk.work import Work
from models import Appointment, Broadcast, Outbox
from scheduling.types import PromptId

# Not notices: an answer that came late, and what went to a telephone.
_NO_NOTICE = ("reply", "link_code", "alert")


@dataclass(frozen=True, slots=True)
class Told:
    """One notice as it was sent: its kind, its facts, and the question it asked."""

    kind: str
    payload: Mapping[str, Any]
    prompt: PromptId | None


def since(work: Work, at: datetime) -> Told | None:
    """
    Return the last notice that reached the acting account since `at`; None for none.

    Nor one whose visit is different by now, or which the account may read no more.
    """
    me = account(work)
    row = work.conn.execute(_LAST, {"account": me, "at": at}).one_or_none()
    if row is None or not row.payload_enc:
        return None
    payload = json.loads(work.vault.open(row.payload_enc))
    if row.appointment_id is not None:
        if me not in readers(work, row.appointment_id):
            return None
        view = appointments.view(work, row.appointment_id)
        payload = {**notices.facts(view), **payload}
    if row.words_enc:
        payload["words"] = work.vault.open(row.words_enc)
    prompt = None if row.prompt_id is None else PromptId(row.prompt_id)
    return Told(row.kind, payload, prompt)


_LAST = (
    select(
        Outbox.kind,
        Outbox.payload_enc,
        Outbox.appointment_id,
        Outbox.prompt_id,
        Broadcast.words_enc,
    )
    .outerjoin(Appointment, Appointment.id == Outbox.appointment_id)
    .outerjoin(Broadcast, Broadcast.id == Outbox.broadcast_id)
    .where(
        Outbox.wechat_user_id == bindparam("account"),
        Outbox.state == "sent",
        Outbox.sent_at >= bindparam("at"),
        Outbox.kind.not_in(_NO_NOTICE),
        or_(
            Outbox.appointment_id.is_(None),
            Outbox.appointment_version == Appointment.version,
        ),
    )
    .order_by(Outbox.sent_at.desc(), Outbox.id.desc())
    .limit(1)
)
