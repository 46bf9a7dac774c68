"""
The words of a date joined to phrases: day, part of the day and hour that belong together.

What only dates an illness (昨天开始疼, 晚上睡不着) is no phrase.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from nlp import clock, days, symptoms
from nlp.calendar import monday_of, on_weekday, one_day, shifted
from nlp.datewords import (
    BIRTH,
    BY_NIGHT,
    COMES_FOR,
    ERRAND,
    ILLNESS,
    LATELY,
    MAY,
    MOVED,
    OFFERED,
    ONSET,
    PART_HOURS,
    SINCE,
    STILL,
    TAKEN_BACK,
    TO,
    TOKEN,
    VISIT,
    WANTS,
    WISHES_FOR,
)
from nlp.days import Days
from nlp.sieve import Guarded

# What counts further is a year or a measure, no stretch of time somebody books by.
_LONGEST = 366
# Characters between a day and its hour, and what may be said around a bare hour.
_SHORT_CLAUSE, _SHORT_MESSAGE = 12, 6
# Within so many characters behind a day the complaint begins that it dates.
_ONSET_CHARACTERS = 6
_TIME_UNITS = {"小时": 60, "钟头": 60, "分钟": 1, "刻钟": 15}
_TOKEN = Guarded(TOKEN)
_WEEKS = frozenset({"周", "星期", "礼拜"})
_PAUSE = re.compile(r"[\s,.;!?、()]*")
# 「今天看头晕」 is a visit, 「今天看东西模糊」 is none.
_TO_BE_SEEN = re.compile(
    r"(?:我|俺)?(?:能|想|可以|要|来|去)*看(?!起|到|见|东西|电视|手机|书|不|远|近|人|字)"
)
_LISTED = re.compile(r"[\s,.;、]*(?:和|或者?|还是|跟|以?及|与|要么|都|到|至|-|~)?")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that belong together: days, a part of the day (hours), a clock time (minutes)."""

    begin: int
    end: int
    days: Days | None = None
    hours: tuple[int, int] | None = None
    minutes: tuple[int, int] | None = None
    fixed: bool = False  # the clock time has its half of the day: 3pm, 两小时后
    alone: bool = False
    counted: bool = False  # 三天后, 这几天: so long after something, or about now


def tokens(folded: str, now: datetime) -> list[Phrase]:
    """Return every word of a date in the text, in order."""
    read = (_read(found, now) for found in _TOKEN.finditer(folded))
    phrases = [phrase for phrase in read if phrase]
    said = _PAUSE.sub("", folded)
    return [p for p in phrases if not p.alone or said == _PAUSE.sub("", folded[p.begin : p.end])]


def _read(found: re.Match[str], now: datetime) -> Phrase | None:
    phrase = Phrase(found.start(), found.end())
    if found["part"]:
        return replace(phrase, hours=PART_HOURS[found["part"]])
    if found["clock"]:
        # 「好一点」「有点」 are no times: a bare 一点 needs a part of the day or a day before it.
        before = found.string[: found.start()]
        if found["clock"] == "一点" and not re.search(
            r"[午上晨晚早晌夜天周号日一二三四五六]$", before
        ):
            return None
        read = clock.read(found)
        return replace(phrase, minutes=read[0], fixed=read[1]) if read else None
    if found["now"]:
        return _moment(phrase, now, alone=True)
    if found["inn"] or found["pass"] or found["near"]:
        return _offset(phrase, found, now)
    meant = days.read(found, now.date())
    vague = bool(found["few"])
    return replace(phrase, days=meant, alone=meant.alone, counted=vague) if meant else None


def _moment(phrase: Phrase, moment: datetime, *, alone: bool = False) -> Phrase:
    start = moment.hour * 60 + moment.minute
    return replace(
        phrase,
        days=Days((one_day(moment.date()),)),
        minutes=(start, start + clock.APPOINTMENT), fixed=True, alone=alone,
    )  # fmt: skip


def _offset(phrase: Phrase, found: re.Match[str], now: datetime) -> Phrase | None:
    """三天后, 两个小时后, 一周内, 过几天, 未来两天, 前两周."""
    written = found["in_n"] or found["p_n"] or found["n_n"]
    unit = found["in_u"] or found["p_u"] or found["n_u"]
    least, most = days.offset(written, half=bool(found["in_h"] or found["in_x"]))
    word = found["in_w"] or found["n_w"] or "后"
    if most > _LONGEST:
        return None
    if found["near"]:
        return _near(replace(phrase, counted=True), word, most, unit, now)
    if unit in _TIME_UNITS:
        if word == "内":
            return _stretch(phrase, now, now + timedelta(minutes=most * _TIME_UNITS[unit]))
        minutes = -most if word in {"前", "来"} else least
        moment = now + timedelta(minutes=minutes * _TIME_UNITS[unit])
        return _moment(phrase, moment, alone=word in {"前", "来"})
    if unit == "月" and not (found["in_i"] or found["p_i"] or written == "半"):
        return None
    return _counted(phrase, word, (least, most), unit, now.date())


def _counted(
    phrase: Phrase, word: str, counts: tuple[float, float], unit: str, today: date
) -> Phrase:
    least, most = counts
    alone = unit == "年" or word == "来"
    if word == "内":
        span = today, shifted(today, most, unit) + timedelta(days=1)
        return replace(phrase, days=Days((span,)), alone=alone)
    if word in {"前", "来"}:
        since = shifted(today, -most, unit)
        span = (since, today + timedelta(days=1)) if word == "来" else one_day(since)
        return replace(phrase, days=Days((span,)), alone=alone)
    first, last = shifted(today, least, unit), shifted(today, most, unit)
    week = first - timedelta(days=first.weekday()) if unit in _WEEKS else None
    span = first, last + timedelta(days=1)
    return replace(phrase, days=Days((span,), week=week), alone=alone, counted=True)


def _near(phrase: Phrase, word: str, count: float, unit: str, now: datetime) -> Phrase | None:
    """未来两天, 接下来一周, 前三天: the past only where nothing else is said."""
    today = now.date()
    alone = word not in {"未来", "今后", "接下来", "往后", "最近", "近", "这"} or unit == "年"
    back = word in {"前", "上", "过去", "之前"} or (word in {"最近", "近"} and unit in _TIME_UNITS)
    if unit in _TIME_UNITS:
        moment = now + timedelta(minutes=(-count if back else count) * _TIME_UNITS[unit])
        whole = (moment, now) if back else (now, moment)
        return replace(_stretch(phrase, *whole), alone=alone)
    whole_weeks = word in {"上", "下"} and unit in _WEEKS
    begin = today - timedelta(days=today.weekday()) if whole_weeks else today
    if back:
        return replace(phrase, days=Days(((shifted(begin, -count, unit), begin),)), alone=alone)
    if whole_weeks:
        begin += timedelta(days=7)
    elif word not in {"最近", "近", "这"} and unit not in {"月", "年"}:
        begin += timedelta(days=1)
    return replace(phrase, days=Days(((begin, shifted(begin, count, unit)),)), alone=alone)


def _stretch(phrase: Phrase, begin: datetime, end: datetime) -> Phrase:
    start = begin.hour * 60 + begin.minute
    length = int((end - begin).total_seconds()) // 60
    meant = Days((one_day(begin.date()),))
    return replace(phrase, days=meant, minutes=(start, start + length), fixed=True)


def joined(
    folded: str, words: list[Phrase], today: date, *, is_order: bool = False
) -> list[Phrase]:
    """Join day, part and clock that belong together; drop what only dates an illness."""
    phrases: list[Phrase] = []
    for token in words:
        last = phrases[-1] if phrases else None
        joined = _together(last, token, folded[last.end : token.begin]) if last else None
        if joined:
            phrases[-1] = joined
        elif last:
            phrases.append(_inheriting(last, token, folded[last.end : token.begin]))
        else:
            phrases.append(token)
    if is_order:
        return _hour_said_first(folded, phrases)
    rest = folded
    for one in phrases:
        rest = rest[: one.begin] + " " * (one.end - one.begin) + rest[one.end :]
    wished = WANTS.search(rest) is not None
    phrases = _hour_said_first(folded, phrases)
    return [one for one in phrases if not _is_onset(folded, one, today, wished=wished)]


def _hour_said_first(folded: str, phrases: list[Phrase]) -> list[Phrase]:
    """「下午要，骨科，后天的」: the one part of the day belongs to the one day."""
    if len(phrases) != 2:  # noqa: PLR2004 - a part of the day and a day
        return phrases
    part, day = phrases
    is_part = part.days is None and part.hours is not None and part.minutes is None
    is_part = is_part and not _falls_ill(folded[part.end :])
    if not is_part or day.days is None or day.hours or day.minutes:
        return phrases
    return [replace(day, begin=part.begin, hours=part.hours)]


def _together(last: Phrase, token: Phrase, gap: str) -> Phrase | None:
    """Return both words as one phrase, None where they are two."""
    if token.days is None:
        if not _fits(last, token, gap):
            return None
        return replace(
            last, end=token.end, hours=token.hours or last.hours,
            minutes=token.minutes or last.minutes, fixed=token.fixed,
        )  # fmt: skip
    if last.days is None or last.hours or last.minutes:
        return None
    day = _one_day_by_two_names(last.days, token.days, gap)
    return replace(token, begin=last.begin, days=day) if day else None


def _one_day_by_two_names(first: Days, second: Days, gap: str) -> Days | None:
    """两周后的周三; 25号周三; 周日，二月十号: but 「周三、周五」 are two days."""
    if first.week and second.weekdays and gap in {"", "的"}:
        return second.in_week_of(first.week)
    open_first = first.weekdays or first.in_named_week
    if second.weekdays and not open_first and gap in {"", " ", "(", "是"}:
        return first
    if first.weekdays and not second.weekdays and _PAUSE.fullmatch(gap):
        agreed = on_weekday(second.spans[0][0], first.weekdays)
        return Days((one_day(agreed),)) if agreed else None
    return None


def _fits(last: Phrase, token: Phrase, gap: str) -> bool:
    if last.minutes or (token.hours and last.hours):
        return False
    if gap == "-" and last.days and not last.hours and token.minutes:
        return True  # 2026-11-25-10:30
    if TO.fullmatch(gap) or TAKEN_BACK.search(gap) or MOVED.search(gap):
        return False
    return len(gap) <= _SHORT_CLAUSE and not re.search("或|还是", gap)


def _inheriting(last: Phrase, token: Phrase, gap: str) -> Phrase:
    """Return the later words with what they leave out: 下周三，不对，周四; 9月10号，11号."""
    if token.days is None:
        if TO.fullmatch(gap) or last.days is None:
            return token
        hours = token.hours or (last.hours if token.minutes else None)
        return replace(token, days=last.days, hours=hours)
    meant = token.days
    listed, corrected = _LISTED.fullmatch(gap), TAKEN_BACK.search(gap)
    if last.days and (listed or corrected):
        if meant.weekdays and last.days.in_named_week:
            meant = meant.in_week_of(monday_of(last.days.spans[0][0]))
        elif meant.month_day is not None and (listed or last.days.month_day is None):
            meant = meant.in_month_of(last.days.spans[-1][0])
    hours = token.hours or (last.hours if corrected else None)
    return replace(token, days=meant, hours=hours)


def _is_onset(folded: str, phrase: Phrase, today: date, *, wished: bool) -> bool:
    """
    Tell whether the words date an illness rather than a visit: 昨天开始疼, 晚上睡不着.

    `wished` says that something in the message, its dates apart, asks for the desk.
    """
    rest = folded[phrase.end :]
    bare = len(folded) <= (phrase.end - phrase.begin) + _SHORT_MESSAGE
    if _counts_from_illness(folded, phrase) or (not bare and _looks_back(folded, phrase)):
        return True
    if phrase.days is None and phrase.minutes is None:
        return not (bare or wished) or bool(_falls_ill(rest))
    if phrase.days and phrase.days.spans[0][0] <= today and _falls_ill(rest):
        return True
    if not bare and phrase.days and phrase.days.spans[-1][1] <= today and not ERRAND.match(rest):
        return True
    if bare or wished or MAY.match(rest) or _is_ahead(folded, phrase, today):
        return False
    return phrase.counted or ILLNESS.search(folded) is not None


def _is_ahead(folded: str, phrase: Phrase, today: date) -> bool:
    """Tell whether a day to come is wished for: 「怀孕16周，想下周二上午」 dates no illness."""
    if phrase.days is None or phrase.counted or phrase.days.spans[0][0] <= today:
        return False
    before, after = folded[: phrase.begin], folded[phrase.end :]
    closes = phrase.hours is not None and not _PAUSE.sub("", after)
    return closes or bool(WISHES_FOR.search(before) or COMES_FOR.match(after))


def _falls_ill(rest: str) -> bool:
    """Tell whether what follows a date begins to speak of an illness: 「这两天 头昏」."""
    if _TO_BE_SEEN.match(rest):
        return False
    return bool(ONSET.match(rest)) or symptoms.begins(rest, within=_ONSET_CHARACTERS)


def _looks_back(folded: str, phrase: Phrase) -> bool:
    """Tell whether the words date a birth, a bad night or what has been so for months."""
    said, rest = folded[phrase.begin : phrase.end], folded[phrase.end :]
    if phrase.days is None:
        return BY_NIGHT.fullmatch(said) is not None and not VISIT.match(rest)
    lately = phrase.counted and LATELY.fullmatch(said) and not OFFERED.match(rest)
    return bool(lately) or BIRTH.search(folded[: phrase.begin]) is not None


def _counts_from_illness(folded: str, phrase: Phrase) -> bool:
    """Tell whether 三天后 is so long after something of the illness."""
    after, before = folded[phrase.end :], folded[: phrase.begin]
    return phrase.counted and bool(STILL.match(after) or SINCE.search(before))
