"""What the templates of WeChat and of the SMS provider are filled with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers.texts import wording
from scheduling.broadcasting import filled

# What a template about a visit may name, and what those of other kinds may.
VISIT_FACTS = frozenset(
    {"patient", "site", "department", "doctor", "room", "when", "day", "time", "code", "until"}
)
OTHER_FACTS: Mapping[str, frozenset[str]] = {
    "link_code": frozenset({"code", "minutes"}),
    "alert": frozenset({"time", "code"}),
    "family": frozenset({"patient", "time"}),
    "waitlist_over": frozenset({"patient"}),
    "visit_news": VISIT_FACTS - {"until"} | {"text"},
    "news": frozenset({"patient", "text"}),
}
_OTHER = frozenset().union(*OTHER_FACTS.values())
ANY_DOCTOR = "普通号"
_DISCREET = "门诊"
_ANY_ROOM = "见现场指引"


def facts_of(payload: Mapping[str, Any], *, is_discreet: bool) -> Mapping[str, str]:
    """
    Return what a template is filled with; no value is empty, for WeChat refuses those.

    Where others may read it, a sensitive department is only 门诊, and its room, which often bears
    its name, is left to the signs on the spot.
    """
    if "starts_at" not in payload:
        known = {name: str(payload[name]) for name in _OTHER & payload.keys()}
        return known | _told(payload, known)
    at = datetime.fromisoformat(str(payload["starts_at"]))
    until = datetime.fromisoformat(str(payload.get("until", payload["starts_at"])))
    room = "" if is_discreet else payload.get("room")
    known = {
        "patient": str(payload["patient"]),
        "site": str(payload["site"]),
        "department": _DISCREET if is_discreet else str(payload["department"]),
        "doctor": payload.get("doctor") or ANY_DOCTOR,
        "room": room or _ANY_ROOM,
        "when": f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}",
        "day": f"{at.year}年{at.month}月{at.day}日",
        "time": f"{at:%H:%M}",
        "code": str(payload["code"]),
        "until": f"{until.year}年{until.month}月{until.day}日 {until:%H:%M}",
    }
    spoken = {
        "when": wording.moment(at),
        "day": wording.day(at.date()),
        "time": wording.clock(at),
    }
    return known | _told(payload, known | spoken)


def _told(payload: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, str]:
    """The words of a broadcast, filled as one would say it; they may name the department too."""
    if "words" not in payload:
        return {}
    text = filled(str(payload["words"]), known)
    name, shown = payload.get("department"), known.get("department")
    return {"text": text.replace(str(name), shown) if name and shown else text}
