"""Which subscription notices (订阅通知) accounts still want; WeChat tells us by events."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update

from desk.accounts import account
from desk.work import Work
from models import Subscription

_CREDITS = select(
    Subscription.wechat_user_id, Subscription.template_id, Subscription.credits
).where(
    Subscription.wechat_user_id.in_(bindparam("accounts", expanding=True)),
    Subscription.credits > 0,
)


def accepted(work: Work, template: str, at: datetime) -> None:
    """
    The acting account wants one more notice of this template; `at` is WeChat's time of it.

    An event that is pushed again, or is older than what we know, changes nothing. Of somebody who
    never consented nothing is kept.
    """
    me = account(work)
    if me is None:
        return
    mine = (Subscription.wechat_user_id == me, Subscription.template_id == template)
    known = work.conn.scalar(select(Subscription.id).where(*mine).with_for_update())
    if known is None:
        row = {"wechat_user_id": me, "template_id": template, "credits": 1, "changed_at": at}
        work.conn.execute(insert(Subscription).values(row))
        return
    work.conn.execute(
        update(Subscription)
        .where(Subscription.id == known, Subscription.changed_at < at)
        .values(credits=Subscription.credits + 1, changed_at=at)
    )


def rejected(work: Work, template: str, at: datetime) -> None:
    """The acting account wants no more of this template."""
    me = account(work)
    if me is not None:
        work.conn.execute(
            update(Subscription)
            .where(Subscription.wechat_user_id == me, Subscription.template_id == template)
            .where(Subscription.changed_at < at)
            .values(credits=0, changed_at=at)
        )


def spent(work: Work, account: int, template: str) -> None:
    """One notice of a one-off subscription has gone out."""
    work.conn.execute(
        update(Subscription)
        .where(Subscription.wechat_user_id == account, Subscription.template_id == template)
        .where(Subscription.credits > 0)
        .values(credits=Subscription.credits - 1)
    )


def refused(work: Work, account: int, template: str) -> None:
    """WeChat says that the account does not want this template after all."""
    work.conn.execute(
        update(Subscription)
        .where(Subscription.wechat_user_id == account, Subscription.template_id == template)
        .values(credits=0)
    )


def credits(work: Work, account: int) -> dict[str, int]:  # noqa: A001 - what they are called
    """Return how many notices of which templates the account still wants."""
    return credits_of(work, [account])[account]


def credits_of(work: Work, accounts: Collection[int]) -> dict[int, dict[str, int]]:
    """Return how many notices of which templates accounts still want."""
    found: dict[int, dict[str, int]] = {account: {} for account in accounts}
    for row in work.conn.execute(_CREDITS, {"accounts": list(accounts)}):
        found[row.wechat_user_id][row.template_id] = row.credits
    return found
