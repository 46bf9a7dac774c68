"""Which dates a word means: tomorrow, next Wednesday, the 25th, the end of the month, a feast."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from nlp import feasts, lunar
from nlp.calendar import (
    Span,
    date_of,
    monday_of,
    month_start,
    next_date,
    next_day_of_month,
    one_day,
)
from nlp.datewords import OFFSETS, SHORT_OFFSETS
from nlp.numerals import DIGITS, to_int

_WEEKDAYS = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6}
_WEEKDAYS |= {str(i + 1): i for i in range(7)}
_COUNT_BEFORE = re.compile(r"(?:^|[^周期拜])[\d一二两三四五六七八九十几]$")
_MOON_MONTHS = {"正": 1, "冬": 11, "腊": 12}
_MONTHS = range(1, 13)
_WEEK, _DAY = timedelta(days=7), timedelta(days=1)
# How far a vague word reaches: 过几天, 节后, 年后 (days).
_FEW_FROM, _FEW_TO, _AFTER_FEAST = 2, 6, 14


@dataclass(frozen=True, slots=True)
class Days:
    """
    The half-open dates a word means, and what of it may still move.

    `weekdays` of a word that names no week (周三) come again a week later, `month_day` of one
    that names no month (25号) a month later; `week` is the Monday of the week a word speaks of
    (两周后), whose day may follow; `in_named_week` days belong to a named week (下周三); `alone`
    words (前两天) mean a date only when nothing else is said.
    """

    spans: tuple[Span, ...]
    weekdays: tuple[int, ...] = ()
    month_day: int | None = None
    week: date | None = None
    in_named_week: bool = False
    alone: bool = False

    def later(self) -> Days:
        """Return the same days one round later, where the word allows it."""
        if self.weekdays:
            return replace(self, spans=tuple((a + _WEEK, b + _WEEK) for a, b in self.spans))
        if self.month_day is not None:
            after = next_day_of_month(self.spans[0][0] + _DAY, self.month_day)
            return replace(self, spans=(one_day(after),)) if after else self
        return self

    def in_week_of(self, monday: date) -> Days:
        """Return the weekdays as those of another week."""
        spans = tuple(one_day(monday + timedelta(days=n)) for n in self.weekdays)
        return Days(spans, in_named_week=True)

    def in_month_of(self, before: date) -> Days:
        """Return the day of the month as the next one after `before`."""
        after = next_day_of_month(before, self.month_day or 0)
        return Days((one_day(after),)) if after else self


def read(found: re.Match[str], today: date) -> Days | None:
    """Return the days a token of `nlp.datewords` means, None for none."""
    kind = next(name for name in _READERS if found[name])
    days = _READERS[kind](found, today)
    return days if isinstance(days, Days) or days is None else Days((days,))


def offset(written: str, *, half: bool = False) -> tuple[float, float]:
    """Return the least and the most a count means: 两三 is 2 to 3, 几 is a few."""
    if written in {"几", "数"}:
        return _FEW_FROM, _FEW_TO - 1
    more = 0.5 if half else 0.0
    if written == "半":
        return 0.5, 0.5
    if len(written) == 2 and all(c in DIGITS for c in written):  # noqa: PLR2004 - a pair
        return DIGITS[written[0]], DIGITS[written[1]]
    count = to_int(written) or 0
    return count + more, count + more


def _single(day: date | None) -> Span | None:
    return one_day(day) if day else None


def _full(found: re.Match[str], today: date) -> Span | None:
    if found["compact"]:
        text = found["compact"]
        return _single(date_of(int(text[:4]), int(text[4:6]), int(text[6:])))
    year = to_int(found["y"]) or 0
    year += 2000 if year < 100 else 0  # noqa: PLR2004 - two digits of this century
    one = date_of(year, to_int(found["ym"]) or 0, to_int(found["yd"]) or 0)
    return _single(one) if one and one.year >= today.year - 1 else None


def _two_days(found: re.Match[str], today: date) -> Span | None:
    first = next_day_of_month(today, to_int(found["d1"]) or 0)
    last = first and next_day_of_month(first, to_int(found["d2"]) or 0)
    return (first, last + _DAY) if first and last else None


def _relative(found: re.Match[str], today: date) -> Span:
    word = found["rel"]
    count = OFFSETS[word] if word else SHORT_OFFSETS[found["short"]]
    return one_day(today + timedelta(days=count))


def _few(found: re.Match[str], today: date) -> Span:
    if found["both"]:
        first = today if found["both"][0] == "今" else today + _DAY
        return first, first + 2 * _DAY
    return today, today + timedelta(days=2 if found["few"][1] == "两" else 3)


def _week(found: re.Match[str], today: date) -> Days | None:
    relative = found["w_r"] or found["ws_r"] or ""
    monday = monday_of(today) + _WEEK * (relative.count("下") - relative.count("上"))
    if found["weeks"]:
        return Days(((monday, monday + _WEEK),), week=monday)
    if found["end"] or not (found["w_d"] or found["w_l"]):
        return Days(((monday + timedelta(days=5), monday + _WEEK),))
    before = found.string[: found.start()]
    counted = found[0][0] == "周" and _COUNT_BEFORE.search(before)
    if not relative and counted:
        return None
    wanted = tuple(_WEEKDAYS[c] for c in found["w_d"] or found["w_l"])
    if relative:
        spans = tuple(one_day(monday + timedelta(days=n)) for n in wanted)
        return Days(spans, in_named_week=True)
    ahead = tuple(one_day(today + timedelta(days=(n - today.weekday()) % 7)) for n in wanted)
    return Days(ahead, weekdays=wanted)


def _edge(found: re.Match[str], today: date) -> Span:
    """下周头两天, 这周后三天: of the seven days of the calendar week."""
    monday = monday_of(today) + _WEEK * found["e_r"].count("下")
    count = timedelta(days=to_int(found["e_n"]) or _FEW_FROM)
    first = found["e_w"] in {"头", "前"}
    return (monday, monday + count) if first else (monday + _WEEK - count, monday + _WEEK)


def _third_of_month(found: re.Match[str], today: date) -> Span:
    """中旬 alone is that of this month, or of the next when it is over."""
    begin, end = _PARTS_OF_MONTH[found["x_p"]]
    first = month_start(today, 0)
    if min(first + timedelta(days=end), month_start(first, 1)) <= today:
        first = month_start(first, 1)
    return first + timedelta(days=begin), min(first + timedelta(days=end), month_start(first, 1))


def _month(found: re.Match[str], today: date) -> Days | Span | None:
    first = _first_of_month(found, today)
    if first is None:
        return None
    after = month_start(first, 1)
    if found["d"]:
        day = to_int(found["d"]) or 0
        free = found["m"] and not found["m_y"]
        one = next_date(today, first.month, day) if free else date_of(first.year, first.month, day)
        return _single(one)
    part = found["m_p"]
    if part in {"底", "末"} and found[0].endswith("那天"):
        return after - _DAY, after
    if found["m_l"]:
        return after - timedelta(days=to_int(found["m_l"]) or 1), after
    begin, end = _PARTS_OF_MONTH.get(part or "", (0, 31))
    if not (found["m"] or found["m_r"]) and first + timedelta(days=end) <= today:
        first, after = after, month_start(after, 1)
    return first + timedelta(days=begin), min(first + timedelta(days=end), after)


_PARTS_OF_MONTH = {
    "初": (0, 10), "上旬": (0, 10), "中": (10, 20), "中旬": (10, 20), "底": (24, 31),
    "末": (24, 31), "下旬": (20, 31), "上半月": (0, 15), "下半月": (15, 31),
}  # fmt: skip


def _first_of_month(found: re.Match[str], today: date) -> date | None:
    """Return the first of the month a token names: 12月, 下个月, 明年3月, 月底."""
    month = 1 if found["m"] == "元" else to_int(found["m"] or "") or 0
    if not (found["m"] or found["m_r"] or found["m_p"]):
        return None
    if found["m"]:
        if month not in _MONTHS:
            return None
        if found["m_y"]:
            year = today.year + {"今": 0, "明": 1, "后": 2}[found["m_y"][0]]
            return date(year, month, 1)
        return date(today.year + (month < today.month), month, 1)
    relative = found["m_r"] or ""
    return month_start(today, relative.count("下") - relative.count("上"))


def _nth(found: re.Match[str], today: date) -> Span | None:
    """十月的第一个星期一, 本月第二周, 8月的最后一个周五."""
    named = re.match(r"\d+|[一二三四五六七八九十]+", found["nt_m"])
    first = month_start(today, found["nt_m"].count("下"))
    if named:
        month = to_int(named[0]) or 0
        if month not in _MONTHS:
            return None
        first = date(today.year + (month < today.month), month, 1)
    if found["nt_y"]:
        first = first.replace(year=today.year + (found["nt_y"] == "明年"))
    count = 1 if found["nt_l"] else to_int(found["nt_n"] or "") or 0
    if found["nt_w"]:
        monday = first + timedelta(days=-first.weekday() % 7)
        monday += _WEEK * (count - 1)
        return (monday, monday + _WEEK) if monday.month == first.month else None
    weekday = _WEEKDAYS[found["nt_d"]]
    if found["nt_l"]:
        last = month_start(first, 1) - _DAY
        return one_day(last - timedelta(days=(last.weekday() - weekday) % 7))
    day = first + timedelta(days=(weekday - first.weekday()) % 7) + _WEEK * (count - 1)
    return one_day(day) if day.month == first.month else None


def _year(found: re.Match[str], today: date) -> Span | None:
    word = found["yr"] or found["yr2"]
    year = today.year + {"明年": 1, "后年": 2}.get(word, 0)
    part = (found["y_p"] or "")[-1:]
    begin, end = {"初": (1, 2), "底": (12, 12), "末": (12, 12)}.get(part, (1, 12))
    return date(year, begin, 1), month_start(date(year, end, 1), 1)


def _half_month(found: re.Match[str], today: date) -> Span:
    first = month_start(today, 0)
    middle = first + timedelta(days=15)
    return (first, middle) if found["h_p"] == "上" else (middle, month_start(first, 1))


def _day_of_month(found: re.Match[str], today: date) -> Days | None:
    day = to_int(found["n"] or found["n_t"]) or 0
    one = next_day_of_month(today, day)
    return Days((one_day(one),), month_day=day) if one else None


def _numbers(found: re.Match[str], today: date) -> Span | None:
    month, day = found["s_m"] or found["o_m"], found["s_d"] or found["o_d"]
    return _single(next_date(today, int(month), int(day)))


def _feast(found: re.Match[str], today: date) -> Days | Span | None:
    year = int(found["fe_y"]) if found["fe_y"] else None
    meant = _single(feasts.feast_date(found["fe"], today, year))
    # 「十一」 is also a number: a feast only where nothing else is said.
    return Days((meant,), alone=True) if meant and found["fe"] == "十一" else meant


def _holiday(found: re.Match[str], today: date) -> Span | None:
    if found["b_f"]:
        return feasts.days_off(found["b_f"], today)
    off = feasts.days_off(found["a_f"] or found["after"][0], today)
    if off is None:
        return None
    return one_day(off[1]) if found["a_1"] else (off[1], off[1] + _AFTER_FEAST * _DAY)


def _moon(found: re.Match[str], today: date) -> Days | Span | None:
    month = next(m for m in (found["l_m"], found["l2_m"], found["l3_m"], found["l4_m"]) if m)
    number = _MOON_MONTHS.get(month) or to_int(month) or 0
    written = found["l_d"] or found["l3_d"] or found["l4_d"]
    if written:
        return _single(lunar.next_date(today, number, to_int(written.lstrip("初")) or 0))
    leap = bool(found["l_x"] or found["l2_x"])
    if found["l_y"]:
        return lunar.month_of(to_int(found["l_y"]) or 0, number, leap=leap)
    return lunar.next_month(today, number, leap=leap)


_READERS = {
    "ymd": _full, "compact": _full, "dd": _two_days, "nth": _nth, "week": _week, "weeks": _week,
    "end": _week, "after": _holiday, "break": _holiday, "feast": _feast, "moon": _moon,
    "edge": _edge, "xun": _third_of_month, "year": _year, "md": _month, "half": _half_month,
    "nd": _day_of_month, "slash": _numbers,
    "dot": _numbers, "both": _few, "few": _few, "rel": _relative, "short": _relative,
}  # fmt: skip
