"""Doing an act again when its transaction only lost against another one; for edges."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from models.database import is_conflict

D = TypeVar("D")
T = TypeVar("T")
_TRIES = 5
_PAUSE_SECONDS = (0.005, 0.05)


class StillLosingError(RuntimeError):
    """Every try lost a conflict: the house is too busy just now, and nothing was done."""


def retrying(open_desk: Callable[[], AbstractContextManager[D]], act: Callable[[D], T]) -> T:
    """
    Do an act in a transaction of its own, again from the start when it lost a conflict.

    Raises:
        StillLosingError: five tries lost; whatever else `act` raises comes through at once.
    """
    lost: Exception | None = None
    for _ in range(_TRIES):
        try:
            with open_desk() as desk:
                return act(desk)
        except Exception as error:
            if not is_conflict(error):
                raise
            lost = error
            time.sleep(random.uniform(*_PAUSE_SECONDS))  # noqa: S311 - only spreads them
    raise StillLosingError from lost
