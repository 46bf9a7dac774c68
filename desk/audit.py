"""What members of staff did and looked at (审计): written by the act itself, never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import insert

from desk.work import Work
from models import AuditEvent

_INSERT = insert(AuditEvent)


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
