"""
Times of the day as minutes after midnight, half of them settled by the part of the day.

A clock time is an interval of 30 minutes; without a part of the day 1 to 6 are afternoon hours,
as a clinic means them.
"""

from __future__ import annotations

import re

from nlp.numerals import to_int

Minutes = tuple[int, int]

APPOINTMENT = 30
_HOUR, _NOON, _DAY = 60, 12 * 60, 24 * 60
_FIRST_MORNING_HOUR = 7


def read(found: re.Match[str]) -> tuple[Minutes, bool] | None:
    """Return a clock token's interval as written and whether its half of the day is settled."""
    if found["c_a"]:
        begin, end = (to_int(found[name]) or 0 for name in ("c_a", "c_b"))
        return _checked(begin * _HOUR, end * _HOUR + (30 if found["c_bh"] else 0))
    if found["c_f"]:
        pair = found["c_f"].replace("十一二", "甲乙")
        begin = {"甲": 11, "十": 10}.get(pair[0]) or to_int(pair[0]) or 0
        return _checked(begin * _HOUR, (begin + 1) * _HOUR + APPOINTMENT)
    if found["c_en"] or found["c_ap"]:
        hour = int(found["c_en"] or found["c_hh"]) % 12
        minute = int(found["c_mm"] or 0)
        start = hour * _HOUR + minute + ((found["c_ap"] or found["c_ap2"]) == "p") * _NOON
        return (start, start + APPOINTMENT), True
    minutes = _time(found)
    return None if minutes is None else _checked(minutes, minutes + APPOINTMENT)


def _time(found: re.Match[str]) -> int | None:
    if found["c_hh"]:
        hour, minute = int(found["c_hh"]), int(found["c_mm"])
    else:
        hour = to_int(found["c_h"]) or 0
        minute = 30 if found["c_half"] else 15 * (to_int(found["c_q"] or "") or 0)
        minute += to_int(found["c_m"] or "") or 0
        if found["c_to"]:
            return hour * _HOUR - (15 if found["c_to"] == "一刻" else to_int(found["c_to"]) or 0)
    return hour * _HOUR + minute if minute < _HOUR else None


def _checked(begin: int, end: int) -> tuple[Minutes, bool] | None:
    return ((begin, end), False) if 0 <= begin <= _DAY and begin // _HOUR <= 24 else None  # noqa: PLR2004 - a day


def settled(written: Minutes, part: tuple[int, int] | None) -> Minutes:
    """Return the interval in the half of the day meant; `part` is the stated part in hours."""
    begin, end = written
    span = end - begin if end > begin else None
    begin += _half(begin, part)
    if span is None or end - begin > _NOON:
        end += _half(end, part)
        end += _NOON if end <= begin else 0
        return begin, end
    return begin, begin + span


def _half(minute: int, part: tuple[int, int] | None) -> int:
    """Return what is added to a written minute: half a day for the afternoon, or nothing."""
    if part is None:
        return _NOON if _HOUR <= minute < _FIRST_MORNING_HOUR * _HOUR else 0
    first, last = part
    if first == 0 and last <= 6:  # noqa: PLR2004 - the small hours
        return _midnight(minute)
    if minute >= _NOON + _HOUR or (minute >= _NOON and first < 17):  # noqa: PLR2004 - 12点 of an evening is midnight
        return 0
    if minute >= _NOON:
        return _NOON
    if first >= 12 or (first == 11 and minute < 10 * _HOUR):  # noqa: PLR2004 - noon and later
        return _NOON
    return 0


def _midnight(minute: int) -> int:
    if minute >= _NOON + _HOUR:
        return 0
    if minute >= _NOON:
        return _NOON
    return _NOON if minute >= 9 * _HOUR else 0  # 半夜十一点
