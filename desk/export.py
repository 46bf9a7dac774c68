"""All appointments as other programs and spreadsheets read them; the columns are a contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Row, select

from desk.work import Work
from models import Appointment, Department, Doctor, Patient, Shift, Site, WechatUser
from scheduling.masking import mask_document

COLUMNS = (
    "id", "code", "status", "site", "department", "doctor", "starts_at", "ends_at",
    "patient_name", "patient_id_masked", "booked_by_openid", "service_type", "fee_fen",
    "created_at", "channel",
)  # fmt: skip
# What the contract does not name, for who asks for it.
REASON = "cancel_reason"
_ROWS_AT_A_TIME = 500
# What makes a formula of a cell, also in full width, as table programs of East Asia take it.
_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")


def cell(value: object) -> object:
    """
    Return a value as a cell of a spreadsheet.

    What would be taken for a formula gets an apostrophe in front: a name somebody types shall not
    run on the desk's machine.
    """
    return f"'{value}" if isinstance(value, str) and value[:1] in _FORMULA else value


def cells(row: Mapping[str, Any]) -> dict[str, object]:
    """Return a row with every value as a cell."""
    return {name: cell(value) for name, value in row.items()}


def appointments(
    work: Work,
    first: date | None = None,
    last: date | None = None,
    site: str | None = None,
    *,
    reasons: bool = False,
) -> Iterator[dict[str, Any]]:
    """
    Yield every appointment, oldest first, as a row of `COLUMNS`, without holding them all.

    With `first` and `last` only visits of those local days, with `site` only that site's.

    `site`, `department` and `doctor` are the roster's codes, `doctor` None for a departmental
    号; instants are ISO 8601 with the local offset, `fee_fen` is CNY fen. The name is in full, the
    document masked; `booked_by_openid` is None unless the chat booked it. `reasons` adds `REASON`:
    why it was given back, None where nobody said.
    """
    query = (
        select(
            Appointment.id,
            Appointment.code,
            Appointment.status,
            Site.code.label("site"),
            Department.code.label("department"),
            Doctor.code.label("doctor"),
            Appointment.starts_at,
            Appointment.ends_at,
            Patient.name_enc,
            Patient.document_enc,
            WechatUser.openid_enc,
            Appointment.service_type,
            Appointment.fee_fen,
            Appointment.created_at,
            Appointment.channel,
            Appointment.cancel_reason,
        )
        .join(Shift, Shift.id == Appointment.shift_id)
        .join(Site, Site.id == Shift.site_id)
        .join(Department, Department.id == Appointment.department_id)
        .join(Patient, Patient.id == Appointment.patient_id)
        .outerjoin(Doctor, Doctor.id == Appointment.doctor_id)
        .outerjoin(WechatUser, WechatUser.id == Appointment.wechat_user_id)
        .order_by(Appointment.id)
    )
    if first is not None and last is not None:
        query = query.where(Appointment.visit_on.between(first, last))
    if site is not None:
        query = query.where(Site.code == site)
    result = work.conn.execute(query, execution_options={"yield_per": _ROWS_AT_A_TIME})
    for row in result:
        told = {REASON: row.cancel_reason} if reasons else {}
        yield _as_export(work, row) | told


def _as_export(work: Work, row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    opened = work.vault.open
    return {
        "id": row.id,
        "code": row.code,
        "status": row.status,
        "site": row.site,
        "department": row.department,
        "doctor": row.doctor,
        "starts_at": work.local(row.starts_at).isoformat(),
        "ends_at": work.local(row.ends_at).isoformat(),
        "patient_name": opened(row.name_enc),
        "patient_id_masked": mask_document(opened(row.document_enc)),
        "booked_by_openid": opened(row.openid_enc) if row.openid_enc else None,
        "service_type": row.service_type,
        "fee_fen": row.fee_fen,
        "created_at": work.local(row.created_at).isoformat(),
        "channel": row.channel,
    }
