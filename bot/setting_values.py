"""How the values of settings are read from text; what is wrong with one is a ValueError."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot import channel_file
from bot.channel_file import ChannelFile
from models.vault import VaultError, checked_key
from scheduling.channels import CHANNELS
from scheduling.disciplines import Discipline, read_discipline
from scheduling.policy import Policy
from scheduling.policy_check import faults

PRODUCTION, DEVELOPMENT = "production", "development"
_ADDRESS = re.compile(r"https?://[^/?#\s]+(/[^?#\s]*[^/?#\s])?")
_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")


def mode(text: str) -> str:
    """Production or development."""
    if text not in (PRODUCTION, DEVELOPMENT):
        raise ValueError(f"must be {PRODUCTION} or {DEVELOPMENT}")
    return text


def switch(text: str) -> bool:
    """On or off."""
    if text not in ("on", "off"):
        raise ValueError("must be on or off")
    return text == "on"


def instant(text: str) -> datetime | None:
    """ISO 8601 with its offset; nothing is None."""
    if not text:
        return None
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("needs an offset, as in 2026-12-01T09:00:00+08:00")
    return instant


def zone(text: str) -> ZoneInfo:
    """An IANA time zone."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("is no IANA time zone, such as Asia/Shanghai") from error


def aes_key(text: str) -> str:
    """An EncodingAESKey, or nothing."""
    if text and not _AES_KEY.fullmatch(text):
        raise ValueError("must be the 43 letters and digits of the EncodingAESKey")
    return text


def database(text: str) -> str:
    """A database URL whose driver is there."""
    try:
        make_url(text).get_dialect().import_dbapi()
    except (ArgumentError, ImportError) as error:
        raise ValueError(
            "is no URL of a database we can reach; write "
            "mariadb+pymysql://user:password@host/name or "
            "postgresql+psycopg://user:password@host/name"
        ) from error
    return text


def key(text: str) -> str:
    """A key of the vault; empty for none."""
    try:
        return text and checked_key(text)
    except VaultError as error:
        raise ValueError(f"{error}: it must be 32 bytes in URL-safe base64") from error


def address(text: str) -> str:
    """The address of a site of ours, or nothing."""
    if text and not _ADDRESS.fullmatch(text):
        raise ValueError("must look like https://desk.hospital.example, without a last slash")
    return text


def days(text: str) -> frozenset[int]:
    """Weekdays, as in 1-5: Monday is 1."""
    first, _, last = text.partition("-")
    days = frozenset(range(int(first), int(last or first) + 1))
    if not days or not days <= set(range(1, 8)):
        raise ValueError("must look like 1-5: Monday is 1, Sunday 7")
    return days


def hours(text: str) -> tuple[time, time]:
    """08:00-17:00, local."""
    start, dash, end = text.partition("-")
    if not dash:
        raise ValueError("must look like 08:00-17:00")
    return time.fromisoformat(start), time.fromisoformat(end)


def channels(text: str) -> ChannelFile:
    """A file of channels, or none."""
    return channel_file.read(Path(text)) if text else ChannelFile()


def words(text: str) -> tuple[str, ...]:
    """Words separated by semicolons."""
    return tuple(filter(None, map(str.strip, text.split(";"))))


def rates(text: str) -> Mapping[str, float]:
    """Calls a second by channel; those that are not named keep theirs."""
    given = dict(one.split("=", 1) for one in words(text) if "=" in one)
    unknown = given.keys() - CHANNELS.keys()
    if unknown or len(given) != len(words(text)):
        raise ValueError(f"must look like customer=50;template=100, of {', '.join(CHANNELS)}")
    usual = {name: channel.rate for name, channel in CHANNELS.items()}
    return {**usual, **{name: float(value) for name, value in given.items()}}


def file(text: str) -> Path | None:
    """The path of a file, or none."""
    return Path(text) if text else None


def policy(text: str) -> Policy:
    """A file of rules, or the defaults."""
    return read_policy(Path(text)) if text else Policy()


def read_policy(path: Path, *, check: bool = True) -> Policy:
    """
    Return the house policy with a site's changes: TOML, `days_ahead = 7`, minutes for durations.

    Raises:
        ValueError: no such file, not TOML, or a name or a value no policy has. With `check` off
            a value of the wrong kind or size comes through.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ValueError(f"{path} cannot be read") from error
    defaults = Policy()
    unknown = given.keys() - {f.name for f in fields(Policy)}
    if unknown:
        raise ValueError(f"{path}: no such rule: {', '.join(sorted(unknown))}")
    changes: dict[str, Any] = {}
    for name, value in given.items():
        is_duration = isinstance(getattr(defaults, name), timedelta)
        if is_duration and type(value) not in (int, float):
            raise ValueError(f"{path}: {name}: minutes, as a number")
        changes[name] = timedelta(minutes=value) if is_duration else value
    if "disciplines" in given:
        changes["disciplines"] = _disciplines(path, given["disciplines"])
    policy = Policy(**changes)
    wrong = faults(policy) if check else []
    if wrong:
        raise ValueError(f"{path}: {wrong[0][0]}: {_WHY_NOT[wrong[0][1]]}")
    return policy


_WHY_NOT = {
    "kind": "another kind of value is needed",
    "bounds": "out of bounds",
    "order": "shorter than what it has to outlast",
    "sum": "the shares are more than the whole",
}


def _disciplines(path: Path, given: object) -> dict[str, Discipline]:
    """Tables of disciplines, `[disciplines.CODE]`, by the code of a department or a site."""
    if not isinstance(given, dict) or not all(isinstance(one, dict) for one in given.values()):
        raise ValueError(f"{path}: disciplines are tables, [disciplines.CODE]")
    found = {}
    for code, table in given.items():
        try:
            found[code] = read_discipline(table)
        except ValueError as error:
            raise ValueError(f"{path}: disciplines.{code}: {error}") from error
    return found
