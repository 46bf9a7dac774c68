"""The one clock of the house: the database's, so that all processes agree what time it is."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection

# SQLite has no server: its "now" is this machine's clock, to the millisecond.
PRESENT = {
    "postgresql": "clock_timestamp() AT TIME ZONE 'UTC'",
    "mysql": "UTC_TIMESTAMP(6)",
    "mariadb": "UTC_TIMESTAMP(6)",
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%f', 'now')",
}


def system_now() -> datetime:
    """Return this process's time, aware UTC; for what happens where no database is open."""
    return datetime.now(UTC)  # noqa: TID251 - the one place that asks


def now(conn: Connection, fixed: datetime | None = None) -> datetime:
    """
    Return the present instant, aware, in UTC; `fixed` (FIXED_NOW, a simulation) if it is given.

    It is the instant of the call, not of the transaction's start: who waited for a lock must not
    judge a hold by the time before the wait.

    Raises:
        ValueError: `fixed` is naive.
    """
    if fixed is not None:
        if fixed.tzinfo is None:
            raise ValueError("a fixed time needs its zone")
        return fixed.astimezone(UTC)
    return instant(conn.exec_driver_sql(f"SELECT {PRESENT[conn.dialect.name]}").scalar_one())


def instant(value: str | datetime) -> datetime:
    """Return what a query that asked for `PRESENT` was told, aware, in UTC."""
    naive = datetime.fromisoformat(value) if isinstance(value, str) else value
    return naive.replace(tzinfo=UTC)
