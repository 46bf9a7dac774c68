"""
The courier as tasks of Celery workers: `celery -A bot.worker worker`, on any number of machines.

A task carries nothing: what is to be sent stands in the outbox. So a worker that is killed, and a
Redis that forgets its queue, lose a knock on the door and no notice. Each worker knocks for itself
every second; a knock that nobody answers in time is forgotten.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from celery import Celery

from bot.courier import Courier

DELIVER, CHORES = "desk.deliver", "desk.chores"
_QUEUE = "desk"
KNOCK_SECONDS = 1.0
# So long a task goes on while there is work, before the worker looks at its queue again.
_STINT_SECONDS = 10.0


def make_app(
    courier: Callable[[], Courier],
    *,
    here: bool = False,
    stops: Callable[[], bool] = lambda: False,
) -> Celery:
    """
    Return an app with the house's tasks; `courier` returns that of the process they run in.

    `here`: they run where they are called, in this very process, and need no broker (the demo).
    `stops` tells a task that goes on that it shall not.
    """
    app = Celery("desk", set_as_current=False)
    app.conf.update(
        task_default_queue=_QUEUE,
        task_ignore_result=True,
        task_always_eager=here,
        task_eager_propagates=here,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        # Nobody misses a knock: they are not worth a growing queue or a second delivery.
        task_acks_late=False,
    )

    def deliver() -> int:
        """Deliver what is due, page by page, for a while."""
        return _stint(courier().deliver, stops)

    def chores() -> int:
        """Run the jobs that are due, for a while."""
        return _stint(courier().run_jobs, stops)

    app.task(deliver, name=DELIVER)
    app.task(chores, name=CHORES)
    return app


def _stint(act: Callable[[], int], stops: Callable[[], bool]) -> int:
    """Go on while there is something to do and time; returns how much was done."""
    until, done = time.monotonic() + _STINT_SECONDS, 0
    while some := act():
        done += some
        if stops() or time.monotonic() > until:
            break
    return done


def here(app: Celery) -> None:
    """Run both tasks once, in this process."""
    for name in (DELIVER, CHORES):
        app.tasks[name].delay()


def knock(send: Callable[..., Any], workers: int) -> None:
    """Ask for as many deliveries as there are workers, and for one round of chores."""
    for name in [DELIVER] * workers + [CHORES]:
        send(name, expires=KNOCK_SECONDS)


def broker(redis_url: str) -> str:
    """Return the address of a Redis as Celery writes it: that of a unix socket differs."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    password = f":{parts.password}@" if parts.password else ""
    return f"redis+socket://{password}{parts.path}"
