"""The invented patients of a simulated day: registered, and with places, as real ones would."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import bindparam, select

from desk.patients import Patients
from desk.work import Work
from models import Appointment, Slot, WechatUser
from models.appointments import ACTIVE
from scheduling.types import AppointmentId, PatientId, Registration, Ward

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙朱马胡郭林何高梁"
_GIVEN = "伟芳娜敏静磊洋勇艳杰涛明超霞平刚桂英华玉兰梅军波"
_YEAR = 365.25
_CHILD_YEARS = 14
# Ages by share where a department sees everybody: many are old.
_AGES = ((18, 45, 0.35), (45, 70, 0.4), (70, 80, 0.17), (80, 95, 0.08))

_PLACES = (
    select(Slot.id, Slot.shift_id, Slot.capacity, Slot.booked)
    .where(Slot.shift_id.in_(bindparam("shifts", expanding=True)), Slot.is_open)
    .order_by(Slot.starts_at, Slot.id)
)
_EXPECTED = (
    select(
        Appointment.id,
        Appointment.shift_id,
        Appointment.starts_at,
        WechatUser.openid_enc,
    )
    .outerjoin(WechatUser, WechatUser.id == Appointment.wechat_user_id)
    .where(
        Appointment.shift_id.in_(bindparam("shifts", expanding=True)),
        Appointment.status.in_(ACTIVE),
    )
    .order_by(Appointment.starts_at, Appointment.id)
)


@dataclass(frozen=True, slots=True)
class Expected:
    """Somebody booked: when (local), and whose WeChat account it was; None: at the window."""

    appointment: AppointmentId
    shift: int
    starts_at: datetime
    openid: str | None


def free_places(work: Work, shifts: Collection[int]) -> list[int]:
    """Return the slots of these shifts, each as often as it has places left, by time."""
    rows = work.conn.execute(_PLACES, {"shifts": list(shifts)})
    return [row.id for row in rows for _ in range(row.capacity - row.booked)]


def expected(work: Work, shifts: Collection[int]) -> list[Expected]:
    """Return who is booked in these shifts, by time."""
    return [
        Expected(
            AppointmentId(row.id),
            row.shift_id,
            work.local(row.starts_at),
            None if row.openid_enc is None else work.vault.open(row.openid_enc),
        )
        for row in work.conn.execute(_EXPECTED, {"shifts": list(shifts)})
    ]


def register(work: Work, number: int, ward: Ward, dice: Random) -> PatientId:
    """
    Return an invented patient who fits the department, registered by the account that acts.

    Raises:
        Refusal: what `Patients.register` raises.
    """
    patients = Patients(work)
    years = _years(ward, dice)
    is_child = years < _CHILD_YEARS
    patients.consent("registration")
    if is_child:
        patients.consent("child")
    born = work.local(work.now).date() - timedelta(days=round(years * _YEAR) + dice.randrange(300))
    made = Registration(
        name=dice.choice(_SURNAMES) + "".join(dice.sample(_GIVEN, dice.choice((1, 2, 2)))),
        document_kind="passport",
        document_number=f"DEMO{number:08}",
        relation="child" if is_child else "self",
        sex=ward.sex or dice.choice("fm"),
        birth_on=max(born, date(1900, 1, 1)),
    )
    return patients.register(made).id


def _years(ward: Ward, dice: Random) -> float:
    low, high = ward.min_age_years or 0.0, ward.max_age_years
    if high is not None and high < _AGES[0][0]:
        return dice.uniform(low, max(low, high - 1))
    chosen = dice.choices(_AGES, [share for _, _, share in _AGES])[0]
    years = dice.uniform(*chosen[:2])
    return min(max(years, low + 1), years if high is None else high - 1)
