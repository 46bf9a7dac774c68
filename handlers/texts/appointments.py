"""The sentences about appointments that exist."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.texts import wording
from scheduling.types import AppointmentView, Opening, Outlook

CANCEL_TITLE = "取消预约"
MOVE_TITLE = "改时间"
NONE = "您现在没有已约的号。需要挂号，告诉我哪里不舒服就行。"
GONE = "这个预约已经不在了。"
WHICH_CANCEL = "要取消哪一个？回复数字："
WHICH_MOVE = "要改哪一个？回复数字："
CANCEL_CHOICES = [("确定取消", True), ("不取消", False)]
MOVE_CHOICES = [("确定改", "yes"), ("换别的时间", "other"), ("不改了", "no")]
KEPT = "好的，没有改动，您的预约还在。"
NOTHING_ELSE = "很抱歉，这个科最近14天没有别的号可改，您原来的预约还在。"


def overview(views: Sequence[AppointmentView]) -> str:
    """All appointments ahead, each with its code."""
    if not views:
        return NONE
    lines = [f"{n}. {wording.appointment(v)}，预约号{v.code}" for n, v in enumerate(views, 1)]
    return "您已约的号：\n" + "\n".join(lines) + "\n要退请说“取消预约”，要改请说“改时间”。"


def sure(view: AppointmentView, *, free: bool) -> str:
    """Ask for the yes before a cancellation."""
    late = "" if free else "\n注意：已过免费取消时间（前一天17:00），会记一次临时取消。"
    return f"确定取消这个号吗？\n{wording.appointment(view)}{late}\n回复数字："


def cancelled(view: AppointmentView) -> str:
    """The place is given back."""
    return f"已取消：{wording.appointment(view)}。\n没有缴费，不用办退费。需要再挂，随时告诉我。"


def move_to(view: AppointmentView, when: str, *, exact: bool) -> str:
    """Above the list of other times."""
    none = "" if exact else "您要的时间没有号了。"
    now = wording.moment(view.opening.starts_at)
    return f"现在约的是{now}。{none}可以改到{when}，回复数字："


def move_sure(view: AppointmentView, new: Opening) -> str:
    """Old and new, before the yes."""
    at = view.opening
    return (
        f"请核对改期：\n原来：{wording.doctor(at)}，{wording.moment(at.starts_at)}\n"
        f"改到：{wording.doctor(new)}，{wording.moment(new.starts_at)}，{wording.fee(new.fee_fen)}\n"
        "对吗？回复数字："
    )


def moved(view: AppointmentView, outlook: Outlook) -> str:
    """The new appointment, in full, and whether we remind of it."""
    return (
        f"已改好。新的预约号：{view.code}\n{wording.appointment(view)}，"
        f"{wording.fee(view.opening.fee_fen)}。\n请带身份证或医保码，按时到一楼取号缴费。"
        f"{wording.outlook(outlook)}"
    )
