"""Every "no" of the desk as a kind sentence that says what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from handlers.texts import papers, wording
from scheduling.errors import Refusal

OR_NONE = "不想留，回复“不留”。"
_SENTENCES: Mapping[str, str] = {
    "SlotTaken": "这个号刚刚被别人约走了，请换一个。",
    "KeptForOthers": (
        "这个时间剩下的号是专门留的{quotas}，没用完的{opens}大家都能约。请换一个时间，或先候补。"
    ),
    "ShiftSuspended": "这个班次停诊了，请换一个。",
    "NotOpenYet": "这一天的号还没有放出来{opens_at}，请换一天。",
    "TooLate": "这个时间已经不能约了{closes}，请换一个时间。",
    "NotBookable": "这个科不用预约，请直接去现场。",
    "SameHalfDay": "这位就诊人在这个科同一个半天已经约了号，不能重复约，请换个时间。",
    "DailyLimit": "这位就诊人当天约的号已经到上限{limit}，请换一天。",
    "TotalLimit": "这位就诊人已约的号到上限{limit}，请先取消用不着的号。",
    "Overlapping": "这位就诊人这个时间已经约了别的号，请换个时间。",
    "AgeOrSexUnfit": "这个科不接诊这位就诊人（年龄或性别不符），请换一个科。",
    "PatientBlocked": (
        "这位就诊人多次{why}，{until}前不能在线预约，窗口照常可以挂号。"
        "觉得记错了，回复“人工”，请工作人员核对。"
    ),
    "AccountLimit": (
        "这个微信号已约的号到上限{limit}，请先取消用不着的号（说“我的预约”），或到窗口挂号。"
    ),
    "PlacesLeft": "这个号现在还有空位，不用候补，直接说“挂号”就行。",
    "NothingToWaitFor": "您要的时间没有排班，没有号可以候补，请换一天。",
    "WaitlistClosed": "候补在就诊前一天晚上{closed_at}截止，这一天已经截止了，请换一天。",
    "WaitlistLimit": "这位就诊人同时最多候补{limit}，请先退出不用的（说“我的候补”）。",
    "AlreadyWaiting": "家里人已经给这位就诊人候补了这个号，不用再候补，轮到了会通知他。",
    "HoldExpired": "留号时间过了，号已退回，没有扣费。请重新选一个。",
    "NotYourAppointment": "没有找到这个预约，请再看看您的预约。",
    "AppointmentOver": "这个预约已经结束或取消，不用再办。",
    "BadName": "这个名字好像不对，请发和证件上一样的姓名。",
    "BadPhone": f"这个电话号码好像不对，请发11位手机号；{OR_NONE}",
    "SexMissing": "请告诉我就诊人是男还是女。",
    "BirthDateMissing": "请告诉我就诊人的出生日期。",
    "BadBirthDate": "出生日期好像不对，请对着证件再发一遍。",
    "NoPhoneKnown": "没有核实过的手机号，不能发验证码，请带证件到窗口办理。",
    "TooManyCodes": "今天发的验证码太多了，请明天再试，或到窗口办理。",
    "NotYourPatient": "没有找到这位就诊人。",
    "NameMismatch": "姓名和证件对不上，请核对姓名；还不行请带证件到窗口办理。",
    "LinkCodeWrong": "验证码不对或已过期，请重新输入，或回复“人工”。",
    "ConsentMissing": "需要您先同意，我才能登记个人信息。",
    "TooManyPatients": (
        "这个微信号能登记的就诊人已满{limit}。不用的可以解绑，说“解绑就诊人”；也可以到窗口挂号。"
    ),
    "TooManyChanges": "30天里登记过的就诊人太多{limit}，请过些天再登记，或带证件到窗口办理。",
    "TooManyAccounts": (
        "登记了这位就诊人的微信号已满{limit}，不能再加。请让已登记的家人挂号，或带证件到窗口办理。"
    ),
    "Unavailable": (
        "这位就诊人现在不能在微信约这个时间，请换个时间。原因要核对身份后才能说，"
        "请带证件到窗口，或由本人办理。"
    ),
    "NotVerified": (
        "您还没有通过这位就诊人的身份核对，暂时不能在微信再为他挂号。请带证件到窗口办理。"
    ),
    "OnlyAtDesk": "这项要核对证件才能改，请带证件到医院窗口办理。",
    "NotAllowed": "这个班次不归您管，没有执行。",
    "BadQuota": "{starts_at}的号数不行：{fault}。没有执行。",
    "BadShiftTime": "{fault}，没有执行。",
    "ShiftNotEmpty": "这个班次有过患者，不能删除。不出诊请用“停诊”。",
    "DoctorBusy": "{doctor}这个时间在别处出诊，没有执行。",
    "TooFewPlaces": "没有这么多空着的号{limit}，没有执行。",
    "TooManyPlaces": "一个班次加的号有上限{limit}，没有执行。",
    "NotConfirmed": "这个号还没有确认，请先确认预约，再签到。",
    "WrongDay": "这个号不是今天的，是{starts_at}，{site_name}。到那天再来签到。",
    "WrongSite": "您约的是{site_name}（{address}），{starts_at}，请到那里签到。",
    "CheckInNotOpen": "现在还不能签到，今天{begins_at}开始签到。",
    "ShiftOver": "这个班次已经结束了，请到服务台，看看还能怎么安排。",
    "RoomClosed": "{room}今天已经停止叫号，没有执行。",
    "WhichRoom": "{rooms}都没有写明医生，不知道您在哪一间。请在工作台的诊室页叫号。",
    "NobodyInside": "诊室里现在没有叫到的患者，没有执行。",
    "NotInLine": "这个排队号已经叫到或看过了，不能这样办。请到分诊台问一下。",
    "NoSuchTicket": "没有找到这个排队号，请先签到。",
    "NoSuchRank": "这个科没有这种优先，或规则刚改过，没有执行。请刷新页面，看清再选。",
    "CannotMerge": "这两条记录不能合并{reason}{appointments}。",
    "BadWords": (
        "内容要有1到500个字；花括号里只能写能填的项，例如姓名、时间；"
        "发给所有关注者的不能写个人信息。没有发送。"
    ),
    "NobodyThere": "没有要通知的人，没有发送。",
    "NobodyMeant": "没有写明通知谁，没有发送。请选班次、日期、科室或医生。",
    "AlreadyPast": "定的时间{at}已经过了，没有发送。请改时间，或不填，1分钟后就发。",
    "TooManyLooks": "一小时里看了{looks}位患者的完整信息，请过一会儿再看；急用请找同事。",
    "NeedsAnother": "人数超过一个人能发的上限{limit}，要由另一位同事批准。",
    "BroadcastMoved": "这条通知的状态已经变了，没有改动，请再看一遍。",
    "NoFollowerList": (
        "微信不让这个公众号读取关注者名单（{code}），不能发给全部关注者：要认证过的服务号。"
        "可以改发给登记过的关注者。"
    ),
    "WechatAway": "现在连不上微信，不知道有多少关注者。请过几分钟再试。",
    "NotYourAccount": (
        "没有找到您自己的微信账号：请先在公众号里发“绑定”加一次性码，再登记一位就诊人。"
    ),
    "NoVisitToResume": "没有刚看完、还能接着看的患者，没有执行。",
    "NothingToUndo": "已经恢复过了，或班次已经结束，没有执行。",
}
_MARKS: Mapping[str, str] = {"no_show": "约了没来", "late_cancel": "临时取消"}
_NO_MERGE: Mapping[str, str] = {
    "same": "：这是同一条",
    "sex": "：性别不同",
    "birth_on": "：出生日期不同",
    "overlap": "：预约时间冲突，请先取消或改约其中一个",
}
_QUOTAS = {"elderly": "老人", "referred": "转诊病人", "signed": "家庭医生签约病人"}
_CLOCKS = ("closed_at", "begins_at")
_MOMENTS = {"opens_at": "（{}放号）", "opens": "{}起"}
# Facts that are names of ours.
_FAULTS: Mapping[str, str] = {
    "half_day": "不能改到别的半天，请停诊后另排",
    "past": "这个时间已经过了",
    "begun": "这个班次已经开始或结束了",
    "rest": "这个时间以后没有号了",
    "booked": "总数不能少于已约的",
    "chat": "微信数不能少于微信已约的，也不能多于总数",
    "reserve": "当天放的不能多于微信还能分的",
}
_NAMED = {"fault": _FAULTS, "reason": _NO_MERGE, "why": _MARKS}
_FALLBACK = "这一步没办成，什么都没有改动。请换一个试试，或回复“人工”。"


def say(refusal: Refusal) -> str:
    """Return the sentence for a refusal; unknown ones get a harmless one."""
    if type(refusal).__name__ == "BadDocument":
        return papers.wrong(refusal.facts)
    sentence = _SENTENCES.get(type(refusal).__name__, _FALLBACK)
    return sentence.format_map(_Facts(refusal.facts))


_AT_DESK: Mapping[str, str] = {
    "NameMismatch": "这个证件已登记在另一个姓名下。请核对证件；登记错了的，请管理员处理。",
    "BadBirthDate": "出生日期不对，或和已登记的不一样。请对着证件核对。",
    "SlotTaken": "这个时段刚刚约满，请换一个。",
    "TooLate": "这个时段已经过了，请换一个。",
    "SameHalfDay": "患者在这个科同一个半天已经有号（预约号{appointment}），不能重复约。",
    "Overlapping": "患者这个时间已经有别的号（预约号{appointment}），请换个时间。",
    "BadPhone": "电话号码不对，请核对。",
    "SexMissing": "这种证件看不出性别，请选男或女。",
    "BirthDateMissing": "这种证件看不出出生日期，请填上。",
    "NotYourPatient": "没有找到这位患者。",
    "NotAllowed": "这个班次或机构不归您管，没有执行。",
}


def at_desk(refusal: Refusal) -> str:
    """Return the sentence for a refusal as a clerk reads it, who may know more than a patient."""
    sentence = _AT_DESK.get(type(refusal).__name__)
    return say(refusal) if sentence is None else sentence.format_map(_Facts(refusal.facts))


def reason(name: str) -> str:
    """Return the sentence for a refusal of which only the name was kept."""
    return _SENTENCES.get(name, _FALLBACK).format_map(_Facts({}))


class _Facts(dict[str, object]):
    """Facts as words; a missing fact leaves nothing behind."""

    def __init__(self, facts: Mapping[str, object]) -> None:
        super().__init__({name: _word(name, value) for name, value in facts.items()})

    def __missing__(self, key: str) -> str:
        return ""


def _word(name: str, value: object) -> str:
    if name in _NAMED:
        return _NAMED[name].get(str(value), "")
    if isinstance(value, datetime | date):
        return _day(name, value)
    if isinstance(value, timedelta):
        return f"（就诊前{wording.span(value)}停止预约）" if value else ""
    if isinstance(value, tuple):
        return f"（{'、'.join(_QUOTAS.get(str(one), str(one)) for one in value)}）"
    return f"（{value}个）" if name == "limit" else str(value)


def _day(name: str, value: datetime | date) -> str:
    if not isinstance(value, datetime):
        return wording.day(value)
    words = wording.clock(value) if name in _CLOCKS else wording.moment(value)
    return _MOMENTS.get(name, "{}").format(words)


TAKEN = _SENTENCES["SlotTaken"]
HOLD_OVER = _SENTENCES["HoldExpired"]
