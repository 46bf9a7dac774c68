"""A real database with the house's tables, and pieces of work in it for whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from desk.patients import Patients
from desk.work import Actor, Work
from models import Base
from models.database import connect
from models.vault import Vault, make_key
from scheduling.policy import Policy

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # Tuesday, 09:00 in Shanghai


class Clinic:
    """One installation: its database, its keys, its clock."""

    def __init__(self, url: str) -> None:
        """Create the tables."""
        self.engine = connect(url)
        Base.metadata.create_all(self.engine)
        self.vault = Vault(make_key(), make_key())
        self.now = START

    def wait(self, time: timedelta) -> None:
        """Let time pass."""
        self.now += time

    @contextmanager
    def work(self, actor: Actor | str = "window") -> Iterator[Work]:
        """One transaction of an actor, or of the WeChat account of that openid."""
        who = Actor("chat", openid=actor) if isinstance(actor, str) else actor
        with self.engine.begin() as conn:
            yield Work(conn, self.now, SHANGHAI, Policy(), self.vault, who)

    @contextmanager
    def chat(self, openid: str) -> Iterator[Patients]:
        """The patients of one WeChat account, in one transaction."""
        with self.work(openid) as work:
            yield Patients(work)
