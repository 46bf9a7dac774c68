"""What every act of the desk works with: one open transaction, one instant, one actor."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from models.vault import Vault
from scheduling.channels import Setup
from scheduling.policy import Policy


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
class Work:
    """
    One piece of work.

    `now` is aware UTC, `zone` the installation's zone for what is shown, `channels` the ways out
    of the house that are set up.
    """

    conn: Connection
    now: datetime
    zone: ZoneInfo
    policy: Policy
    vault: Vault
    actor: Actor
    channels: Setup = field(default_factory=dict)

    def local(self, instant: datetime) -> datetime:
        """Return the instant in the zone in which people read it."""
        return instant.astimezone(self.zone)
