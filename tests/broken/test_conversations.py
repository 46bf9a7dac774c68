"""
Programs and servers die at random moments of conversations: in the end all balances.

A small seeded part of what `python -m tests.broken` does; docs/faults.md has the whole.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.broken import scenes
from tests.broken.works import Works
from tests.servers import DatabaseServer, RedisServer

pytestmark = [pytest.mark.slow]


@pytest.mark.server
@pytest.mark.parametrize("backend", ["mariadb", "postgres"])
def test_killed_at_random(
    backend: str, ready_database: Callable[[str], str], redis_server: RedisServer, tmp_path: Path
) -> None:
    works = Works(ready_database(backend), redis_server.url, tmp_path)

    seen = scenes.killed(works, seed=1, count=4)

    assert seen.wrong == []
    assert seen["harms"] > 0
    assert seen["booked"] > 0


def test_control_without_its_guards_it_does_not_balance(
    sqlite_url: str, redis_server: RedisServer, tmp_path: Path
) -> None:
    works = Works(sqlite_url, redis_server.url, tmp_path)
    works.weaken("journal places voiding")

    seen = scenes.killed(works, seed=3, count=6)

    for complaint in ("replay-differs", "counts", "notice"):
        assert any(complaint in line for line in seen.wrong), seen.wrong


def test_redis_goes_away_and_comes_back(
    sqlite_url: str, redis_server: RedisServer, tmp_path: Path
) -> None:
    works = Works(sqlite_url, redis_server.url, tmp_path)

    seen = scenes.without(works, redis_server, seed=2, count=6)

    assert seen.wrong == []
    assert seen["booked"] > 0


@pytest.mark.server
def test_the_database_goes_away_and_comes_back(
    ready_database: Callable[[str], str],
    database_servers: Callable[[str], DatabaseServer],
    redis_server: RedisServer,
    tmp_path: Path,
) -> None:
    works = Works(ready_database("postgres"), redis_server.url, tmp_path)

    seen = scenes.without(works, database_servers("postgres"), seed=2, count=6)

    assert seen.wrong == []
    assert seen["booked"] > 0
