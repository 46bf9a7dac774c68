"""The database is away for a while: the courier says so once, waits longer, and goes on."""

from __future__ import annotations

import logging
import threading

import pytest
from sqlalchemy.exc import OperationalError

from bot import courier as module
from bot.courier import Courier
from bot.house import House

AWAY, BACK = 5, 8


class Impatient(threading.Event):
    """An event nobody waits for; it keeps how long it was asked to, and ends the show."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        if len(self.waits) == BACK:
            self.set()
        return self.is_set()


def test_an_outage_is_told_once_and_waited_out(
    hospital, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    house: House = hospital[0]
    works, stop = Courier(house, None, {}), Impatient()

    def run_once(_: threading.Event) -> int:
        if len(stop.waits) < AWAY:
            raise OperationalError("SELECT 1", {}, ConnectionError())
        return 0

    monkeypatch.setattr(works, "run_once", run_once)
    with caplog.at_level(logging.ERROR, logger=module.__name__):
        works.run(stop, recurring=())
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == AWAY
    assert ["File" in line for line in told] == [True] + [False] * (AWAY - 1)
    assert stop.waits == [2, 4, 8, 16, 30, 1, 1, 1]
