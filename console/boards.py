"""
What the call boards show: one kept frame for each site, read once for everybody who asks.

A second old is new enough. A board is read again only when its version has moved, and every half
minute, for what changes by the hour alone.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from jinja2 import Environment
from sqlalchemy.exc import SQLAlchemyError

from console.watchers import Frame
from desk import standing
from desk.work import Work
from handlers.texts import screen as texts
from scheduling.visit import BoardView

_LOG = logging.getLogger(__name__)
_FRESH_SECONDS = 1.0
_READ_AGAIN_SECONDS = 30.0
PART = "console/screen_rooms.html"

Look = Callable[[], AbstractContextManager[Work]]


@dataclass(slots=True)
class _Kept:
    """The newest of one site; times monotonic."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    frame: Frame | None = None
    board: BoardView | None = None
    version: object = None
    looked_at: float = float("-inf")
    read_at: float = float("-inf")


class Boards:
    """The boards of one process. `look` opens a reading transaction."""

    def __init__(self, look: Look, templates: Environment) -> None:
        """Nothing is read yet."""
        self._look = look
        self._templates = templates
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}

    def frame(self, site: str) -> Frame | None:
        """Return the newest state of a site's board, a second old at most; None: unreadable."""
        return self._newest(site).frame

    def board(self, site: str) -> BoardView | None:
        """
        Return the same as data, as it was last read; None for a site there is not.

        Raises:
            SQLAlchemyError, OSError: it has never been read, and cannot be.
        """
        return self._newest(site).board

    def _newest(self, site: str) -> _Kept:
        with self._lock:
            kept = self._kept.get(site) or _Kept()
        with kept.lock:
            now = time.monotonic()
            if now - kept.looked_at >= _FRESH_SECONDS:
                kept.looked_at = now
                try:
                    self._refresh(kept, site, now)
                except (SQLAlchemyError, OSError):
                    if kept.board is None:
                        raise
                    _LOG.warning("the board of %s cannot be read", site)
                    kept.frame, kept.version = None, None
        if kept.board is not None:
            # Only sites that exist are kept: nobody fills the memory with invented names.
            with self._lock:
                self._kept.setdefault(site, kept)
        return kept

    def _refresh(self, kept: _Kept, site: str, now: float) -> None:
        with self._look() as work:
            version = standing.board_version(work, site)
            if version == kept.version and now - kept.read_at < _READ_AGAIN_SECONDS:
                return
            board = standing.board(work, site)
        if board is not None:
            kept.version, kept.read_at, kept.board = version, now, board
            kept.frame = self._render(board)

    def _render(self, board: BoardView) -> Frame:
        html = self._templates.get_template(PART).render(board=board, texts=texts)
        state = {"html": html, "calls": texts.calls(board)}
        data = json.dumps(state, ensure_ascii=False)
        number = hashlib.sha256(data.encode()).hexdigest()[:16]
        return Frame(number, f"id: {number}\ndata: {data}\n\n".encode())
