"""What a simulated clinic day came to, in a few lines for a person to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from statistics import fmean

from scheduling.clinic_types import Call
from scheduling.disciplines import EMERGENCY, FIRST
from scheduling.waits import WaitRange

_CLASSES = ("new", "priority", "return", "missed")


@dataclass(slots=True)
class Summary:
    """What the day came to: waits in minutes by class, what was told beside what came."""

    day: date
    shifts: int = 0
    booked: int = 0
    no_shows: int = 0
    suspended: int = 0
    answered: int = 0
    sent: int = 0
    calls: list[Call] = field(default_factory=list)
    told: list[tuple[WaitRange, float]] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Yield it for a person to read."""
        visits = sum(call.answered for call in self.calls)
        yield f"{self.day}: {self.shifts} shifts, {self.booked} booked, {visits} visits"
        yield f"stayed away {self.no_shows}, missed calls {len(self.calls) - visits}"
        yield f"suspended: {self.suspended} patients, {self.answered} answered in the chat"
        for name in _CLASSES:
            waits = sorted(call.wait for call in self.calls if _kind(call) == name)
            if waits:
                late = waits[min(len(waits) - 1, int(0.95 * len(waits)))]
                mean = fmean(waits)
                yield f"wait, {name}: mean {mean:.0f} min, p95 {late:.0f}, of {len(waits)} calls"
        if self.told:
            kept = fmean(one.low <= came <= one.high for one, came in self.told)
            error = fmean(abs(one.middle - came) for one, came in self.told)
            yield (
                f"waits told: {len(self.told)}, {kept:.0%} of the ranges kept, "
                f"mean error {error:.1f} min"
            )
        yield f"notices and jobs done by the courier: {self.sent}"


def _kind(call: Call) -> str:
    if call.rank == EMERGENCY:
        return EMERGENCY
    if call.rank:
        return "priority"
    return "new" if call.lane == FIRST else call.lane
