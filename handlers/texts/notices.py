"""Notices that the courier sends: each stands alone, for it is read hours later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from handlers.texts import wording
from handlers.texts.facts import ANY_DOCTOR, facts_of
from scheduling.broadcasting import placeholders

IF_UNFIT = "不合适请回复“改时间”或“取消预约”。"
IF_NOT_YOURS = "不是您家取消的，或想另约时间，请回复“人工”或“挂号”。"
GO_ON = "还有问题，请直接回复“人工”加上您要说的话。"


def _visit(payload: Mapping[str, Any]) -> str:
    at = datetime.fromisoformat(str(payload["starts_at"]))
    doctor = f"，{payload['doctor']}" if payload.get("doctor") else ""
    room = f"，{payload['room']}" if payload.get("room") else ""
    return (
        f"{payload['patient']}，{wording.moment(at)}，"
        f"{payload['site']}{payload['department']}{doctor}{room}"
    )


def _reminder(payload: Mapping[str, Any]) -> str:
    return (
        f"【就诊提醒】{_visit(payload)}。\n"
        "请带身份证或医保码，提前到一楼取号缴费。\n"
        "请在本公众号里回复：按时来回1，要改时间回2，来不了回3。"
    )


def _confirmed(payload: Mapping[str, Any]) -> str:
    return (
        f"【预约成功】{_visit(payload)}。预约号：{payload['code']}。\n"
        "请带身份证或医保码，按时到一楼取号缴费。不是您家约的，请回复“人工”。"
    )


def _changed(payload: Mapping[str, Any]) -> str:
    return (
        f"【改期通知】预约已改到：{_visit(payload)}。新的预约号：{payload['code']}。\n{IF_UNFIT}"
    )


def _cancelled(payload: Mapping[str, Any]) -> str:
    lead = f"【取消通知】这个预约已经取消：{_visit(payload)}。\n"
    return f"{lead}{_refund(payload)}{IF_NOT_YOURS}"


def _refund(payload: Mapping[str, Any]) -> str:
    """Only who has paid reads of money."""
    paid = payload.get("paid_fen")
    return f"{wording.refund(int(paid))}\n" if paid else ""


def _if_paid(payload: Mapping[str, Any]) -> str:
    refund = _refund(payload).strip()
    return f"\n不看了的，{refund}" if refund else ""


def _suspended(payload: Mapping[str, Any]) -> str:
    lead = f"【停诊通知】很抱歉，医生临时不能出诊：{_visit(payload)}，这次看不了。\n"
    if "offer_at" not in payload:
        return (
            f"{lead}暂时没有合适的号可换，医院会打电话给您，请留意。\n"
            f"想自己另选时间，请进入公众号回复1；不看了回复2。不算您取消。{_if_paid(payload)}"
        )
    at = datetime.fromisoformat(str(payload["offer_at"]))
    return (
        f"{lead}已为您留了一个号：{wording.moment(at)}，"
        f"{payload['offer_site']}{payload['offer_department']}，{_offered(payload)}。\n"
        "请进入公众号回复：要这个号回1，另选时间回2，不看了回3。您不回复，我们不会替您改；"
        f"医院会打电话问您。{_if_paid(payload)}"
    )


def _offered(payload: Mapping[str, Any]) -> str:
    """钟立群 主治医师，3诊室，挂号费20元; notices of before knew only the name."""
    doctor = payload["offer_doctor"] or ANY_DOCTOR
    fen = payload.get("offer_fee_fen")
    fee = "" if fen is None else f"挂号费{wording.fee(int(fen))}"
    who = f"{doctor} {payload.get('offer_title') or ''}".strip()
    return "，".join(filter(None, (who, payload.get("offer_room"), fee)))


def _substituted(payload: Mapping[str, Any]) -> str:
    return (
        f"【替诊通知】出诊医生有变动，时间和费用不变：{_visit(payload)}。\n{_difference(payload)}"
        "请在本公众号里回复：按时来回1，要改时间回2，不看了回3（免费退，不记录）。"
    )


def _difference(payload: Mapping[str, Any]) -> str:
    """What the doctor who stands in costs at other times, where that is something else."""
    if payload.get("usual_fen") is None:
        return ""
    fee, usual = int(payload["fee_fen"]), int(payload["usual_fen"])
    what = "不用补差价" if usual > fee else "差价怎么算请问窗口"
    return f"挂号费仍是{wording.fee(fee)}（这位医生平时{wording.fee(usual)}），{what}。\n"


def _retimed(payload: Mapping[str, Any]) -> str:
    return (
        f"【时间变动】医生出诊时间有变动，您的就诊时间改为：{_visit(payload)}，费用不变。\n"
        "请在本公众号里回复：按时来回1，要改时间回2，不看了回3（免费退，不记录）。"
    )


def _room(payload: Mapping[str, Any]) -> str:
    return f"【诊室变动】请到新的诊室就诊：{_visit(payload)}。"


def _resumed(payload: Mapping[str, Any]) -> str:
    return (
        f"【恢复出诊】医生照常出诊，您原来的号还有效：{_visit(payload)}。\n"
        "刚才的停诊通知请不用理会，给您添麻烦了。"
    )


def _offer(payload: Mapping[str, Any]) -> str:
    until = wording.moment(datetime.fromisoformat(str(payload["until"])))
    return (
        f"【候补有号】轮到您了：{_visit(payload)}。\n"
        f"这个号给您留到{until}，过时不回复就让给下一位。\n"
        "请在本公众号里回复：要这个号回1，不要回2。"
    )


def _waitlist_over(payload: Mapping[str, Any]) -> str:
    first, last = (date.fromisoformat(str(payload[name])) for name in ("first", "last"))
    days = wording.day(first) if first == last else f"{wording.day(first)}到{wording.day(last)}"
    who = f"{payload['department']}{payload['doctor']}"
    return (
        f"【候补结束】很抱歉，{payload['patient']}候补的{who}（{days}）没有等到号，候补已经结束。\n"
        "想看别的日子、别的医生，请回复“挂号”。"
    )


def _answer(payload: Mapping[str, Any]) -> str:
    return f"【人工回复】{payload['text']}\n{GO_ON}"


_FAMILY = {
    "linked": (
        "又有一个微信号登记了{patient}。对方没有通过核对，看不到您家约的号。"
        "不是您家人，请回复“人工”。"
    ),
    "verified": (
        "一个微信号通过了核对，从现在起能看到{patient}的全部预约。不是您家人，请回复“人工”。"
    ),
    "phone": "{patient}登记的手机号刚刚改了。不是您家人改的，请回复“人工”。",
}


def _family(payload: Mapping[str, Any]) -> str:
    return "【就诊人变动】" + _FAMILY[payload["what"]].format(patient=payload["patient"])


def _sent_on(payload: Mapping[str, Any]) -> str:
    room = payload.get("room") or "另一个诊室"
    who = f"（{payload['doctor']}）" if payload.get("doctor") else ""
    return (
        f"【换诊室】{payload['label']}号，{payload['patient']}，请改到{room}{who}候诊，"
        "先后顺序不变。\n不想换，请到分诊台，或回复“人工”。"
    )


def _ticket(payload: Mapping[str, Any]) -> str:
    """A012号，李*英，神经内科周一鸣: the room is told by the sentence around it."""
    return f"{payload['label']}号，{payload['patient']}，{payload['department']}{_doctor(payload)}"


def _doctor(payload: Mapping[str, Any]) -> str:
    return str(payload.get("doctor") or "")


def _ahead(payload: Mapping[str, Any]) -> str:
    """Three ahead: come back; one ahead: stand at the door."""
    count, room = int(payload["ahead"]), payload.get("room") or "诊室"
    if count:
        return (
            f"【快到您了】{_ticket(payload)}，前面还有{count}位。\n"
            f"请回到{room}附近等着。赶不回来，回复“我出去一下”，号给您留着。"
        )
    return f"【下一位就是您】{_ticket(payload)}。\n请到{room}门口等着叫号。"


def _called(payload: Mapping[str, Any]) -> str:
    room = payload.get("room") or "诊室"
    return (
        f"【请就诊】{_ticket(payload)}，请现在进{room}。\n"
        "没赶上也别急，号还在。人回来了，回复“我回来了”。"
    )


def _delayed(payload: Mapping[str, Any]) -> str:
    until = wording.clock(datetime.fromisoformat(str(payload["until"])))
    doctor = _doctor(payload) or "医生"
    told = (
        f"【暂停看诊】很抱歉，{doctor}有事离开一会儿，预计{until}接着看。\n"
        if payload.get("has_begun")
        else f"【医生晚到】很抱歉，{doctor}会晚到，预计{until}开始看诊。\n"
    )
    return (
        f"{told}"
        f"{payload['patient']}的号和顺序都不变，还没到{payload['site']}的可以晚一点来。"
        "不方便等，请到分诊台，或回复“人工”。"
    )


def _ended(payload: Mapping[str, Any]) -> str:
    lead = f"【提前结束】很抱歉，医生今天提前结束看诊：{_visit(payload)}。\n"
    if payload.get("others"):
        return (
            f"{lead}来了照常签到，会给您转到同科别的诊室。"
            "不想来了，请回复“改时间”或“取消预约”，不算您取消。"
        )
    return (
        f"{lead}今天同科没有别的诊室能看，请先不要过来，医院会打电话给您另作安排。"
        "想自己办，请回复“改时间”或“取消预约”，不算您取消。"
    )


def _news(payload: Mapping[str, Any]) -> str:
    told = facts_of(payload, is_discreet=False)
    # Who has two appointments has to see which is meant, where the words themselves say nothing.
    news = f"【医院通知】{told['text']}"
    if "starts_at" not in payload or placeholders(str(payload["words"])):
        return news
    when = wording.moment(datetime.fromisoformat(str(payload["starts_at"])))
    return f"{news}\n您的号：{when} {told['department']} {told['doctor']}"


def _trial(payload: Mapping[str, Any]) -> str:
    return f"【测试，只有您收到】{_news(payload)}"


def _plain(payload: Mapping[str, Any]) -> str:
    return str(payload["text"])


# What can be written in full, in the chat.
_TEXTS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "reminder": _reminder,
    "confirmed": _confirmed,
    "changed": _changed,
    "cancelled": _cancelled,
    "suspended": _suspended,
    "resumed": _resumed,
    "substituted": _substituted,
    "retimed": _retimed,
    "room": _room,
    "offer": _offer,
    "waitlist_over": _waitlist_over,
    "reply": _plain,
    "answer": _answer,
    "family": _family,
    "sent_on": _sent_on,
    "ahead": _ahead,
    "called": _called,
    "delayed": _delayed,
    "ended": _ended,
    "visit_news": _news,
    "news": _news,
    "mass": _news,
    "trial": _trial,
}
# What the desk is told to ring about.
CALLS: Mapping[str, str] = {
    "reminder": "提醒就诊",
    "changed": "告知改期",
    "cancelled": "告知取消",
    "suspended": "停诊，请改约",
    "suspended_call": "停诊未答复，请改约",
    "resumed": "告知恢复出诊",
    "substituted": "告知换医生",
    "retimed": "告知改时间",
    "offer": "候补有号，限时答复",
    "answer": "回复患者",
    "ended_call": "医生提前结束，不用来了，请改约",
    "unseen": "已签到未看上，诊室已停，请安排",
    "visit_news": "告知通知",
    "news": "告知通知",
}


def render(kind: str, payload: Mapping[str, Any]) -> str:
    """Return the text of a notice in the chat (KeyError for a kind nobody wrote)."""
    return _TEXTS[kind](payload)
