"""Where benchmarks run: throw-away servers, started when first needed, and how much is run."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.servers import DatabaseServer, MariaDbServer, PostgresServer, RedisServer

ENGINES = ("sqlite", "mariadb", "postgres")
_SERVERS: dict[str, type[DatabaseServer]] = {"mariadb": MariaDbServer, "postgres": PostgresServer}


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is run: `rounds` interleaved rounds, the rest per round and variant."""

    rounds: int = 5
    turn_engines: tuple[str, ...] = ("postgres", "mariadb")
    turns: int = 300  # people who talk
    connections: int = 64
    single_turns: int = 100  # people who talk one after the other
    texts: int = 500
    states: int = 3_000
    bookings: int = 600
    clients: int = 32
    rush: int = 5_000
    rush_places: int = 100
    appointments: tuple[int, ...] = (100_000, 1_000_000)
    searches: int = 100
    tickets: tuple[int, ...] = (100, 1_000, 10_000)  # of a day
    notices: int = 500
    workers: tuple[int, ...] = (1, 2, 4)
    recipients: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000)
    suspensions: int = 1_000
    half_days: int = 400
    rooms: int = 60  # of a hospital on a simulated day
    starts: int = 3
    on_file: int = 50_000  # patients of a county's hospital
    looks: int = 20  # at every page of the console
    watchers: int = 500
    quiet_seconds: float = 5.0
    engines: tuple[str, ...] = ENGINES


TINY = Sizes(
    rounds=1,
    turns=2,
    connections=2,
    single_turns=1,
    texts=3,
    states=3,
    bookings=4,
    clients=2,
    rush=8,
    rush_places=2,
    appointments=(200,),
    searches=2,
    tickets=(40, 120),
    notices=4,
    workers=(1,),
    recipients=(3, 5),
    suspensions=2,
    half_days=2,
    rooms=1,
    starts=1,
    on_file=200,
    looks=2,
    watchers=3,
    quiet_seconds=1.2,
    turn_engines=("sqlite",),
    engines=("sqlite",),
)


class Places:
    """Servers and folders of one run; leaving ends and removes them all."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        self._databases: dict[str, DatabaseServer] = {}
        self._redis: RedisServer | None = None
        self._numbers = itertools.count(1)
        self._end = ExitStack()

    def __enter__(self) -> Self:
        """Nothing runs yet."""
        self.home = Path(tempfile.mkdtemp(prefix="bench-"))
        self._end.callback(shutil.rmtree, self.home)
        return self

    def __exit__(self, *_: object) -> None:
        """End and remove everything."""
        self._end.close()

    @property
    def redis_url(self) -> str:
        """A Redis of our own."""
        if self._redis is None:
            self._redis = RedisServer()
            self._end.callback(self._redis.destroy)
            self._redis.start()
        return self._redis.url

    def database(self, engine: str) -> str:
        """Return the SQLAlchemy URL of a new empty database on one of the engines."""
        name = f"bench_{next(self._numbers)}"
        if engine == "sqlite":
            return f"sqlite:///{self.home / name}.sqlite"
        if engine not in self._databases:
            server = _SERVERS[engine]()
            self._end.callback(server.destroy)
            server.start()
            self._databases[engine] = server
        return self._databases[engine].create(name)
