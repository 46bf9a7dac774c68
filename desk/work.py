"""What every act of the desk works with: one open transaction, one instant, one actor."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from desk.directory import Directories, Directory
from models.vault import Vault
from scheduling.channels import Setup
from scheduling.policy import Policy

# What nobody shall foresee; a test brings its own, seeded.
_DICE = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Actor:
    """
    On whose behalf an act is done.

    `channel` is chat, api, window or job. `openid` is set for chat only; `name` for the rest (the
    name of the API token, say) and goes into the events.
    """

    channel: str
    openid: str | None = None
    name: str = ""

    @property
    def label(self) -> str:
        """How events and audits name the actor; never an openid."""
        return f"{self.channel}:{self.name}" if self.name else self.channel


@dataclass(frozen=True, slots=True)
class Account:
    """A WeChat account whose owner has consented; `care` is None where nothing was chosen."""

    id: int
    care: bool | None


@dataclass(slots=True)
class Known:
    """What a piece of work has read already and what nobody else can change while it lasts."""

    account: Account | None = None
    directory: Directory | None = None
    roster_version: int | None = None
    # An import that is not committed yet: nobody else may see the roster as it is in here.
    is_roster_moved: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """
    One piece of work.

    `now` is aware UTC, `zone` the installation's zone for what is shown, `channels` the ways out
    of the house that are set up, `directories` the installation's, `dice` what is left to chance.
    `entitled` are the quotas (`scheduling.quotas`) of whom places are looked for.
    """

    conn: Connection
    now: datetime
    zone: ZoneInfo
    policy: Policy
    vault: Vault
    actor: Actor
    channels: Setup = field(default_factory=dict)
    directories: Directories = field(default_factory=Directories)
    known: Known = field(default_factory=Known)
    dice: random.Random = _DICE
    entitled: frozenset[str] = frozenset()

    @property
    def directory(self) -> Directory:
        """The sites, departments and doctors of this moment."""
        if self.known.directory is None:
            shared = self.directories if not self.known.is_roster_moved else Directories()
            self.known.directory = shared.current(self.conn, self.known.roster_version)
        return self.known.directory

    def local(self, instant: datetime) -> datetime:
        """Return the instant in the zone in which people read it."""
        return instant.astimezone(self.zone)
