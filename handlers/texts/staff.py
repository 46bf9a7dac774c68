"""What members of staff read: previews with numbers, what was done, how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from handlers.texts import wording
from scheduling.rota import (
    DayLine,
    Impact,
    Member,
    PastChange,
    PatientLine,
    Progress,
    ShiftView,
    Told,
)
from scheduling.types import AppointmentView, Physician

SUSPEND_TITLE = "停诊"
REOPEN_TITLE = "恢复出诊"
CONFIRM_SUSPEND = "确认停诊"
CONFIRM_REOPEN = "确认恢复"
CONFIRM_CHANGE = "确认执行"
CONFIRM_TELL = "确认通知"
CHANGE_TITLE = "调整出诊"
WHICH_OF_THEM = "哪一个班次？回复数字："
WHO_STANDS_IN = "由哪位医生代替？请发姓名。"
WHICH_OF_NAME = "这个名字有几位医生，请发全名，或写上科室。"
NO_STAND_IN = "没有找到能代替的医生（要在同一个机构），没有执行。请写成：替诊 张伟 李芳 明天上午。"
WHICH_ROOM = "改到哪个诊室？请发诊室名，例如：3诊室。"
SAME_TIME = "这个班次本来就是这个时间开始，没有改动。"
WHAT_TIME = "改到几点开始？请发时间，例如：9点，或：推迟30分钟。"
WHO_FOR = "给哪位患者加号？请发姓名和证件后4位，例如：李秀英0021。"
NO_NEW_TIME = (
    "没有听懂改到几点，没有执行。请写成：改时间 张伟 明天上午 9点，或：张伟 明天上午 推迟30分钟。"
)
NO_LOOKUP = "微信里没有开放查患者。请到工作台的“患者”页查。"
ASKED = {"room": WHICH_ROOM, "time": WHAT_TIME, "extra_for": WHO_FOR}
HOW_MANY = "几个号？请发数字。"
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
CONFIRM_UNDO = "确认撤销"
CONFIRMING = (CONFIRM_SUSPEND, CONFIRM_REOPEN, CONFIRM_CHANGE, CONFIRM_TELL, CONFIRM_UNDO)
UNDO_TITLE = "撤销"
NOTHING_OPEN = "没有等着确认的操作，什么都没有改动。请把要办的事再说一遍。"
NOTHING_TO_UNDO = (
    "没有能撤销的操作。停诊、替诊、改诊室、改时间、加号、减号、限号，10分钟内可以撤销。"
)
UNDONE = "已撤销，和原来一样。"
_DEEDS = {
    "substitute": "替诊",
    "room": "改诊室",
    "time": "改时间",
    "extra": "加号",
    "fewer": "减号",
}
WHICH_SHIFT = "停哪一个班次？回复数字："
WHICH_REOPEN = "恢复哪一个班次？回复数字："
NO_SHIFT = "没有找到您能停的班次。请写明医生和时间，例如：停诊 张伟 明天上午。"
NO_SUCH_SHIFT = (
    "没有找到这个班次。请写明医生和时间，例如：张伟 明天上午。可能那天他不出诊，或已经停诊。"
)
ALREADY = "这个班次已经停诊了。看进展请回复：停诊进度。要恢复请回复：恢复 医生 时间。"
NO_MIDDLE = (
    "只能停整个班次，或停某个时间以后的，没有执行。例如：停诊 张伟 明天上午10点以后。"
    "要晚一点开诊，请发：改时间 张伟 明天上午 10点。中间离开一会儿，由医生发：休息30分钟。"
)
NOTHING_SUSPENDED = "没有找到停诊的班次。请写明医生和时间，例如：恢复 张伟 明天上午。"
# More shifts than these are too many to list those nobody has booked.
_MANY = 6
_MOST_FOUND = 10
_FEW_TURNS = 3
NOT_DONE = "没有执行，什么都没有改动。"
NO_SUSPENSION = "您没有正在进行的停诊。"
NOBODY_TODAY = "这一天没有您能看的班次。"
HELP = (
    "一句话就能办，也可以照平时说话，例如：张主任明早有急事来不了。\n"
    "停诊 张伟 明天上午\n"
    "停诊 张伟 明天上午10点以后\n"
    "恢复 张伟 明天上午\n"
    "撤销（10分钟内，上一步）\n"
    "停诊进度\n"
    "替诊 张伟 李芳 明天上午\n"
    "加号 张伟 明天上午 2\n"
    "减号 张伟 明天上午 2\n"
    "限号 张伟 明天上午 20\n"
    "改诊室 张伟 明天上午 3诊室\n"
    "通知 张伟明天上午的病人：改在3号楼看诊\n"
    "改时间 张伟 明天上午 9点\n"
    "加号 张伟 明天上午 给 李秀英0021\n"
    "今日预约，或：明天预约 张伟\n"
    "都会先给您看影响，确认后才执行。"
)
CALLING = (
    "出诊时叫号，一句话一件事：\n"
    "下一个\n"
    "过号（叫了没来）\n"
    "再叫一次\n"
    "完成（看完了，先不叫下一个）\n"
    "看结果（去做检查，回来接着看）\n"
    "转 骨科，或：转 张伟\n"
    "约下次 两周后\n"
    "晚到20分钟，或：休息10分钟\n"
    "提前结束\n"
    "C003号回来了\n"
    "候诊情况\n"
    "转、约下次、晚到、提前结束会先给您看，确认后才执行；别的立即生效。"
)
_STATUS = {
    "checked_in": "已签到",
    "completed": "已就诊",
    "no_show": "未到",
    "excused": "未到，免记",
}


def bare(text: str) -> str:
    """Return what was typed without what stands around it."""
    return text.strip(" \t\n。.！!")


def helping(member: Member) -> str:
    """What somebody of this role can order."""
    return f"{CALLING}\n{HELP}" if member.role == "doctor" else HELP


def not_understood(member: Member) -> str:
    """It sounds like an order, and is none we know."""
    return f"没有听懂要办什么，什么都没有改动。\n{helping(member)}"


def bound(member: Member) -> str:
    """The account now belongs to a member of staff."""
    return f"绑定成功，{member.name}。\n{helping(member)}"


def shift(view: ShiftView) -> str:
    """11月25日 周三 上午，神经内科张伟，12位患者."""
    where = _where(view, wording.clinic_time(view))
    # Nobody is booked any more where nothing takes place: how many it concerns is told apart.
    return where if view.state == "suspended" else f"{where}，{view.booked}位患者"


def _where(view: ShiftView, when: str) -> str:
    return f"{when}，{view.site_name}{view.department_name}{view.doctor_name or '普通号'}"


def _rest(view: ShiftView, since: datetime) -> str:
    """11月25日 周三 上午10:00以后."""
    day = wording.day(view.starts_at.date())
    return f"{day} {wording.half(view.half_day)}{wording.clock(since)}以后"


def _listed(shifts: Sequence[ShiftView], parts: Mapping[int, datetime] | None = None) -> str:
    since = parts or {}
    return "\n".join(
        f"{_where(view, _rest(view, since[view.id]))}（之前的照常出诊）"
        if view.id in since
        else shift(view)
        for view in shifts
    )


def all_of_them(count: int) -> str:
    """Every shift that was found, in one choice."""
    return f"全部{count}个班次"


def elsewhen(none: str, others: Sequence[ShiftView]) -> str:
    """Nothing then, and what there is on other days."""
    return f"{none}\n最近的班次：\n{_listed(others)}"


def shifts(some: Sequence[ShiftView]) -> str:
    """Several shifts as one choice."""
    return "；".join(shift(view) for view in some)


def preview(
    shifts: Sequence[ShiftView], impact: Impact, parts: Mapping[int, datetime] | None = None
) -> str:
    """What will happen, in numbers, before anything does; of `parts` from when on."""
    lead = f"将要停诊：\n{_listed(shifts, parts)}\n"
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
    return f"{what}\n{shift(view)}\n{lines}执行请回复：{CONFIRM_CHANGE}\n不做了请回复：退出"


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
        f"将要撤销{wording.clock(change.at)}的{deed}：\n{shift(change.shift)}\n{heard}"
        f"执行请回复：{CONFIRM_UNDO}\n不做了请回复：退出"
    )


def colleague(doctor: Physician) -> str:
    """李芳 副主任医师."""
    return f"{doctor.name} {doctor.title}".strip()


def new_time(view: ShiftView, minutes: int) -> str:
    """8:30开始（推迟30分钟）."""
    begins = view.starts_at + timedelta(minutes=minutes)
    way = "推迟" if minutes > 0 else "提前"
    return f"{wording.clock(begins)}开始（{way}{abs(minutes)}分钟）"


def patient(one: PatientLine) -> str:
    """李*英（女，1950年生，手机138****8000）."""
    phone = f"，手机{one.phone_masked}" if one.phone_masked else ""
    sex = "男" if one.sex == "m" else "女"
    return f"{one.name_masked}（{sex}，{one.birth_on.year}年生{phone}）"


def whose_place(count: int) -> str:
    """The words name nobody, or more than one."""
    if count:
        return f"这个姓名有{count}位，没有执行。请加上证件后4位，例如：李秀英0021。"
    return "没有找到这位患者，没有执行。姓名要写全名；没登记过的，请先到窗口登记。"


def booked_extra(view: AppointmentView) -> str:
    """The named patient has the place."""
    return f"已加号：{wording.appointment(view)}，预约号{view.code}。"


def found(patients: Sequence[PatientLine]) -> str:
    """Whom the words fit, masked."""
    if not patients:
        return "没有找到。姓名要写全名，也可以写手机号、证件号或后4位。"
    lines = "\n".join(patient(one) for one in patients[:_MOST_FOUND])
    more = (
        f"\n还有{len(patients) - _MOST_FOUND}位，请多写一些。"
        if len(patients) > _MOST_FOUND
        else ""
    )
    return f"找到{len(patients)}位：\n{lines}{more}\n看全部信息请到工作台。"


def suspended(
    shifts: Sequence[ShiftView], impact: Impact, parts: Mapping[int, datetime] | None = None
) -> str:
    """It is done; what happens now, and how to take it back."""
    told = f"正在为{impact.affected}位患者安排，1分钟后开始通知。\n" if impact.affected else ""
    return (
        f"已停诊：\n{_listed(shifts, parts)}\n{told}"
        "看进展请回复：停诊进度\n发错了，10分钟内回复：撤销停诊"
    )


def reopen_preview(shifts: Sequence[ShiftView], progress: Progress) -> str:
    """What taking it back will do."""
    return (
        f"将要恢复：\n{_listed(shifts)}\n"
        f"{progress.open}位患者拿回原来的号，{progress.settled}位已另有安排，保持不变；"
        f"已收到停诊通知的会再收到一条恢复通知。\n"
        f"执行请回复：{CONFIRM_REOPEN}\n不做了请回复：退出"
    )


def reopened(shifts: Sequence[ShiftView], progress: Progress) -> str:
    """It is taken back."""
    kept = progress.settled
    note = f"{kept}位患者已另有安排，没有改动。" if kept else "患者都拿回了原来的号。"
    return f"已恢复：\n{_listed(shifts)}\n{note}"


def progress(value: Progress) -> str:
    """How far a suspension is, in numbers."""
    return (
        f"停诊进度：\n{_listed(value.shifts)}\n"
        f"共{value.total}位，已通知{value.told}位：接受新号{value.accepted}位，"
        f"另选{value.other}位，不看了{value.returned}位，等答复{value.waiting}位，"
        f"要打电话{value.to_ring}位，打过电话还没定{value.phoned}位。\n{confirmed(value)}"
    )


def confirmed(value: Progress) -> str:
    """How long it took until everybody had decided, or has taken so far."""
    if not value.total:
        return "没有患者要安排。"
    if value.settled_at is not None:
        return f"全部{value.total}位都已答复，用了{wording.took(value.settled_at - value.began)}。"
    so_far = wording.took(value.now - value.began)
    return f"已过{so_far}，还有{value.open}位没有定下来。"


def _places(view: ShiftView) -> str:
    """（共28个号，还剩16个，已到3位）."""
    left = max(0, view.places - view.booked)
    here = f"，已到{view.arrived}位" if view.arrived else ""
    return f"（共{view.places}个号，还剩{left}个{here}）"


def day(shifts: Sequence[tuple[ShiftView, Sequence[DayLine]]]) -> str:
    """The shifts, with patients where one doctor was asked for; empty ones of many are counted."""
    lines = []
    empty = [view for view, _ in shifts if not view.booked and view.state != "suspended"]
    for view, patients in shifts:
        if len(shifts) > _MANY and view in empty:
            continue
        state = "（已停诊）" if view.state == "suspended" else ""
        places = "" if state else _places(view)
        lines.append(f"{shift(view)}{places}{state}")
        for one in patients:
            status = _STATUS.get(one.status, "")
            lines.append(f"{wording.clock(one.starts_at)} {one.name_masked} {status}".strip())
    if len(shifts) > _MANY and empty:
        lines.append(f"另有{len(empty)}个班次还没有患者。")
    return "\n".join(lines)
