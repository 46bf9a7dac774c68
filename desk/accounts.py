"""The WeChat accounts that have consented; before consent there is no row."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from desk.rows import insert_row
from desk.work import Account, Work
from models import WechatUser

_MINE = WechatUser.openid_hash == bindparam("openid")
_ACCOUNT = select(WechatUser.id, WechatUser.care).where(_MINE)
_CHOOSE = update(WechatUser).where(_MINE)


def acting(work: Work) -> Account | None:
    """
    Return the account that acts, None while its owner has not consented.

    None, too, where the desk acts: what a nurse does by chat is not her own account's.
    """
    if work.actor.openid is None:
        return None
    if work.known.account is None:
        openid = work.vault.lookup(work.actor.openid)
        row = work.conn.execute(_ACCOUNT, {"openid": openid}).one_or_none()
        work.known.account = None if row is None else Account(*row)
    return work.known.account


def account(work: Work) -> int | None:
    """Return the id of the account that acts, None while its owner has not consented."""
    found = acting(work)
    return None if found is None else found.id


def choose_care(work: Work, *, on: bool) -> None:
    """Keep whether the account that acts wants the chat slow and simple."""
    found = acting(work)
    if found is not None:
        openid = work.vault.lookup(work.actor.openid or "")
        work.conn.execute(_CHOOSE, {"openid": openid, "care": on})
        work.known.account = Account(found.id, on)


def ensure_account(work: Work) -> int:
    """
    Return the id of the account that acts, keeping it from now on: its owner consents.

    Raises:
        ValueError: the actor is not a WeChat account.
    """
    openid = work.actor.openid
    if openid is None:
        raise ValueError("only a WeChat account can consent")
    if (known := account(work)) is not None:
        return known
    row = insert(WechatUser).values(
        openid_hash=work.vault.lookup(openid),
        openid_enc=work.vault.seal(openid),
        followed=True,
        created_at=work.now,
        last_message_at=work.now,
    )
    try:
        with work.conn.begin_nested():
            return insert_row(work.conn, row)
    except IntegrityError:
        if (known := account(work)) is None:
            raise
        return known
