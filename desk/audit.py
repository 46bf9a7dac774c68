"""What members of staff did and looked at (审计): written by the act itself, never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from desk.work import Work
from models import AuditEvent

_INSERT = insert(AuditEvent)
_RECENT = select(*AuditEvent.__table__.c).order_by(AuditEvent.id.desc())


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done; `at` local."""

    at: datetime
    actor: str
    act: str
    subject: str
    details: Mapping[str, Any]


def recent(work: Work, most: int = 100) -> Sequence[Act]:
    """Return the newest acts, the newest first."""
    return [
        Act(
            at=work.local(row.at),
            actor=row.actor,
            act=row.act,
            subject=row.subject,
            details=json.loads(work.vault.open(row.details_enc)) if row.details_enc else {},
        )
        for row in work.conn.execute(_RECENT.limit(most))
    ]


def record(
    work: Work, act: str, subject: str, details: Mapping[str, object] | None = None
) -> None:
    """Write that the actor did `act` on `subject` (`kind:id`); `details` are sealed."""
    sealed = work.vault.seal(json.dumps(dict(details), ensure_ascii=False)) if details else None
    work.conn.execute(
        _INSERT,
        {
            "at": work.now,
            "actor": work.actor.label,
            "act": act,
            "subject": subject,
            "details_enc": sealed,
        },
    )
