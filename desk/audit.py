"""What members of staff did and looked at (审计): written by the act itself, never changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, insert, select

from desk.work import Work
from models import AuditEvent

_INSERT = insert(AuditEvent)
_RECENT = select(*AuditEvent.__table__.c).order_by(AuditEvent.id.desc())
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done; `at` local."""

    id: int
    at: datetime
    actor: str
    act: str
    subject: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """
    Which acts are asked for: of these `actors`, on a `subject`, of a local `day`, before one.

    None or empty is any.
    """

    actors: Collection[str] | None = None
    subject: str = ""
    day: date | None = None
    before: int | None = None


def recent(work: Work, asked: Asked = Asked(), most: int = 100) -> Sequence[Act]:
    """Return the newest of the acts that are asked for, the newest first."""
    query = _RECENT.limit(most)
    if asked.actors is not None:
        query = query.where(AuditEvent.actor.in_(asked.actors))
    if asked.subject:
        query = query.where(AuditEvent.subject == asked.subject)
    if asked.day is not None:
        begins = datetime.combine(asked.day, time(), tzinfo=work.zone)
        query = query.where(AuditEvent.at >= begins, AuditEvent.at < begins + _DAY)
    if asked.before is not None:
        query = query.where(AuditEvent.id < asked.before)
    return [
        Act(
            id=row.id,
            at=work.local(row.at),
            actor=row.actor,
            act=row.act,
            subject=row.subject,
            details=json.loads(work.vault.open(row.details_enc)) if row.details_enc else {},
        )
        for row in work.conn.execute(query)
    ]


def count(work: Work, act: str, since: datetime) -> int:
    """Return how often whoever acts now has done this since then (aware)."""
    mine = (AuditEvent.actor == work.actor.label, AuditEvent.act == act, AuditEvent.at > since)
    return work.conn.scalar(select(func.count()).where(*mine)) or 0


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
