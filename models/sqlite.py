"""
SQLite as a server of many threads: one writer at a time, readers beside it.

Each transaction starts with BEGIN IMMEDIATE (a plain BEGIN that writes later fails at once when
somebody else wrote meanwhile) behind a lock of this process, without which SQLite's own waiting
starves threads. Other processes wait for the file up to `LOCK_SECONDS`.
"""

from __future__ import annotations

import threading
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

# Waiting longer for a lock than this is an error: a turn has 4.5 s in all.
LOCK_SECONDS = 3
_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON")


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


class _Behaviour:
    """What the events of one engine do; transactions of the engine share its file's lock."""

    def __init__(self, lock: _WriteLock) -> None:
        self._lock = lock

    def opened(self, connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    def begun(self, conn: Connection) -> None:
        if conn.get_execution_options().get("read_only"):
            conn.exec_driver_sql("BEGIN")
            return
        driver = conn.connection.driver_connection
        self._lock.acquire(driver)
        try:
            conn.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            self._lock.release(driver)
            raise

    def committing(self, conn: Connection) -> None:
        # Commit before the next writer is let in; SQLAlchemy's own commit then finds nothing.
        conn.exec_driver_sql("COMMIT")
        self._lock.release(conn.connection.driver_connection)

    def rolling_back(self, conn: Connection) -> None:
        driver: Any = conn.connection.driver_connection
        driver.rollback()
        self._lock.release(driver)

    def returned(self, connection: Any, _record: object, _state: object) -> None:  # noqa: ANN401 - the driver's
        connection.rollback()
        self._lock.release(connection)


def connect_sqlite(url: URL) -> Engine:
    """Return an engine whose transactions wait for each other instead of failing."""
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": LOCK_SECONDS})
    does = _Behaviour(_lock_of(url.database))
    event.listen(engine, "connect", does.opened)
    event.listen(engine, "begin", does.begun)
    event.listen(engine, "commit", does.committing)
    event.listen(engine, "rollback", does.rolling_back)
    event.listen(engine, "reset", does.returned)
    return engine


_write_locks: dict[str, _WriteLock] = {}
_registry_lock = threading.Lock()


def _lock_of(path: str | None) -> _WriteLock:
    """The lock of a file; a database in memory has one of its own."""
    if not path or path == ":memory:":
        return _WriteLock()
    with _registry_lock:
        return _write_locks.setdefault(path, _WriteLock())
