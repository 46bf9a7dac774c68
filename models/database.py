"""
Connecting to SQLite, MariaDB/MySQL or PostgreSQL so that all three behave alike.

READ COMMITTED, short lock waits, UTC; what SQLite needs besides is in `models.sqlite`. Conflicts
that a database resolves by throwing one side out are retried, bounded.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import DBAPIError

from models.sqlite import LOCK_SECONDS, WriteLockTimeout, connect_sqlite

T = TypeVar("T")

_CONNECT_SECONDS = 5
_RECYCLE_SECONDS = 1800

_PG_CONFLICTS = {"40001", "40P01", "55P03"}  # serialization, deadlock, lock timeout
_MYSQL_CONFLICTS = {1020, 1205, 1213}  # record changed, lock wait timeout, deadlock
_MYSQL_NO_SAVEPOINT = 1305
_SQLITE_CONFLICTS = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def connect(url: str, pool_size: int = 16) -> Engine:
    """
    Return an engine for one of the three back-ends; nothing is opened yet.

    `pool_size` connections are kept, as many again opened when needed. A connection with the
    execution option `read_only=True` never waits for SQLite's writers and must not write.

    Raises:
        ValueError: the URL names another back-end.
    """
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return connect_sqlite(parsed)
    if backend == "postgresql":
        settings = f"-c lock_timeout={LOCK_SECONDS * 1000} -c timezone=UTC"
        arguments: dict[str, object] = {"options": settings}
    elif backend in ("mysql", "mariadb"):
        settings = f"SET innodb_lock_wait_timeout={LOCK_SECONDS}, time_zone='+00:00'"
        arguments = {"init_command": settings, "charset": "utf8mb4"}
    else:
        raise ValueError(f"no support for {backend}; use sqlite, mysql or postgresql")
    return create_engine(
        parsed,
        hide_parameters=True,  # values are personal, and errors are logged
        isolation_level="READ COMMITTED",
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=LOCK_SECONDS,
        pool_pre_ping=True,
        pool_recycle=_RECYCLE_SECONDS,
        connect_args={"connect_timeout": _CONNECT_SECONDS, **arguments},
    )


def is_conflict(error: BaseException) -> bool:
    """Whether the transaction only lost against another one and may be tried again."""
    if isinstance(error, WriteLockTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    origin: Any = error.orig
    if isinstance(origin, sqlite3.Error):
        return (getattr(origin, "sqlite_errorcode", 0) & 0xFF) in _SQLITE_CONFLICTS
    if getattr(origin, "sqlstate", None) in _PG_CONFLICTS:
        return True
    arguments: list[object] = list(getattr(origin, "args", ()))
    if arguments[:1] == [_MYSQL_NO_SAVEPOINT] and error.__context__ is not None:
        return _lost_inside(error)
    return bool(arguments) and arguments[0] in _MYSQL_CONFLICTS


def _lost_inside(error: BaseException) -> bool:
    """
    Whether a savepoint is missing because a deadlock took the whole transaction with it.

    MariaDB then refuses to roll back to it, and that second error hides the first.
    """
    earlier = error.__context__
    while earlier is not None:
        if isinstance(earlier, DBAPIError) and is_conflict(earlier):
            return True
        earlier = earlier.__context__
    return False


def retrying(work: Callable[[], T], tries: int = 5) -> T:
    """
    Run a whole transaction, again from its start when it lost a conflict.

    `work` opens its own transaction: only its caller knows where that may end.

    Raises:
        Exception: whatever `work` raises; after `tries` the last conflict too.
    """
    for attempt in range(1, tries):
        try:
            return work()
        except Exception as error:
            if not is_conflict(error):
                raise
        time.sleep(random.uniform(0.002, 0.02) * attempt)  # noqa: S311 - it only spreads them
    return work()
