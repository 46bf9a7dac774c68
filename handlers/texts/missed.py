"""The sentences for a visit that was missed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.texts import appointments, wording
from scheduling.types import AppointmentView

TITLE = "没去成的号"
CHOICES: list[tuple[str, Any]] = [("重新挂一个", True), ("不用了", False)]
NOT_NOW = "好的。以后要挂号，告诉我哪里不舒服就行。"
_NOTHING = (
    "没有查到今天过了时间的号。以前没去成的不用管，也不用退，"
    "要看病重新挂一个就行，告诉我哪里不舒服。"
)
_NOTHING_YET = "没有查到今天过了时间的号。"


def none_missed(ahead: Sequence[AppointmentView]) -> str:
    """Nothing was missed; what is still to come is told."""
    return f"{_NOTHING_YET}\n{appointments.overview(ahead)}" if ahead else _NOTHING


def still_on(view: AppointmentView) -> str:
    """The clinic is going on: who comes late is seen after those who are here."""
    return (
        f"{wording.appointment(view)}，还没有作废。"
        "今天赶得到，请到医院签到，排在已经到的人后面；赶不到也没关系，可以重新挂。\n"
        "要重新挂一个吗？回复数字："
    )


def over(view: AppointmentView) -> str:
    """It is over; what was paid comes back at the desk."""
    money = wording.refund(view.paid_fen) if view.paid_fen else "没有缴费，不用办退费。"
    return (
        f"{wording.appointment(view)}，时间已经过了，这个号不能再用。{money}\n"
        "没关系，要重新挂一个吗？回复数字："
    )
