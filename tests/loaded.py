"""What the programs that tests start have loaded before they begin (tests/forked.py)."""

from __future__ import annotations

from datetime import UTC, datetime

import gunicorn.workers.gthread

import bot.cli
import simulator.app
from bot.app import create_app
from nlp.understand import warm

__all__ = ["bot", "create_app", "gunicorn", "simulator"]

warm(datetime(2026, 11, 24, tzinfo=UTC))
