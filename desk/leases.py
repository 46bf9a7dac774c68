"""
Taking rows that are due, so that nobody else works on them for a while: notices and jobs alike.

Each state is asked for by itself, along an index that ends in the due time. One query over all of
them sorts, and MariaDB then locks every row it has sorted: a second courier finds nothing, and an
act that takes back a notice waits until it fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.orm import InstrumentedAttribute

from desk.work import Work


def take(
    work: Work,
    due_at: InstrumentedAttribute[Any],
    queues: Sequence[tuple[ColumnElement[bool], ...]],
    most: int,
    time: timedelta,
) -> list[Row[Any]]:
    """
    Lease up to `most` rows of the table of `due_at` for `time`; returns them as they were.

    One queue after the other, in each the longest due first. A queue is a condition that an index
    answers in the order of `due_at`, and says itself since when its rows may be taken.
    """
    table: Any = due_at.class_
    rows: list[Row[Any]] = []
    for queue in queues:
        if len(rows) == most:
            break
        rows += work.conn.execute(
            select(*table.__table__.c)
            .where(*queue)
            .order_by(due_at, table.id)
            .limit(most - len(rows))
            .with_for_update(skip_locked=True)
        ).all()
    if rows:
        work.conn.execute(
            update(table)
            .where(table.id.in_([row.id for row in rows]))
            .values(state="leased", leased_until=work.now + time, attempts=table.attempts + 1)
        )
    return rows
