"""An opened house: settings, database, Redis, keys and names, shared by all threads."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import redis
from sqlalchemy import Connection, Engine, make_url

from bot import embedded
from bot.counters import Counters
from bot.memory import Memory, connect_redis
from bot.rules import Rules
from bot.setting_values import DEVELOPMENT
from bot.settings import Settings
from bot.vocabulary import Vocabularies
from bot.wire import Wire
from desk.directory import Directories
from desk.journal import Arrival
from desk.work import Actor, Known, Work
from handlers.scene import Scene
from handlers.texts import wording
from models import clock, database
from models.vault import Vault
from scheduling.channels import SMS

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class House:
    """Everything a turn, the courier and the commands work with."""

    settings: Settings
    engine: Engine
    redis: redis.Redis | None
    vault: Vault
    memory: Memory
    wire: Wire
    directories: Directories = field(default_factory=Directories)
    vocabularies: Vocabularies = field(default_factory=Vocabularies)
    counters: Counters = field(default_factory=Counters)
    alarms: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(2, thread_name_prefix="alarm")
    )
    # The rules as POLICY_FILE has them by now; None where there is no such file.
    rules: Rules | None = None
    # A simulation's clock instead of the database's; the demo alone has one.
    simulated_now: Callable[[], datetime] | None = None

    def work(self, conn: Connection, actor: Actor, arrival: Arrival | None = None) -> Work:
        """Return a piece of work in this transaction, as of now or of the moment of an arrival."""
        told = self.simulated_now() if self.simulated_now else self.settings.fixed_now
        return Work(
            conn=conn,
            now=arrival.now if arrival and told is None else clock.now(conn, told),
            zone=self.settings.zone,
            policy=self.rules.now() if self.rules else self.settings.policy,
            vault=self.vault,
            actor=actor,
            channels=self.settings.channels.setup,
            directories=self.directories,
            known=arrival.known if arrival else Known(),
        )

    def scene(self, now: datetime, idle: timedelta | None = None) -> Scene:
        """Return the hospital at this moment; `now` is any aware instant."""
        settings = self.settings
        local = now.astimezone(settings.zone)
        days, (opens, closes) = settings.staffed_days, settings.staffed
        return Scene(
            hospital=settings.hospital_name,
            phone=settings.hospital_phone,
            emergency_phone=settings.emergency_phone,
            now_local=local,
            idle=idle,
            staffed=local.isoweekday() in days and opens <= local.time() < closes,
            staffed_hours=wording.hours(days, opens, closes),
            can_text="link_code" in settings.channels.setup.get(SMS, {}),
            policy=settings.policy,
        )

    def close(self) -> None:
        """Let the emergencies that are being journalled finish, then give back the connections."""
        self.alarms.shutdown()
        self.engine.dispose()
        if self.redis is not None:
            self.redis.close()


def open_house(settings: Settings, *, with_redis: bool = True) -> House:
    """
    Open what the settings name; nothing is connected before its first use.

    Commands that never talk to patients leave Redis alone (`with_redis=False`).
    """
    vault = Vault(settings.data_key, settings.lookup_key, settings.data_key_previous or None)
    url = settings.redis_url
    if with_redis and not url and settings.mode == DEVELOPMENT:
        url = embedded.start_redis() or ""
    client = connect_redis(url) if with_redis and url else None
    return House(
        settings=settings,
        engine=_engine(settings.database_url),
        redis=client,
        vault=vault,
        memory=Memory(client, vault),
        rules=Rules(settings.policy_file) if settings.policy_file else None,
        wire=Wire(
            settings.wechat_token,
            settings.wechat_app_id,
            settings.wechat_aes_key,
            settings.wechat_aes_key_previous,
            sealed_only=settings.wechat_sealed_only,
        ),
    )


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
    return database.connect(url)
