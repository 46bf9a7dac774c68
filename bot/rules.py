"""
The site's rules while the house is open: POLICY_FILE is their one home, read again when it moves.

The console writes there, a person may as well; every process sees it at its next piece of work.
A file that has become wrong changes nothing: the last rules that were right stay.
"""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path

from bot.setting_values import read_policy
from scheduling.policy import Policy
from scheduling.policy_check import EDITABLE, faults, is_optional, kind_of

_LOG = logging.getLogger(__name__)
_TABLE = re.compile(r"^\s*\[", re.MULTILINE)
_MINUTE = timedelta(minutes=1)
_YES = {"true": True, "false": False}


class RuleError(ValueError):
    """A rule cannot be like that; `rule` is its name, `why` one of policy_check's reasons."""

    def __init__(self, rule: str, why: str) -> None:
        super().__init__(f"{rule}: {why}")
        self.rule, self.why = rule, why


class Rules:
    """The rules of one file."""

    def __init__(self, path: Path) -> None:
        """Begin with what the file says; ValueError for a wrong one."""
        self._path = path
        self._guard = threading.Lock()
        self._mark = self._look()
        self._policy = read_policy(path)

    def now(self) -> Policy:
        """Return the rules in force."""
        mark = self._look()
        if mark != self._mark:
            try:
                self._policy = read_policy(self._path)
            except ValueError as error:
                _LOG.error("POLICY_FILE is wrong, the old rules stay: %s", error)
            self._mark = mark
        return self._policy

    def given(self) -> Mapping[str, str]:
        """Return every rule that a form may show as its text, in the order of the policy."""
        policy = self.now()
        return {name: _text(getattr(policy, name)) for name in EDITABLE}

    def write(self, wanted: Mapping[str, str]) -> Mapping[str, tuple[str, str]]:
        """
        Change rules, given as texts; returns what has changed, before and after.

        Raises:
            RuleError: one of them, or all together, cannot be meant; nothing is changed.
        """
        with self._guard:
            before = self.given()
            changed = {
                name: value.strip()
                for name, value in wanted.items()
                if name in before and value.strip() != before[name]
            }
            text = self._path.read_text(encoding="utf-8-sig")
            for name, value in changed.items():
                text = _with_line(text, name, _toml(name, value))
            self._replace(text)
            return {name: (before[name], value) for name, value in changed.items()}

    def _replace(self, text: str) -> None:
        """All of the new file or nothing, whenever the power goes."""
        beside = self._path.with_name(f".{self._path.name}.new")
        beside.write_text(text, encoding="utf-8")
        try:
            wrong = faults(read_policy(beside, check=False))
        except ValueError as error:
            raise RuleError("", "kind") from error
        if wrong:
            raise RuleError(*wrong[0])
        beside.replace(self._path)

    def _look(self) -> tuple[int, int]:
        try:
            found = os.stat(self._path)  # noqa: PTH116 - asked at every piece of work
        except OSError:
            return (0, 0)
        return found.st_mtime_ns, found.st_ino


def _text(value: object) -> str:
    """A rule as its form shows it: minutes, HH:MM, true, a number; empty for none."""
    if value is None:
        return ""
    if isinstance(value, timedelta):
        return f"{value / _MINUTE:g}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(value).lower() if isinstance(value, bool) else f"{value:g}"


def _toml(name: str, value: str) -> str | None:
    """The text of a form as TOML; None where the rule is to be left out."""
    kind = kind_of(name)
    if not value:
        if is_optional(name):
            return None
        raise RuleError(name, "kind")
    try:
        if kind is time:
            return f"{time.fromisoformat(value):%H:%M:%S}"
        if kind is bool:
            return str(_YES[value]).lower()
        if kind is int:
            return str(int(value))
        return f"{float(value):g}"
    except (ValueError, KeyError) as error:
        raise RuleError(name, "kind") from error


def _with_line(text: str, name: str, value: str | None) -> str:
    """The file with one rule set or left out; comments and tables stay as they are."""
    head, rest = text, ""
    if table := _TABLE.search(text):
        head, rest = text[: table.start()], text[table.start() :]
    line = re.compile(rf"^\s*{name}\s*=.*\n?", re.MULTILINE)
    fresh = "" if value is None else f"{name} = {value}\n"
    if line.search(head):
        return line.sub(fresh, head, count=1) + rest
    joint = "" if not head or head.endswith("\n") else "\n"
    return f"{head}{joint}{fresh}{rest}"
