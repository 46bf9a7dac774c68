"""A nurse opens all appointments in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from desk import export
from desk.patients import Patients
from models import Appointment, Slot, WechatUser
from scheduling.types import Registration
from tests.desk.clinic import SHANGHAI, Clinic

MOTHER = Registration("李秀英", "resident_id", "11010519491231002X", "mother")


@pytest.fixture
def clinic(sqlite_url: str) -> Iterator[Clinic]:
    opened = Clinic(sqlite_url)
    opened.add_doctor_day()
    yield opened
    opened.engine.dispose()


def add_appointment(clinic: Clinic, number: int, *, by_chat: bool = True) -> None:
    with clinic.work("openid-wang") as work:
        patients = Patients(work)
        patients.consent("registration")
        patients.consent("relative")
        patient = patients.register(MOTHER)
        slot = work.conn.execute(select(Slot).order_by(Slot.starts_at)).first()
        account = work.conn.scalar(select(WechatUser.id)) if by_chat else None
        work.conn.execute(
            insert(Appointment).values(
                code=f"A{number:04}", status="booked" if number % 2 else "cancelled",
                patient_id=patient.id, wechat_user_id=account, slot_id=slot.id,
                shift_id=slot.shift_id, department_id=slot.department_id,
                doctor_id=slot.doctor_id if by_chat else None, visit_on=date(2026, 11, 25),
                half_day="am", starts_at=slot.starts_at, ends_at=slot.ends_at, fee_fen=2500,
                service_type="expert", channel="chat" if by_chat else "window",
                created_at=work.now, occupies=f"{number}", late_cancel=False, version=1,
            )
        )  # fmt: skip


def test_one_row_says_everything_the_contract_names(clinic):
    add_appointment(clinic, 1)
    with clinic.work() as work:
        (row,) = export.appointments(work)
    assert tuple(row) == export.COLUMNS
    assert row == {
        "id": 1,
        "code": "A0001",
        "status": "booked",
        "site": "GH",
        "department": "GH-SJNK",
        "doctor": "D001",
        "starts_at": "2026-11-25T08:00:00+08:00",
        "ends_at": "2026-11-25T08:30:00+08:00",
        "patient_name": "李秀英",
        "patient_id_masked": "110***********002X",
        "booked_by_openid": "openid-wang",
        "service_type": "expert",
        "fee_fen": 2500,
        "created_at": "2026-11-24T09:00:00+08:00",
        "channel": "chat",
    }


def test_why_it_was_cancelled_is_there_for_who_asks_for_it(clinic):
    add_appointment(clinic, 2)
    with clinic.work() as work:
        work.conn.execute(update(Appointment).values(cancel_reason="busy"))
        (row,) = export.appointments(work, reasons=True)
    assert tuple(row) == (*export.COLUMNS, "cancel_reason")
    assert row["cancel_reason"] == "busy"


def test_what_the_window_booked_without_a_doctor_is_there_too(clinic):
    add_appointment(clinic, 1, by_chat=False)
    with clinic.work() as work:
        (row,) = export.appointments(work)
    assert (row["doctor"], row["booked_by_openid"], row["channel"]) == (None, None, "window")


def test_every_appointment_is_there_once_in_order_whatever_its_status(clinic):
    for number in range(1, 8):
        add_appointment(clinic, number)
    with clinic.work() as work:
        codes = [row["code"] for row in export.appointments(work)]
    assert codes == [f"A{number:04}" for number in range(1, 8)]


@pytest.mark.server
@pytest.mark.parametrize("backend", ["mariadb", "postgres"])
def test_the_times_are_the_same_on_every_database(ready_database, backend):
    clinic = Clinic(ready_database(backend))
    clinic.add_doctor_day()
    add_appointment(clinic, 1)
    with clinic.work() as work:
        (row,) = export.appointments(work)
    clinic.engine.dispose()
    begins = datetime.fromisoformat(row["starts_at"])
    assert begins == datetime(2026, 11, 25, 8, 0, tzinfo=SHANGHAI)
    assert begins.utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"])
def test_what_a_table_program_would_take_for_a_formula_is_text(typed):
    assert export.cell(typed) == f"'{typed}"


def test_everything_else_is_a_cell_as_it_is():
    row = {"name": "李秀英", "fee_fen": 2500, "doctor": None, "at": "2026-11-25T09:00:00+08:00"}
    assert export.cells(row) == row
