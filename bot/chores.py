"""What happens by time: the kinds of jobs and who does them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from desk import (
    closing,
    idempotency,
    journal,
    laying,
    line,
    massing,
    rebooking,
    receipts,
    requests,
    rooms,
    waitlist,
)
from desk import purge as old_rows
from desk.counter import Counter
from desk.work import Work
from scheduling.types import AppointmentId

# What a kind of job does; it returns after what time it is due again, None for never.
Task = Callable[[Work, Mapping[str, Any]], timedelta | None]
_PURGE_EVERY = timedelta(hours=1)


def expire_hold(work: Work, payload: Mapping[str, Any]) -> timedelta | None:
    """Give back a place whose hold is over; one that was confirmed meanwhile stays."""
    Counter(work).bookings.expire(AppointmentId(int(payload["appointment"])))
    return None


def serve_waitlist(work: Work, payload: Mapping[str, Any]) -> timedelta | None:
    """Offer who has just joined the waitlist what came back at that very moment."""
    Counter(work).waitlist.serve(int(payload["entry"]))
    return None


def ask_line_again(work: Work, payload: Mapping[str, Any]) -> timedelta | None:
    """Offer a place to who waits for it, after all who waited were held by other acts."""
    line.ask_again(work, int(payload["slot"]))
    return None


def close_waitlist(work: Work, payload: Mapping[str, Any]) -> timedelta | None:
    """Tell who still waits that the list has closed."""
    return Counter(work).waitlist.close(int(payload["entry"]))


def return_place(work: Work, payload: Mapping[str, Any]) -> timedelta | None:
    """Let everybody have a cancelled place that was kept back for a while."""
    quota = str(payload.get("quota", ""))
    line.returned(work, int(payload["slot"]), str(payload["channel"]), quota)
    return None


def purge(work: Work, payload: Mapping[str, Any]) -> timedelta | None:
    """Forget what people wrote who never consented, and all that the policy keeps no longer."""
    journal.purge_unconsented(work)
    requests.purge(work)
    idempotency.purge(work)
    return timedelta() if old_rows.purge(work) else _PURGE_EVERY


def settle_receipt(work: Work, payload: Mapping[str, Any]) -> timedelta | None:
    """Tie what WeChat reported to its notice."""
    return receipts.settle(work, payload)


def plan_suspension(work: Work, payload: Mapping[str, Any]) -> timedelta | None:
    """Find new places for the patients of a suspension, and write to them."""
    rebooking.carry_out(work, int(payload["suspension"]))
    return None


def suspension_silent(work: Work, payload: Mapping[str, Any]) -> timedelta | None:
    """Put a patient who has not answered on the call list."""
    rebooking.silence(work, int(payload["line"]))
    return None


def close_room(work: Work, payload: Mapping[str, Any]) -> timedelta | None:
    """Close a room that everybody has forgotten; who still waits in it is rung."""
    return closing.close_forgotten(work, int(payload["shift"]))


def settle_mass(work: Work, payload: Mapping[str, Any]) -> timedelta | None:
    """Tie what WeChat reported of a mass send to its call."""
    return massing.settle(work, payload)


def lay_broadcast(work: Work, payload: Mapping[str, Any]) -> timedelta | None:
    """Write the next page of a broadcast's notices; in the end see whether it is over."""
    return laying.go_on(work, int(payload["broadcast"]))


TASKS: Mapping[str, Task] = {
    "expire_hold": expire_hold,
    waitlist.SERVE: serve_waitlist,
    waitlist.CLOSE: close_waitlist,
    line.RETURN: return_place,
    line.AGAIN: ask_line_again,
    "purge": purge,
    rebooking.PLAN: plan_suspension,
    rebooking.SILENT: suspension_silent,
    receipts.JOB: settle_receipt,
    rooms.CLOSE: close_room,
    massing.JOB: settle_mass,
    laying.JOB: lay_broadcast,
}
# Jobs that are always due again; the courier sees to it that they exist.
RECURRING = ("purge",)
