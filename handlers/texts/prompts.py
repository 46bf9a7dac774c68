"""The sentences around questions that a notice asked."""

from __future__ import annotations

from handlers.texts import wording
from scheduling.types import AppointmentView

TITLES = {"reminder": "就诊提醒"}
WHICH = "刚才来了一条通知，您的回复是答哪一个？请再回复数字："
WHICH_TITLE = "刚才的通知"
COMING = "按时来"
MOVE = "改时间"
CANCEL = "来不了，取消"
SEE_YOU = "好的，到时见。请带身份证或医保码。"


def go_on_with(title: str) -> str:
    """The matter that was open before the notice came."""
    return f"接着办{title or '刚才的事'}"


def coming(view: AppointmentView) -> str:
    """Ask again what the reminder asked."""
    return f"您约的号：{wording.appointment(view)}。您能按时来吗？回复数字："
