"""What the conversations need of the waitlist (候补); see `handlers.ports`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from scheduling.types import Need, PatientId
from scheduling.waiting import Line, WaitingId, WaitingView, Wish


class Waitlist(Protocol):
    """The lines in which this account has put its patients."""

    def lines(self, need: Need) -> Sequence[Line]:
        """Return what one can wait for instead of what was sought and is full."""
        ...

    def line(self, wish: Wish) -> Line:
        """Return where in line somebody would stand who joined now."""
        ...

    def can_tell(self, line: Line) -> bool:
        """Tell whether a notice would reach this account as long as the line is open."""
        ...

    def join(self, wish: Wish, patient: PatientId, words: str = "") -> WaitingView:
        """Put a patient in line."""
        ...

    def mine(self) -> Sequence[WaitingView]:
        """Return where the account's patients stand in line."""
        ...

    def leave(self, waiting: WaitingId) -> None:
        """Leave a line; what is held for this turn goes to the next."""
        ...
