"""The sentences of the waitlist (候补)."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.texts import refusals, wording
from scheduling.types import AppointmentView, PatientView
from scheduling.waiting import History, Line, WaitingView, Wish

TITLE = "候补"
MINE_TITLE = "我的候补"
OFFER_TITLE = "候补有号"
CHOICE = "候补：有人退号就留给您"
WHICH = "可以候补下面这些，有人退号就留给您。回复数字选一个："
PLACES_LEFT = "这里还有号，不用候补，直接选一个就行。"
START = "开始候补"
OTHER = "换一个"
NO = "不候补了"
LEFT = "好的，不候补了。需要时随时叫我。"
NONE = "您现在没有在候补的号。约满的时候，说“候补”就可以排上。"
KEPT = "好的，接着候补，有号马上通知您。"
LEAVE_YES = "确定退出"
LEAVE_NO = "接着候补"
KEEP_ALL = "都留着"
GONE = "好的，已经退出候补。"
TAKE = "要这个号"
DECLINE = "不要"
DECLINED = "好的，这个号让给下一位。您还在候补，再有号还会通知您；不想等了，说“退出候补”。"
OFFER_OVER = (
    "这个号已经过了留号时间，让给下一位了。看还在不在候补，说“我的候补”；想看别的号，说“挂号”。"
)
BOTH = "想约别的号说“挂号”，不想等了说“退出候补”。"


def _days(wish: Wish) -> str:
    if wish.first_on == wish.last_on:
        return f"{wording.day(wish.first_on)}{wording.half(wish.half_day)}"
    return f"{wording.day(wish.first_on)}到{wording.day(wish.last_on)}哪天都行"


def _who(line: Line) -> str:
    if line.doctor_name:
        return f"{line.department_name}{line.doctor_name}"
    kind = wording.SERVICES.get(line.wish.service_type, "哪位医生都行")
    return f"{line.department_name}，{kind}"


def _line(line: Line) -> str:
    return f"{line.site_name}{_who(line)}，{_days(line.wish)}"


def choice(line: Line) -> str:
    """One line that can be stood in, and how many stand there."""
    ahead = line.position - 1
    return f"{_line(line)}（{f'前面{ahead}人' if ahead else '您排第1位'}）"


def _chance(history: History | None, position: int) -> str:
    """What came back before; never a promise."""
    if history is None:
        return ""
    return (
        f"近90天同样的{history.shifts}个半天里，"
        f"有{history.enough}个退出过{position}个以上的号，供您参考。\n"
    )


def sure(line: Line, patient: PatientView | None, *, is_told: bool) -> str:
    """Everything about the wait before the yes: where in line, until when, and how it goes."""
    name = wording.patient(patient) if patient else ""
    told = (
        "有号时微信通知您"
        if is_told
        else "有号时我通知您，但离您上次说话超过48小时，微信就不让我发了，请每天来说一声“我的候补”"
    )
    return (
        f"请核对候补：\n就诊人：{name}\n候补：{_line(line)}\n"
        f"现在您排第{line.position}位。\n{_chance(line.history, line.position)}"
        f"{told}；号给您留30分钟（夜里的留到早上8:00），过时让给下一位。\n"
        f"{wording.moment(line.closes_at)}还没有号，候补就结束。候补不保证有号。\n回复数字："
    )


def joined(view: WaitingView) -> str:
    """She stands in line."""
    return (
        f"候补成功：{view.patient_name_masked}，{_line(view.line)}，排第{view.line.position}位。\n"
        f"查看或退出，说“我的候补”。也可以同时约别的号，说“挂号”。"
    )


def entry(view: WaitingView) -> str:
    """One line of the list of one's own."""
    return f"{view.patient_name_masked}，{_line(view.line)}，排第{view.line.position}位"


def mine(views: Sequence[WaitingView]) -> str:
    """All lines stood in, with what went wrong for whom."""
    skipped = [
        f"{view.patient_name_masked}上次轮到时没能给您：{refusals.reason(view.skipped)}"
        for view in views
        if view.skipped
    ]
    return "\n".join(["您正在候补。想退出哪一个，回复数字：", *skipped])


def sure_to_leave(view: WaitingView) -> str:
    """Ask before a place in line is given up."""
    return f"退出后要重新排队。确定退出吗？\n{entry(view)}\n回复数字："


def offered(view: AppointmentView) -> str:
    """Ask again what the notice of an offer asked."""
    until = f"，给您留到{wording.moment(view.held_until)}" if view.held_until else ""
    return (
        f"候补有号了：{wording.appointment(view)}，{wording.fee(view.opening.fee_fen)}{until}。"
        "回复数字："
    )


def waiting_too(views: Sequence[WaitingView]) -> str:
    """Below the list of appointments."""
    if any(view.offer is not None for view in views):
        return "\n候补有号在等您答复，说“我的候补”查看。"
    return f"\n您还有{len(views)}个候补，说“我的候补”查看。" if views else ""
