"""
Mass sends (群发): one call for up to 10,000 accounts, news that is nobody's own.

An account sees four of them in a calendar month of Beijing's; who has had four is left out here,
not by WeChat. Source: docs/outgoing.md, api_masssend.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta, timezone
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from desk import jobs, mass_lists
from desk.work import Work
from models import BroadcastTarget, Outbox, WechatUser
from scheduling.channels import MASS

EACH_A_MONTH = 4
# WeChat takes 2 to 10,000 in one call; a list this long can still take in one that is left over.
FEWEST, BATCH = 2, 9_999
JOB = "mass_receipt"
_BEIJING = timezone(timedelta(hours=8))
_PATIENCE = timedelta(minutes=2)
_DELIVERED = "send success"

_HAD = (
    select(BroadcastTarget.wechat_user_id, func.count().label("number"))
    .where(
        BroadcastTarget.wechat_user_id.in_(bindparam("accounts", expanding=True)),
        BroadcastTarget.month == bindparam("month"),
        BroadcastTarget.state.in_(("waiting", "sent")),
    )
    .group_by(BroadcastTarget.wechat_user_id)
)
_OPENIDS = (
    select(WechatUser.openid_enc)
    .join(BroadcastTarget, BroadcastTarget.wechat_user_id == WechatUser.id)
    .where(
        BroadcastTarget.broadcast_id == bindparam("broadcast"),
        BroadcastTarget.batch == bindparam("batch"),
    )
    .order_by(BroadcastTarget.id)
)
_LAST = select(func.max(BroadcastTarget.batch)).where(
    BroadcastTarget.broadcast_id == bindparam("broadcast")
)
_IN_BATCH = select(func.count()).where(
    BroadcastTarget.broadcast_id == bindparam("broadcast"),
    BroadcastTarget.batch == bindparam("batch"),
)
_INSERT = insert(BroadcastTarget)


def lay(work: Work, broadcast: int, accounts: Sequence[int]) -> None:
    """
    Write targets for these accounts.

    A full list is handed to the outbox once the one behind it is long enough for a call.
    """
    month, laid = month_of(work), _laid(work, broadcast)
    had = {
        row.wechat_user_id: row.number
        for row in work.conn.execute(_HAD, {"accounts": list(accounts), "month": month})
    }
    rows, number = [], laid
    for account in accounts:
        how: dict[str, object] = {"batch": number // BATCH, "state": "waiting", "why": ""}
        if had.get(account, 0) >= EACH_A_MONTH:
            how = {"batch": None, "state": "skipped", "why": "month"}
        else:
            number += 1
        target = {"broadcast_id": broadcast, "wechat_user_id": account, "month": month}
        rows.append({**target, **how})
    if rows:
        work.conn.execute(_INSERT, rows)
    for batch in range(_complete(laid), _complete(number)):
        _hand_over(work, broadcast, batch)


def finish(work: Work, broadcast: int, *, others_follow: bool = False) -> int:
    """
    All targets are written: hand over what is left; a single one joins the list before.

    Where there is none before she is no target any more if `others_follow`, and goes with them;
    returns how many have been taken out like that.
    """
    laid = _laid(work, broadcast)
    full, rest = divmod(laid, BATCH)
    taken = 0
    if 0 < rest < FEWEST:
        alone = (BroadcastTarget.broadcast_id == broadcast, BroadcastTarget.batch == full)
        joins: dict[str, object] = {"batch": full - 1}
        if full == 0:
            joins = {"batch": None, "state": "skipped", "why": "alone"}
        if full == 0 and others_follow:
            taken = work.conn.execute(delete(BroadcastTarget).where(*alone)).rowcount
        else:
            work.conn.execute(update(BroadcastTarget).where(*alone).values(**joins))
        rest = 0
    for batch in range(_complete(laid), full + bool(rest)):
        _hand_over(work, broadcast, batch)
    return taken


def _laid(work: Work, broadcast: int) -> int:
    """How many accounts are in lists so far."""
    last = work.conn.scalar(_LAST, {"broadcast": broadcast})
    if last is None:
        return 0
    inside = work.conn.scalar(_IN_BATCH, {"broadcast": broadcast, "batch": last})
    return last * BATCH + (inside or 0)


def _complete(laid: int) -> int:
    """How many lists may leave when so many accounts are laid out."""
    return max(0, laid - FEWEST) // BATCH


def _hand_over(work: Work, broadcast: int, batch: int) -> None:
    if mass_lists.is_kept(work, broadcast, batch):
        return
    size = work.conn.scalar(_IN_BATCH, {"broadcast": broadcast, "batch": batch}) or 0
    mass_lists.keep(work, broadcast, batch, size)
    mass_lists.hand_over(work, broadcast, batch)


def month_of(work: Work) -> str:
    """Return the month whose four mass sends this instant counts to."""
    return f"{work.now.astimezone(_BEIJING):%Y-%m}"


def content(work: Work, broadcast: int, batch: int) -> Mapping[str, Any]:
    """Return to whom one call goes; of strangers, between which places they are to be found."""
    strangers = mass_lists.between(work, broadcast, batch)
    if strangers is not None:
        return {"strangers": strangers}
    values = {"broadcast": broadcast, "batch": batch}
    sealed = work.conn.scalars(_OPENIDS, values)
    openids = [openid for one in sealed if (openid := work.vault.open(one))]
    return {"openids": openids}


def sent(work: Work, row: Row[Any], number: str) -> None:
    """WeChat has taken a call under its number: its accounts have had one more this month."""
    batch = _batch(work, row)
    if mass_lists.sent(work, row.broadcast_id, batch, number):
        _mark(work, row.broadcast_id, batch, "sent", "")
        return
    _mark(work, row.broadcast_id, batch, "failed", "same")
    gone = {"state": "dead", "provider_id": None, "last_error": "mass: the number of another call"}
    work.conn.execute(update(Outbox).where(Outbox.id == row.id).values(**gone))


def refused(work: Work, row: Row[Any]) -> None:
    """WeChat will never take a call, so none of its accounts has had it."""
    # What it said begins with its code.
    code = row.last_error.partition(" ")[0]
    failed(work, row, code if code.isdecimal() and code != "0" else "wechat")


def failed(work: Work, row: Row[Any], why: str) -> None:
    """No more is done for a call and its accounts."""
    batch = _batch(work, row)
    mass_lists.failed(work, row.broadcast_id, batch, why)
    _mark(work, row.broadcast_id, batch, "failed", why)


def _batch(work: Work, row: Row[Any]) -> int:
    return int(json.loads(work.vault.open(row.payload_enc))["batch"])


def _mark(work: Work, broadcast: int, batch: int, state: str, why: str) -> None:
    these = (BroadcastTarget.broadcast_id == broadcast, BroadcastTarget.batch == batch)
    work.conn.execute(update(BroadcastTarget).where(*these).values(state=state, why=why))


def note(work: Work, number: str, status: str, counts: Mapping[str, int]) -> None:
    """Keep WeChat's report of a mass send until the courier has written its number down."""
    key = f"{JOB}:{number}"
    if number and not jobs.is_known(work, key):
        payload: dict[str, int | str] = {"number": number, "status": status, **counts}
        jobs.put(work, JOB, key, payload, work.now)


def settle(work: Work, payload: Mapping[str, Any]) -> timedelta | None:
    """
    Tie a report to its call: delivered, or failed for all of its accounts, who may have another.

    The job of that name; returns when to look again as long as a call is under way.
    """
    known = Outbox.kind == MASS, Outbox.provider_id == payload["number"]
    row = work.conn.execute(
        select(*Outbox.__table__.c).where(*known).with_for_update()
    ).one_or_none()
    if row is None:
        pending = Outbox.kind == MASS, Outbox.state.in_(("sending", "leased", "due"))
        return _PATIENCE if work.conn.scalar(select(Outbox.id).where(*pending).limit(1)) else None
    mass_lists.report(work, row.broadcast_id, _batch(work, row), payload)
    told: dict[str, object]
    if payload["status"] == _DELIVERED:
        told = {"delivered_at": work.now}
    else:
        told = {"state": "dead", "last_error": f"mass: {payload['status']}"}
        failed(work, row, "wechat")
    work.conn.execute(update(Outbox).where(Outbox.id == row.id).values(**told))
    return None
