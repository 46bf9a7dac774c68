"""
How a notice leaves the outbox: leased, marked as `sending` by its channel, and marked again.

Three transactions, none of them open during the call. What becomes of a row whose courier was
killed is decided in `start` (docs/decisions/0010).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, and_, select, update

from desk import leases, notices, prompts, requests, subscriptions
from desk.reach import phone_of, reach, readers
from desk.work import Work
from models import Appointment, Outbox, Prompt
from scheduling.channels import (
    KINDS,
    ONCE,
    PRIORITIES,
    Reach,
    choose,
    is_recognised,
    may_leave_at,
    template_of,
)

# Why a notice that was leased is not sent now: taken back, later, on the call list, given up, or
# in the hands of somebody else.
Instead = Literal["void", "later", "call", "dead", "gone"]


@dataclass(frozen=True, slots=True)
class Leased:
    """A notice in the courier's hands; `attempts` counts this one and tells leases apart."""

    id: int
    kind: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Sending:
    """
    A notice to be handed to its channel now.

    `key` is the same whenever this notice is handed to anybody. `is_repeat`: it may have gone out
    before, and the channel could not tell. `is_first`: nothing before this try is in doubt.
    """

    lease: Leased
    channel: str
    payload: Mapping[str, Any]
    reach: Reach
    key: str
    is_repeat: bool
    is_first: bool = True


def lease(work: Work, most: int, time: timedelta) -> list[Leased]:
    """
    Return up to `most` due notices, nobody else's for `time`; urgent kinds come first.

    What was leased or being sent by somebody who did not come back in time is due again.
    """
    since = {
        "sending": Outbox.leased_until,
        "leased": Outbox.leased_until,
        "due": Outbox.not_before,
    }
    queues = [
        (Outbox.state == state, Outbox.priority == priority, column <= work.now)
        for priority in PRIORITIES
        for state, column in since.items()
    ]
    rows = leases.take(work, Outbox.not_before, queues, most, time)
    return [Leased(row.id, row.kind, row.attempts + 1) for row in rows]


def start(
    work: Work, leased: Leased, time: timedelta, resting: Mapping[str, datetime] | None = None
) -> Sending | Instead:
    """
    Choose the channel and put down that the call is about to be made, for `time` at most.

    Of the channels that are `resting` none is used before its time; that costs no attempt.

    Everything is checked once more, in the transaction that marks the row: whether the notice is
    still ours and still true, whether it may be sent at this hour, and, where a former call was
    cut short, whether it may be made again: by the same channel if that recognises the notice,
    else once more and never a third time.
    """
    row = work.conn.execute(
        select(*Outbox.__table__.c).where(Outbox.id == leased.id).with_for_update()
    ).one()
    if (row.state, row.attempts) != ("leased", leased.attempts):
        return "gone"
    payload = json.loads(work.vault.open(row.payload_enc))
    leaves_at = _leaves_at(work, row, payload)
    if leaves_at is None:
        _set(work, row.id, state="void")
        return "void"
    if leaves_at > work.now:
        _set(work, row.id, state="due", not_before=leaves_at, leased_until=None)
        return "later"
    if row.appointment_id is not None:
        payload = {**notices.facts(work, row.appointment_id), **payload}
    person = _reach(work, row, payload)
    recognised = row.sending_at is not None and is_recognised(
        row.channel, row.sending_at, work.now
    )
    channel = row.channel if recognised else _channel(work, row, person)
    if channel is None:
        return _give_up(work, row)
    until = (resting or {}).get(channel)
    if until is not None:
        attempts = row.attempts - 1
        _set(work, row.id, state="due", not_before=until, leased_until=None, attempts=attempts)
        return "later"
    is_repeat = row.sending_at is not None and not recognised
    _set(
        work,
        row.id,
        state="sending",
        channel=channel,
        # The channel counts the life of our key from the first time it saw it.
        sending_at=row.sending_at if recognised else work.now,
        leased_until=work.now + time,
        uncertain_at=work.now if is_repeat else row.uncertain_at,
    )
    key = hashlib.sha256(row.dedupe_key.encode()).hexdigest()[:32]
    is_first = row.sending_at is None
    return Sending(leased, channel, payload, person, key, is_repeat, is_first)


def sent(work: Work, sending: Sending, provider_id: str = "") -> None:
    """The channel has taken it, under a number of its own; with it goes the question it asks."""
    row = work.conn.execute(
        update(Outbox)
        .where(Outbox.id == sending.lease.id, Outbox.state.in_(("sending", "leased", "due")))
        .values(
            state="sent",
            sent_at=work.now,
            leased_until=None,
            last_error="",
            provider_id=provider_id or None,
        )
    )
    if row.rowcount == 0:
        return
    found = _row(work, sending.lease.id)
    _mark_prompt(work, found.prompt_id, work.now)
    if sending.channel == ONCE and found.wechat_user_id is not None:
        template = template_of(work.channels, ONCE, found.kind) or ""
        subscriptions.spent(work, found.wechat_user_id, template)


def later(
    work: Work, sending: Sending, error: str, again_at: datetime, *, is_uncertain: bool
) -> Instead:
    """It was not sent, or nobody knows (`is_uncertain`): again then. `error` is not personal."""
    known: dict[str, None] = {}
    if not is_uncertain and sending.is_first:
        known = {"sending_at": None}
    elif not is_uncertain and sending.is_repeat:
        known = {"uncertain_at": None}  # the repeat was not made
    _mine(
        work,
        sending,
        state="due",
        not_before=again_at,
        leased_until=None,
        last_error=error,
        **known,
    )
    return "later"


def abandoned(work: Work, sending: Sending, error: str) -> Instead:
    """It may have been sent; no more tries. `error` is not personal."""
    row = _row(work, sending.lease.id)
    if (row.state, row.attempts) != ("sending", sending.lease.attempts):
        return "gone"
    _set(work, row.id, last_error=error)
    return _give_up(work, row)


def closed(work: Work, sending: Sending, error: str, *, is_unsubscribed: bool = False) -> None:
    """This channel will never take it: `start` tries the next one. `error` is not personal."""
    row = _row(work, sending.lease.id)
    names = f"{row.channels_closed or ''} {sending.channel}".strip()
    doubt = {} if sending.is_first else {"uncertain_at": work.now}
    closing = {"state": "leased", "channels_closed": names, "sending_at": None, **doubt}
    _mine(work, sending, last_error=error, **closing)
    template = template_of(work.channels, sending.channel, row.kind)
    if is_unsubscribed and row.wechat_user_id is not None and template:
        subscriptions.refused(work, row.wechat_user_id, template)


def _leaves_at(work: Work, row: Row[Any], payload: Mapping[str, Any]) -> datetime | None:
    """When it may leave; None for never: it is not true any more, or of no use."""
    until = payload.get("until")
    if until is not None and work.now >= datetime.fromisoformat(until):
        return None
    if row.prompt_id is not None:
        asked = work.conn.execute(
            select(Prompt.state, Prompt.deadline_at).where(Prompt.id == row.prompt_id)
        ).one()
        if asked.state == "void" or asked.deadline_at <= work.now:
            return None
    visit_at = None
    if row.appointment_id is not None:
        about = work.conn.execute(
            select(Appointment.version, Appointment.starts_at).where(
                Appointment.id == row.appointment_id
            )
        ).one()
        if row.appointment_version not in (None, about.version):
            return None
        visit_at = work.local(about.starts_at)
    return may_leave_at(work.policy, row.kind, work.local(work.now), visit_at)


def _reach(work: Work, row: Row[Any], payload: Mapping[str, Any]) -> Reach:
    if "request" in payload:
        return requests.writer(work, payload["request"])
    phone = payload.get("phone")
    if phone is None and row.appointment_id is not None and not row.is_copy:
        phone = phone_of(work, row.appointment_id)
    return reach(work, _reader(work, row), phone)


def _reader(work: Work, row: Row[Any]) -> int | None:
    """
    The account it goes to; the next one where the former may not read about this visit any more.

    The question it asks goes along.
    """
    account: int | None = row.wechat_user_id
    if row.appointment_id is None or account is None:
        return account
    may_read = readers(work, row.appointment_id)
    if account in may_read:
        return account
    reader = None if row.is_copy else next(iter(may_read), None)
    _set(work, row.id, wechat_user_id=reader)
    if row.prompt_id is not None:
        prompts.hand_over(work, row.prompt_id, reader)
    return reader


def _channel(work: Work, row: Row[Any], person: Reach) -> str | None:
    """The next channel to try; none where it was in doubt before."""
    if row.sending_at is not None and row.uncertain_at is not None:
        return None
    closed = frozenset((row.channels_closed or "").split())
    return choose(work.channels, row.kind, person, work.now, closed)


def _give_up(work: Work, row: Row[Any]) -> Instead:
    """Put it on the call list, unless nobody needs a call: she knows, or will be called anyway."""
    rings = KINDS[row.kind].rings and not row.is_copy
    state: Instead = "call" if rings and not _is_told(work, row) else "dead"
    _set(work, row.id, state=state, leased_until=None)
    return state


def _is_told(work: Work, row: Row[Any]) -> bool:
    if row.appointment_id is None:
        return False
    same = and_(
        Outbox.appointment_id == row.appointment_id,
        Outbox.appointment_version == row.appointment_version,
        Outbox.kind == row.kind,
        Outbox.is_copy.is_(False),
        Outbox.state.in_(("call", "called", "sent")),
    )
    return work.conn.scalar(select(Outbox.id).where(same).limit(1)) is not None


def _mark_prompt(work: Work, prompt: int | None, at: datetime | None) -> None:
    if prompt is not None:
        work.conn.execute(update(Prompt).where(Prompt.id == prompt).values(delivered_at=at))


def _row(work: Work, notice: int) -> Row[Any]:
    return work.conn.execute(select(*Outbox.__table__.c).where(Outbox.id == notice)).one()


def _mine(work: Work, sending: Sending, **values: object) -> None:
    """Change the row if it is still in this courier's hands."""
    mine = and_(Outbox.state == "sending", Outbox.attempts == sending.lease.attempts)
    work.conn.execute(update(Outbox).where(Outbox.id == sending.lease.id, mine).values(**values))


def _set(work: Work, notice: int, **values: object) -> None:
    work.conn.execute(update(Outbox).where(Outbox.id == notice).values(**values))
