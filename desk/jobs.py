"""
Things that happen by time, as rows: leased and run by the courier, one transaction each.

Nothing waits for them to be right: whoever books reclaims expired holds first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from desk import leases
from desk.work import Work
from models import Job


@dataclass(frozen=True, slots=True)
class LeasedJob:
    """A job in the courier's hands; `attempts` counts this one."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    attempts: int


_AGAIN = update(Job).where(Job.dedupe_key == bindparam("key"))
_INSERT = insert(Job)


def put(
    work: Work, kind: str, dedupe_key: str, payload: Mapping[str, int | str], due_at: datetime
) -> None:
    """Write a job; one of the same key is due again at `due_at`. `payload` holds ids only."""
    again = {"key": dedupe_key, "due_at": due_at, "state": "due"}
    if work.conn.execute(_AGAIN, again).rowcount == 0:
        add(work, kind, dedupe_key, payload, due_at)


def add(
    work: Work, kind: str, dedupe_key: str, payload: Mapping[str, int | str], due_at: datetime
) -> None:
    """Write a job whose key is a new one."""
    row = {"kind": kind, "dedupe_key": dedupe_key, "payload": json.dumps(payload)}
    work.conn.execute(_INSERT, {**row, "due_at": due_at})


def is_known(work: Work, dedupe_key: str) -> bool:
    """Tell whether a job of that key was ever put."""
    return work.conn.scalar(select(Job.id).where(Job.dedupe_key == dedupe_key)) is not None


_QUEUES = (
    leases.queue(Job.due_at, Job.leased_until, Job.state == "leased"),
    leases.queue(Job.due_at, Job.due_at, Job.state == "due"),
)


def lease(work: Work, most: int, time: timedelta) -> list[LeasedJob]:
    """Return up to `most` due jobs, nobody else's for `time`; the longest due come first."""
    rows = leases.take(work, Job, _QUEUES, most, time)
    return [LeasedJob(row.id, row.kind, json.loads(row.payload), row.attempts + 1) for row in rows]


def done(work: Work, job: int, again_at: datetime | None = None) -> None:
    """It has been run; it is due again at that instant, or never."""
    values: dict[str, object] = {"state": "done", "leased_until": None, "last_error": ""}
    if again_at is not None:
        values |= {"state": "due", "due_at": again_at, "attempts": 0}
    work.conn.execute(update(Job).where(Job.id == job).values(values))


def failed(work: Work, job: int, error: str, again_at: datetime) -> None:
    """It broke; it is due again at that instant, however often. `error` is not personal."""
    values = {"state": "due", "due_at": again_at, "leased_until": None, "last_error": error}
    work.conn.execute(update(Job).where(Job.id == job).values(values))
