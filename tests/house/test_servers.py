"""The throw-away servers are what they say: real, empty, and able to crash and come back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import redis
from sqlalchemy import create_engine, inspect, text

from tests.conftest import BACKENDS
from tests.servers import DatabaseServer, RedisServer, ServerMissing, find_program

Servers = Callable[[str], DatabaseServer]


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_backend_starts_empty_and_keeps_rare_characters(
    backend: str, fresh_database: Callable[[str], str]
) -> None:
    engine = create_engine(fresh_database(backend))
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == []
        connection.execute(text("CREATE TABLE name (name VARCHAR(40))"))
        connection.execute(text("INSERT INTO name VALUES (:name)"), {"name": "𬭩㛃·古丽😀"})

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT name FROM name")) == "𬭩㛃·古丽😀"
    engine.dispose()


@pytest.mark.server
@pytest.mark.parametrize("backend", ["mariadb", "postgres"])
def test_what_was_committed_survives_a_killed_database(
    backend: str, fresh_database: Callable[[str], str], database_servers: Servers
) -> None:
    engine = create_engine(fresh_database(backend), pool_pre_ping=True)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE slot (id INTEGER)"))
        connection.execute(text("INSERT INTO slot VALUES (7)"))

    server = database_servers(backend)
    server.kill()
    server.start()

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT id FROM slot")) == 7
    engine.dispose()


@pytest.mark.server
@pytest.mark.parametrize("backend", ["mariadb", "postgres"])
def test_a_database_is_dropped_although_a_transaction_is_open(
    backend: str, database_servers: Servers
) -> None:
    server = database_servers(backend)
    engine = create_engine(server.create("forgotten"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE slot (id INTEGER)"))
    connection = engine.connect()
    connection.execute(text("SELECT id FROM slot"))

    server.drop("forgotten")

    connection.invalidate()
    connection.close()
    engine.dispose()
    server.create("forgotten")  # the name is free again
    server.drop("forgotten")


def test_a_killed_redis_refuses_and_comes_back_empty(redis_server: RedisServer) -> None:
    client = redis.Redis.from_url(redis_server.url)
    client.set("state", "asking the day")

    redis_server.kill()
    with pytest.raises(redis.ConnectionError):
        client.get("state")
    redis_server.start()

    assert client.get("state") is None
    client.close()


def test_a_missing_program_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.servers.PACKAGES", {"no-such-server": "its-package"})

    with pytest.raises(ServerMissing, match="its-package"):
        find_program("no-such-server")
