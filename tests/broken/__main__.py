"""
Everything that is broken on purpose, at its full size, as the table of docs/faults.md.

`python -m tests.broken [PART …] [--conversations 300] [--reminders 10000]` prints its rows; half
an hour. The same scenes, smaller, are tests.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.broken import broadcasts, reminders, scenes, strangers
from tests.broken.scenes import Seen
from tests.broken.works import Works
from tests.servers import DatabaseServer, MariaDbServer, PostgresServer, RedisServer

ENGINES: dict[str, type[DatabaseServer] | None] = {
    "sqlite": None,
    "mariadb": MariaDbServer,
    "postgres": PostgresServer,
}

# In the middle of a hundred conversations.
_EVENING_IN = timedelta(seconds=75)


@dataclass(frozen=True)
class Site:
    """The works on one engine, with the servers under them."""

    works: Works
    redis: RedisServer
    database: DatabaseServer | None


@contextmanager
def site(engine: str, channel: str = reminders.KEYLESS, **more: str) -> Iterator[Site]:
    """A fresh hospital on fresh servers."""
    with ExitStack() as at_the_end:
        home = Path(at_the_end.enter_context(tempfile.TemporaryDirectory(prefix="broken-")))
        redis, kind = RedisServer(), ENGINES[engine]
        at_the_end.callback(redis.destroy)
        redis.start()
        database = kind() if kind else None
        if database:
            at_the_end.callback(database.destroy)
            database.start()
        url = database.create("desk") if database else f"sqlite:///{home}/desk.sqlite"
        file = reminders.channels_file(home, channel)
        works = Works(url, redis.url, home, evening_in=_EVENING_IN, CHANNELS_FILE=file, **more)
        yield Site(works, redis, database)


def killed(engine: str, seed: int, count: int) -> Seen:
    """Kill -9 of web and couriers at random moments."""
    with site(engine) as at:
        return scenes.killed(at.works, seed=seed, count=count)


def without_redis(engine: str, seed: int, count: int) -> Seen:
    """Redis stopped or killed, and started."""
    with site(engine) as at:
        return scenes.without(at.works, at.redis, seed=seed, count=count)


def without_database(engine: str, seed: int, count: int) -> Seen:
    """The database stopped or killed, and started."""
    with site(engine) as at:
        if at.database is None:
            raise ValueError("a file cannot be stopped")
        return scenes.without(at.works, at.database, seed=seed, count=count)


def reminded(engine: str, channel: str, count: int, kills: int) -> Seen:
    """Two couriers deliver due reminders; unpaced if keyless, so kills meet more calls."""
    with site(engine, channel, SEND_RATES="customer=0") as at:
        return scenes.reminded(at.works, count=count, channel=channel, seed=1, kills=kills)


def told(engine: str, channel: str, count: int, kills: int) -> Seen:
    """Celery workers deliver a broadcast and are killed; WeChat has a bad day."""
    with site(engine, channel, SEND_RATES="customer=0;template=0") as at:
        return broadcasts.broadcasted(
            at.works, count=count, channel=channel, seed=3, kills=kills, number=3
        )


def followers(engine: str, count: int, kills: int) -> Seen:
    """Couriers write to everyone who follows and are killed; hardly anybody has registered."""
    with site(engine, reminders.KEYED, SEND_RATES="mass=0") as at:
        return strangers.told(at.works, strangers=count, known=300, kills=kills, seed=3)


def token_hangs(engine: str, count: int) -> Seen:
    """The token endpoint does not answer, then it does."""
    with site(engine, reminders.KEYED) as at:
        return scenes.token_hangs(at.works, count=count)


def parts(conversations: int, many: int) -> dict[str, Callable[[], Seen]]:
    """Every bad day by its name."""
    third = conversations // 3
    keyed, keyless = reminders.KEYED, reminders.KEYLESS
    return {
        **{
            f"killed-{engine}": lambda engine=engine, seed=seed: killed(engine, seed, third)
            for seed, engine in enumerate(ENGINES, start=11)
        },
        "no-redis": lambda: without_redis("postgres", 21, third // 2),
        "no-mariadb": lambda: without_database("mariadb", 22, third // 2),
        "no-postgres": lambda: without_database("postgres", 23, third // 2),
        "token": lambda: token_hangs("postgres", 100),
        "many-postgres": lambda: reminded("postgres", keyed, many, 0),
        "many-mariadb-kills": lambda: reminded("mariadb", keyed, many, 10),
        "broadcast-kills": lambda: told("postgres", keyed, many, 10),
        "broadcast-keyless-kills": lambda: told("postgres", keyless, many, 10),
        "strangers-kills": lambda: followers("postgres", 5 * many, 5),
        "many-keyless-kills": lambda: reminded("postgres", keyless, many, 10),
        "many-keyless-mariadb-kills": lambda: reminded("mariadb", keyless, many, 10),
    }


def main() -> int:
    """Run the parts, print a row for each; 1 if anything did not balance."""
    parser = argparse.ArgumentParser(prog="python -m tests.broken", description=__doc__)
    parser.add_argument("part", nargs="*", help="which; all of them if none is named")
    parser.add_argument("--conversations", type=int, default=300)
    parser.add_argument("--reminders", type=int, default=10_000)
    given = parser.parse_args()
    known = parts(given.conversations, given.reminders)
    bad = False
    for name in given.part or known:
        seen = known[name]()
        figures = ", ".join(f"{label} {value:.0f}" for label, value in seen.counts.items())
        print(f"| {name} | {figures} | {len(seen.wrong)} |", flush=True)  # noqa: T201 - a table
        for line in seen.wrong[:5]:
            print(f"  {line}", file=sys.stderr, flush=True)  # noqa: T201 - for its reader
        bad = bad or bool(seen.wrong)
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
