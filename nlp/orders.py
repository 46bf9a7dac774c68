"""What a member of staff orders in one line: 停诊, 今日预约, 下一个 … (`lexicon/orders.tsv`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp import lexicon
from nlp.heard import Named, Order
from nlp.numerals import to_int
from nlp.vocabulary import DoctorEntry


@dataclass(frozen=True, slots=True)
class _Row:
    order: str
    needs_doctor: bool
    is_all: bool
    pattern: re.Pattern[str]


def _rows() -> list[_Row]:
    return [
        _Row(
            row["order"],
            row["needs"] == "doctor",
            row["pattern"].startswith("="),
            re.compile(row["pattern"].removeprefix("=")),
        )
        for row in lexicon.rows("orders.tsv")
    ]


# Tells others something; its argument is what.
TELL = "tell"
# Orders whose argument is how many places, and how many minutes.
_COUNTED = ("extra", "fewer")
_TIMED = ("call_late",)
_CLOCKED = "time"
_EARLIER, _LATER = "提前早", "推迟延后往晚"
_CLOCK = re.compile(
    r"([0-9一二三四五六七八九十]+)\s*(?:点|[:：])\s*([0-9一二三四五六七八九十]*[半刻]?)"
)
_PARTS = {"半": 30, "一刻": 15, "三刻": 45, "": 0}
_UNITS = {"分": 1, "刻": 15, "小": 60, "钟": 60}
_LASTING = re.compile(r"([0-9一二两三四五六七八九十]*)\s*个?(半?)个?(分|刻|小|钟)")
_ROWS = _rows()
_AROUND = " \t\n。.！!，,"


def find(text: str, doctors: Sequence[DoctorEntry], heard: Sequence[Named]) -> Order | None:
    """
    Return what the line orders, None for nothing.

    Doctors are those of the roster whose names stand in it, in the order they are written: to a
    colleague a name alone says who is meant, also one of two characters, which a patient would
    call 医生. Without any, those that were `heard`.
    """
    said = text.strip(_AROUND)
    named = names(text, doctors, heard)
    for row in _ROWS:
        if row.needs_doctor and not named:
            continue
        match = row.pattern.fullmatch(said) if row.is_all else row.pattern.search(said)
        if match:
            groups = match.groupdict()
            argument = groups.get("argument") or groups.get("second") or ""
            if row.order in _COUNTED:
                argument = str(to_int(argument) or "")
            if row.order in _TIMED:
                argument = str(minutes(argument) or "")
            if row.order == _CLOCKED:
                argument = clock_or_shift(argument)
            return Order(row.order, argument, named)
    return None


def clock_or_shift(written: str) -> str:
    """
    Return 「9点半」 as 9:30 and 「提前半小时」 as -30 minutes; empty for neither.

    The half of the day is not said: whoever knows the clinic knows it.
    """
    lasting = minutes(written.lstrip(_EARLIER + _LATER + "点大概约 "))
    if lasting is not None and written[:1] in _EARLIER + _LATER:
        return f"{'-' if written[0] in _EARLIER else '+'}{lasting}"
    found = _CLOCK.match(written)
    hour = to_int(found[1]) if found else None
    if found is None or hour is None:
        return ""
    minute = _PARTS.get(found[2]) if found[2] in _PARTS else to_int(found[2])
    return f"{hour}:{minute or 0:02}"


def minutes(written: str) -> int | None:
    """Return how many minutes 「20分钟」「半小时」「一刻钟」「一个半小时」 are, or None."""
    found = _LASTING.match(written)
    if found is None:
        return None
    count = to_int(found[1]) if found[1] else 0
    halves = 2 * (count or 0) + bool(found[2])
    return halves * _UNITS[found[3]] // 2 or None


def names(text: str, doctors: Sequence[DoctorEntry], heard: Sequence[Named]) -> tuple[str, ...]:
    """Return the codes of the doctors written in a text, in that order; else those `heard`."""
    written = sorted((text.find(d.name), d.code) for d in doctors if d.name in text)
    return tuple(code for _, code in written) or tuple(d.code for d in heard)
