"""
The calls of a mass send, one list of accounts each: handed to the outbox, sent, reported on.

Whom we know is on a list by `BroadcastTarget`, strangers stand between two places
(`desk.strangers`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update

from desk import outbox
from desk.work import Work
from models import BroadcastList
from scheduling.broadcasting import ListView
from scheduling.channels import MASS
from scheduling.strangers import Place

_INSERT = insert(BroadcastList)
_LAST = select(func.max(BroadcastList.batch)).where(
    BroadcastList.broadcast_id == bindparam("broadcast")
)
_ALL = (
    select(*BroadcastList.__table__.c)
    .where(BroadcastList.broadcast_id == bindparam("broadcast"))
    .order_by(BroadcastList.batch)
)
_ONE = _ALL.where(BroadcastList.batch == bindparam("batch"))
_SAME = select(BroadcastList.broadcast_id, BroadcastList.batch).where(
    BroadcastList.msg_id == bindparam("number")
)
_FORGOTTEN: Mapping[str, Any] = {"after_enc": None, "until_enc": None}


def keep(work: Work, broadcast: int, batch: int, size: int, **about: object) -> None:
    """Write down a list."""
    row = {"strangers": False, "state": "waiting", "why": "", **about}
    work.conn.execute(_INSERT, {"broadcast_id": broadcast, "batch": batch, "size": size, **row})


def hand_over(work: Work, broadcast: int, batch: int) -> None:
    """Let the couriers send a list; its key is made of broadcast and batch."""
    payload = {"batch": batch}
    outbox.put(
        work,
        outbox.Notice(MASS, f"mass:{broadcast}:{batch}", payload, broadcast_id=broadcast),
    )


def is_kept(work: Work, broadcast: int, batch: int) -> bool:
    """Tell whether a list has been written down."""
    found = work.conn.execute(_ONE, {"broadcast": broadcast, "batch": batch})
    return found.one_or_none() is not None


def next_batch(work: Work, broadcast: int) -> int:
    """Return the number of a broadcast's next list."""
    last = work.conn.scalar(_LAST, {"broadcast": broadcast})
    return 0 if last is None else last + 1


def between(work: Work, broadcast: int, batch: int) -> Mapping[str, Any] | None:
    """Return where a list of strangers begins and ends (None: nowhere); None: it is none."""
    row = work.conn.execute(_ONE, {"broadcast": broadcast, "batch": batch}).one_or_none()
    if row is None or row.after_enc is None:
        return None
    until = None if row.until_enc is None else opened(work, row.until_enc)
    return {"broadcast": broadcast, "after": opened(work, row.after_enc), "until": until}


def sent(work: Work, broadcast: int, batch: int, number: str) -> bool:
    """
    WeChat has taken a list under its number; False where that is another list's.

    WeChat was seen to take two calls of the same words for one: the second has not gone out.
    """
    held = work.conn.execute(_SAME, {"number": number}).all() if number else []
    if any((row.broadcast_id, row.batch) != (broadcast, batch) for row in held):
        failed(work, broadcast, batch, "same")
        return False
    values = {"state": "sent", "msg_id": number or None}
    work.conn.execute(_of(broadcast, batch).values(**values, **_FORGOTTEN))
    return True


def failed(work: Work, broadcast: int, batch: int, why: str) -> None:
    """WeChat has not sent a list."""
    values = {"state": "failed", "why": why[:64]}
    work.conn.execute(_of(broadcast, batch).values(**values, **_FORGOTTEN))


def report(work: Work, broadcast: int, batch: int, told: Mapping[str, Any]) -> None:
    """Keep the counts of WeChat's report of a list."""
    names = {
        "total": "TotalCount",
        "filtered": "FilterCount",
        "arrived": "SentCount",
        "lost": "ErrorCount",
    }
    values = {name: told.get(theirs) for name, theirs in names.items()}
    work.conn.execute(_of(broadcast, batch).values(**values))


def views(work: Work, broadcast: int) -> Sequence[ListView]:
    """Return the lists of a broadcast as people see them."""
    return [_view(row) for row in work.conn.execute(_ALL, {"broadcast": broadcast})]


def _view(row: Row[Any]) -> ListView:
    was_told = row.total is not None and row.filtered is not None
    return ListView(
        batch=row.batch,
        strangers=row.strangers,
        size=row.size,
        state=row.state,
        why=row.why,
        msg_id=row.msg_id or "",
        filtered=max(0, row.total - row.filtered) if was_told else None,
        arrived=row.arrived,
        lost=row.lost,
    )


def sealed(work: Work, where: Place) -> bytes:
    """Return a place as it is kept."""
    return work.vault.seal(json.dumps(where))


def opened(work: Work, kept: bytes) -> Place:
    """Return a place that was kept."""
    return tuple(json.loads(work.vault.open(kept)))


def forget(work: Work, broadcast: int) -> None:
    """Forget where the lists of a broadcast begin and end: none of them leaves any more."""
    lists = update(BroadcastList).where(BroadcastList.broadcast_id == broadcast)
    work.conn.execute(lists.values(**_FORGOTTEN))


def _of(broadcast: int, batch: int) -> Any:  # noqa: ANN401 - an update of SQLAlchemy's
    of = BroadcastList.broadcast_id == broadcast, BroadcastList.batch == batch
    return update(BroadcastList).where(*of)
