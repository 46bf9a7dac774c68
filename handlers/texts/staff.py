"""What members of staff read: previews with numbers, what was done, how far it is."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.texts import wording
from scheduling.types import DayLine, Impact, Member, Progress, ShiftView

SUSPEND_TITLE = "停诊"
REOPEN_TITLE = "恢复出诊"
CONFIRM_SUSPEND = "确认停诊"
CONFIRM_REOPEN = "确认恢复"
CONFIRMING = (CONFIRM_SUSPEND, CONFIRM_REOPEN)
WHICH_SHIFT = "停哪一个班次？回复数字："
WHICH_REOPEN = "恢复哪一个班次？回复数字："
ALL_OF_THEM = "以上全部"
NO_SHIFT = "没有找到您能停的班次。请写明医生和时间，例如：停诊 张伟 明天上午。"
NOTHING_SUSPENDED = "没有找到停诊的班次。请写明医生和时间，例如：恢复 张伟 明天上午。"
NOT_DONE = "没有执行，什么都没有改动。"
NO_SUSPENSION = "您没有正在进行的停诊。"
NOBODY_TODAY = "这一天没有您能看的班次。"
HELP = (
    "一句话就能办：\n"
    "停诊 张伟 明天上午\n"
    "恢复 张伟 明天上午\n"
    "撤销停诊（10分钟内）\n"
    "停诊进度\n"
    "今日预约，或：明天预约 张伟\n"
    "都会先给您看影响，确认后才执行。"
)
_STATUS = {"checked_in": "已签到", "completed": "已就诊", "no_show": "未到"}


def bare(text: str) -> str:
    """Return what was typed without what stands around it."""
    return text.strip(" \t\n。.！!")


def bound(member: Member) -> str:
    """The account now belongs to a member of staff."""
    return f"绑定成功，{member.name}。\n{HELP}"


def shift(view: ShiftView) -> str:
    """11月25日 周三 上午，神经内科张伟，12位患者."""
    who = view.doctor_name or "普通号"
    when = f"{wording.day(view.starts_at.date())} {wording.half(view.half_day)}"
    return f"{when}，{view.site_name}{view.department_name}{who}，{view.booked}位患者"


def _listed(shifts: Sequence[ShiftView]) -> str:
    return "\n".join(shift(view) for view in shifts)


def preview(shifts: Sequence[ShiftView], impact: Impact) -> str:
    """What will happen, in numbers, before anything does."""
    lead = f"将要停诊：\n{_listed(shifts)}\n"
    if impact.affected:
        lead += (
            f"影响{impact.affected}位患者，其中{impact.checked_in}位已签到；"
            f"可平移{impact.shifted}位，改期{impact.later}位，{impact.to_ring}位需电话。\n"
            "确认后立即停止挂号，1分钟后通知患者，由患者本人选择，不会自动改动。\n"
        )
    else:
        lead += "没有患者受影响。\n"
    return f"{lead}执行请回复：{CONFIRM_SUSPEND}\n不做了请回复：退出"


def say_the_word(word: str) -> str:
    """Only the very word acts."""
    return f"为防误操作，执行请完整回复：{word}\n不做了请回复：退出"


def suspended(shifts: Sequence[ShiftView], impact: Impact) -> str:
    """It is done; what happens now, and how to take it back."""
    told = f"正在为{impact.affected}位患者安排，1分钟后开始通知。\n" if impact.affected else ""
    return (
        f"已停诊：\n{_listed(shifts)}\n{told}"
        "看进展请回复：停诊进度\n发错了，10分钟内回复：撤销停诊"
    )


def reopen_preview(shifts: Sequence[ShiftView], progress: Progress) -> str:
    """What taking it back will do."""
    keeps = progress.accepted + progress.other + progress.returned
    pending = progress.waiting + progress.to_ring
    return (
        f"将要恢复：\n{_listed(shifts)}\n"
        f"{pending}位患者拿回原来的号，{keeps}位已另有安排，保持不变；"
        f"已收到停诊通知的会再收到一条恢复通知。\n"
        f"执行请回复：{CONFIRM_REOPEN}\n不做了请回复：退出"
    )


def reopened(shifts: Sequence[ShiftView], progress: Progress) -> str:
    """It is taken back."""
    kept = progress.accepted + progress.other + progress.returned
    note = f"{kept}位患者已另有安排，没有改动。" if kept else "患者都拿回了原来的号。"
    return f"已恢复：\n{_listed(shifts)}\n{note}"


def progress(value: Progress) -> str:
    """How far a suspension is, in numbers."""
    total = value.waiting + value.accepted + value.other + value.returned + value.to_ring
    return (
        f"停诊进度：\n{_listed(value.shifts)}\n"
        f"共{total}位，已通知{value.told}位：接受新号{value.accepted}位，另选{value.other}位，"
        f"不看了{value.returned}位，等答复{value.waiting}位，要打电话{value.to_ring}位。"
    )


def day(shifts: Sequence[tuple[ShiftView, Sequence[DayLine]]]) -> str:
    """The day's shifts, and their patients where one doctor was asked for."""
    lines = []
    for view, patients in shifts:
        state = "（已停诊）" if view.state == "suspended" else ""
        lines.append(shift(view) + state)
        for one in patients:
            status = _STATUS.get(one.status, "")
            lines.append(f"{wording.clock(one.starts_at)} {one.name_masked} {status}".strip())
    return "\n".join(lines)
