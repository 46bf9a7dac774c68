"""
Databases with the house's tables in them, ready at once: the migrations run once an engine.

SQLite copies a file. To MariaDB and PostgreSQL forty tables are much to make and to drop: there a
database is emptied and used again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, NullPool, create_engine, inspect

import migrations
from models import Base
from models.database import connect
from tests.servers import DatabaseServer

_FILLED = " UNION ALL ".join(
    f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in Base.metadata.tables
)
# What switches foreign keys off, what finds the numbers that have begun, what lets one begin anew.
_HOW = {
    "mysql": (
        "SET foreign_key_checks = 0",
        (
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = DATABASE() AND auto_increment > 1"
        ),
        "ALTER TABLE {} AUTO_INCREMENT = 1",
    ),
    "postgresql": (
        "SET session_replication_role = replica",
        "SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL",
        "ALTER SEQUENCE {} RESTART",
    ),
}
_SHAPE = "SELECT " + ", ".join(
    f"(SELECT count(*) FROM information_schema.{what} WHERE table_schema = {{schema}})"
    for what in ("columns", "table_constraints")
)


def furnish(engine: Engine) -> None:
    """Make the house's tables, where there are none."""
    if not inspect(engine).has_table("alembic_version"):
        migrations.upgrade(engine)


class Stock(Protocol):
    """Where the databases of one engine come from, and go when a test is over."""

    def take(self, name: str, folder: Path) -> str:
        """URL of a database with the house's tables and nothing in them."""

    def give_back(self, url: str) -> None:
        """Nobody needs it any more, whoever is still connected."""


class Files:
    """SQLite: copies of one file."""

    def __init__(self, home: Path) -> None:
        self._pattern = home / "ready.sqlite"
        engine = connect(f"sqlite:///{self._pattern}")
        furnish(engine)
        engine.dispose()

    def take(self, name: str, folder: Path) -> str:
        shutil.copy(self._pattern, folder / f"{name}.sqlite")
        return f"sqlite:///{folder / name}.sqlite"

    def give_back(self, url: str) -> None:
        """It goes with its folder."""


class Emptied:
    """MariaDB or PostgreSQL: each database again and again, while its tables stay as they were."""

    def __init__(self, server: Callable[[], DatabaseServer]) -> None:
        self._server = server
        self._free: list[str] = []
        self._shape: object = None

    def take(self, name: str, folder: Path) -> str:
        if self._free:
            self._server()  # a test may have killed it
            return self._free.pop()
        url = self._server().create(name)
        engine = connect(url)
        furnish(engine)
        with engine.connect() as conn:
            self._shape = _shape(conn)
        engine.dispose()
        return url

    def give_back(self, url: str) -> None:
        server, name = self._server(), url.partition("?")[0].rpartition("/")[2]
        server.throw_out(name)
        engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as conn:
            is_whole = _shape(conn) == self._shape
            if is_whole:
                _empty(conn)
        if is_whole:
            self._free.append(url)
        else:  # a test has changed its tables
            server.drop(name)


def _shape(conn: Connection) -> object:
    """How many columns, constraints and indexes there are."""
    schema = inspect(conn).default_schema_name
    return tuple(conn.exec_driver_sql(_SHAPE.format(schema=f"'{schema}'")).one())


def _empty(conn: Connection) -> None:
    """Delete all rows; numbers begin at 1 again. TRUNCATE would make the tables anew."""
    without_foreign_keys, find_counted, count_anew = _HOW[conn.dialect.name]
    conn.exec_driver_sql(without_foreign_keys)
    for table in conn.exec_driver_sql(_FILLED).scalars().all():
        conn.exec_driver_sql(f"DELETE FROM {table}")
    for name in conn.exec_driver_sql(find_counted).scalars().all():
        conn.exec_driver_sql(count_anew.format(name))
