"""
How many customer-service messages WeChat still lets us send to somebody.

A typed message opens 48 hours for five of them; a tap on an option or the menu, a scan and a
follow open one minute for three. What is sent counts against both, so we never promise more than
there is. Source: the official customer-service page, docs/outgoing.md.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, update

from desk.work import Work
from models import Outbox, WechatUser
from scheduling.channels import CUSTOMER, Window

TYPED = timedelta(hours=48)
# Of a user's column: how long its window stays open and for how many messages.
_GRANTS = (("last_message_at", TYPED, 5), ("last_tap_at", timedelta(minutes=1), 3))


_LAST = select(WechatUser.id, WechatUser.last_message_at, WechatUser.last_tap_at).where(
    WechatUser.id.in_(bindparam("accounts", expanding=True))
)
# Twice where it was in doubt and handed over again.
_HANDED = select(Outbox.wechat_user_id, Outbox.sending_at, Outbox.uncertain_at).where(
    Outbox.wechat_user_id.in_(bindparam("accounts", expanding=True)),
    Outbox.channel == CUSTOMER,
    or_(Outbox.sending_at >= bindparam("since"), Outbox.uncertain_at >= bindparam("since")),
)
_NOTE = update(WechatUser).where(WechatUser.openid_hash == bindparam("openid"))


def heard_from(work: Work) -> None:
    """The account has typed a message: its window opens anew."""
    _note(work, last_message_at=work.now, followed=True)


def tapped(work: Work) -> None:
    """The account has tapped an option or the menu, scanned our code or begun to follow us."""
    _note(work, last_tap_at=work.now)


def followed(work: Work, *, is_following: bool) -> None:
    """
    The account follows us, or no longer does: then no message reaches it.

    What it wrote before it left opens nothing when it comes back.
    """
    shut = {} if is_following else {"last_message_at": None, "last_tap_at": None}
    _note(work, followed=is_following, **shut)


def shut(work: Work, account: int, at: datetime, *, is_following: bool) -> None:
    """
    WeChat said at that instant that no message reaches an account, or that it does not follow us.

    Its word counts more than what we remember: an event may have been lost, another program may
    have used up the messages. What the account has done since opens its windows all the same.
    """
    columns = (WechatUser.last_message_at, WechatUser.last_tap_at)
    gone = {} if is_following else {"followed": False}
    work.conn.execute(
        update(WechatUser)
        .where(WechatUser.id == account, *(or_(c.is_(None), c <= at) for c in columns))
        .values(last_message_at=None, last_tap_at=None, **gone)
    )


def windows(work: Work, account: int) -> tuple[Window, ...]:
    """Return the windows of an account that are open now."""
    return windows_of(work, [account])[account]


def windows_of(work: Work, accounts: Collection[int]) -> dict[int, tuple[Window, ...]]:
    """Return the windows of accounts that are open now."""
    rows = work.conn.execute(_LAST, {"accounts": list(accounts)}).all()
    return dict.fromkeys(accounts, ()) | open_now(work, rows)


def open_now(work: Work, rows: Sequence[Row[*tuple[Any, ...]]]) -> dict[int, tuple[Window, ...]]:
    """
    Return the windows that are open now of accounts' rows (id, last_message_at, last_tap_at).

    What was handed to WeChat counts, also where we never learnt what became of it.
    """
    handed: dict[int, list[datetime]] = {row.id: [] for row in rows}
    values = {"accounts": list(handed), "since": work.now - TYPED}
    for row in work.conn.execute(_HANDED, values) if handed else ():
        handed[row.wechat_user_id] += filter(None, (row.sending_at, row.uncertain_at))
    found: dict[int, tuple[Window, ...]] = {}
    for row in rows:
        opened = ((getattr(row, column), lasts, most) for column, lasts, most in _GRANTS)
        found[row.id] = tuple(
            Window(since + lasts, max(0, most - sum(at >= since for at in handed[row.id])))
            for since, lasts, most in opened
            if since is not None and work.now < since + lasts
        )
    return found


def _note(work: Work, **values: object) -> None:
    if work.actor.openid is not None:
        openid = work.vault.lookup(work.actor.openid)
        work.conn.execute(_NOTE, {"openid": openid, **values})
