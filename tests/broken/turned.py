"""The house on a clock that can be turned, where the database lets nobody come before its own."""

from __future__ import annotations

from bot.app import create_app
from models import clock
from tests.broken.times import asked_by_us

clock.PRESENT.update(asked_by_us)
app = create_app()
