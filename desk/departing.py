"""
What becomes of a notice that is about to leave: by which channel, later, never, or by telephone.

All that is known of it has been read (`desk.reading`); `desk.dispatch` writes what is decided.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, and_, or_, select

from desk import massing
from desk.reading import Page
from desk.work import Work
from models import Outbox
from scheduling.channels import (
    CUSTOMER,
    KINDS,
    MASS,
    ONCE,
    Reach,
    choose,
    is_recognised,
    spent,
    why_not,
)

# Why a notice that was leased is not sent now: it was before, taken back, later, on the call list,
# given up, or in the hands of somebody else.
Instead = Literal["sent", "void", "later", "call", "dead", "gone"]
# What a refusal tells of the person: she wants no more of this template, she does not follow us,
# no message may be written to her; "" for nothing.
Learnt = Literal["unsubscribed", "left", "shut", ""]
# What a notice's row becomes.
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Leased:
    """
    A notice in the courier's hands; `attempts` counts this one and tells leases apart.

    `cut_short`: since then somebody had it who did not come back.
    """

    id: int
    kind: str
    attempts: int
    cut_short: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """
    A notice to be handed to its channel now.

    `key` is the same whenever this notice is handed to anybody. `is_repeat`: it may have gone out
    before, and the channel could not tell. `is_first`: nothing before this try is in doubt.
    `since` is what its row says of this try, and so tells tries apart.
    """

    lease: Leased
    channel: str
    payload: Mapping[str, Any]
    reach: Reach
    key: str
    is_repeat: bool
    is_first: bool = True
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """
    What is known of a try that was cut short: whether the channel took it, under which number.

    Not taken means that the call was never begun; `is_first`: no try before it is in doubt.
    """

    since: datetime
    was_taken: bool
    number: str = ""
    is_first: bool = True


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Under which a page leaves: its lease, channels that rest until then, tries cut short."""

    time: timedelta
    resting: Mapping[str, datetime] = field(default_factory=dict)
    traces: Mapping[int, Trace] = field(default_factory=dict)


def decide(
    page: Page, leased: Leased, row: Row[Any], now: Circumstances
) -> tuple[Sending | Instead, Values]:
    """Return what to do with one notice, and what its row becomes."""
    work = page.work
    trace = now.traces.get(row.id)
    if trace is not None and trace.since != row.sending_at:
        trace = None
    if trace is not None and trace.was_taken:
        return "sent", {"provider_id": trace.number or None}
    held = _held_back(page, row)
    if held is not None:
        return held
    tried_at, doubt_at = _tried(row, trace)
    person = page.reach(row, page.reader(row))
    recognised = tried_at is not None and is_recognised(row.channel, tried_at, work.now)
    channel = row.channel if recognised else _channel(work, row, person, tried_at, doubt_at)
    again = {"state": "due", "leased_until": None, "attempts": row.attempts - 1}
    if channel is None and row.wechat_user_id in page.spent:
        return "later", {**again, "not_before": work.now}
    if channel is None:
        return give_up(work, row, person)
    if channel in now.resting:
        return "later", {**again, "not_before": now.resting[channel]}
    _spend(page, row, channel)
    is_repeat = tried_at is not None and not recognised
    values = {
        "state": "sending",
        "channel": channel,
        # The channel counts the life of our key from the first time it saw it.
        "sending_at": tried_at if recognised else work.now,
        "leased_until": work.now + now.time,
        "uncertain_at": work.now if is_repeat else doubt_at,
    }
    return _sending(page, leased, row, person, values, is_repeat=is_repeat), values


def _sending(  # noqa: PLR0913 - all that one notice is
    page: Page,
    leased: Leased,
    row: Row[Any],
    person: Reach,
    values: Values,
    *,
    is_repeat: bool,
) -> Sending:
    payload = page.payload(row)
    if values["channel"] == MASS:
        payload |= massing.content(page.work, row.broadcast_id, payload["batch"])
    return Sending(
        lease=leased,
        channel=values["channel"],
        payload=payload,
        reach=person,
        key=hashlib.sha256(row.dedupe_key.encode()).hexdigest()[:32],
        is_repeat=is_repeat,
        is_first=not is_repeat and values["sending_at"] == page.work.now,
        since=values["sending_at"],
    )


def _held_back(page: Page, row: Row[Any]) -> tuple[Instead, Values] | None:
    """What is not true any more, not yet to be told, or of a broadcast that stands still."""
    of_broadcast = page.state_of(row)
    leaves_at = None if of_broadcast == "cancelled" else page.leaves_at(row)
    if leaves_at is None:
        return "void", {"state": "void", "leased_until": None}
    if of_broadcast == "paused":
        back = {"leased_until": None, "attempts": row.attempts - 1}
        return "later", {"state": "paused", **back}
    if leaves_at > page.work.now:
        return "later", {"state": "due", "not_before": leaves_at, "leased_until": None}
    return None


def _tried(row: Row[Any], trace: Trace | None) -> tuple[datetime | None, datetime | None]:
    """Since when a former try is in doubt, and since when two are: less what was never made."""
    if trace is None:
        return row.sending_at, row.uncertain_at
    if trace.is_first:
        return None, row.uncertain_at
    was_repeat = row.uncertain_at == row.sending_at
    return row.sending_at, None if was_repeat else row.uncertain_at


def _spend(page: Page, row: Row[Any], channel: str) -> None:
    """What this notice uses up, the next one of the page does not have."""
    if channel in (CUSTOMER, ONCE) and row.wechat_user_id in page.people:
        known = page.people[row.wechat_user_id]
        page.people[row.wechat_user_id] = spent(page.work.channels, row.kind, known, channel)
        page.spent.add(row.wechat_user_id)


def _channel(
    work: Work,
    row: Row[Any],
    person: Reach,
    tried_at: datetime | None,
    doubt_at: datetime | None,
) -> str | None:
    """The next channel to try; none where it was in doubt before."""
    if tried_at is not None and doubt_at is not None:
        return None
    closed = frozenset((row.channels_closed or "").split())
    return choose(work.channels, row.kind, person, work.now, closed)


def give_up(work: Work, row: Row[Any], person: Reach | None = None) -> tuple[Instead, Values]:
    """Put it on the call list, unless nobody needs a call: she knows, or will be called anyway."""
    rings = KINDS[row.kind].rings and not row.is_copy
    state: Instead = "call" if rings and not _is_told(work, row) else "dead"
    why = {"last_error": why_not(person)} if person is not None and not row.last_error else {}
    return state, {"state": state, "leased_until": None, **why}


# What the desk rings about once: of these the one is about the other.
_ONE_CALL = ("suspended", "suspended_call")


def _is_told(work: Work, row: Row[Any]) -> bool:
    if row.appointment_id is None:
        return False
    is_known = and_(Outbox.kind == row.kind, Outbox.state.in_(("call", "called", "sent")))
    if row.kind in _ONE_CALL:
        rung = and_(Outbox.kind.in_(_ONE_CALL), Outbox.state.in_(("call", "called")))
        is_known = or_(is_known, rung)
    same = and_(
        Outbox.id != row.id,
        Outbox.appointment_id == row.appointment_id,
        Outbox.appointment_version == row.appointment_version,
        Outbox.is_copy.is_(False),
        is_known,
    )
    return work.conn.scalar(select(Outbox.id).where(same).limit(1)) is not None
