"""
Connecting to SQLite, MariaDB/MySQL or PostgreSQL so that all three behave alike.

READ COMMITTED, short lock waits, UTC. SQLite writes one transaction at a time: each starts with
BEGIN IMMEDIATE (a plain BEGIN that writes later fails at once when somebody else wrote meanwhile)
behind a lock of this process, without which SQLite's own waiting starves threads.
"""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError

T = TypeVar("T")

# Waiting longer for a lock than this is an error: a turn has 4.5 s in all.
LOCK_SECONDS = 3
_CONNECT_SECONDS = 5
_RECYCLE_SECONDS = 1800

_PG_CONFLICTS = {"40001", "40P01", "55P03"}  # serialization, deadlock, lock timeout
_MYSQL_CONFLICTS = {1020, 1205, 1213}  # record changed, lock wait timeout, deadlock
_SQLITE_CONFLICTS = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class WriteLockTimeout(Exception):
    """Another thread of this process has been writing to the SQLite file all the time."""


class _WriteLock:
    """One writer at a time for one SQLite file, whoever's engine it is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: object = None

    def acquire(self, connection: object) -> None:
        if not self._lock.acquire(timeout=LOCK_SECONDS):
            raise WriteLockTimeout(f"no write lock within {LOCK_SECONDS} s")
        self._holder = connection

    def release(self, connection: object) -> None:
        """Release, if it is this connection's; a second time does nothing."""
        if self._holder is connection:
            self._holder = None
            self._lock.release()


_write_locks: dict[str, _WriteLock] = {}
_registry_lock = threading.Lock()


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
        return _connect_sqlite(parsed)
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
        isolation_level="READ COMMITTED",
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=LOCK_SECONDS,
        pool_pre_ping=True,
        pool_recycle=_RECYCLE_SECONDS,
        connect_args={"connect_timeout": _CONNECT_SECONDS, **arguments},
    )


def _connect_sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": LOCK_SECONDS})
    lock = _lock_of(url.database)

    @event.listens_for(engine, "connect")
    def opened(connection: Any, _record: object) -> None:  # noqa: ANN401 - any driver's
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(conn: Connection) -> None:
        if conn.get_execution_options().get("read_only"):
            conn.exec_driver_sql("BEGIN")
            return
        driver = conn.connection.driver_connection
        lock.acquire(driver)
        try:
            conn.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            lock.release(driver)
            raise

    @event.listens_for(engine, "commit")
    def committing(conn: Connection) -> None:
        # Commit before the next writer is let in; SQLAlchemy's own commit then finds nothing.
        conn.exec_driver_sql("COMMIT")
        lock.release(conn.connection.driver_connection)

    @event.listens_for(engine, "rollback")
    def rolling_back(conn: Connection) -> None:
        driver: Any = conn.connection.driver_connection
        driver.rollback()
        lock.release(driver)

    @event.listens_for(engine, "reset")
    def returned(connection: Any, _record: object, _state: object) -> None:  # noqa: ANN401 - any driver's
        connection.rollback()
        lock.release(connection)

    return engine


def _lock_of(path: str | None) -> _WriteLock:
    """The lock of a file; a database in memory has one of its own."""
    if not path or path == ":memory:":
        return _WriteLock()
    with _registry_lock:
        return _write_locks.setdefault(path, _WriteLock())


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
    arguments = getattr(origin, "args", ())
    return bool(arguments) and arguments[0] in _MYSQL_CONFLICTS


def retrying(
    begin: Callable[[], AbstractContextManager[Connection]],
    work: Callable[[Connection], T],
    tries: int = 5,
) -> T:
    """
    Do `work` in a transaction of its own, again from the start when it lost a conflict.

    Pass `engine.begin`: the transaction belongs to the caller, who alone knows when it may end.

    Raises:
        Exception: whatever `work` raises; after `tries` the last conflict too.
    """
    for left in reversed(range(tries)):
        try:
            with begin() as conn:
                return work(conn)
        except Exception as error:
            if not left or not is_conflict(error):
                raise
        time.sleep(random.uniform(0.002, 0.02) * (tries - left))  # noqa: S311 - only spreads them
    raise ValueError("tries must be at least 1")
