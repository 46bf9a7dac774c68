"""The sentences of the day of the visit: to be here, to wait, to step out and come back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from handlers.texts import ranks, wording
from scheduling.types import AppointmentView
from scheduling.visit import Standing, TicketView

TITLE = "签到"
WAIT_TITLE = "排队"
WHICH = "给谁签到？回复数字："
ALL_OF_THEM = "都签到"
WHICH_LEAVES = "谁要走开一下？回复数字："
WHICH_IS_BACK = "谁回来了？回复数字："
ALL_LEAVE = "都走开一下"
ALL_ARE_BACK = "都回来了"
BACK_YES = "回来了，接着排"
BACK_NO = "还没有"
STILL_AWAY = "好的，号给您留着。回来了，说“我回来了”。"
ARE_YOU_HERE = "人到了医院才能签到。您已经到医院了吗？回复数字："
WHO_IS_HERE = "人到了医院才能签到。谁已经到医院了？回复数字："
HERE_YES = "到了，给我签到"
HERE_NO = "还没到"
SAY_WHEN_HERE = "到了说“签到”。"
COME_FIRST = "好的，到了医院再说“签到”。"
NOTHING = "您今天没有要签到的号。要看病，告诉我哪里不舒服就行；在窗口挂的号，请到服务台签到。"
NO_TICKET = "您今天没有在排的号。约了今天的号，到医院后说“签到”。"
NOBODY_WAITS = "您今天没有在排的号，不用说暂时离开。"
NEEDS_PLACE = (
    "签到要人在医院。请扫诊区门口的签到码，或发一个您现在的位置。"
    "发位置：点输入框右边的圆圈，再点“位置”。"
)
HOW_TO_STAND = "想知道还要等多久，说“还要等多久”；要走开，说“我出去一下”。"
# How she will hear that it is her turn soon; the least of them is said of several.
NEAR: Mapping[str, str] = {
    "out_of_reach": "在这里说一句“好”，快到时才能提醒您；不说，请看叫号屏。",
    "sms": "快到时发短信提醒您。",
    "wechat": "快到时在微信提醒您。",
}
MISSED_RULE = "过号不作废：人回来了就接着排，再叫过几位就叫您；一直没应，要到分诊台重新办。"
AT_DESK = "已经签到的号不能改时间。不看了，说“取消预约”；只走开一下，说“我出去一下”。"
SEEN = "已经叫到您，或医生已经看过了，这个号不能在这里取消。请到分诊台办，或回复“人工”。"
HERE_ALREADY = "您已经签到了，请留意叫号。"
_TO_PERSON = "需要帮忙，请到分诊台，或回复“人工”。"


def place(ticket: TicketView) -> str:
    """神经内科周一鸣，3诊室."""
    room = f"，{ticket.room}" if ticket.room else ""
    return f"{ticket.department_name}{ticket.doctor_name or ''}{room}"


def _door(ticket: TicketView) -> str:
    return f"{ticket.room}门口" if ticket.room else "诊区"


def _head(ticket: TicketView) -> str:
    rank = ranks.before(ticket.rank)
    return f"{ticket.label}号，{ticket.name_masked}，{place(ticket)}" + (rank and f"，{rank}")


def wait(standing: Standing) -> str:
    """前面3位，大约20–35分钟: never a single minute, and nothing where nothing is known."""
    late = ""
    if standing.delayed_until is not None:
        until = wording.clock(standing.delayed_until)
        late = f"医生晚到，预计{until}开诊。"
        if standing.has_begun:
            late = f"医生有事离开，预计{until}接着看。"
    ahead = f"前面{standing.ahead}位" if standing.ahead else "前面没有人了，下一位就是您"
    if standing.wait is None:
        unknown = "，还要等多久现在说不准" if standing.ahead else ""
        return f"{ahead}{unknown}。{late}"
    low, high = standing.wait.shown
    span = f"大约{low}–{high}分钟" if low else f"{high}分钟以内"
    back = ""
    if standing.back_at is not None:
        back = f"请在{wording.clock(standing.back_at)}前回到{_door(standing.ticket)}。"
    return f"{ahead}，{span}。{late}{back}"


def _called(standing: Standing) -> str:
    return f"已经叫到您了，请马上进{standing.ticket.room or '诊室'}。"


def _missed(standing: Standing) -> str:
    return "刚才叫过您，您不在，号没有作废。"


def _results(standing: Standing) -> str:
    return "医生让您先去做检查。拿到结果回来，就给您接着排。"


def _unseen(standing: Standing) -> str:
    return (
        "医生提前结束了，今天没有看到您，很抱歉。"
        "您在医院的，请到分诊台；不在的，工作人员会打电话给您另作安排。"
    )


def _suspended(standing: Standing) -> str:
    return "这个班次临时停诊了，很抱歉。改约或退号，请说“我的预约”。"


def _over(standing: Standing) -> str:
    return f"这个号已经结束了。{_TO_PERSON}"


def _left(standing: Standing) -> str:
    return "您暂时离开了，号留着，现在不会叫您。"


_STATES = {
    "waiting": wait,
    "called": _called,
    "missed": _missed,
    "results": _results,
    "left": _left,
    "unseen": _unseen,
    "suspended": _suspended,
    "done": _over,
    "no_show": _over,
    "cancelled": _over,
}


def stands(standing: Standing) -> str:
    """Where one ticket stands, in two lines."""
    return f"{_head(standing.ticket)}。\n{_now(standing)}"


def _now(standing: Standing) -> str:
    return _STATES.get(standing.ticket.state, wait)(standing)


def all_stand(standings: Sequence[Standing]) -> str:
    """Where all the tickets of the family stand."""
    return "\n".join(map(stands, standings))


def near(ways: Collection[str]) -> str:
    """How she will hear that it is her turn soon; the least of them where there are several."""
    return next((said for way, said in NEAR.items() if way in ways), "")


def room(ticket: TicketView) -> str:
    """Where to go: C001号，神经内科王建国，16-1诊室（门诊楼4楼A区）."""
    where = f"（{ticket.location}）" if ticket.location else ""
    return f"{_head(ticket)}{where}。"


def checked_in(standings: Sequence[Standing], notes: Sequence[str], near: str) -> str:
    """The tickets, where they stand, who came early or late, and how it goes on (of `NEAR`)."""
    told = "\n".join((*(f"{room(s.ticket)}\n{_now(s)}" for s in standings), *notes))
    if all(s.ticket.state == "unseen" for s in standings):
        return f"已经记下您到了。\n{told}"
    return f"签到好了。\n{told}\n{near}{HOW_TO_STAND}"


def early(view: AppointmentView) -> str:
    """Who comes early is not called sooner for it."""
    return f"来得早，会按约的{wording.clock(view.opening.starts_at)}排，可以先走走。"


def late(view: AppointmentView) -> str:
    """Who comes too late rejoins behind those who are here."""
    return f"约的{wording.clock(view.opening.starts_at)}已经过了很久，只能排在已经到的人后面。"


def again(standings: Sequence[Standing]) -> str:
    """They were here already."""
    return f"您已经签过到，不用再签。\n{all_stand(standings)}"


def left(standings: Sequence[Standing]) -> str:
    """The ticket is kept; when to be back."""
    who = "、".join(f"{s.ticket.label}号" for s in standings)
    backs = [s.back_at for s in standings if s.back_at is not None]
    by = f"最好{wording.clock(min(backs))}前回来。" if backs else ""
    return f"好的，{who}给您留着，这会儿不叫您。{by}回来了说“我回来了”。"


def returned(standings: Sequence[Standing]) -> str:
    """They are in the line again."""
    return f"好的，接着给您排。\n{all_stand(standings)}"


def ask_back(standing: Standing) -> str:
    """Somebody who is away asks: is she back?"""
    rule = f"\n{MISSED_RULE}" if standing.ticket.state == "missed" else ""
    return f"{stands(standing)}{rule}\n您回来了吗？回复数字："


def choice(standing: Standing) -> str:
    """One of several tickets."""
    return f"{standing.ticket.name_masked}，{standing.ticket.label}号"


def visit(view: AppointmentView) -> str:
    """One of several visits to check in for."""
    at = view.opening
    return f"{view.patient_name_masked}，{at.department_name}，{wording.clock(at.starts_at)}"


def not_here(view: AppointmentView, late_after: timedelta) -> str:
    """She is still on her way: nothing is lost yet, and when it would be."""
    return (
        f"还没到不用签到，路上别急。您约的是：{wording.appointment(view)}。\n"
        f"到了医院，说“签到”。晚到{wording.span(late_after)}以内还按约的时间排，"
        "再晚排在已经到的人后面。来不了，说“改时间”或“取消预约”。"
    )


def another_day(view: AppointmentView) -> str:
    """The next visit is not today."""
    return (
        f"今天没有要签到的号。您最近约的是：{wording.appointment(view)}。\n"
        "请到那天再来签到；今天想看，告诉我哪里不舒服就行。"
    )


def suspended(view: AppointmentView) -> str:
    """The visit of today does not take place."""
    return f"今天的号停诊了：{wording.appointment(view)}。\n改约或退号，请说“我的预约”。"


def not_yet(view: AppointmentView) -> str:
    """Who asks for her turn has not checked in."""
    return f"您今天约了：{wording.appointment(view)}，还没签到。\n人到医院后，说“签到”。"


def wrong_site(here: str, view: AppointmentView, address: str) -> str:
    """The code hangs in another house than the one where the visit is."""
    return (
        f"这里是{here}，您约的是：{wording.appointment(view)}。\n"
        f"请到{view.opening.site_name}签到，地址：{address}。"
        "来不及了，说“改时间”或“取消预约”。"
    )
