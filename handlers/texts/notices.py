"""Notices that the courier sends: each stands alone, for it is read hours later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from handlers.texts import wording

# What the templates of WeChat and of the SMS provider may be filled with.
VISIT_FACTS = frozenset(
    {"patient", "site", "department", "doctor", "room", "when", "day", "time", "code"}
)
# What other kinds than those about a visit can be filled with.
OTHER_FACTS: Mapping[str, frozenset[str]] = {
    "link_code": frozenset({"code", "minutes"}),
    "alert": frozenset({"time", "code"}),
}
_OTHER = frozenset().union(*OTHER_FACTS.values())
_DISCREET = "门诊"
_ANY_DOCTOR = "普通号"
_ANY_ROOM = "见现场指引"


def facts(payload: Mapping[str, Any], *, is_discreet: bool) -> Mapping[str, str]:
    """
    Return what a template is filled with; no value is empty, for WeChat refuses those.

    Where others may read it, a sensitive department is only 门诊, and its room, which often bears
    its name, is left to the signs on the spot.
    """
    if "starts_at" not in payload:
        return {name: str(payload[name]) for name in _OTHER & payload.keys()}
    at = datetime.fromisoformat(str(payload["starts_at"]))
    room = "" if is_discreet else payload.get("room")
    return {
        "patient": str(payload["patient"]),
        "site": str(payload["site"]),
        "department": _DISCREET if is_discreet else str(payload["department"]),
        "doctor": payload.get("doctor") or _ANY_DOCTOR,
        "room": room or _ANY_ROOM,
        "when": f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}",
        "day": f"{at.year}年{at.month}月{at.day}日",
        "time": f"{at:%H:%M}",
        "code": str(payload["code"]),
    }


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
        f"【改期通知】预约已改到：{_visit(payload)}。新的预约号：{payload['code']}。\n"
        "不合适请回复“改时间”或“取消预约”。"
    )


def _cancelled(payload: Mapping[str, Any]) -> str:
    return (
        f"【取消通知】这个预约已经取消：{_visit(payload)}。\n"
        "不是您家取消的，或想另约时间，请回复“人工”或“挂号”。"
    )


def _answer(payload: Mapping[str, Any]) -> str:
    return f"【人工回复】{payload['text']}\n还有问题，请直接回复“人工”加上您要说的话。"


def _plain(payload: Mapping[str, Any]) -> str:
    return str(payload["text"])


# What can be written in full, in the chat.
_TEXTS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "reminder": _reminder,
    "confirmed": _confirmed,
    "changed": _changed,
    "cancelled": _cancelled,
    "reply": _plain,
    "answer": _answer,
}
# What the desk is told to ring about.
CALLS: Mapping[str, str] = {
    "reminder": "提醒就诊",
    "changed": "告知改期",
    "cancelled": "告知取消",
    "answer": "回复患者",
}


def render(kind: str, payload: Mapping[str, Any]) -> str:
    """Return the text of a notice in the chat (KeyError for a kind nobody wrote)."""
    return _TEXTS[kind](payload)
