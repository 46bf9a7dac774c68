"""Faults on demand: what WeChat's servers do on a bad day, for as many calls as one likes."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Container, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

# kind → what happens to a call whose path fits
KINDS: Mapping[str, str] = {
    "slow": "answered only after `seconds`",
    "reset": "the connection ends without an answer; nothing was done",
    "lost": "done, but the connection ends without an answer",
    "html": "status 200 and a page of HTML; nothing was done",
    "http": "HTTP `status`; nothing was done",
    "errcode": "refused with `errcode`; the codes of bad tokens only where a token is taken",
    "undelivered": "accepted, never shown, and reported as failed (notices and broadcasts)",
}
BAD_TOKEN = frozenset({40001, 40014, 42001})


@dataclass(slots=True)
class Fault:
    """A fault of the calls whose path fits `path` (`*` and `?` allowed).

    `count`: how many calls more; None: until it is cleared.
    """

    number: int
    path: str
    kind: str
    count: int | None = None
    seconds: float = 10.0
    status: int = 502
    errcode: int = -1


class Faults:
    """The account's faults, oldest first. Thread-safe."""

    def __init__(self) -> None:
        """None yet."""
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._faults: list[Fault] = []

    def add(self, path: str, kind: str, count: int | None = None, **details: float) -> Fault:
        """A new fault; details: `seconds`, `status`, `errcode`.

        Raises:
            ValueError: no such kind, a detail it does not know, or a count below 1.
        """
        if kind not in KINDS:
            raise ValueError(f"kind: one of {', '.join(KINDS)}")
        if count is not None and count < 1:
            raise ValueError("count: 1 or more, or null for until it is cleared")
        try:
            fault = Fault(next(self._numbers), path, kind, count, **details)  # type: ignore[arg-type]  # whole numbers where whole ones are wanted
        except TypeError as error:
            raise ValueError("details: seconds, status or errcode") from error
        with self._lock:
            self._faults.append(fault)
        return fault

    def take(self, path: str, kinds: Container[str], *, takes_token: bool = True) -> Fault | None:
        """The first fault of these kinds for a call; counted as used once."""
        with self._lock:
            for fault in self._faults:
                if fault.kind not in kinds or not fnmatchcase(path, fault.path):
                    continue
                if fault.kind == "errcode" and fault.errcode in BAD_TOKEN and not takes_token:
                    continue
                if fault.count is not None:
                    fault.count -= 1
                    if not fault.count:
                        self._faults.remove(fault)
                return fault
        return None

    def clear(self, number: int | None = None) -> None:
        """End one fault, or all."""
        with self._lock:
            self._faults = [f for f in self._faults if number not in (None, f.number)]

    def view(self) -> list[Fault]:
        """Those still at work."""
        with self._lock:
            return list(self._faults)
