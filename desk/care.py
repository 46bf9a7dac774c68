"""Care mode (关怀模式): whether an account wants the chat slow and simple."""

from __future__ import annotations

from desk import accounts
from desk.work import Work


class Care:
    """
    What the acting account has chosen.

    Before its owner has consented there is nothing to keep it with: then only the conversation
    knows, and says it again once there is an account.
    """

    def __init__(self, work: Work) -> None:
        """Act within this piece of work."""
        self._work = work
        self.chosen: bool | None = None

    def wanted(self) -> bool | None:
        """Return what was chosen, None where it never was."""
        found = accounts.acting(self._work)
        return None if found is None else found.care

    def choose(self, *, on: bool) -> None:
        """Keep the choice; `chosen` tells what was chosen in this piece of work."""
        self.chosen = on
        accounts.choose_care(self._work, on=on)
