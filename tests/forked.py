"""
Programs of ours, forked from a process that has loaded the house, as gunicorn's workers are.

They are processes like any other and may be killed -9. Loading takes seconds each time and is not
what is tried by killing them; tests/bot/test_start.py and the benchmarks start from nothing.
"""

from __future__ import annotations

import atexit
import ctypes
import multiprocessing
import os
import runpy
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.loaded"])
DOOR = "DOOR"  # in the arguments: the number under which the program finds its socket
_PR_SET_PDEATHSIG = 1


def start(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    log: Path,
    door: socket.socket | None = None,
) -> BaseProcess:
    """Start `python -m ARGUMENTS` in a group of its own, in that folder; it dies with us."""
    process = FORKS.Process(target=_run, args=(arguments, environment, folder, log, door))
    process.start()
    return process


def die_with_parent() -> None:
    """Let Linux kill this process when that which we were forked from has gone, and we with it."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    log: Path,
    door: socket.socket | None,
) -> None:
    die_with_parent()
    os.setsid()
    with log.open("ab") as written:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(written.fileno(), stream.fileno())
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    number = str(door.detach()) if door else ""
    sys.argv = [argument.replace(DOOR, number) for argument in arguments]
    try:
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    finally:
        atexit._run_exitfuncs()  # a forked process would leave them out
