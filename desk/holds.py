"""The places that are held: which are over, which give way, and how one is changed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, union, update

from desk.work import Work
from models import Appointment

_HOSPITAL = "window"  # the channel of what the hospital holds for a patient
_HELD = select(
    Appointment.id,
    Appointment.status,
    Appointment.version,
    Appointment.slot_id,
    Appointment.patient_id,
    Appointment.channel,
    Appointment.quota,
    Appointment.held_until,
    Appointment.waitlist_id,
).where(Appointment.status == "held")
_OVER = _HELD.where(Appointment.held_until <= bindparam("now"))
_OVER_OF_SLOTS = _OVER.where(Appointment.slot_id.in_(bindparam("slots", expanding=True)))
_OVER_OF_BOTH = union(_OVER_OF_SLOTS, _OVER.where(Appointment.patient_id == bindparam("patient")))
# What the hospital holds for a patient is no wish of the account's; it gives way only to another
# place of that patient in the same department.
_LIVE = _HELD.where(
    Appointment.held_until > bindparam("now"),
    Appointment.wechat_user_id == bindparam("account"),
    or_(
        Appointment.channel != _HOSPITAL,
        (Appointment.patient_id == bindparam("patient"))
        & (Appointment.department_id == bindparam("department")),
    ),
)

# The hold exists and its time is not over: asked by the update itself.
_IF_HELD = (
    update(Appointment)
    .where(
        Appointment.id == bindparam("appointment"),
        Appointment.status == "held",
        Appointment.held_until > bindparam("now"),
    )
    .values(version=Appointment.version + 1)
)


def expired(
    work: Work, slots: Collection[int], patient: int | None = None
) -> list[Row[*tuple[Any, ...]]]:
    """Return holds of these slots or this patient whose time is over; no locks taken."""
    values = {"slots": list(slots), "patient": patient, "now": work.now}
    statement = _OVER_OF_SLOTS if patient is None else _OVER_OF_BOTH
    return list(work.conn.execute(statement, values))


def live(work: Work, account: int, patient: int, department: int) -> list[Row[*tuple[Any, ...]]]:
    """Return the holds of an account that give way to a new one for this patient."""
    values = {"account": account, "patient": patient, "department": department, "now": work.now}
    return list(work.conn.execute(_LIVE, values))


def change(work: Work, appointment: int, **values: object) -> bool:
    """Change a hold; False, and nothing changes, where it is none any more or its time is over."""
    given = {"appointment": appointment, "now": work.now, **values}
    return work.conn.execute(_IF_HELD, given).rowcount > 0
