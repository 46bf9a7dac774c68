"""
A broadcast on its way: its notices are written page by page, by a job that goes on after a crash.

Each page and how far it is are one transaction, so nobody is left out and nobody written to twice.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from desk import audiences, massing, outbox, strangers
from desk.audiences import Recipient
from desk.work import Work
from models import Broadcast, Outbox
from scheduling.broadcasting import Audience
from scheduling.channels import may_leave_at
from scheduling.strangers import Cut, Place

JOB = "lay_broadcast"
# How often a broadcast that is written is looked at until all of it has left.
_LOOK = timedelta(seconds=20)
# So soon after a list of strangers has been handed over the next one may be read.
_NEXT = timedelta(seconds=2)
_WAKES = 5_000
_PENDING = ("due", "leased", "sending", "paused")

_BROADCAST = (
    select(*Broadcast.__table__.c).where(Broadcast.id == bindparam("broadcast")).with_for_update()
)


def go_on(work: Work, broadcast: int) -> timedelta | None:
    """Do the next piece; returns after what time there is more to do, None for never."""
    row = work.conn.execute(_BROADCAST, {"broadcast": broadcast}).one()
    if row.state == "scheduled":
        if work.now < row.not_before:
            wait: timedelta = row.not_before - work.now
            return wait
        _set(work, broadcast, state="laying", started_at=work.now)
        return _lay(work, row)
    if row.state in ("laying", "sending"):
        if _wake(work, broadcast) == _WAKES:
            return timedelta()
        return _lay(work, row) if row.state == "laying" else _look(work, row)
    return None


def lay_strangers(work: Work, broadcast: int, at: Place, found: Cut | str) -> timedelta | None:
    """
    Do the next piece with what was read of WeChat's list at that place, or why it was not told.

    What has been overtaken meanwhile is not used.
    """
    row = work.conn.execute(_BROADCAST, {"broadcast": broadcast}).one()
    if strangers.place(work, broadcast) != at:
        return go_on(work, broadcast)
    if isinstance(found, Cut):
        strangers.lay(work, row, found)
    else:
        strangers.give_up(work, row, found)
    return go_on(work, broadcast)


def _lay(work: Work, row: Row[Any]) -> timedelta:
    if row.stage == strangers.ALL:  # it was all written when somebody stopped it
        _set(work, row.id, state="sending")
        return _LOOK
    return _NEXT if row.stage == strangers.STRANGERS else _lay_known(work, row)


def _lay_known(work: Work, row: Row[Any]) -> timedelta:
    audience = audiences.opened(row.audience)
    found, after = audiences.page(work, audience, row.laid_after)
    if row.way == "mass":
        massing.lay(work, row.id, [one.account for one in found if one.account is not None])
        laid = len(found)
    else:
        laid = outbox.put_all(work, _notices(work, row.id, audience, found))
    done: dict[str, object] = {"laid": row.laid + laid}
    if after is not None:
        _set(work, row.id, **done, laid_after=after)
        return timedelta()
    if row.way == "mass":
        is_for_all = audience.kind == "everyone"
        done["laid"] = row.laid + laid - massing.finish(work, row.id, others_follow=is_for_all)
        if is_for_all:
            _set(work, row.id, **done, **strangers.first(work))
            return timedelta()
    _set(work, row.id, **done, state="sending", stage=strangers.ALL)
    return _LOOK


def kind_of(audience: Audience) -> str:
    """Return the kind of notice each recipient of an audience gets."""
    return "visit_news" if audience.kind == "visits" else "news"


def _notices(
    work: Work, broadcast: int, audience: Audience, found: list[Recipient]
) -> list[outbox.Notice]:
    kind, now = kind_of(audience), work.local(work.now)
    return [
        outbox.Notice(
            kind=kind,
            dedupe_key=f"broadcast:{broadcast}:{one.key}",
            payload=one.payload,
            wechat_user_id=one.account,
            appointment_id=one.appointment,
            appointment_version=one.version,
            # Not before the end of the quiet hours, unless the visit is too near for that.
            not_before=may_leave_at(work.policy, kind, now, one.starts_at) or work.now,
            broadcast_id=broadcast,
        )
        for one in found
    ]


def _wake(work: Work, broadcast: int) -> int:
    """What a pause has stopped is due again, some at a time; returns how many."""
    asleep = (Outbox.broadcast_id == broadcast, Outbox.state == "paused")
    ids = list(work.conn.scalars(select(Outbox.id).where(*asleep).limit(_WAKES)))
    if ids:
        woken = update(Outbox).where(Outbox.id.in_(ids), Outbox.state == "paused")
        work.conn.execute(woken.values(state="due", not_before=work.now))
    return len(ids)


def _look(work: Work, row: Row[Any]) -> timedelta | None:
    """Once nothing of it waits any more it is done."""
    waits = (
        select(Outbox.id).where(Outbox.broadcast_id == row.id, Outbox.state == state).limit(1)
        for state in _PENDING
    )  # one look into the index each, however many there are
    if any(work.conn.scalar(one) is not None for one in waits):
        return _LOOK
    strangers.forget(work, row.id)
    _set(work, row.id, state="done", ended_at=work.now)
    return None


def _set(work: Work, broadcast: int, **values: object) -> None:
    work.conn.execute(update(Broadcast).where(Broadcast.id == broadcast).values(**values))
