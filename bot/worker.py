"""
A worker of Celery's: `celery -A bot.worker worker --concurrency 4`.

Its settings are read when it is loaded; each of its processes opens the house for itself.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from celery.signals import worker_ready

from bot.channels import open_channels
from bot.chores import RECURRING, TASKS
from bot.courier import Courier
from bot.house import open_house
from bot.settings import Settings
from bot.tasks import KNOCK_SECONDS, broker, knock, make_app
from bot.wiring import environment

_SETTINGS = Settings.read(environment())


@cache
def _courier_of(process: int) -> Courier:
    """One courier for each process: connections do not survive a fork."""
    house = open_house(_SETTINGS)
    courier = Courier(house, open_channels(house), TASKS)
    for kind in RECURRING:
        courier.schedule(kind)
    return courier


app = make_app(lambda: _courier_of(os.getpid()))
app.conf.broker_url = broker(_SETTINGS.redis_url)


@worker_ready.connect(weak=False)  # type: ignore[untyped-decorator]  # Celery has no types
def knocks(sender: Any, **_: object) -> None:  # noqa: ANN401 - Celery's consumer
    """Knock every second, by the worker's own clock: no other process is needed for that."""
    workers = sender.controller.concurrency
    sender.timer.call_repeatedly(KNOCK_SECONDS, knock, (sender.app.send_task, workers))
