"""What a broadcast is made of: whom it is for, what its words may name, how far it is; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from scheduling.staff_errors import BadWords

Way = Literal["personal", "mass"]
# Whom a mass send alone can reach, and who alone may be reached by one: all read the same.
OF_ALL = frozenset({"followers", "everyone"})
# The facts its words may name between braces: of whoever it is about, and of a visit.
OF_PERSON = frozenset({"patient"})
OF_VISIT = frozenset({"when", "day", "time", "site", "department", "doctor", "room", "code"})
# With what stands around them, below the 2,048 bytes of one customer message.
MOST_CHARACTERS = 500
_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Audience:
    """
    Whom a broadcast is for.

    `kind`: visits (who has an appointment in these shifts, or with these doctors, departments or
    sites, from `start` until `end`), group, followers (all accounts we know), or everyone (these
    and all whom WeChat alone knows). Empty means not asked for; a visit has to fit all that is.
    """

    kind: Literal["visits", "group", "followers", "everyone"] = "visits"
    shifts: tuple[int, ...] = ()
    doctors: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    group: int | None = None

    @property
    def is_blank(self) -> bool:
        """Whether visits are meant and nothing says which."""
        some = (*self.shifts, *self.doctors, *self.departments, *self.sites)
        return self.kind == "visits" and not some and self.start is None and self.end is None


@dataclass(frozen=True, slots=True)
class Forecast:
    """
    Whom a broadcast would reach if it left now: by channel, and for nobody's channel by reason.

    Of more than were looked at only the `total` is known. `known`: so many of the total are
    accounts of ours, where others are reached, too.
    """

    total: int
    looked_at: int
    by_channel: Mapping[str, int] = field(default_factory=dict)
    unreached: Mapping[str, int] = field(default_factory=dict)
    sample: Mapping[str, str] = field(default_factory=dict)
    known: int | None = None


@dataclass(frozen=True, slots=True)
class BroadcastView:
    """One broadcast as the staff see it; times local."""

    id: int
    way: Way
    words: str
    audience: Audience
    state: str
    author: int
    author_name: str
    approver_name: str
    expected: int
    laid: int
    not_before: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ListView:
    """
    One call of a mass send: how many accounts, of us or `strangers`, and what became of it.

    `state`: waiting, sent, failed, skipped. Once WeChat has reported: `filtered`, so many it took
    out (they had four this month, or refuse them), `arrived`, `lost`; None before.
    """

    batch: int
    strangers: bool
    size: int
    state: str
    why: str = ""
    msg_id: str = ""
    filtered: int | None = None
    arrived: int | None = None
    lost: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """
    How far a broadcast is.

    `counts` are recipients by state (waiting, paused, sent, delivered, call, called, dead, void,
    skipped, failed, filtered: taken out by WeChat); what is not laid out yet is not among them.
    `uncertain`: so many may have got it twice. `lists` are the calls of a mass send.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    uncertain: int = 0
    lists: Sequence[ListView] = ()

    @property
    def done(self) -> int:
        """How many recipients nothing more is done for."""
        return sum(n for state, n in self.counts.items() if state not in ("waiting", "paused"))


@dataclass(frozen=True, slots=True)
class Line:
    """One recipient in the export: masked, what became of it, by which way, when (local), why."""

    name: str
    account: str
    state: str
    channel: str
    at: datetime | None
    why: str


def check(words: str, way: Way, kind: str) -> str:
    """
    Return the words of a broadcast, trimmed.

    Raises:
        BadWords: none or too many, a placeholder nobody can fill, or anything personal in what
            many read alike.
    """
    words = words.strip()
    if not words or len(words) > MOST_CHARACTERS:
        raise BadWords(limit=MOST_CHARACTERS)
    named = placeholders(words)
    known = {"visits": OF_PERSON | OF_VISIT, "group": OF_PERSON}.get(kind, frozenset())
    unknown = [name for name in named if name not in (known if way == "personal" else ())]
    rest = _PLACE.sub("", words)
    if unknown or "{" in rest or "}" in rest:
        raise BadWords(names=unknown)
    return words


def placeholders(words: str) -> Sequence[str]:
    """Return what the words name between braces."""
    return list(dict.fromkeys(_PLACE.findall(words)))


def filled(words: str, facts: Mapping[str, str]) -> str:
    """Return the words with their places filled; nothing else in braces is looked at."""
    return _PLACE.sub(lambda match: facts.get(match.group(1), ""), words)


def swapped(words: str, names: Mapping[str, str]) -> str:
    """Return the words with placeholders of other names; an unknown one stays."""
    return _PLACE.sub(lambda match: "{" + names.get(match.group(1), match.group(1)) + "}", words)
