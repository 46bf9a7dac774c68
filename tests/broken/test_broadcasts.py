"""Celery workers deliver a broadcast and are killed: nobody is lost, and doubt is counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.broken import broadcasts, reminders, strangers
from tests.broken.works import Works
from tests.servers import RedisServer

pytestmark = [pytest.mark.slow, pytest.mark.server]


@pytest.mark.parametrize(
    ("channel", "count", "kills"), [(reminders.KEYED, 350, 1), (reminders.KEYLESS, 150, 2)]
)
def test_workers_are_killed_and_nobody_is_lost(  # noqa: PLR0913, PLR0917 - fixtures and sizes
    ready_database: Callable[[str], str],
    redis_server: RedisServer,
    tmp_path: Path,
    channel: str,
    count: int,
    kills: int,
) -> None:
    more = {
        "CHANNELS_FILE": reminders.channels_file(tmp_path, channel),
        "SEND_RATES": "customer=0;template=0",
    }
    works = Works(ready_database("postgres"), redis_server.url, tmp_path, **more)

    seen = broadcasts.broadcasted(works, count=count, channel=channel, seed=1, kills=kills)

    assert seen.wrong == []
    assert seen["reached"] + seen["to ring"] >= count
    assert seen["twice"] <= seen["uncertain"]
    if channel == reminders.KEYED:
        assert (seen["twice"], seen["uncertain"]) == (0, 0)


def test_everybody_who_follows_is_written_to_once_though_couriers_die(
    ready_database: Callable[[str], str], redis_server: RedisServer, tmp_path: Path
) -> None:
    settings = {"SEND_RATES": "mass=0"}
    works = Works(ready_database("postgres"), redis_server.url, tmp_path, couriers=1, **settings)
    works.couriers[0].command[2] = "tests.broken.small_lists"

    seen = strangers.told(works, strangers=400, known=40, kills=2, seed=1)

    assert seen.wrong == []
    assert (seen["reached"], seen["twice"]) == (440, 0)
    assert seen["lists"] == 6
