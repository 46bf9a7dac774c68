"""The sentences that talk itself needs, whatever it is about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """
    The sentences the engine itself says; the texts supply them.

    `missed` answers what was not understood where there are options, `unread` where there are
    none, `lost` where nothing was asked.
    """

    missed: tuple[str, ...]
    unread: tuple[str, ...]
    lost: tuple[str, ...]
    nothing_open: str
    stale: str
    stopped: str
    nothing_to_stop: str
    restarted: str
    first_step: str
    nothing_to_repeat: str
    resumed: str
    more: str
    trouble: str
