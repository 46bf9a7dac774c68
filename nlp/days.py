"""Which dates a word means: tomorrow, next Wednesday, the 25th, the end of the month."""

from __future__ import annotations

import re
from datetime import date, timedelta

from nlp.numerals import to_int

DAYS = {
    "大后天": 3, "大后儿": 3, "大后日": 3, "今天": 0, "今日": 0, "今儿": 0, "今个": 0,
    "大前天": -3,
    "本日": 0, "明天": 1, "明日": 1, "明儿": 1, "明个": 1, "次日": 1, "听日": 1, "后天": 2,
    "后日": 2, "后儿": 2, "昨天": -1, "昨日": -1, "昨儿": -1, "前天": -2, "前儿": -2,
}  # fmt: skip
_SHORT = {"今": 0, "明": 1, "后": 2, "昨": -1}
HOLIDAYS = {
    "元旦": (1, 1), "劳动节": (5, 1), "五一": (5, 1), "儿童节": (6, 1), "国庆": (10, 1),
    "圣诞": (12, 25),
}  # fmt: skip
_WEEKDAY = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6}
_WEEKDAY |= {str(i + 1): i for i in range(7)}


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def one_day(day: date) -> tuple[date, date]:
    """Return the half-open interval of one date."""
    return day, day + timedelta(days=1)


def _month_start(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def next_day_of_month(start: date, day: int) -> date | None:
    """Return the next date from `start` on that is the `day`th of its month."""
    for months in range(3):
        first = _month_start(start, months)
        found = _day(first.year, first.month, day)
        if found and found >= start:
            return found
    return None


def _next_date(today: date, month: int, day: int) -> date | None:
    found = (_day(today.year + years, month, day) for years in range(9))
    return next((one for one in found if one and one >= today), None)


def days_of(found: re.Match[str], today: date) -> tuple[date, date] | None:  # noqa: C901 - one line per kind of word
    """Return the half-open dates a token of `nlp.dates` means, None for none."""
    one: date | None = None
    if found["ymd"]:
        one = _day(int(found["y"]), to_int(found["ym"]) or 0, to_int(found["yd"]) or 0)
        one = one if one and one.year >= today.year - 1 else None
    elif found["compact"]:
        text = found["compact"]
        one = _day(int(text[:4]), int(text[4:6]), int(text[6:]))
    elif found["dd"]:
        first = next_day_of_month(today, to_int(found["d1"]) or 0)
        last = first and next_day_of_month(first, to_int(found["d2"]) or 0)
        return (first, last + timedelta(days=1)) if first and last else None
    elif found["rel"] or found["short"]:
        one = today + timedelta(days=(DAYS | _SHORT)[found["rel"] or found["short"]])
    elif found["both"]:
        return today + timedelta(days=1), today + timedelta(days=3)
    elif found["few"]:
        return today, today + timedelta(days=2)
    elif found["week"] or found["weeks"] or found["end"]:
        return _week(found, today)
    elif found["md"]:
        return _month(found, today)
    elif found["nd"]:
        one = next_day_of_month(today, to_int(found["n"]) or 0)
    elif found["slash"]:
        one = _next_date(today, int(found["s_m"]), int(found["s_d"]))
    elif found["hol"]:
        one = _next_date(today, *HOLIDAYS[found["hol"]])
    return one_day(one) if one else None


def _week(found: re.Match[str], today: date) -> tuple[date, date] | None:
    monday = today - timedelta(days=today.weekday())
    relative = found["w_r"] or found["ws_r"] or ""
    shift = relative.count("下") - relative.count("上")
    monday += timedelta(weeks=shift)
    if found["weeks"]:
        return monday, monday + timedelta(days=7)
    if found["end"] or found["w_d"] == "末":
        return monday + timedelta(days=5), monday + timedelta(days=7)
    before = found.string[: found.start()]
    if (
        not relative
        and re.search(r"[\d一二两三四五六七八九十几]$", before)
        and found[0][0] == "周"
    ):
        return None
    day = monday + timedelta(days=_WEEKDAY[found["w_d"]])
    return one_day(day + timedelta(days=7) if not relative and day < today else day)


def _month(found: re.Match[str], today: date) -> tuple[date, date] | None:  # noqa: C901, PLR0911 - one line per kind of month
    if not (found["m"] or found["m_r"] or found["m_p"]):
        return None
    month = to_int(found["m"] or "")
    if found["m"] and (month is None or not 1 <= month <= 12):  # noqa: PLR2004 - months
        return None
    if month is None:
        first = _month_start(today, (found["m_r"] or "").count("下"))
    else:
        first = date(today.year + (month < today.month), month, 1)
    after = _month_start(first, 1)
    if found["d"]:
        day = to_int(found["d"]) or 0
        one = _next_date(today, month, day) if month else _day(first.year, first.month, day)
        return one_day(one) if one else None
    part = found["m_p"]
    if part == "底" and found[0].endswith("那天"):
        return after - timedelta(days=1), after
    if part in {"初", "上旬"}:
        return first, first + timedelta(days=10)
    if part == "中旬":
        return first + timedelta(days=10), first + timedelta(days=20)
    if part in {"底", "下旬"}:
        return first + timedelta(days=24 if part == "底" else 20), after
    return first, after
