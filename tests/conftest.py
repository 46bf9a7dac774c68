"""
Fixtures for everyone: throw-away servers and empty databases.

`ready_database(backend)` has the house's tables, `fresh_database(backend)` none; `database_url`
runs a test on all three back-ends, `sqlite_url` is the quick one; `redis_server` is a Redis that
may be killed and started again.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path

import pytest
from hypothesis import settings

from tests.databases import Emptied, Files, Stock
from tests.servers import DatabaseServer, MariaDbServer, PostgresServer, RedisServer

# The same examples on every CI run, so a red build can be repeated; no deadline on slow machines.
settings.register_profile("house", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("house")

type_of_server: dict[str, type[DatabaseServer]] = {
    "mariadb": MariaDbServer,
    "postgres": PostgresServer,
}
BACKENDS = (
    pytest.param("sqlite"),
    pytest.param("mariadb", marks=pytest.mark.server),
    pytest.param("postgres", marks=pytest.mark.server),
)
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def database_servers() -> Iterator[Callable[[str], DatabaseServer]]:
    """`database_servers("mariadb" | "postgres")`: that server, started at its first use."""
    running: dict[str, DatabaseServer] = {}
    with ExitStack() as at_the_end:

        def server(backend: str) -> DatabaseServer:
            if backend not in running:
                new = type_of_server[backend]()
                at_the_end.callback(new.destroy)
                new.start()
                running[backend] = new
            running[backend].start()
            return running[backend]

        yield server


@pytest.fixture
def fresh_database(
    database_servers: Callable[[str], DatabaseServer], tmp_path: Path
) -> Iterator[Callable[[str], str]]:
    """
    `fresh_database("sqlite" | "mariadb" | "postgres")`: SQLAlchemy URL of a new empty database.

    It is dropped when the test ends, connections or not.
    """
    with ExitStack() as at_the_end:

        def create(backend: str = "sqlite") -> str:
            name = f"desk_{next(_numbers)}"
            if backend == "sqlite":
                return f"sqlite:///{tmp_path / name}.sqlite"
            server = database_servers(backend)
            url = server.create(name)
            at_the_end.callback(server.drop, name)
            return url

        yield create


@pytest.fixture(scope="session")
def _stocks(
    database_servers: Callable[[str], DatabaseServer], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Stock]:
    @cache
    def stock(backend: str) -> Stock:
        if backend == "sqlite":
            return Files(tmp_path_factory.mktemp("ready"))
        return Emptied(partial(database_servers, backend))

    return stock


@pytest.fixture
def ready_database(
    _stocks: Callable[[str], Stock], tmp_path: Path
) -> Iterator[Callable[[str], str]]:
    """The same with the house's tables in it, as `flask db upgrade` makes them."""
    with ExitStack() as at_the_end:

        def take(backend: str = "sqlite") -> str:
            stock = _stocks(backend)
            url = stock.take(f"desk_{next(_numbers)}", tmp_path)
            at_the_end.callback(stock.give_back, url)
            return url

        yield take


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, ready_database: Callable[[str], str]) -> str:
    """The house's tables on SQLite, then MariaDB, then PostgreSQL: the test runs three times."""
    return ready_database(request.param)


@pytest.fixture
def sqlite_url(ready_database: Callable[[str], str]) -> str:
    """The house's tables in a SQLite database: the quick one."""
    return ready_database("sqlite")


@pytest.fixture(scope="session")
def _redis() -> Iterator[RedisServer]:
    server = RedisServer()
    try:
        server.start()
        yield server
    finally:
        server.destroy()


@pytest.fixture
def redis_server(_redis: RedisServer) -> RedisServer:
    """An empty Redis: `.url`, `.kill()` (kill -9, its data is gone), `.start()` again."""
    _redis.start()
    _redis.flush()
    return _redis


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """`REDIS_URL` of an empty Redis."""
    return redis_server.url
