"""
How a notice leaves the outbox: leased, marked as `sending` by its channel, and marked again.

Three transactions for a page of notices, none of them open during the calls. What becomes of a
row whose courier was killed is decided in `desk.departing` (docs/decisions/0010, 0019).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, case, select, update

from desk import leases, ledger, massing, reading, subscriptions
from desk.departing import (
    Circumstances,
    Instead,
    Learnt,
    Leased,
    Sending,
    Values,
    decide,
    give_up,
)
from desk.work import Work
from models import Outbox, Prompt
from scheduling.channels import MASS, ONCE, PRIORITIES, template_of

_SINCE = {
    "sending": Outbox.leased_until,
    "leased": Outbox.leased_until,
    "due": Outbox.not_before,
}
_QUEUES = [
    leases.queue(Outbox.not_before, since, Outbox.state == state, Outbox.priority == priority)
    for priority in PRIORITIES
    for state, since in _SINCE.items()
]


def lease(work: Work, most: int, time: timedelta) -> list[Leased]:
    """
    Return up to `most` due notices, nobody else's for `time`; urgent kinds come first.

    What was leased or being sent by somebody who did not come back in time is due again.
    """
    rows = leases.take(work, Outbox, _QUEUES, most, time)
    return [Leased(row.id, row.kind, row.attempts + 1, cut_short=row.sending_at) for row in rows]


_ROWS = (
    select(*Outbox.__table__.c)
    .where(Outbox.id.in_(bindparam("ids", expanding=True)))
    .order_by(Outbox.id)
    .with_for_update()
)


def start(
    work: Work, leased: Leased, time: timedelta, resting: Mapping[str, datetime] | None = None
) -> Sending | Instead:
    """Do for one notice what `start_page` does for many."""
    return start_page(work, [leased], Circumstances(time, resting or {}))[0]


def start_page(
    work: Work, leased: Sequence[Leased], now: Circumstances
) -> list[Sending | Instead]:
    """
    Choose the channels and put down that the calls are about to be made.

    Of the channels that rest none is used before its time; that costs no attempt.

    Everything is checked once more, in the transaction that marks the rows: whether each notice is
    still ours and still true, whether it may be sent at this hour, and, where a former call was
    cut short, whether it may be made again: by the same channel if that recognises the notice,
    else once more and never a third time.
    """
    wanted = {"ids": [one.id for one in leased]}
    found = {(row.id, row.attempts): row for row in work.conn.execute(_ROWS, wanted)}
    mine = {
        one.id: row
        for one in leased
        if (row := found.get((one.id, one.attempts))) is not None and row.state == "leased"
    }
    page = reading.read(work, list(mine.values()))
    steps: list[Sending | Instead] = []
    alike: dict[tuple[tuple[str, Any], ...], list[int]] = defaultdict(list)
    for one in leased:
        if one.id not in mine:
            steps.append("gone")
            continue
        step, values = decide(page, one, mine[one.id], now)
        steps.append(step)
        if step == "sent":
            _sent(work, [mine[one.id]], {one.id: values["provider_id"]})
        elif step in ("call", "dead"):
            _set(work, [one.id], values)  # at once: the next of the page may be of the same visit
            if one.kind == MASS:
                massing.refused(work, mine[one.id])
        else:
            alike[tuple(sorted(values.items()))].append(one.id)
    for same, ids in alike.items():
        _set(work, ids, dict(same))
    return steps


def _set(work: Work, ids: Sequence[int], values: Values) -> None:
    work.conn.execute(update(Outbox).where(Outbox.id.in_(ids)).values(**values))


def sent(work: Work, sending: Sending, provider_id: str = "") -> None:
    """The channel has taken it, under a number of its own; with it goes the question it asks."""
    sent_page(work, [(sending, provider_id)])


def sent_page(work: Work, taken: Sequence[tuple[Sending, str]]) -> None:
    """The channels have taken these, each under a number of its own or none."""
    numbers = {sending.lease.id: number or None for sending, number in taken}
    rows = [
        row
        for row in (work.conn.execute(_ROWS, {"ids": list(numbers)}) if numbers else ())
        if row.state in ("sending", "leased", "due")
    ]
    _sent(work, rows, numbers)


def _sent(work: Work, rows: Sequence[Row[Any]], numbers: Mapping[int, str | None]) -> None:
    if not rows:
        return
    named = {row.id: numbers[row.id] for row in rows if numbers[row.id]}
    values = {"state": "sent", "sent_at": work.now, "leased_until": None, "last_error": ""}
    number = case(named, value=Outbox.id) if named else None
    _set(work, [row.id for row in rows], {**values, "provider_id": number})
    asked = [row.prompt_id for row in rows if row.prompt_id is not None]
    if asked:
        delivered = update(Prompt).where(Prompt.id.in_(asked)).values(delivered_at=work.now)
        work.conn.execute(delivered)
    for row in rows:
        if row.channel == ONCE and row.wechat_user_id is not None:
            template = template_of(work.channels, ONCE, row.kind) or ""
            subscriptions.spent(work, row.wechat_user_id, template)
        elif row.channel == MASS:
            massing.sent(work, row, numbers[row.id] or "")


def unsent(work: Work, sendings: Sequence[Sending], again_at: datetime) -> None:
    """The calls of these were never begun: they are due again, at no cost of an attempt."""
    alike: dict[tuple[str, int], list[int]] = defaultdict(list)
    for one in sendings:
        doubt = "sending_at" if one.is_first else "uncertain_at" if one.is_repeat else ""
        alike[doubt, one.lease.attempts].append(one.lease.id)
    back = {"state": "due", "not_before": again_at, "leased_until": None}
    for (doubt, attempts), ids in alike.items():
        mine = (Outbox.id.in_(ids), Outbox.state == "sending", Outbox.attempts == attempts)
        values = {**back, "attempts": attempts - 1, **({doubt: None} if doubt else {})}
        work.conn.execute(update(Outbox).where(*mine).values(**values))


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
    state, values = give_up(work, row)
    _set(work, [row.id], {**values, "last_error": error})
    if row.kind == MASS:
        massing.failed(work, row, "unsure")
    return state


def closed(work: Work, sending: Sending, error: str, learnt: Learnt = "") -> None:
    """
    This channel will never take it: `start` tries the next one. `error` is not personal.

    What is learnt of the person by it counts for all that is promised and sent from now on.
    """
    row = _row(work, sending.lease.id)
    names = f"{row.channels_closed or ''} {sending.channel}".strip()
    doubt = {} if sending.is_first else {"uncertain_at": work.now}
    closing = {"state": "leased", "channels_closed": names, "sending_at": None, **doubt}
    _mine(work, sending, last_error=error, **closing)
    template = template_of(work.channels, sending.channel, row.kind)
    if row.wechat_user_id is None or not learnt:
        return
    if learnt != "unsubscribed":
        at = sending.since or work.now
        ledger.shut(work, row.wechat_user_id, at, is_following=learnt != "left")
    elif template:
        subscriptions.refused(work, row.wechat_user_id, template)


def _row(work: Work, notice: int) -> Row[Any]:
    return work.conn.execute(select(*Outbox.__table__.c).where(Outbox.id == notice)).one()


def _mine(work: Work, sending: Sending, **values: object) -> None:
    """Change the row if it is still in this courier's hands."""
    mine = and_(Outbox.state == "sending", Outbox.attempts == sending.lease.attempts)
    work.conn.execute(update(Outbox).where(Outbox.id == sending.lease.id, mine).values(**values))
