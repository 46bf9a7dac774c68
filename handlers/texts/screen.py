"""What the call board says, written and aloud."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from handlers.texts import ranks, wording
from scheduling.disciplines import Discipline
from scheduling.visit import BoardRoom, BoardView, TicketView

VOICE_STARTED = "语音播报已打开。"
LOST = "网络断了，正在重连。屏上可能不是最新的，请留意诊室门口叫号。"
NO_ROOMS = "今天没有出诊的诊室。"
MISSED_HELP = "过号了：请到分诊台，或在微信里回复“我回来了”。"
_LANES: Mapping[str, str] = {"return": "回诊", "missed": "过号"}
_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
# Longer numbers are read digit by digit, as on every door: 301 is 三零一.
_LONG_NUMBER = re.compile(r"[0-9]{3,}")


def mark(ticket: TicketView) -> str:
    """军, 幼, 急, 优 for whoever goes before; else 回诊 or 过号 of who comes a second time."""
    if ticket.rank:
        return ranks.mark(ticket.rank)
    return _LANES.get(ticket.lane, "") if ticket.state == "waiting" else ""


def rule(discipline: Discipline) -> str:
    """How they are called, in one sentence for those who wait."""
    shares = discipline.shares
    order = {
        "fifo": "按预约时间先后叫号，同一时间先到先叫",
        "priority": "优先的患者先叫，其他患者按预约时间先后",
        "accumulating": "按等候时间叫号，等得越久越靠前，优先和回诊的患者等一分钟算几分钟",
        "pattern": (
            f"每叫{shares['first']}位初诊，叫{shares['return']}位回诊、"
            f"{shares['missed']}位过号回来的，同类里优先的先叫，再按预约时间先后"
        ),
    }[discipline.kind]
    cap = discipline.cap_minutes
    capped = f"，等满{cap:.0f}分钟的先叫" if cap is not None else ""
    return f"叫号规则：{order}；急诊先叫{capped}。"


def rules(board: BoardView) -> list[str]:
    """Every rule that is in force on this board; with its departments where there are several."""
    return of_each([(room.department_name, room.discipline) for room in board.rooms], rule)


def of_each(
    departments: Iterable[tuple[str, Discipline]], say: Callable[[Discipline], str]
) -> list[str]:
    """What is to be said of each department, once; who is meant where it is not all of them."""
    found: dict[str, dict[str, None]] = {}
    for name, discipline in departments:
        found.setdefault(say(discipline), {})[name] = None
    if len(found) == 1:
        return list(found)
    return [f"{'、'.join(names)}：{words}" for words, names in found.items()]


def why_nobody(room: BoardRoom) -> str:
    """Why nobody is called just now; nothing where that needs no word."""
    if room.state == "paused" and room.delayed_until is not None:
        begins = "医生晚到，约{}开始" if room.calls == 0 else "医生有事离开，约{}继续"
        return begins.format(wording.clock(room.delayed_until))
    if room.state == "paused":
        return "暂停叫号"
    return "" if room.called else "还没开始叫号"


def calls(board: BoardView) -> list[dict[str, str]]:
    """Return who is called just now: a key that each call has of its own, written and aloud."""
    return [
        {
            "key": f"{room.shift}:{room.calls}",
            "shown": f"请 {room.called.label} {room.called.name_masked} 到 {_where(room)}",
            "aloud": f"请{_number(room.called.label)}号，到{_aloud(_where(room))}就诊。",
        }
        for room in board.rooms
        if room.called is not None
    ]


def _where(room: BoardRoom) -> str:
    return f"{room.department_name} {room.room}".strip()


def _number(label: str) -> str:
    return " ".join(label).translate(_DIGITS)


def _aloud(text: str) -> str:
    return _LONG_NUMBER.sub(lambda found: found[0].translate(_DIGITS), text)
