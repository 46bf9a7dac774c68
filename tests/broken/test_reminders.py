"""Two couriers and many due reminders: each arrives once, also when a courier is killed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.broken import reminders, scenes
from tests.broken.works import Works
from tests.servers import RedisServer

pytestmark = [pytest.mark.slow, pytest.mark.server]
MakeWorks = Callable[[str, str], Works]


@pytest.fixture
def make_works(
    ready_database: Callable[[str], str], redis_server: RedisServer, tmp_path: Path
) -> MakeWorks:
    """`make_works(backend, channel)`: two couriers and one way out."""

    def make(backend: str, channel: str) -> Works:
        file = reminders.channels_file(tmp_path, channel)
        return Works(ready_database(backend), redis_server.url, tmp_path, CHANNELS_FILE=file)

    return make


def test_where_the_channel_knows_a_message_again_none_arrives_twice(make_works: MakeWorks) -> None:
    works = make_works("postgres", reminders.KEYED)

    seen = scenes.reminded(works, count=150, channel=reminders.KEYED, seed=1, kills=2)

    assert seen.wrong == []
    assert (seen["arrived"], seen["twice"], seen["uncertain"]) == (150, 0, 0)


def test_where_it_does_not_at_most_one_a_crash_is_uncertain(make_works: MakeWorks) -> None:
    works = make_works("mariadb", reminders.KEYLESS)

    seen = scenes.reminded(works, count=100, channel=reminders.KEYLESS, seed=1, kills=2)

    assert seen.wrong == []
    assert seen["twice"] <= seen["uncertain"] <= seen["courier deaths"]


def test_control_without_the_lease_many_arrive_twice(make_works: MakeWorks) -> None:
    works = make_works("postgres", reminders.KEYLESS)
    works.weaken("lease")

    seen = scenes.reminded(works, count=60, channel=reminders.KEYLESS, seed=1)

    assert seen["twice"] > 0
    assert any("arrived" in line for line in seen.wrong)


def test_the_token_endpoint_hangs(make_works: MakeWorks) -> None:
    works = make_works("postgres", reminders.KEYED)

    seen = scenes.token_hangs(works, count=30)

    assert seen.wrong == []
    assert seen["arrived"] == 30
