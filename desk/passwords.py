"""
Passwords of the console: chosen with a one-time code, kept as argon2id hashes.

Five wrong ones lock the door of that member for a quarter of an hour, whoever tries. Whoever
chooses another one ends all sessions that began with the old one.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Row, bindparam, select, update

from desk import audit, staff
from desk.work import Work
from models import Staff
from scheduling.rota import Member

SHORTEST = 10
_MOST_TRIES = 5
_LOCKED_FOR = timedelta(minutes=15)
_HASHER = PasswordHasher()
_HASH = select(Staff.password_hash).where(
    Staff.id == bindparam("number"), Staff.removed_at.is_(None)
)
_MARK = 16


class WeakPasswordError(ValueError):
    """Too short to be one."""


def choose(work: Work, code: str, password: str) -> Member | None:
    """
    Set the password of whoever has this one-time code; None for a code that is no good.

    Raises:
        WeakPasswordError: shorter than ten characters.
    """
    if len(password) < SHORTEST:
        raise WeakPasswordError
    member = staff.by_code(work, code)
    if member is None:
        return None
    values = {
        "password_hash": _HASHER.hash(password),
        "code_hash": None,
        "wrong_tries": 0,
        "locked_until": None,
    }
    work.conn.execute(update(Staff).where(Staff.id == member.id).values(**values))
    audit.record(work, "password", f"staff:{member.id}")
    return member


def check(work: Work, name: str, password: str) -> Member | None:
    """Return who logs in with this name and password; None for a wrong one or a locked door."""
    rows = work.conn.execute(
        select(*Staff.__table__.c)
        .where(Staff.name == name, Staff.removed_at.is_(None), Staff.password_hash.is_not(None))
        .order_by(Staff.id)
        .with_for_update()
    ).all()
    if not rows:
        _is_right(_nobodys(), password)  # as slow as for somebody who is here
        return None
    for row in rows:
        if is_locked(work, row):
            continue
        if _is_right(row.password_hash, password):
            if row.totp_enc is None:  # else the code may still be guessed at: it goes on counting
                note(work, row.id, wrong_tries=0, locked_until=None)
            return staff.by_number(work, row.id)
        missed(work, row)
    return None


def mark(work: Work, number: int) -> str:
    """Return what a session keeps of a member's password: with another one it is none any more."""
    known = work.conn.scalar(_HASH, {"number": number}) or ""
    return hashlib.sha256(known.encode()).hexdigest()[:_MARK]


def is_locked(work: Work, row: Row[*tuple[Any, ...]]) -> bool:
    """Whether nobody gets in as this member of staff just now."""
    return row.locked_until is not None and row.locked_until > work.now


def missed(work: Work, row: Row[*tuple[Any, ...]]) -> None:
    """Count a wrong try; the fifth locks the door."""
    tries = row.wrong_tries + 1
    if tries < _MOST_TRIES:
        note(work, row.id, wrong_tries=tries)
        return
    note(work, row.id, wrong_tries=0, locked_until=work.now + _LOCKED_FOR)
    audit.record(work, "locked", f"staff:{row.id}")


def note(work: Work, number: int, **values: object) -> None:
    """Write into the row of a member of staff."""
    work.conn.execute(update(Staff).where(Staff.id == number).values(**values))


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _HASHER.hash("nobody's")


def _is_right(known: str, password: str) -> bool:
    try:
        return _HASHER.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False
