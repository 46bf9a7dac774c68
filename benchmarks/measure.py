"""
Samples, and rows of a table made of them.

The machine is never quite ours, so absolute figures wobble. What is compared is measured in turns,
round by round; the ratio of a row is the median of the rounds' ratios, its spread their range.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

MICRO = 1e6


@dataclass(frozen=True, kw_only=True)
class Row:
    """
    One piece of work beside its limit.

    `samples` has one figure per round for each variant, all in `unit`. What is ours is the sum of
    the variants `ours`, what it is held against the sum of `limit`. `goal` is a ratio: at most,
    or at least where `is_more_better` (rates). A row without a limit states a figure only.
    """

    work: str
    where: str
    unit: str
    samples: Mapping[str, Sequence[float]]
    ours: tuple[str, ...]
    limit: tuple[str, ...] = ()
    goal: float | None = None
    is_more_better: bool = False
    facts: Mapping[str, float | str] = field(default_factory=dict)

    def total(self, variants: tuple[str, ...]) -> float:
        """Return the median over the rounds of the sum of some variants."""
        return median(self._sums(variants))

    @property
    def ratios(self) -> list[float]:
        """One ratio per round, ours to the limit; empty without a limit."""
        if not self.limit:
            return []
        both = zip(self._sums(self.ours), self._sums(self.limit), strict=True)
        return [ours / limit for ours, limit in both]

    @property
    def ratio(self) -> float | None:
        """The median ratio."""
        return median(self.ratios) if self.limit else None

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        if self.goal is None or self.ratio is None:
            return None
        return self.ratio >= self.goal if self.is_more_better else self.ratio <= self.goal

    def _sums(self, variants: tuple[str, ...]) -> list[float]:
        return [sum(each) for each in zip(*(self.samples[v] for v in variants), strict=True)]


Measurement = Callable[[], Mapping[str, float]]


def interleaved(measurements: Sequence[Measurement], rounds: int) -> dict[str, list[float]]:
    """Take every measurement once a round, every other round backwards; returns all figures."""
    samples: dict[str, list[float]] = {}
    for number in range(rounds):
        for measure in measurements if number % 2 == 0 else reversed(measurements):
            for variant, figure in measure().items():
                samples.setdefault(variant, []).append(figure)
    return samples


def cpu_us(act: Callable[[int], object], times: int) -> float:
    """Return the CPU µs of this thread for one `act(number)`, over `times` of them."""
    started = time.thread_time()
    for number in range(times):
        act(number)
    return (time.thread_time() - started) / times * MICRO


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]
