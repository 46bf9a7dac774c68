"""What members of staff read: what they can order, who is booked, and what a suspension does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from handlers.texts import wording
from scheduling.rota import DayLine, Impact, Member, PatientLine, Progress, ShiftView

SUSPEND_TITLE = "停诊"
REOPEN_TITLE = "恢复出诊"
CONFIRM_SUSPEND = "确认停诊"
CONFIRM_REOPEN = "确认恢复"
CONFIRM_CHANGE = "确认执行"
CONFIRM_TELL = "确认通知"
CONFIRM_UNDO = "确认撤销"
CONFIRMING = (CONFIRM_SUSPEND, CONFIRM_REOPEN, CONFIRM_CHANGE, CONFIRM_TELL, CONFIRM_UNDO)
# What means the word and is not it: said back, and nothing is done.
NEARLY = (
    "发吧",
    "发送",
    "发出去",
    "确认发送",
    "确认发",
    "执行",
    "执行吧",
    "停吧",
    "办吧",
    "恢复吧",
    "改吧",
    "确认",
)
WHICH_OF_NAME = "这个名字有几位医生，请发全名，或写上科室。"
NO_LOOKUP = "微信里没有开放查患者。请到工作台的“患者”页查。"
NOTHING_OPEN = "没有等着确认的操作，什么都没有改动。请把要办的事再说一遍。"
NOTHING_TO_UNDO = (
    "没有能撤销的操作。停诊、替诊、改诊室、改时间、加号、减号、限号，10分钟内可以撤销。"
)
WHICH_SHIFT = "停哪一个班次？回复数字："
WHICH_REOPEN = "恢复哪一个班次？回复数字："
NO_SHIFT = "没有找到您能停的班次。请写明医生和时间，例如：停诊 张伟 明天上午。"
ALREADY = "这个班次已经停诊了。看进展请回复：停诊进度。要恢复请回复：恢复 医生 时间。"
NO_MIDDLE = (
    "只能停整个班次，或停某个时间以后的，没有执行。例如：停诊 张伟 明天上午10点以后。"
    "要晚一点开诊，请发：改时间 张伟 明天上午 10点。中间离开一会儿，由医生发：休息30分钟。"
)
NOTHING_SUSPENDED = "没有找到停诊的班次。请写明医生和时间，例如：恢复 张伟 明天上午。"
# More shifts than these are too many to list those nobody has booked.
_MANY = 6
_MOST_FOUND = 10
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
OWN = (
    "自己的班次，一句话就能办，不用写名字，例如：\n"
    "我明天上午有事来不了\n"
    "我明天上午10点以后不看了\n"
    "撤销（10分钟内，上一步）\n"
    "停诊进度\n"
    "李芳明天上午替我\n"
    "我明天上午加2个号，或：限号20\n"
    "我明天上午改到3诊室\n"
    "我明天上午推迟30分钟\n"
    "给我的病人李秀英加一个号\n"
    "告诉我明天的病人带片子\n"
    "今日预约，或：明天预约\n"
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
    return text.replace(" ", "").replace("消", "销").strip('\t\n。.！!“”"「」')


def helping(member: Member) -> str:
    """What somebody of this role can order."""
    return f"{CALLING}\n{OWN}" if member.role == "doctor" else HELP


def not_understood(member: Member) -> str:
    """It sounds like an order, and is none we know."""
    return f"没有听懂要办什么，什么都没有改动。\n{helping(member)}"


def not_understood_at_work() -> str:
    """What a doctor says in the middle of a clinic, and is none of the words for calling."""
    return f"没有听懂要办什么，什么都没有改动。自己要看病，请说“挂号”加科室。\n{CALLING}"


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
            f"可平移{impact.shifted}位，改期{impact.later}位；{impact.to_ring}位需电话"
            "（没有合适的号，或微信、短信都通知不到）。\n"
            "确认后立即停止挂号，1分钟后通知患者，由患者本人选择，不会自动改动。\n"
        )
    else:
        lead += "没有患者受影响。\n"
    return f"{lead}执行请回复：{CONFIRM_SUSPEND}\n不做了请回复：退出"


def say_the_word(word: str) -> str:
    """Only the very word acts."""
    return f"为防误操作，执行请完整回复：{word}\n不做了请回复：退出"


def patient(one: PatientLine) -> str:
    """李*英（女，1950年生，手机138****8000）."""
    phone = f"，手机{one.phone_masked}" if one.phone_masked else ""
    sex = "男" if one.sex == "m" else "女"
    return f"{one.name_masked}（{sex}，{one.birth_on.year}年生{phone}）"


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
        lead = "另有" if lines else "这一天"
        lines.append(f"{lead}{len(empty)}个班次{'' if lines else '都'}还没有患者。")
    return "\n".join(lines)
