"""A few numbers for /metrics: what the door has seen since it opened."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping

_HELP: Mapping[str, str] = {
    "messages": "messages and events received, by kind",
    "refused": "pushes refused, by reason",
    "turns": "turns, by how they ended",
    "turn_seconds": "seconds spent in turns",
    "courier": "notices and jobs, by how they ended",
}


class Counters:
    """Counters by name and label, in Prometheus' text format; one set per process."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._values: Counter[tuple[str, str]] = Counter()

    def add(self, name: str, label: str, amount: float = 1) -> None:
        """Count something (KeyError for a name without a meaning)."""
        _HELP[name]
        with self._guard:
            self._values[name, label] += amount  # type: ignore[assignment]  # seconds are floats

    def exposition(self) -> str:
        """Return all counters as text."""
        with self._guard:
            values = sorted(self._values.items())
        lines = []
        for name, meaning in _HELP.items():
            lines += [f"# HELP desk_{name}_total {meaning}", f"# TYPE desk_{name}_total counter"]
            lines += [
                f'desk_{name}_total{{what="{label}"}} {value:g}'
                for (counter, label), value in values
                if counter == name
            ]
        return "\n".join(lines) + "\n"
