"""
How many customer-service messages WeChat still lets us send to somebody.

A typed message opens 48 hours for five of them (official customer-service page); a tap on an
option opens nothing, so only typed messages count here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update

from desk.work import Work
from models import Outbox, WechatUser

WINDOW = timedelta(hours=48)
MESSAGES = 5


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a notice goes to, and how many more messages would reach them."""

    openid: str
    left: int


def heard_from(work: Work) -> None:
    """The account has typed a message: its window opens anew."""
    if work.actor.openid is not None:
        work.conn.execute(
            update(WechatUser)
            .where(WechatUser.openid_hash == work.vault.lookup(work.actor.openid))
            .values(last_message_at=work.now, followed=True)
        )


def followed(work: Work, *, is_following: bool) -> None:
    """The account follows us, or no longer does: then no notice reaches it; appointments stay."""
    if work.actor.openid is not None:
        work.conn.execute(
            update(WechatUser)
            .where(WechatUser.openid_hash == work.vault.lookup(work.actor.openid))
            .values(followed=is_following)
        )


def reader(work: Work, account: int) -> Reader | None:
    """Return whom an account belongs to; None for one that is gone."""
    row = work.conn.execute(
        select(WechatUser.openid_enc, WechatUser.last_message_at, WechatUser.followed).where(
            WechatUser.id == account
        )
    ).one_or_none()
    if row is None:
        return None
    openid = work.vault.open(row.openid_enc)
    heard = row.last_message_at
    if not row.followed or heard is None or work.now - heard >= WINDOW:
        return Reader(openid, 0)
    sent = work.conn.scalar(
        select(func.count())
        .select_from(Outbox)
        .where(Outbox.wechat_user_id == account, Outbox.state == "sent", Outbox.sent_at >= heard)
    )
    return Reader(openid, max(0, MESSAGES - (sent or 0)))
