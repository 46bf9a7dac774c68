"""
The demo hospital: three invented sites whose shifts roll forward with the days.

Nothing in it is real: names are made up, the phones have an area code that does not exist. Full
and nearly full shifts are full of real appointments, made at the window by demo patients, so that
a slot's count and its appointments agree here as everywhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, insert, select, update

from desk import stock
from desk.identity import search_keys
from desk.placing import Placing, place
from desk.roster import import_roster
from desk.roster_report import ImportReport
from desk.rows import insert_row
from desk.work import Actor, Work
from models import Doctor, Patient, Shift, Site, Slot

DATA = Path(__file__).resolve().parents[1] / "demo" / "hospital"
FULL = "GH-D026"
NEARLY_FULL = ("GH-D033", "GH-D045")
SUSPENDED = "GH-D049"

_DAYS_BEYOND_WINDOW = 2
_KIND = "demo"
_BORN = date(1970, 1, 1)
_PUBLIC_ID_BYTES = 12


class NotEmptyError(Exception):
    """The database already has a roster; the demo hospital does not mix with it."""


def load(work: Work) -> ImportReport:
    """
    Load the demo hospital into an empty database.

    Raises:
        NotEmptyError: there is a site already.
    """
    if work.conn.scalar(select(Site.id).limit(1)) is not None:
        raise NotEmptyError
    return roll(work)


def roll(work: Work) -> ImportReport:
    """Extend the shifts to the days that have come into reach; changes nothing twice a day."""
    today = work.local(work.now).date()
    until = today + timedelta(days=work.policy.days_ahead + _DAYS_BEYOND_WINDOW)
    report = import_roster(work, [DATA], until=until)
    _suspend_one(work, today)
    at_window = replace(work, actor=Actor("window", name="demo"))
    for doctor in (FULL, *NEARLY_FULL):
        _fill(at_window, doctor, leave=0 if doctor == FULL else 1)
    return report


def _suspend_one(work: Work, today: date) -> None:
    """See to it that the doctor who is often away has one suspended shift ahead."""
    shifts = work.conn.execute(
        select(Shift.id, Shift.state)
        .join(Doctor, Doctor.id == Shift.doctor_id)
        .where(Doctor.code == SUSPENDED, Shift.visit_on > today)
        .order_by(Shift.starts_at)
    ).all()
    untouched = [shift.id for shift in shifts if not _has_bookings(work, shift.id)]
    if not untouched or any(shift.state == "suspended" for shift in shifts):
        return
    work.conn.execute(update(Shift).where(Shift.id == untouched[0]).values(state="suspended"))
    work.conn.execute(update(Slot).where(Slot.shift_id == untouched[0]).values(is_open=False))


def _has_bookings(work: Work, shift: int) -> bool:
    booked = select(Slot.id).where(Slot.shift_id == shift, Slot.booked > 0).limit(1)
    return work.conn.scalar(booked) is not None


def _fill(work: Work, doctor: str, leave: int) -> None:
    """Book the doctor's untouched shifts ahead, but for `leave` places of the last slot."""
    slots = work.conn.execute(
        select(Slot.id, Slot.shift_id, Slot.capacity, Slot.booked)
        .join(Doctor, Doctor.id == Slot.doctor_id)
        .where(Doctor.code == doctor, Slot.starts_at > work.now, Slot.is_open)
        .order_by(Slot.shift_id, Slot.starts_at)
    ).all()
    shifts: dict[int, list[Row[*tuple[Any, ...]]]] = {}
    for slot in slots:
        shifts.setdefault(slot.shift_id, []).append(slot)
    for pieces in shifts.values():
        if not any(piece.booked for piece in pieces):
            _fill_shift(work, doctor, pieces, leave)


def _fill_shift(
    work: Work, doctor: str, slots: Sequence[Row[*tuple[Any, ...]]], leave: int
) -> None:
    places = [slot.id for slot in slots for _ in range(slot.capacity)]
    taken = places[: len(places) - leave]
    for slot, patient in zip(taken, _patients(work, doctor, len(taken)), strict=True):
        wanted = stock.wanted(work, slot)
        stock.take(work, wanted)
        place(work, wanted, Placing(patient, None, "booked"))


def _patients(work: Work, doctor: str, count: int) -> Iterator[int]:
    """Yield that many demo patients who come to this doctor only, made when missing."""
    for number in range(1, count + 1):
        document = f"{doctor}-{number:03}"
        known = work.conn.scalar(
            select(Patient.id).where(
                Patient.document_kind == _KIND,
                Patient.document_hash == work.vault.lookup(document),
            )
        )
        yield known if known is not None else _make_patient(work, document, number)


def _make_patient(work: Work, document: str, number: int) -> int:
    name = f"演示患者{number}"
    return insert_row(
        work.conn,
        insert(Patient).values(
            public_id=secrets.token_hex(_PUBLIC_ID_BYTES),
            name_enc=work.vault.seal(name),
            **search_keys(work, name, document),
            document_kind=_KIND,
            document_hash=work.vault.lookup(document),
            document_enc=work.vault.seal(document),
            sex="m" if number % 2 else "f",
            birth_on=_BORN + timedelta(days=100 * number),
            created_at=work.now,
        ),
    )
