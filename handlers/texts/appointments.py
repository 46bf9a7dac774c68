"""The sentences about appointments that exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from handlers.texts import refusals, wording
from scheduling.errors import Refusal
from scheduling.types import AppointmentView, Opening, Outlook
from scheduling.visit import Standing

CANCEL_TITLE = "取消预约"
MOVE_TITLE = "改时间"
NONE = "您现在没有已约的号。需要挂号，告诉我哪里不舒服就行。"
GONE = "这个预约已经不在了。"
WHICH_CANCEL = "要取消哪一个？回复数字："
WHICH_MOVE = "要改哪一个？回复数字："
CANCEL_CHOICES = [("确定取消", True), ("不取消", False)]
MOVE_CHOICES = [("确定改", "yes"), ("换别的时间", "other"), ("不改了", "no")]
KEPT = "好的，没有改动，您的预约还在。"


def nothing_else(days: int) -> str:
    """Nowhere to move to, in all the days that can be booked."""
    return f"很抱歉，这个科最近{days}天没有别的号可改，您原来的预约还在。"


def overview(views: Sequence[AppointmentView]) -> str:
    """All appointments ahead, each with its code."""
    if not views:
        return NONE
    lines = [f"{n}. {wording.appointment(v)}，预约号{v.code}" for n, v in enumerate(views, 1)]
    return "您已约的号：\n" + "\n".join(lines) + "\n要退请说“取消预约”，要改请说“改时间”。"


def none_of(who: str) -> str:
    """That member of the family has no appointment; others have."""
    return f"{who}现在没有已约的号。看全部已约的号，说“我的预约”。"


# After a death: short, and nothing that wishes anybody well.
CONDOLENCE = "请您节哀。"


def nothing_left(who: str) -> str:
    """Whoever has died had nothing booked."""
    return f"{CONDOLENCE}{who and f'{who}名下'}没有约着的号，不用再办什么。"


def sure_after_death(views: Sequence[AppointmentView]) -> str:
    """Ask for the yes, with no word of late marks."""
    which = "这个号" if len(views) == 1 else f"这{len(views)}个号"
    lines = "\n".join(wording.appointment(view) for view in views)
    return f"{CONDOLENCE}{which}帮您取消，不用您跑医院：\n{lines}\n回复数字："


def cancelled_after_death(views: Sequence[AppointmentView]) -> str:
    """The places are given back; of money only what there is."""
    lines = "\n".join(wording.appointment(view) for view in views)
    paid = sum(view.paid_fen or 0 for view in views)
    money = f"\n{wording.refund(paid)}" if paid else ""
    return f"已取消：{lines}。{money}\n提醒也不会再发了。请您保重。"


def sure(
    views: Sequence[AppointmentView], line: Sequence[Standing], *, free: bool, until: time
) -> str:
    """
    Ask for the yes before a cancellation; free of a mark `until` then, the day before.

    `line` is where those of them stand who have checked in.
    """
    clock = f"{until:%H:%M}"
    late = "" if free else f"\n注意：已过免费取消时间（前一天{clock}），会记一次临时取消。"
    which = "这个号" if len(views) == 1 else f"这{len(views)}个号"
    lines = "\n".join(wording.appointment(view) for view in views)
    out = "".join(f"\n{_out_of_line(one)}" for one in line)
    return f"确定取消{which}吗？\n{lines}{out}{late}\n回复数字："


def _out_of_line(standing: Standing) -> str:
    """Who has checked in loses her place in line; who only goes out need not."""
    ahead = f"，前面{standing.ahead}位" if standing.ahead else ""
    return (
        f"已签到，排队号{standing.ticket.label}{ahead}。取消后不再叫这个号，"
        "今天再看要重新挂号。只走开一下，说“我出去一下”。"
    )


def cancelled(views: Sequence[AppointmentView], *, in_line: bool = False) -> str:
    """The places are given back; who was in line cannot have that place again."""
    lines = "\n".join(wording.appointment(view) for view in views)
    paid = sum(view.paid_fen or 0 for view in views)
    money = wording.refund(paid) if paid else "没有缴费，不用办退费。"
    return f"已取消：{lines}。\n{money}{OUT_OF_LINE if in_line else UNDO}"


UNDO = "取消错了，10分钟内回复“恢复”。"
OUT_OF_LINE = "不用再等了。今天还想看，请到分诊台，或告诉我哪里不舒服。"

# Why somebody gives an appointment back: for the desk, and in what is taken along.
REASONS: Mapping[str, str] = {
    "died": "亲人过世",
    "well": "好了，不用看了",
    "busy": "有事来不了",
    "travel": "路上不方便",
    "mistake": "约错了",
    "elsewhere": "去别处看了",
    "other": "别的原因",
}
WHY = "方便说说为什么不来吗？不说也没关系，回复数字："
_UNTOLD: tuple[str, Any] = ("不说了", "")
WHY_CHOICES = [*((REASONS[why], why) for why in ("well", "busy", "mistake", "elsewhere")), _UNTOLD]
WHY_FEW = [*WHY_CHOICES[:2], _UNTOLD]
WHY_TOLD = "谢谢，记下了。"
WHY_UNTOLD = "好的，没关系。"

UNDO_TITLE = "恢复刚取消的号"
NOTHING_TO_UNDO = "没有刚取消的号可以恢复。看已约的号，说“我的预约”。"
NOTHING_TO_TAKE_BACK = "刚才没有办过要撤回的事。看已约的号，说“我的预约”；要退号，说“取消预约”。"
UNDO_OVER = "已经过了10分钟，不能直接恢复了。请重新挂号，告诉我哪里不舒服就行。"


def restored(view: AppointmentView) -> str:
    """The same place again."""
    return f"已恢复：{wording.appointment(view)}。新的预约号：{view.code}。"


def not_restored(refusal: Refusal) -> str:
    """The place is gone, or a rule says no."""
    return f"没能恢复。{refusals.say(refusal)}"


def move_to(view: AppointmentView, when: str, why: str) -> str:
    """Above the list of other times; `why` says why nothing meets the wish, if nothing does."""
    now = f"现在约的是：{wording.appointment(view)}。\n"
    return f"{now}{why}可以改到{when}，回复数字："


def move_sure(view: AppointmentView, new: Opening) -> str:
    """Whose, where, old and new, before the yes."""
    at = view.opening
    place = f"{new.site_name}{new.department_name}"
    return (
        f"请核对改期：\n就诊人：{view.patient_name_masked}\n科室：{place}\n"
        f"原来：{wording.doctor(at)}，{wording.moment(at.starts_at)}\n"
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
