"""A web application under gunicorn, as in production, and what its workers cost."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Answer, drive
from benchmarks.measure import MICRO
from benchmarks.processes import children, cpu_seconds

ROOT = Path(__file__).resolve().parents[1]
_START_SECONDS = 30.0
_THREADS = 8  # of each worker


@dataclass(frozen=True, slots=True)
class WebServer:
    """A running gunicorn: where it listens, and its workers' process ids."""

    socket: Path
    workers: tuple[int, ...]
    first_answer_seconds: float

    def cpu_us(self, requests: Sequence[bytes], connections: int) -> tuple[float, list[Answer]]:
        """Send the requests; returns the workers' CPU µs for each, and the answers."""
        before = sum(map(cpu_seconds, self.workers))
        answers = drive(self.socket, requests, connections)
        used = sum(map(cpu_seconds, self.workers)) - before
        wrong = next((a for a in answers if a.status != 200), None)
        if wrong is not None:
            raise RuntimeError(f"an answer is {wrong.status}: {wrong.body[:200]!r}")
        return used / len(requests) * MICRO, answers


@contextlib.contextmanager
def serving(
    application: str,
    environment: Mapping[str, str],
    *,
    workers: int = 2,
    address: str = "",
    knock: bytes = b"GET /healthz HTTP/1.1\r\nHost: bench\r\n\r\n",
) -> Iterator[WebServer]:
    """
    Run `module:name` under gunicorn with threaded workers, the application loaded before the fork.

    It listens on a unix socket of its own, and at `address` where one is given.

    Raises:
        RuntimeError: it ended, or did not answer in time; with its log.
    """
    home = Path(tempfile.mkdtemp(prefix="bench-web-"))
    socket = home / "sock"
    with (home / "log").open("wb") as log:
        started = time.perf_counter()
        process = subprocess.Popen(
            [
                "setpriv", "--pdeathsig", "KILL", sys.executable, "-m", "gunicorn", application,
                "--bind", f"unix:{socket}", "--worker-class", "gthread", "--preload",
                "--workers", str(workers), "--threads", str(_THREADS), "--keep-alive", "120",
                "--log-level", "error", *(("--bind", address) if address else ()),
            ],
            env={**os.environ, **environment}, cwd=ROOT, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        seconds = _first_answer(process, socket, knock, started, home / "log")
        while len(children(process.pid)) < workers:
            time.sleep(0.01)
        yield WebServer(socket, tuple(children(process.pid)), seconds)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        shutil.rmtree(home)


def _first_answer(
    process: subprocess.Popen[bytes], socket: Path, knock: bytes, started: float, log: Path
) -> float:
    while True:
        with contextlib.suppress(OSError, EOFError):
            drive(socket, [knock], 1)
            return time.perf_counter() - started
        if process.poll() is not None or time.perf_counter() - started > _START_SECONDS:
            raise RuntimeError(f"gunicorn did not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.005)
