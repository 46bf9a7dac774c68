"""
A bot server that dies where a test wants it to; for tests only.

`serve` is the main function of a process of its own. A POST to /doom/<moment> kills the process
(kill -9) at that moment of the next turn.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from flask import Flask
from sqlalchemy import event
from werkzeug.serving import make_server

from bot import memory
from bot.house import House
from bot.memory import Remembered, Visit
from bot.wiring import furnish
from tests.bot import hospital
from tests.forked import die_with_parent


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


def serve(told: Connection, database_url: str, redis_url: str, keys: dict[str, str]) -> None:
    """Tell the port, and serve until killed."""
    die_with_parent()
    hospital.KEYS.update(keys)
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
    told.send(server.server_port)
    server.serve_forever()
