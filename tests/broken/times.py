"""
A database whose clock can be turned while everybody works on it.

PostgreSQL finds a `clock_timestamp` of ours before its own, so the house runs as it is. MariaDB
and SQLite let nobody come before their own function: there the house asks for the time in other
words, in every process (`asked_by_us`, `tests.broken.turned`).
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import NullPool, create_engine, make_url, text

_OWN_SCHEMA = (
    "CREATE SCHEMA fake",
    "CREATE TABLE fake.clock (ahead interval NOT NULL)",
    "INSERT INTO fake.clock VALUES ('0')",
    (
        "CREATE FUNCTION fake.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS "
        "'SELECT pg_catalog.clock_timestamp() + ahead FROM fake.clock'"
    ),
    'ALTER DATABASE "{name}" SET search_path = public, fake, pg_catalog',
)
# Seconds.
_OWN_TABLE = (
    "CREATE TABLE fake_clock (ahead DOUBLE PRECISION NOT NULL)",
    "INSERT INTO fake_clock VALUES (0)",
)
_SETUP = {"postgresql": _OWN_SCHEMA, "mysql": _OWN_TABLE, "sqlite": _OWN_TABLE}
_FORWARD = {
    "postgresql": "UPDATE fake.clock SET ahead = ahead + make_interval(secs => :seconds)",
    "mysql": "UPDATE fake_clock SET ahead = ahead + :seconds",
    "sqlite": "UPDATE fake_clock SET ahead = ahead + :seconds",
}
# `models.clock.PRESENT` of the engines that must be asked otherwise.
asked_by_us = {
    "mysql": "UTC_TIMESTAMP(6) + INTERVAL (SELECT ahead FROM fake_clock) SECOND",
    "sqlite": (
        "strftime('%Y-%m-%dT%H:%M:%f', 'now', (SELECT ahead || ' seconds' FROM fake_clock))"
    ),
}


class TurnableClock:
    """The clock of one empty database."""

    def __init__(self, database_url: str) -> None:
        self._engine = create_engine(
            database_url, isolation_level="AUTOCOMMIT", poolclass=NullPool
        )
        self._backend = self._engine.dialect.name
        with self._engine.connect() as conn:
            for statement in _SETUP[self._backend]:
                conn.execute(text(statement.format(name=make_url(database_url).database)))

    @property
    def is_asked_by_us(self) -> bool:
        """Whether processes must run as `tests.broken.turned` to see it."""
        return self._backend in asked_by_us

    def forward(self, by: timedelta) -> None:
        """Turn it on; whoever asks next is told so."""
        with self._engine.connect() as conn:
            conn.execute(text(_FORWARD[self._backend]), {"seconds": by.total_seconds()})
