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

from sqlalchemy import ColumnElement, Row, Select, bindparam, select, update
from sqlalchemy.orm import InstrumentedAttribute

from desk.work import Work

# Built once, at import: a courier asks all its queues for every page.
Queue = Select[*tuple[Any, ...]]


def queue(
    due_at: InstrumentedAttribute[Any],
    since: InstrumentedAttribute[Any],
    *where: ColumnElement[bool],
) -> Queue:
    """
    Rows of the table of `due_at` that may be taken since an instant of their own.

    `where` is what an index answers in the order of `due_at`: the longest due come first.
    """
    table: Any = due_at.class_
    return (
        select(*table.__table__.c)
        .where(*where, since <= bindparam("now"))
        .order_by(due_at, table.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )


def take(
    work: Work,
    table: type[Any],
    queues: Sequence[Queue],
    most: int,
    time: timedelta,
) -> list[Row[Any]]:
    """Lease up to `most` rows of a table for `time`, one queue after the other; as they were."""
    rows: list[Row[Any]] = []
    for one in queues:
        if len(rows) == most:
            break
        rows += work.conn.execute(one, {"now": work.now, "most": most - len(rows)}).all()
    if rows:
        work.conn.execute(
            update(table)
            .where(table.id.in_([row.id for row in rows]))
            .values(state="leased", leased_until=work.now + time, attempts=table.attempts + 1)
        )
    return rows
