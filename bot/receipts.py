"""
What WeChat reports about notices: delivered or not, subscribed or not any more.

No turn: nobody waits for an answer, and a report must not look like a word of the patient's. Each
is kept so that being pushed three times counts once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.house import House
from bot.turn import open_desk
from bot.wire import Inbound
from desk import massing, receipts, subscriptions
from desk.receipts import Receipt
from desk.work import Actor, Work
from models.database import retrying

_LOG = logging.getLogger(__name__)


def take(house: House, inbound: Inbound) -> None:
    """Keep one report; a database that is away is outlived, as a report is no promise of ours."""
    kind = EVENTS[inbound.event]

    def once() -> None:
        with open_desk(house, Actor("chat", openid=inbound.openid)) as counter:
            kind(counter.work, inbound)

    try:
        retrying(once)
    except (SQLAlchemyError, OSError) as error:
        _LOG.error("a report of %s is lost: %s", inbound.event, type(error).__name__)


def _template_finished(work: Work, inbound: Inbound) -> None:
    """The number is MsgID here, MsgId in some pushes; a missing status means delivered."""
    fields = inbound.fields
    number = str(fields.get("MsgID") or fields.get("MsgId") or "")
    status = str(fields.get("Status") or "success").strip()
    receipts.note(work, Receipt(number, status))


def _subscription_sent(work: Work, inbound: Inbound) -> None:
    for entry in _entries(inbound, "SubscribeMsgSentEvent"):
        was_sent = str(entry.get("ErrorCode") or "0") == "0"
        status = "success" if was_sent else str(entry.get("ErrorStatus") or "failed")
        number, template = str(entry.get("MsgID") or ""), str(entry.get("TemplateId") or "")
        receipts.note(work, Receipt(number, status, template))


def _mass_finished(work: Work, inbound: Inbound) -> None:
    """The report of a whole mass send; it comes from the account's own operator."""
    fields = inbound.fields
    number = str(fields.get("MsgID") or fields.get("MsgId") or "")
    names = ("TotalCount", "FilterCount", "SentCount", "ErrorCount")
    counts = {name: int(fields[name]) for name in names if str(fields.get(name, "")).isdecimal()}
    massing.note(work, number, str(fields.get("Status") or "").strip(), counts)


def _subscribed(work: Work, inbound: Inbound) -> None:
    for entry in _entries(inbound, "SubscribeMsgPopupEvent"):
        template = str(entry.get("TemplateId") or "")
        if str(entry.get("SubscribeStatusString")).lower() == "accept":
            subscriptions.accepted(work, template, inbound.sent_at)


def _unsubscribed(work: Work, inbound: Inbound) -> None:
    """The documented example calls its inner element by another event's name: both are taken."""
    for name in ("SubscribeMsgChangeEvent", "SubscribeMsgPopupEvent"):
        for entry in _entries(inbound, name):
            if str(entry.get("SubscribeStatusString")).lower() == "reject":
                subscriptions.rejected(work, str(entry.get("TemplateId") or ""), inbound.sent_at)


def _entries(inbound: Inbound, name: str) -> Iterator[Mapping[str, Any]]:
    """The entries of a report's list; one alone comes without a list around it."""
    whole = inbound.fields.get(name)
    inner = whole.get("List") if isinstance(whole, dict) else None
    for entry in inner if isinstance(inner, list) else [inner]:
        if isinstance(entry, dict):
            yield entry


EVENTS: Mapping[str, Callable[[Work, Inbound], None]] = {
    "templatesendjobfinish": _template_finished,
    "subscribe_msg_sent_event": _subscription_sent,
    "masssendjobfinish": _mass_finished,
    "subscribe_msg_popup_event": _subscribed,
    "subscribe_msg_change_event": _unsubscribed,
}
