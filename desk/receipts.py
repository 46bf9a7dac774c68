"""
What WeChat reports of a notice it has taken: delivered or not.

A report may overtake the courier, who has yet to write down the number it got; so it waits as a
job, and whichever process runs it finds the notice there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import InstrumentedAttribute

from desk import jobs
from desk.accounts import account
from desk.work import Work
from models import Outbox, Prompt
from scheduling.channels import LONG, ONCE

JOB = "receipt"
# Longer than a courier's lease: if it was killed, another one has its notices by then.
_PATIENCE = timedelta(minutes=2)
_DELIVERED = "success"


@dataclass(frozen=True, slots=True)
class Receipt:
    """
    One report: WeChat's number of the message, its template where it names one, what it says.

    Subscription notices get their number only with the report.
    """

    provider_id: str
    status: str
    template: str = ""


def note(work: Work, receipt: Receipt) -> None:
    """
    Keep a report about a notice to the acting account until the courier has written it down.

    One that is pushed again says nothing new, and one without a number belongs to nothing.
    """
    me = account(work)
    key = f"{JOB}:{me}:{receipt.provider_id}"
    if me is None or not receipt.provider_id or jobs.is_known(work, key):
        return
    payload: dict[str, int | str] = {
        "account": me,
        "provider_id": receipt.provider_id,
        "template": receipt.template,
        "status": receipt.status,
    }
    jobs.put(work, JOB, key, payload, work.now + _PATIENCE)


def settle(work: Work, payload: Mapping[str, Any]) -> timedelta | None:
    """
    Note a delivery; what was not delivered goes to the next channel, or to the call list.

    The job of that name; returns when to look again, as long as something to this account is in
    doubt and may turn out to be what was reported. A report about nothing of ours is nothing to
    us: other programs may send through the same account.
    """
    row = _find(work, payload)
    if row is None:
        return _PATIENCE if _is_in_doubt(work, payload["account"]) else None
    if payload["status"] == _DELIVERED:
        work.conn.execute(
            update(Outbox)
            .where(Outbox.id == row.id)
            .values(delivered_at=work.now, provider_id=payload["provider_id"])
        )
        return None
    work.conn.execute(
        update(Outbox)
        .where(Outbox.id == row.id)
        .values(
            state="due",
            not_before=work.now,
            channels_closed=f"{row.channels_closed or ''} {row.channel}".strip(),
            last_error=f"{row.channel}: {payload['status']}",
            provider_id=None,
            sending_at=None,
            sent_at=None,
        )
    )
    if row.prompt_id is not None:
        work.conn.execute(
            update(Prompt)
            .where(Prompt.id == row.prompt_id, Prompt.delivered_at == row.sent_at)
            .values(delivered_at=None)
        )
    return None


def _is_in_doubt(work: Work, account: int) -> bool:
    open_calls = select(Outbox.id).where(
        Outbox.wechat_user_id == account,
        Outbox.state.in_(("due", "leased", "sending")),
        Outbox.sending_at.is_not(None),
    )
    return work.conn.scalar(open_calls.limit(1)) is not None


def _find(work: Work, payload: Mapping[str, Any]) -> Row[*tuple[Any, ...]] | None:
    columns: tuple[InstrumentedAttribute[Any], ...] = (
        Outbox.id,
        Outbox.channel,
        Outbox.channels_closed,
        Outbox.prompt_id,
        Outbox.sent_at,
    )
    sent = (
        select(*columns)
        .where(Outbox.wechat_user_id == payload["account"], Outbox.state == "sent")
        .where(Outbox.delivered_at.is_(None))
        .order_by(Outbox.sent_at, Outbox.id)
        .limit(1)
        .with_for_update()
    )
    by_number = sent.where(Outbox.provider_id == payload["provider_id"])
    found = work.conn.execute(by_number).one_or_none()
    if found is not None or not payload["template"]:
        return found
    for channel in (LONG, ONCE):
        templates = work.channels.get(channel, {})
        kinds = [kind for kind, template in templates.items() if template == payload["template"]]
        unnumbered = sent.where(
            Outbox.channel == channel, Outbox.kind.in_(kinds), Outbox.provider_id.is_(None)
        )
        found = work.conn.execute(unnumbered).one_or_none()
        if found is not None:
            return found
    return None
