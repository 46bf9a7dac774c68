"""
One answer per `Idempotency-Key`, however often another program asks.

The key is claimed in the transaction that does the work, so the unique key makes a second request
wait until the first has ended and then replays its answer. Work that is rolled back (a refusal,
an error) takes its claim along: only answers of committed work are replayed, never a 409, 429
or 5xx, which a later try may overcome.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from desk.work import Work
from models import Idempotency

# Answers are personal; a program that has not read one for a day has lost it.
KEPT = timedelta(hours=24)
_RUNNING = 0


class KeyReusedError(ValueError):
    """The key was used for another request before."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: HTTP status and the JSON document."""

    status: int
    body: dict[str, object]


def claim(work: Work, scope: str, key: str, request: object) -> Answer | None:
    """
    Claim a key for a request; returns the answer to replay when it was answered before.

    `scope` is the name of the token, `request` any JSON. None means: do the work, then `keep`.

    Raises:
        KeyReusedError: the key belongs to another request.
    """
    request_hash = _request_hash(work, request)
    row = insert(Idempotency).values(
        scope=scope,
        key_hash=work.vault.lookup(key),
        request_hash=request_hash,
        status_code=_RUNNING,
        created_at=work.now,
    )
    try:
        with work.conn.begin_nested():
            work.conn.execute(row)
    except IntegrityError:
        return _answered(work, scope, key, request_hash)
    return None


def keep(work: Work, scope: str, key: str, answer: Answer) -> None:
    """Keep the answer to a claimed request for `KEPT`."""
    work.conn.execute(
        update(Idempotency)
        .where(Idempotency.scope == scope, Idempotency.key_hash == work.vault.lookup(key))
        .values(
            status_code=answer.status,
            response_enc=work.vault.seal(json.dumps(answer.body, ensure_ascii=False)),
        )
    )


def purge(work: Work) -> int:
    """Delete answers older than `KEPT`; returns how many."""
    old = delete(Idempotency).where(Idempotency.created_at < work.now - KEPT)
    return work.conn.execute(old).rowcount


def _answered(work: Work, scope: str, key: str, request_hash: str) -> Answer:
    row = work.conn.execute(
        select(Idempotency.request_hash, Idempotency.status_code, Idempotency.response_enc).where(
            Idempotency.scope == scope, Idempotency.key_hash == work.vault.lookup(key)
        )
    ).one()
    if row.request_hash != request_hash:
        raise KeyReusedError(key)
    if row.response_enc is None:
        raise RuntimeError("a claimed key was committed without its answer")
    return Answer(row.status_code, json.loads(work.vault.open(row.response_enc)))


def _request_hash(work: Work, request: object) -> str:
    text = json.dumps(request, ensure_ascii=False, sort_keys=True)
    return work.vault.lookup(f"request:{hashlib.sha256(text.encode()).hexdigest()}")
