"""
Who watches a screen: connections that stay open for hours and cost neither a thread nor a query.

A server with threads has few of them, and the webhook needs them all. The connection of a watcher
is therefore taken out of the server's hands: its descriptor is exchanged for one that leads
nowhere, so that what the server still writes and closes is not the watcher's any more. One thread
of the process, which lives only while somebody watches, writes to everybody. Where a server has
no plain socket to give (TLS, HTTP/2, another server), nobody is taken and the answer has to end.
See docs/decisions/0018.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

# A process opens about a thousand files at most, where nobody has raised the limit.
MOST_WATCHERS = 500
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    b"Cache-Control: no-store\r\nX-Accel-Buffering: no\r\nX-Content-Type-Options: nosniff\r\n"
    b"Connection: close\r\n\r\n"
)
# How soon a browser that lost its stream comes back (the standard's `retry` field).
RETRY = b"retry: 2000\n\n"
# Nothing has changed, and the line still stands: the page tells that from silence.
STILL = b"event: still\ndata: 1\n\n"

_TICK_SECONDS = 0.2
_LOOK_SECONDS = 1.0
_STILL_SECONDS = 10.0
# Who takes nothing for so long has gone, or comes back.
_PATIENCE_SECONDS = 30.0
_SOCKETS = ("gunicorn.socket", "werkzeug.socket")


@dataclass(frozen=True, slots=True)
class Frame:
    """One state of a screen as it goes over the wire, whole; `id` is what tells it from others."""

    id: str
    data: bytes


Latest = Callable[[str], Frame | None]


@dataclass(eq=False, slots=True)
class _Watcher:
    """`seen` is the frame it has, `backlog` what it has not taken yet; `moved_at` monotonic."""

    connection: socket.socket
    topic: str
    seen: str
    is_new: bool = True
    backlog: bytes = b""
    moved_at: float = field(default_factory=time.monotonic)

    def news(self, frame: Frame, now: float) -> bytes:
        """Return what to write to it: the frame, a sign that the line stands, or nothing."""
        opening, self.is_new = (HEAD + RETRY if self.is_new else b""), False
        if frame.id != self.seen:
            self.seen = frame.id
            return opening + frame.data
        return opening + STILL if opening or now - self.moved_at >= _STILL_SECONDS else b""


def take(environ: Mapping[str, Any]) -> socket.socket | None:
    """Return the connection of a request, ours from now on; None where the server keeps it."""
    theirs: object = next((environ[name] for name in _SOCKETS if name in environ), None)
    if not isinstance(theirs, socket.socket) or isinstance(theirs, ssl.SSLSocket):
        return None
    if not str(environ.get("SERVER_PROTOCOL", "")).startswith("HTTP/1"):
        return None
    ours = theirs.dup()
    nowhere, far_end = socket.socketpair()
    with nowhere, far_end:
        os.dup2(nowhere.fileno(), theirs.fileno(), inheritable=False)
    ours.settimeout(0)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return ours


class Watchers:
    """
    Everybody who watches the screens of this process.

    `latest(topic)` returns what there is to see, None while that cannot be found out; it is asked
    once a second for every topic that has watchers, by the one thread.
    """

    def __init__(self, latest: Latest, most: int = MOST_WATCHERS) -> None:
        """Nobody watches yet, and nothing runs."""
        self._latest = latest
        self._most = most
        self._lock = threading.Lock()
        self._new: list[_Watcher] = []
        self._watching: set[_Watcher] = set()
        self._thread: threading.Thread | None = None

    def __len__(self) -> int:
        """How many watch."""
        with self._lock:
            return len(self._new) + len(self._watching)

    def add(self, environ: Mapping[str, Any], topic: str, seen: str = "") -> bool:
        """
        Let the connection of a request watch a topic; False where it has to be answered instead.

        `seen` is the id of the frame it had before it was cut off.
        """
        with self._lock:
            if len(self._new) + len(self._watching) >= self._most:
                return False
            connection = take(environ)
            if connection is None:
                return False
            self._new.append(_Watcher(connection, topic, seen))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watchers", daemon=True)
                self._thread.start()
        return True

    def close(self) -> None:
        """Hang up on everybody; the browsers come back, to whoever answers then."""
        with self._lock:
            thread, everybody = self._thread, [*self._new, *self._watching]
            for watcher in everybody:
                with contextlib.suppress(OSError):
                    watcher.connection.shutdown(socket.SHUT_RDWR)
        if thread is not None:
            thread.join(_PATIENCE_SECONDS)

    def _run(self) -> None:
        looked_at = 0.0
        with selectors.DefaultSelector() as selector:
            try:
                while self._admit(selector):
                    for key, _ in selector.select(_TICK_SECONDS):
                        self._listen(selector, key.data)
                    is_due = time.monotonic() - looked_at >= _LOOK_SECONDS
                    if is_due or any(watcher.is_new for watcher in self._watching):
                        looked_at = time.monotonic()
                        self._show(selector)
            finally:
                self._leave(selector)

    def _admit(self, selector: selectors.BaseSelector) -> bool:
        """Let in who has come; False, and the thread is over, when nobody watches any more."""
        with self._lock:
            for watcher in self._new:
                selector.register(watcher.connection, selectors.EVENT_READ, watcher)
            self._watching.update(self._new)
            self._new.clear()
            if not self._watching:
                self._thread = None
            return bool(self._watching)

    def _leave(self, selector: selectors.BaseSelector) -> None:
        """Whatever went wrong: nobody is left with a line on which nothing comes any more."""
        for watcher in list(self._watching):
            self._drop(selector, watcher)
        with self._lock:
            if self._thread is threading.current_thread():
                self._thread = None

    def _show(self, selector: selectors.BaseSelector) -> None:
        frames = {topic: self._latest(topic) for topic in {one.topic for one in self._watching}}
        now = time.monotonic()
        for watcher in list(self._watching):
            frame = frames[watcher.topic]
            if watcher.backlog:
                if now - watcher.moved_at > _PATIENCE_SECONDS:
                    self._drop(selector, watcher)
            elif frame is not None:
                watcher.backlog = watcher.news(frame, now)
                self._write(selector, watcher)

    def _listen(self, selector: selectors.BaseSelector, watcher: _Watcher) -> None:
        """Find out who has gone; a browser says nothing more on a stream. Then go on writing."""
        try:
            has_gone = watcher.connection.recv(1024) == b""
        except BlockingIOError:
            has_gone = False
        except OSError:
            has_gone = True
        if has_gone:
            self._drop(selector, watcher)
        else:
            self._write(selector, watcher)

    def _write(self, selector: selectors.BaseSelector, watcher: _Watcher) -> None:
        if not watcher.backlog:
            return
        try:
            sent = watcher.connection.send(watcher.backlog)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop(selector, watcher)
            return
        if sent:
            watcher.moved_at = time.monotonic()
            watcher.backlog = watcher.backlog[sent:]
        waits = selectors.EVENT_WRITE if watcher.backlog else 0
        selector.modify(watcher.connection, selectors.EVENT_READ | waits, watcher)

    def _drop(self, selector: selectors.BaseSelector, watcher: _Watcher) -> None:
        selector.unregister(watcher.connection)
        watcher.connection.close()
        with self._lock:
            self._watching.discard(watcher)
