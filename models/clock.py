"""
The one clock: what time it is, said by the database that stores it.

PostgreSQL and MariaDB tell their own time, so that every worker agrees; SQLite lives in one
process and takes that process's time. `fixed` (FIXED_NOW, a simulation) overrides both.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, text

_ASK = {
    "postgresql": text("SELECT clock_timestamp() AT TIME ZONE 'UTC'"),
    "mysql": text("SELECT UTC_TIMESTAMP(6)"),
    "mariadb": text("SELECT UTC_TIMESTAMP(6)"),
}


def system_now() -> datetime:
    """Return this process's time, aware UTC; for what happens before a database is open."""
    return datetime.now(UTC)  # noqa: TID251 - the one place that asks


def now(conn: Connection, fixed: datetime | None = None) -> datetime:
    """Return the present instant, aware UTC."""
    if fixed is not None:
        return fixed.astimezone(UTC)
    ask = _ASK.get(conn.dialect.name)
    if ask is None:
        return system_now()
    told: datetime = conn.execute(ask).scalar_one()
    return told.replace(tzinfo=UTC)
