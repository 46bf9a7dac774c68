"""What the pages of the day of the visit say: the doctor's room, and the desk in front of it."""

from __future__ import annotations

from handlers.texts import ranks
from scheduling.disciplines import Discipline, Rank
from scheduling.visit import Closed, Load, Proposal, RoomView, TicketView

NO_RANK = "不优先"
LANES = {"first": "初诊", "return": "回诊", "missed": "过号回来"}
STATES = {
    "waiting": "候诊",
    "called": "正在看",
    "missed": "过号",
    "results": "去检查",
    "left": "暂时离开",
    "unseen": "没看上，待电话",
    "suspended": "停诊",
    "done": "已看完",
    "no_show": "没看上，已结束",
    "cancelled": "已退号",
}
# Minutes a doctor is late, to choose from.
DELAYS = (10, 20, 30, 45, 60, 90)
_ELSEWHERE = "转到同科别的诊室，转不了的进电话名单，由服务台打电话安排"
MOVED_ON = "刚刚有变化，已经是另一位患者了，没有执行。请看清再按。"
NOBODY_WAITS = "现在没有人在等。"
NOBODY_FOUND = "没有找到。请写全名、手机号或证件号；第一次来的，先登记。"
DONE = {
    "again": "又叫了一次。",
    "missed": "已记过号，回来再排。",
    "finish": "已看完。",
    "results": "去做检查，拿到结果回来接着看。",
    "transfer": "已转过去，排队号不变。",
    "back": "已接着排。",
    "leave": "已记暂时离开，号留着，这会儿不叫。",
}


def choices(discipline: Discipline, given: Rank | None = None) -> dict[str, str]:
    """Why somebody may go before, to choose from by name; what a ticket has stays a choice."""
    known = {**discipline.in_force, **({given.name: given} if given else {})}
    return {"": NO_RANK, **{name: ranks.before(rank) for name, rank in known.items()}}


def nobody(room: RoomView) -> str:
    """Why nobody is inside."""
    return {
        "waiting": "还没开始叫号",
        "paused": "暂停叫号",
        "closed": "已结束叫号",
    }.get(room.state, "诊室里没有患者")


def seen(room: RoomView) -> str:
    """今天看完5位，平均7分钟一位; nothing before the first."""
    if not room.seen:
        return ""
    each = f"，平均{max(1, round(room.each))}分钟一位" if room.each is not None else ""
    return f"今天看完{room.seen}位{each}。"


def called(ticket: TicketView | None) -> str:
    """Who was called, if anybody waited."""
    return f"已叫{ticket.label}号 {ticket.name_masked}。" if ticket else NOBODY_WAITS


def resumed(ticket: TicketView) -> str:
    """The visit goes on, now or when it is the patient's turn again."""
    who = f"{ticket.label}号 {ticket.name_masked}"
    if ticket.state == "called":
        return f"已撤销，{who}接着看。"
    return f"已撤销，{who}排在回诊里，轮到再叫。"


def other(load: Load, department: str) -> str:
    """骨科 张伟，5诊室，在等3位."""
    who = f"{department} {load.doctor_name or '普通号'}"
    return f"{who}，{load.room}，在等{load.waiting}位" if load.room else who


def delayed(told: int) -> str:
    """How many are told that the doctor comes later."""
    return f"已记下，正在通知{told}位患者。"


def closing(room: RoomView) -> str:
    """What the end of calling does to who is inside, who waits and who is still to come."""
    inside = f"诊室里的{_label(room.inside)}算看完。" if room.inside else ""
    waiting = len(room.line) + len(room.gone)
    here = f"还有{waiting}位没看，{_ELSEWHERE}。" if waiting else "没有患者在等。"
    coming = f"约了还没到的{room.coming}位会收到通知，到了{_ELSEWHERE}。" if room.coming else ""
    return f"{inside}{here}{coming}"


def closed(done: Closed) -> str:
    """Whose visit ended by it, how many are on their way, and how many have to be rung."""
    inside = f"{_label(done.inside)}算看完。" if done.inside else ""
    coming = f"约了还没到的{done.coming}位，正在通知。" if done.coming else ""
    ring = f"{done.to_ring}位没有诊室可转，已列入电话名单。" if done.to_ring else ""
    return f"已结束叫号。{inside}{coming}{ring}"


def _label(ticket: TicketView) -> str:
    return f"{ticket.label}号 {ticket.name_masked}"


def checked_in(ticket: TicketView) -> str:
    """The number to tell the patient."""
    told = f"已签到，排队号{ticket.label}，{ticket.name_masked}"
    if ticket.state == "unseen":
        return f"{told}。但医生已经提前结束，同科没有别的诊室能看，请当面告诉患者，另作安排。"
    where = f"，{ticket.room}" if ticket.room else ""
    return f"{told}{where}。"


def ranked(ticket: TicketView) -> str:
    """Why the ticket goes before, or that it does not any more."""
    why = ranks.before(ticket.rank) or NO_RANK
    return f"已改：{ticket.label}号 {ticket.name_masked}，{why}。"


def moved(ticket: TicketView) -> str:
    """Where the ticket waits now."""
    return f"已转：{ticket.label}号 {ticket.name_masked} → {ticket.room}，排队号不变，已通知患者。"


def sooner(one: Proposal) -> str:
    """大约早20分钟."""
    return f"大约早{max(1, round(one.saves))}分钟"
