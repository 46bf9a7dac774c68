"""Notices that the courier sends: each stands alone, for it is read hours later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from handlers.texts import wording


def _reminder(facts: Mapping[str, Any]) -> str:
    at = datetime.fromisoformat(str(facts["starts_at"]))
    doctor = f"，{facts['doctor']}" if facts.get("doctor") else ""
    room = f"，{facts['room']}" if facts.get("room") else ""
    return (
        f"【就诊提醒】{facts['patient']}，{wording.moment(at)}，"
        f"{facts['site']}{facts['department']}{doctor}{room}。\n"
        "请带身份证或医保码，提前到一楼取号缴费。\n"
        "请在本公众号里回复：按时来回1，要改时间回2，来不了回3。"
    )


def _link_code(facts: Mapping[str, Any]) -> str:
    return (
        f"验证码{facts['code']}，10分钟内有效，用于在微信公众号绑定就诊人。"
        "不是您本人操作，请不要告诉任何人。"
    )


def _plain(facts: Mapping[str, Any]) -> str:
    return str(facts["text"])


_KINDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "reminder": _reminder,
    "link_code": _link_code,
    "reply": _plain,
}


def render(kind: str, payload: Mapping[str, Any]) -> str:
    """Return the text of a notice (KeyError for a kind nobody wrote)."""
    return _KINDS[kind](payload)
