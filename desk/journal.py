"""
The journal of messages answered: what a retry replays and a restarted turn resumes from.

Before its owner has consented only the key, the hashed openid and the reply of a message are
kept, for a day; the words and the dialogue state come with consent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    bindparam,
    delete,
    exists,
    insert,
    literal_column,
    select,
)
from sqlalchemy.exc import IntegrityError

from desk.accounts import acting
from desk.work import Account, Known, Work
from models import Inbox, RosterVersion, WechatUser, clock
from models.vault import Vault

_UNCONSENTED_LIVES = timedelta(hours=24)


class Conflict(Exception):
    """
    This message was answered meanwhile, or another turn of this person came first.

    Either way the transaction is over: roll back and begin again, with the journal as it is now.
    """


@dataclass(frozen=True, slots=True)
class StoredReply:
    """What was answered; `reply_via` passive or courier."""

    seq: int
    reply: str
    reply_via: str


@dataclass(frozen=True, slots=True)
class Latest:
    """Where a person's dialogue stands; `state` is None before consent."""

    seq: int
    state: str | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """
    A message has arrived: at which instant (aware UTC), from whom, and what was said before.

    `answered` is what was answered to this very message, None if it is new; `latest` where its
    sender's dialogue stands, None where nothing is journalled.
    """

    now: datetime
    known: Known
    answered: StoredReply | None
    latest: Latest | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One message and its answer; `seq` is one more than that of the state it stepped from."""

    key: str
    openid: str
    seq: int
    received_at: datetime
    reply: str
    reply_via: str
    text: str | None
    state: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One message and its answer; `said` is empty for a tap, or before there was consent."""

    at: datetime
    said: str
    answered: str


_SENT_BY = Inbox.openid_hash == bindparam("openid")
# One row, whatever is there: what is not comes as NULL.
_ARRIVED = tuple(
    asked.scalar_subquery()
    for asked in (
        select(RosterVersion.version),
        *(
            select(column).where(WechatUser.openid_hash == bindparam("openid"))
            for column in (WechatUser.id, WechatUser.care)
        ),
        *(
            select(column).where(Inbox.key_hash == bindparam("key"))
            for column in (Inbox.seq, Inbox.reply_enc, Inbox.reply_via)
        ),
        *(
            select(column).where(_SENT_BY).order_by(Inbox.seq.desc()).limit(1)
            for column in (Inbox.seq, Inbox.state_enc, Inbox.received_at)
        ),
    )
)
_LAST_REPLY = select(Inbox.reply_enc).where(_SENT_BY).order_by(Inbox.seq.desc()).limit(1)
# So much of a conversation tells somebody who takes over what it is about.
_LATELY = 12
_TALK = (
    select(Inbox.received_at, Inbox.text_enc, Inbox.reply_enc)
    .where(_SENT_BY, Inbox.received_at.between(bindparam("since"), bindparam("until")))
    .order_by(Inbox.seq.desc())
    .limit(_LATELY)
)
_INSERT = insert(Inbox)


def arrive(conn: Connection, vault: Vault, openid: str, key: str) -> Arrival:
    """
    Return all that a turn must know before anything else, in one read.

    The instant is the one at which the database was asked.
    """
    values = {"key": vault.lookup(key), "openid": vault.lookup(openid)}
    row = conn.execute(_arrival(conn.dialect.name), values).one()
    now, version, account, care, *answered, seq, state, at = row
    opened = None if state is None else vault.open(state)
    return Arrival(
        now=clock.instant(now),
        known=Known(
            account=None if account is None else Account(account, care),
            roster_version=version or 0,
        ),
        answered=None if answered[0] is None else _stored(vault, *answered),
        latest=None if seq is None else Latest(seq, opened, at),
    )


@cache
def _arrival(dialect: str) -> Select[*tuple[Any, ...]]:
    return select(literal_column(clock.PRESENT[dialect]), *_ARRIVED)


def _stored(vault: Vault, seq: int, sealed: bytes, via: str) -> StoredReply:
    return StoredReply(seq, vault.open(sealed), via)


def last_reply(work: Work, openid: str) -> str:
    """Return what a person was answered last, "" for nothing."""
    sealed = work.conn.scalar(_LAST_REPLY, {"openid": work.vault.lookup(openid)})
    return work.vault.open(sealed) if sealed else ""


def talk(work: Work, openid_hash: str, since: datetime, until: datetime) -> list[Exchange]:
    """Return what was last said with a person in this time, oldest first, times local."""
    between = {"openid": openid_hash, "since": since, "until": until}
    rows = work.conn.execute(_TALK, between).all()
    seen = work.vault.open
    return [
        Exchange(work.local(row.received_at), seen(row.text_enc) if row.text_enc else "",
                 seen(row.reply_enc))
        for row in reversed(rows)
    ]  # fmt: skip


def store(work: Work, entry: Entry) -> bool:
    """
    Journal a message with its answer; returns whether words and state were kept: with consent.

    Raises:
        Conflict: somebody else was faster; the transaction is spoilt.
    """
    seal, keep = work.vault.seal, acting(work) is not None
    row = {
        "key_hash": work.vault.lookup(entry.key),
        "openid_hash": work.vault.lookup(entry.openid),
        "seq": entry.seq,
        "received_at": entry.received_at,
        "reply_enc": seal(entry.reply),
        "reply_via": entry.reply_via,
        "text_enc": seal(entry.text) if keep and entry.text is not None else None,
        "state_enc": seal(entry.state) if keep else None,
    }
    try:
        work.conn.execute(_INSERT, row)
    except IntegrityError as error:
        raise Conflict from error
    return keep


def purge_unconsented(work: Work) -> int:
    """Delete what is older than a day of people who never consented; returns how many rows."""
    consented = exists().where(WechatUser.openid_hash == Inbox.openid_hash)
    old = Inbox.received_at < work.now - _UNCONSENTED_LIVES
    return work.conn.execute(delete(Inbox).where(old, ~consented)).rowcount
