"""
CHANNELS_FILE: which ways out a hospital has, with the ids of its templates and what fills them.

TOML, one table per channel and kind of notice; docs/outgoing.md shows a whole one:

    [template.reminder]
    id = "…"
    data = { thing1 = "{patient}", time2 = "{when}" }
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from handlers.texts.facts import OTHER_FACTS, VISIT_FACTS
from scheduling.channels import CHANNELS, FREE, KINDS, SMS, VISIT, Setup


@dataclass(frozen=True, slots=True)
class Template:
    """
    One template: its id (of 就医助手 its status), and what fills its fields.

    `data` holds format strings over the facts of its kind (`handlers.texts.facts`); of an SMS
    the fields are numbered from 1. `page` is where a tap leads.
    """

    id: str
    data: Mapping[str, str]
    page: str = ""


@dataclass(frozen=True, slots=True)
class ChannelFile:
    """Templates by channel and kind of notice."""

    templates: Mapping[str, Mapping[str, Template]] = field(default_factory=dict)

    @property
    def setup(self) -> Setup:
        """What the choice of a channel needs of it."""
        return {
            channel: {kind: template.id for kind, template in kinds.items()}
            for channel, kinds in self.templates.items()
        }


def read(path: Path) -> ChannelFile:
    """
    Return what a file says.

    Raises:
        ValueError: no such file, not TOML, or something in it that no channel knows.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ValueError(f"{path} cannot be read") from error
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path} is no TOML: {error}") from error
    try:
        return ChannelFile({name: _channel(name, kinds) for name, kinds in given.items()})
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: {error}") from error


def _channel(name: str, kinds: Mapping[str, Any]) -> Mapping[str, Template]:
    if name not in CHANNELS or name in FREE:
        raise ValueError(f"no such channel: {name}")
    return {kind: _template(name, kind, table) for kind, table in kinds.items()}


def _template(channel: str, kind: str, table: Mapping[str, Any]) -> Template:
    where = f"[{channel}.{kind}]"
    if kind not in KINDS or channel not in KINDS[kind].channels:
        raise ValueError(f"{where}: no such notice on this channel")
    given = dict(table)
    name = "status" if channel == VISIT else "id"
    identity, data, page = given.pop(name, ""), given.pop("data", {}), given.pop("page", "")
    if not identity or given:
        raise ValueError(f"{where}: wants {name}, data and page, and nothing else")
    if channel == VISIT and not isinstance(identity, int):
        raise ValueError(f"{where}: status must be a number of Tencent's list")
    if channel == SMS:
        data = {str(number): value for number, value in enumerate(data, start=1)}
    if channel == SMS and not str(identity).isdecimal():
        raise ValueError(f"{where}: id must be the number of the template in Tencent's console")
    for value in data.values():
        _check(where, value, OTHER_FACTS.get(kind, VISIT_FACTS))
    return Template(str(identity), data, str(page))


def _check(where: str, value: str, facts: frozenset[str]) -> None:
    names = {name for _, name, _, _ in string.Formatter().parse(value) if name is not None}
    unknown = names - facts
    if unknown:
        known = ", ".join(sorted(facts))
        raise ValueError(f"{where}: no such fact: {', '.join(sorted(unknown))}; there are {known}")
