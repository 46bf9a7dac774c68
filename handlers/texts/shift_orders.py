"""What staff read as they change a shift: another doctor, room or hour, more places or fewer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handlers.texts import staff, wording
from scheduling.rota import PastChange, ShiftView, Told
from scheduling.types import AppointmentView, Physician

CHANGE_TITLE = "调整出诊"
WHICH_OF_THEM = "哪一个班次？回复数字："
NO_SUCH_SHIFT = (
    "没有找到这个班次。请写明医生和时间，例如：张伟 明天上午。可能那天他不出诊，或已经停诊。"
)
WHO_STANDS_IN = "由哪位医生代替？请发姓名。"
NO_STAND_IN = "没有找到能代替的医生（要在同一个机构），没有执行。请写成：替诊 张伟 李芳 明天上午。"
WHICH_ROOM = "改到哪个诊室？请发诊室名，例如：3诊室。"
WHAT_TIME = "改到几点开始？请发时间，例如：9点，或：推迟30分钟。"
WHO_FOR = "给哪位患者加号？请发姓名和证件后4位，例如：李秀英0021。"
ASKED = {"room": WHICH_ROOM, "time": WHAT_TIME, "extra_for": WHO_FOR}
HOW_MANY = "几个号？请发数字。"
SAME_TIME = "这个班次本来就是这个时间开始，没有改动。"
NO_NEW_TIME = (
    "没有听懂改到几点，没有执行。请写成：改时间 张伟 明天上午 9点，或：张伟 明天上午 推迟30分钟。"
)
TELLS = ("substitute", "room", "time")
_SLIP = "发错了，10分钟内回复：撤销"
CHANGED = {
    "substitute": f"已改好，有患者的1分钟后通知。患者可以改时间，也可以免费退号。\n{_SLIP}",
    "room": f"已改好，有患者的1分钟后通知。\n{_SLIP}",
    "extra": f"已加号。有人候补的，先给候补的患者。\n{_SLIP}",
    "fewer": f"已减号。\n{_SLIP}",
    "limit": f"已限号。\n{_SLIP}",
    "time": f"已改好，有患者的1分钟后通知。费用不变，患者可以改时间，也可以免费退号。\n{_SLIP}",
}
UNDO_TITLE = "撤销"
UNDONE = "已撤销，和原来一样。"
_DEEDS = {
    "substitute": "替诊",
    "room": "改诊室",
    "time": "改时间",
    "extra": "加号",
    "fewer": "减号",
}
_FEW_TURNS = 3


def change_preview(
    order: str,
    view: ShiftView,
    argument: str,
    told: Told | None = None,
    usual_fen: int | None = None,
) -> str:
    """What a change of a shift will do: who hears of it and how, and what another doctor costs."""
    what = {
        "substitute": f"将由{argument}代替出诊，时间不变：",
        "room": f"将改到{argument}：",
        "time": f"将改到{argument}：",
        "extra_for": f"将加1个号给{argument}：",
        "extra": f"将加{argument}个号（现在共{view.places}个）：",
        "fewer": f"将减{argument}个空着的号（现在共{view.places}个）：",
        "limit": _limited(view, argument) if order == "limit" else "",
    }[order]
    more = [_who_hears(order, told)] if told is not None else []
    if usual_fen is not None:
        usual, fee = wording.fee(usual_fen), wording.fee(view.fee_fen)
        more.append(f"挂号费仍按{fee}（{argument}平时{usual}），通知里会写明。")
    lines = "".join(f"{line}\n" for line in more)
    return (
        f"{what}\n{staff.shift(view)}\n{lines}"
        f"执行请回复：{staff.CONFIRM_CHANGE}\n不做了请回复：退出"
    )


def _limited(view: ShiftView, argument: str) -> str:
    """将限号20个（现在共28个，去掉8个空着的号）：."""
    less = view.places - int(argument)
    how = f"去掉{less}个空着的号" if less > 0 else f"多放{-less}个号"
    return f"将限号{argument}个（现在共{view.places}个，{how}）："


def why_not_limited(view: ShiftView, count: int) -> str:
    """Why a shift cannot have so many places; empty where nothing is known against it."""
    if count < view.booked:
        return f"已经约了{view.booked}位，不能限到{count}个，没有执行。要停掉一部分，请用：停诊。"
    return f"现在就是{count}个号，没有改动。" if count == view.places else ""


def swap(turns: Sequence[tuple[Physician, Sequence[ShiftView]]]) -> str:
    """How two doctors change places: each stands in for the other, where they are free to."""
    (one, ones), (other, others) = turns
    if any(a.starts_at < b.ends_at and b.starts_at < a.ends_at for a in ones for b in others):
        return (
            f"{one.name}和{other.name}那时都出诊，一位医生不能同时看两个班次的病人，没有执行。"
            "只换诊室的，请分别发：改诊室 医生 时间 诊室。"
        )
    lines = [
        *(_stands_in(view, one.name, other.name) for view in ones[:_FEW_TURNS]),
        *(_stands_in(view, other.name, one.name) for view in others[:_FEW_TURNS]),
    ]
    if not lines:
        return f"{one.name}和{other.name}那时都没有班次，没有执行。请写明两边各是哪一天。"
    asked = "\n".join(lines)
    more = "" if ones and others else "\n另一边也请照样写上哪一天。"
    return f"对调请分开办，一行一次，每次都先给您看影响，还没有执行：\n{asked}{more}"


def _stands_in(view: ShiftView, away: str, by: str) -> str:
    at = view.starts_at
    return f"替诊 {away} {by} {at.month}月{at.day}日{wording.half(view.half_day)}"


def _who_hears(order: str, told: Told) -> str:
    """通知11位：微信9位，短信1位，要打电话1位；另有1位已到院，请当面告知。."""
    count = told.wechat + told.sms + told.to_ring + told.unheard
    if not told.total:
        return "没有患者受影响。"
    ways = [f"微信{told.wechat}位", f"短信{told.sms}位"]
    if told.to_ring:
        ways.append(f"要打电话{told.to_ring}位")
    if told.unheard:
        ways.append(f"通知不到{told.unheard}位，请在原诊室门口贴告示")
    here = "，也请当面告知" if order == "room" else "，不发通知，请当面告知"
    also = f"；其中{told.here}位已到院{here}" if told.here else ""
    return f"{told.total}位患者，通知{count}位：{'，'.join(ways)}{also}。"


def undo_preview(change: PastChange) -> str:
    """What taking a change back will do."""
    deed = _DEEDS[change.act]
    heard = ""
    if change.act in TELLS:
        heard = f"{change.told}位已经收到通知，会再收到一条更正；没收到的什么都不会收到。\n"
    return (
        f"将要撤销{wording.clock(change.at)}的{deed}：\n{staff.shift(change.shift)}\n{heard}"
        f"执行请回复：{staff.CONFIRM_UNDO}\n不做了请回复：退出"
    )


def colleague(doctor: Physician) -> str:
    """李芳 副主任医师."""
    return f"{doctor.name} {doctor.title}".strip()


def new_time(view: ShiftView, minutes: int) -> str:
    """8:30开始（推迟30分钟）."""
    begins = view.starts_at + timedelta(minutes=minutes)
    way = "推迟" if minutes > 0 else "提前"
    return f"{wording.clock(begins)}开始（{way}{abs(minutes)}分钟）"


def whose_place(count: int) -> str:
    """The words name nobody, or more than one."""
    if count:
        return f"这个姓名有{count}位，没有执行。请加上证件后4位，例如：李秀英0021。"
    return "没有找到这位患者，没有执行。姓名要写全名；没登记过的，请先到窗口登记。"


def booked_extra(view: AppointmentView) -> str:
    """The named patient has the place."""
    told = "没有另发通知，请告诉患者。"
    return f"已加号：{wording.appointment(view)}，预约号{view.code}。{told}"
