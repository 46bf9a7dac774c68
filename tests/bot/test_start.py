"""A server starts with what it needs, and the commands bring along what they need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks import hospital

ROOT = Path(__file__).resolve().parents[2]
_ONLY_FOR_COMMANDS = ("alembic", "openpyxl", "simulator", "bot.cli")
# The first workbook loads it, whoever brings that.
_WITH_THE_FIRST_USE = {"openpyxl"}


def loaded(program: str, url: str, **environment: str) -> set[str]:
    """Run a program that loads us; returns which of the modules of commands it has then."""
    names = f"print(*(set({_ONLY_FOR_COMMANDS!r}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {program}; {names}"],
        env={**os.environ, **hospital.environment(url, "redis://127.0.0.1:1/0"), **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_a_server_does_not_load_what_only_commands_need(sqlite_url: str) -> None:
    assert loaded("import wsgi", sqlite_url) == set()


def test_the_flask_command_has_all_of_it(sqlite_url: str) -> None:
    found = loaded("import wsgi", sqlite_url, FLASK_RUN_FROM_CLI="true")
    assert found == set(_ONLY_FOR_COMMANDS) - _WITH_THE_FIRST_USE
