"""The row of a new appointment: its code, its event, and the job that ends its hold."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.exc import IntegrityError

from desk import jobs
from desk.appointments import VISIBLE, is_chat, me
from desk.events import record
from desk.rows import insert_row
from desk.work import Work
from models import Appointment
from scheduling.errors import SameHalfDay, Unavailable
from scheduling.types import AppointmentId

# Read out at the window: no 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V.
CODE_LETTERS = "34679ACDEFGHJKMNPQRTUWXY"
_CODE_LENGTH = 8
_CODE_TRIES = 3
_INSERT = insert(Appointment)


@dataclass(frozen=True, slots=True)
class Placing:
    """
    Who gets the place that was taken, and how; `held_until` only for a hold.

    `waiting` is whose turn in line it is, `quota` for whom the place was kept.
    """

    patient: int
    account: int | None
    status: str
    held_until: datetime | None = None
    words: str = ""
    moved_from: Row[*tuple[Any, ...]] | None = None
    waiting: int | None = None
    quota: str = ""


def place(work: Work, slot: Row[*tuple[Any, ...]], new: Placing) -> AppointmentId:
    """
    Write the appointment for a place just taken.

    Raises:
        SameHalfDay, Unavailable: the database knows an active one that the count did not.
    """
    for _ in range(_CODE_TRIES):
        try:
            with work.conn.begin_nested():
                appointment = insert_row(work.conn, _INSERT, _columns(work, slot, new))
        except IntegrityError:
            _refuse_same_half_day(work, slot, new.patient)
            continue
        old = new.moved_from
        record(work, appointment, None, new.status, f"moved from {old.code}" if old else "")
        if new.held_until is not None:
            jobs.add(work, *_expiry(appointment), new.held_until)
        return AppointmentId(appointment)
    raise RuntimeError("no free appointment code found")


def put_expiry(work: Work, appointment: int, at: datetime) -> None:
    """See to it that a hold is given back when its time is over."""
    jobs.put(work, *_expiry(appointment), at)


def _expiry(appointment: int) -> tuple[str, str, dict[str, int | str]]:
    return "expire_hold", f"expire_hold:{appointment}", {"appointment": appointment}


def _columns(work: Work, slot: Row[*tuple[Any, ...]], new: Placing) -> dict[str, object]:
    old = new.moved_from
    words_enc = work.vault.seal(new.words) if new.words else None
    return {
        "code": "".join(secrets.choice(CODE_LETTERS) for _ in range(_CODE_LENGTH)),
        "status": new.status,
        "patient_id": new.patient,
        "wechat_user_id": new.account,
        "slot_id": slot.id,
        "shift_id": slot.shift_id,
        "department_id": slot.department_id,
        "doctor_id": slot.doctor_id,
        "visit_on": slot.visit_on,
        "half_day": slot.half_day,
        "quota": new.quota,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "fee_fen": slot.fee_fen,
        "paid_fen": None if old is None else old.paid_fen,
        "service_type": slot.service_type,
        "channel": work.actor.channel,
        "held_until": new.held_until,
        "created_at": work.now,
        "confirmed_at": work.now if new.status == "booked" else None,
        "moved_from_id": None if old is None else old.id,
        "waitlist_id": new.waiting,
        "words_enc": words_enc if old is None else old.words_enc,
        "occupies": _occupies(slot, new.patient),
    }


def _occupies(slot: Row[*tuple[Any, ...]], patient: int) -> str:
    return f"{patient}:{slot.department_id}:{slot.visit_on}:{slot.half_day}"


def _refuse_same_half_day(work: Work, slot: Row[*tuple[Any, ...]], patient: int) -> None:
    key = _occupies(slot, patient)
    found = select(Appointment.code, VISIBLE.label("is_visible"))
    row = work.conn.execute(
        found.where(Appointment.half_day_key == key), {"me": me(work)}
    ).one_or_none()
    if row is None:
        return
    if is_chat(work) and not row.is_visible:
        raise Unavailable
    raise SameHalfDay(appointment=row.code)
