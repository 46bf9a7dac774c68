"""
A bot server that dies where a test wants it to; for tests only.

`python -m tests.bot.doomed_server DATABASE_URL REDIS_URL DATA_KEY LOOKUP_KEY` prints its port. A
POST to /doom/<moment> kills the process (kill -9) at that moment of the next turn.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import event
from werkzeug.serving import make_server

from bot import memory
from bot.house import House
from bot.memory import Remembered, Visit
from bot.wiring import furnish
from tests.bot import hospital


class Doom:
    """When to die."""

    def __init__(self) -> None:
        self.moment = ""

    def at(self, moment: str) -> None:
        """Die here, if it is time."""
        if moment == self.moment:
            os.kill(os.getpid(), signal.SIGKILL)
            threading.Event().wait()


def doom_database(house: House, doom: Doom) -> None:
    """Die right before, or right after, the database has committed."""
    dialect: Any = house.engine.dialect
    commit: Callable[[Any], None] = dialect.do_commit

    def do_commit(connection: Any) -> None:
        doom.at("before-commit")
        commit(connection)
        doom.at("after-commit")

    dialect.do_commit = do_commit

    def before(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement == "COMMIT":  # ours on SQLite, earlier than the driver's
            doom.at("before-commit")

    event.listen(house.engine, "before_cursor_execute", before)


def doom_memory(house: House, doom: Doom) -> None:
    """Die right after the state has been saved to Redis, before WeChat has its answer."""
    mine: Any = house.memory
    leave: Callable[[Visit, Remembered | None], None] = mine.leave

    def save(visit: Visit, remembered: Remembered | None = None) -> None:
        leave(visit, remembered)
        doom.at("after-save")

    mine.leave = save


def main() -> None:
    database_url, redis_url, data_key, lookup_key = sys.argv[1:]
    hospital.KEYS.update(DATA_KEY=data_key, LOOKUP_KEY=lookup_key)
    memory.LOCK_SECONDS = 1.0  # a dead turn's lock; the test need not wait for all six seconds
    house = hospital.opened(hospital.settings(database_url, redis_url))
    doom = Doom()
    doom_database(house, doom)
    doom_memory(house, doom)
    app = furnish(Flask("doomed"), house)

    @app.post("/doom/<moment>")
    def prepare(moment: str) -> str:
        doom.moment = moment
        return "ok"

    server = make_server("127.0.0.1", 0, app, threaded=True)
    print(server.server_port, flush=True)  # noqa: T201 - the test reads it
    server.serve_forever()


if __name__ == "__main__":
    main()
