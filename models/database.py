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
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Dialect, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from models.sqlite import LOCK_SECONDS, WriteLockTimeout, connect_sqlite

T = TypeVar("T")

_CONNECT_SECONDS = 5
_RECYCLE_SECONDS = 1800
# A connection used this lately is taken for alive: asking costs every turn a round trip.
_ASKED_AFTER_SECONDS = 1.0
_IDLE_SINCE = "idle since"

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
    engine = create_engine(
        parsed,
        hide_parameters=True,  # values are personal, and errors are logged
        isolation_level="READ COMMITTED",
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=LOCK_SECONDS,
        pool_recycle=_RECYCLE_SECONDS,
        connect_args={"connect_timeout": _CONNECT_SECONDS, **arguments},
    )
    event.listen(engine, "checkin", _laid_down)
    event.listen(engine, "checkout", partial(_taken_up, engine.dialect))
    return engine


def _laid_down(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[_IDLE_SINCE] = time.monotonic()


def _taken_up(dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _: object) -> None:  # noqa: ANN401 - the driver's
    """Ask a connection that has lain idle whether it still stands; a busy one need not answer."""
    since = record.info.get(_IDLE_SINCE)
    if since is None or time.monotonic() - since < _ASKED_AFTER_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        if dialect.is_disconnect(error, connection, None):
            raise InvalidatePoolError from error
        raise


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
