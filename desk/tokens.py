"""Keys of other programs; only their hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from desk.work import Work
from models import ApiToken

_PREFIX = "desk_"
_BYTES = 32


# What a token may be good for.
SCOPES = ("appointments:write", "patients:read")


class TokenNameTakenError(ValueError):
    """There is a token of this name already: names tell tokens apart in the events."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is a token named {name} already; choose another name")


@dataclass(frozen=True, slots=True)
class Grant:
    """Whose token it is and what it may do."""

    name: str
    scopes: frozenset[str]


def create(work: Work, name: str, scopes: Iterable[str]) -> str:
    """
    Return a new token, shown this once.

    Raises:
        TokenNameTakenError: the name is taken.
    """
    if work.conn.scalar(select(ApiToken.id).where(ApiToken.name == name)) is not None:
        raise TokenNameTakenError(name)
    token = _PREFIX + secrets.token_urlsafe(_BYTES)
    work.conn.execute(
        insert(ApiToken).values(
            name=name,
            token_hash=_hash(token),
            scopes=" ".join(sorted(scopes)),
            created_at=work.now,
        )
    )
    return token


@dataclass(frozen=True, slots=True)
class Token:
    """A token in use; `since` is local."""

    name: str
    scopes: tuple[str, ...]
    since: datetime


def in_use(work: Work) -> list[Token]:
    """Return the tokens that have not been revoked, oldest first."""
    rows = work.conn.execute(
        select(ApiToken.name, ApiToken.scopes, ApiToken.created_at)
        .where(ApiToken.revoked_at.is_(None))
        .order_by(ApiToken.id)
    )
    return [Token(row.name, tuple(row.scopes.split()), work.local(row.created_at)) for row in rows]


def revoke(work: Work, name: str) -> bool:
    """End a token; its name stays taken. False when none of that name is in use."""
    ended = work.conn.execute(
        update(ApiToken)
        .where(ApiToken.name == name, ApiToken.revoked_at.is_(None))
        .values(revoked_at=work.now)
    )
    return ended.rowcount == 1


def authenticate(work: Work, token: str) -> Grant | None:
    """Return what a token may do, None for an unknown or revoked one."""
    row = work.conn.execute(
        select(ApiToken.name, ApiToken.scopes).where(
            ApiToken.token_hash == _hash(token), ApiToken.revoked_at.is_(None)
        )
    ).one_or_none()
    return None if row is None else Grant(row.name, frozenset(row.scopes.split()))


def _hash(token: str) -> str:
    """A plain hash is enough for 256 random bits, and outlives a change of the look-up key."""
    return hashlib.sha256(token.encode()).hexdigest()
