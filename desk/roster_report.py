"""What an import of the roster did."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from desk.roster_fields import FIELDS


@dataclass(slots=True)
class Count:
    """How many rows of one kind an import added, changed and left as they were."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(slots=True)
class ImportReport:
    """
    What an import did, by kind; shifts are counted by day, not by line.

    `holidays` are days on which weekly shifts fall out; `unknown_years` have no published
    holidays yet, so that only those of fixed date were left out; `past` counts dated lines of
    days gone by, which are never touched. `laid_until` is the last day to which weekly shifts
    were laid out, None where all of them end before.
    """

    counts: dict[str, Count] = field(default_factory=lambda: {kind: Count() for kind in FIELDS})
    holidays: tuple[date, ...] = ()
    unknown_years: tuple[int, ...] = ()
    past: int = 0
    laid_until: date | None = None

    @property
    def is_changed(self) -> bool:
        """Whether anything was written."""
        return any(count.added or count.changed for count in self.counts.values())
