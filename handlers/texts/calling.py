"""What a doctor reads who calls patients by chat; names masked, for others may look on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from handlers.texts import ranks, rooms, wording
from handlers.texts.staff import CONFIRM_CHANGE
from scheduling.rota import ShiftView
from scheduling.types import AppointmentView, Opening
from scheduling.visit import Closed, RoomView, TicketView

TITLE = "叫号"
NOT_DONE = "没有执行，什么都没有改动。"
NOBODY = "现在没有人在等。"
HOW_TO_LEAVE_EARLY = (
    "要早走，请说从几点起不看，例如：我16:30以后不看了（先给您看影响几位，再确认）。"
    "现在就结束，请发：提前结束。还没有改动。"
)
BY_THE_RULE = "不能点名先叫。确实急的，请分诊台在这个班次里给他改成“急诊优先”，下一个就叫到他。"
NOBODY_IS_AWAY = "现在没有过号、去做检查或暂时离开的患者，没有执行。"
NOBODY_INSIDE = "诊室里现在没有患者。先叫号：下一个。"
CHANGED_MEANWHILE = "诊室里已经是另一位患者，没有执行。请再说一遍。"
WHICH_ROOM = "转到哪里？回复数字："
WHICH_DAY = "约到哪一天？例如：两周后，下周三上午。"
HOW_LATE = "晚到多少分钟，或多少分钟后接着看？请发数字。"
NO_SUCH_DELAY = "晚到的时间要在4小时以内，而且还没有过。没有执行。整个班次看不了，请说：停诊。"
_SURE = f"执行请回复：{CONFIRM_CHANGE}\n不做了请回复：退出"
_MOST_LISTED = 5


def _who(ticket: TicketView) -> str:
    rank = ranks.before(ticket.rank)
    lane = {"return": "回诊", "missed": "过号回来"}.get(ticket.lane, "")
    notes = "，".join(filter(None, (rank, lane)))
    return f"{ticket.label}号 {ticket.name_masked}" + (f"（{notes}）" if notes else "")


def _waiting(room: RoomView) -> str:
    away = "".join(
        f"，{words}{len(some)}位"
        for words, some in (("过号", room.missed), ("去做检查", room.results))
        if some
    )
    return f"在等{len(room.line)}位{away}。"


def called(ticket: TicketView, before: TicketView | None, room: RoomView) -> str:
    """Who was called, whose visit ended by it, and how many wait."""
    ended = f"{_who(before)}已看完。\n" if before is not None else ""
    return f"{ended}已叫：{_who(ticket)}。{_waiting(room)}\n没来请回：过号；再喊请回：再叫一次"


def just_called(ticket: TicketView, seconds: int) -> str:
    """Said twice by mistake, the word would end a visit that has not begun."""
    return (
        f"{_who(ticket)}刚叫过（{seconds}秒前），没有再叫下一位。\n"
        "没来请回：过号；看完了请回：完成"
    )


def called_again(ticket: TicketView) -> str:
    """Once more."""
    return f"又叫了一次：{_who(ticket)}。"


def missed(ticket: TicketView, room: RoomView) -> str:
    """Marked as missed; how to mend it."""
    return (
        f"已过号：{_who(ticket)}，回来再排。{_waiting(room)}\n"
        "人来了请回：再叫一次；接着请回：下一个"
    )


def finished(ticket: TicketView, room: RoomView) -> str:
    """The visit has ended."""
    return f"已完成：{_who(ticket)}。{_waiting(room)}\n接着请回：下一个；点错了请回：撤销完成"


def taken_back(ticket: TicketView, room: RoomView) -> str:
    """The visit goes on, now or when it is the patient's turn again."""
    if ticket.state == "called":
        return f"已撤销，接着看：{_who(ticket)}。{_waiting(room)}\n看完了请回：完成"
    inside = f"诊室里现在是{_who(room.inside)}，" if room.inside else ""
    return f"已撤销：{_who(ticket)}还没看完。{inside}{ticket.label}号排在回诊里，轮到再叫。"


def sent_for_results(ticket: TicketView, room: RoomView) -> str:
    """Sent for an examination."""
    return f"{_who(ticket)}去做检查，拿到结果回来接着看。{_waiting(room)}\n接着请回：下一个"


def who_is_back(one: TicketView) -> str:
    """Several are away; one of them as the example."""
    return f"谁回来了？请带上排队号，例如：{one.label}号回来了。没有执行。"


def back(ticket: TicketView, room: RoomView) -> str:
    """Somebody is in the line again."""
    return f"已接着排：{_who(ticket)}。{_waiting(room)}"


def line(room: RoomView) -> str:
    """Who is inside, who comes next, who is away."""
    inside = f"诊室里：{_who(room.inside)}" if room.inside else "诊室里没有患者"
    late = f"，已通知{_resumes(room, room.delayed_until)}" if room.delayed_until else ""
    lines = [f"{inside}{late}。{_waiting(room)}{rooms.seen(room)}"]
    lines += [f"{place}. {_who(one)}" for place, one in enumerate(room.line[:_MOST_LISTED], 1)]
    if len(room.line) > _MOST_LISTED:
        lines.append(f"还有{len(room.line) - _MOST_LISTED}位")
    for words, some in (("过号", room.missed), ("去做检查", room.results)):
        if some:
            lines.append(f"{words}：" + "、".join(map(_who, some)))
    return "\n".join(lines)


def resumed(told: datetime, room: RoomView) -> str:
    """The break is over; what was told before is not taken back, who is called comes."""
    return (
        f"好的，接着看。原来通知的{wording.clock(told)}不另发更正，叫到谁就通知谁。{_waiting(room)}\n"
        "接着请回：下一个"
    )


def other(shift: ShiftView) -> str:
    """One of the rooms a patient can be sent on to."""
    who = f"{shift.department_name}{shift.doctor_name}"
    return f"{who}，{shift.room}" if shift.room else who


def no_room(others: Sequence[ShiftView]) -> str:
    """Nobody of that name sees patients here now; who does."""
    if not others:
        return "现在没有别的诊室在看诊，没有执行。要转科，请让患者到服务台改挂。"
    names = "、".join(dict.fromkeys(one.department_name for one in others))
    return f"没有找到您说的科室或医生，没有执行。现在能转到：{names}。"


def transfer_preview(ticket: TicketView, shift: ShiftView) -> str:
    """Who goes where."""
    return f"将把{_who(ticket)}转到：{other(shift)}，排队号不变，在那边接着排。\n{_SURE}"


def transferred(ticket: TicketView, shift: ShiftView | None) -> str:
    """It is done."""
    where = f"到{other(shift)}" if shift else ""
    return f"已转{where}：{_who(ticket)}。\n接着请回：下一个"


def delay_preview(room: RoomView | None, until: datetime) -> str:
    """Who will be told what."""
    count = 0
    if room is not None:
        here = len(room.line) + len(room.away) + len(room.missed) + len(room.results)
        count = room.shift.booked - room.shift.arrived + here
    return f"将通知{count}位患者：预计{_resumes(room, until)}。\n{_SURE}"


def delayed(room: RoomView | None, until: datetime, told: int) -> str:
    """It is done."""
    return f"已改为{_resumes(room, until)}，正在通知{told}位患者。"


def _resumes(room: RoomView | None, until: datetime) -> str:
    """9:30开诊; of a room where patients have been called, 9:30接着看."""
    how = "接着看" if room is not None and room.has_begun else "开诊"
    return f"{wording.clock(until)}{how}"


_THEN = {"call_done": "同时完成这次就诊。", "call_next": "同时完成这次就诊，叫下一位。"}


def visit_preview(ticket: TicketView, opening: Opening, then: str = "") -> str:
    """For whom, and when; `then` is the order that is done with it."""
    return (
        f"将为{_who(ticket)}约下次：{wording.moment(opening.starts_at)}，"
        f"{opening.department_name}{wording.doctor(opening)}，{wording.fee(opening.fee_fen)}。"
        f"{_THEN.get(then, '')}\n{_SURE}"
    )


def visit_booked(view: AppointmentView) -> str:
    """It is booked, and the patient hears of it."""
    at = wording.moment(view.opening.starts_at)
    told = "有微信、短信的患者会收到通知，没有的请当面告诉他。"
    return f"已约好：{view.patient_name_masked}，{at}，预约号{view.code}。{told}"


def no_place(day: date, *, is_to_end: bool = False) -> str:
    """The doctor sees nobody about that day, or all is taken; the visit was to end with it."""
    end = "这次就诊还没有结束，看完了请回：完成" if is_to_end else ""
    none = f"{wording.day(day)}前后您没有能约的号，没有执行。请换一天，或让患者到时挂号。"
    return f"{none}\n{end}".rstrip()


def close_preview(room: RoomView | None) -> str:
    """What happens to who is inside, who waits and who is still to come."""
    told = rooms.closing(room) if room is not None else ""
    return f"将要提前结束今天这个班次的叫号。{told}\n{_SURE}"


def closed(done: Closed) -> str:
    """It is done."""
    return rooms.closed(done)
