"""A database whose clock can be turned while everybody works on it: PostgreSQL alone can."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import create_engine, make_url, text

# Ours is found before PostgreSQL's own, in every session opened from now on.
_SETUP = (
    "CREATE SCHEMA fake",
    "CREATE TABLE fake.clock (ahead interval NOT NULL)",
    "INSERT INTO fake.clock VALUES ('0')",
    (
        "CREATE FUNCTION fake.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS "
        "'SELECT pg_catalog.clock_timestamp() + ahead FROM fake.clock'"
    ),
    'ALTER DATABASE "{name}" SET search_path = public, fake, pg_catalog',
)


class TurnableClock:
    """The clock of one empty PostgreSQL database."""

    def __init__(self, database_url: str) -> None:
        self._engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
        with self._engine.connect() as conn:
            for statement in _SETUP:
                conn.execute(text(statement.format(name=make_url(database_url).database)))
        self._engine.dispose()

    def forward(self, by: timedelta) -> None:
        """Turn it on; whoever asks next is told so."""
        with self._engine.connect() as conn:
            conn.execute(text("UPDATE fake.clock SET ahead = ahead + :by"), {"by": by})
        self._engine.dispose()
