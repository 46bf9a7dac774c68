"""
Notices about tickets: whose turn it is, how many are before her, where she waits now.

Written by the act that causes them. Room and doctor are those where the ticket waits, which need
not be those that were booked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from desk import outbox, sharing
from desk.reach import phone_of, readers
from desk.work import Work
from scheduling.channels import KINDS
from scheduling.rota import ShiftView


def called(work: Work, ticket: Row[*tuple[Any, ...]]) -> None:
    """It is the turn of this ticket, in the room where it waits now."""
    _of_ticket(work, "called", ticket, timedelta(minutes=30))


def ahead(work: Work, ticket: Row[*tuple[Any, ...]], number: int) -> None:
    """So few people are before this ticket now."""
    _of_ticket(work, "ahead", ticket, timedelta(minutes=60), ahead=number)


def sent_on(work: Work, ticket: Row[*tuple[Any, ...]]) -> None:
    """The ticket waits in another room, where it now is."""
    _of_ticket(work, "sent_on", ticket, timedelta(hours=3))


def unseen(work: Work, ticket: Row[*tuple[Any, ...]]) -> None:
    """The room of a ticket has closed and no other one takes it: somebody has to ring."""
    _of_ticket(work, "unseen", ticket, None)


def delayed(
    work: Work, visit: tuple[int, int], shift: ShiftView, until: datetime, *, has_begun: bool
) -> None:
    """The doctor is there, or is back, at `until` (local); `visit` (id, version) waits or will."""
    payload = {
        "until": until.isoformat(),
        "has_begun": has_begun,
        "room": shift.room,
        "doctor": shift.doctor_name,
    }
    _of_visit(work, "delayed", visit, f"{shift.id}:{until:%H%M}", payload)


def ended(work: Work, visit: tuple[int, int], shift: int, *, others: bool) -> None:
    """
    The doctor has stopped, and `visit` (id, version) was still to come.

    Without `others` who see such patients somebody has to ring: she is not to come for nothing.
    """
    _of_visit(work, "ended", visit, str(shift), {"others": others})
    if not others:
        appointment, version = visit
        key = f"ended_call:{appointment}:{version}"
        outbox.put(work, outbox.Notice("ended_call", key, {}, None, appointment, version))


# -- inside


def _of_ticket(
    work: Work,
    kind: str,
    ticket: Row[*tuple[Any, ...]],
    lives: timedelta | None,
    **more: object,
) -> None:
    """
    Lay down a notice about a ticket as it is now; pointless once it is older than `lives`.

    Room and doctor are those where it waits now, which need not be those that were booked.
    """
    payload = {"label": ticket.label, "room": ticket.room, "doctor": ticket.doctor_name, **more}
    if lives is not None:
        payload["until"] = (work.now + lives).isoformat()
    visit = ticket.appointment_id, ticket.appointment_version
    which = ":".join(map(str, (ticket.version, *more.values())))
    _of_visit(work, kind, visit, which, payload)


def _of_visit(
    work: Work, kind: str, visit: tuple[int, int], which: str, payload: Mapping[str, object]
) -> None:
    """Who reads about the visit is told, and whoever of the family wishes to be told the same."""
    appointment, version = visit
    reader = next(iter(readers(work, appointment)), None)
    copies = [one for one in sharing.copied(work, appointment) if one != reader]
    is_told = reader is not None or KINDS[kind].rings or phone_of(work, appointment) is not None
    for account in (*((reader,) if is_told else ()), *copies):
        is_copy = account in copies
        copy = f":copy:{account}" if is_copy else ""
        notice = outbox.Notice(
            kind=kind,
            dedupe_key=f"{kind}:{appointment}:{which}{copy}",
            payload=payload,
            wechat_user_id=account,
            is_copy=is_copy,
            appointment_id=appointment,
            appointment_version=version,
        )
        outbox.put(work, notice)
