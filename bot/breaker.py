"""Channels that do not answer are left alone for a while, so that the others need not wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

# A call that gets no answer costs up to five seconds, and there is one courier for all channels.
FAILURES = 3
REST = timedelta(seconds=30)


class Breaker:
    """
    Counts, by channel, the calls in a row that got no answer.

    After `FAILURES` of them the channel rests for `REST`; then one call decides whether it goes
    on resting.
    """

    def __init__(self) -> None:
        """All channels are trusted."""
        self._failures: Counter[str] = Counter()
        self._until: dict[str, datetime] = {}

    def has_rested(self, channel: str) -> bool:
        """Tell whether a channel was ever left alone."""
        return channel in self._until

    def resting(self, now: datetime) -> Mapping[str, datetime]:
        """Return the channels to be left alone now, each with the end of its rest."""
        return {channel: until for channel, until in self._until.items() if now < until}

    def failed(self, channel: str, now: datetime) -> bool:
        """Count a call without an answer; returns whether the channel rests from now on."""
        self._failures[channel] += 1
        if self._failures[channel] < FAILURES:
            return False
        self._until[channel] = now + REST
        return True

    def answered(self, channel: str) -> None:
        """The channel answers, whatever it said."""
        self._failures[channel] = 0
