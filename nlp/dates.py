"""Dates and times somebody asks for, as half-open local intervals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from nlp.days import DAYS, HOLIDAYS, days_of, next_day_of_month, one_day
from nlp.heard import When
from nlp.numerals import NUMBER, fold, to_int

# Hours of the day parts: the house's contract, first match wins.
_PARTS: tuple[tuple[str, int, int], ...] = (
    ("凌晨|半夜|后半夜|深夜", 0, 6),
    ("大清早|一大早|清早|早上|早晨|清晨|一早|早", 6, 10),
    ("上午|前半晌|上半天|午前|头晌", 8, 12),
    ("中午|正午|晌午|午间", 11, 14),
    ("下午|后半晌|后晌|下半天|午后", 12, 18),
    ("傍晚|黄昏|傍黑", 17, 19),
    ("晚上|晚间|夜里|夜间|晚", 18, 22),
)
_PART = "|".join(names for names, _, _ in _PARTS)
_PART_HOURS = {n: (a, b) for names, a, b in _PARTS for n in names.split("|")}
_WEEK = r"(?:周|星期|礼拜)"
_H = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"

_TRAPS = re.compile(
    rf"最早|最晚|早点|晚点|一下(?=下+(?:个|周|星期|礼拜|月))|[看查问等想]下(?=下(?:个|周|星期|礼拜))"
    rf"|周[一二三四五六日](?![{_SURNAMES}])[\u4e00-\u9fff]?(?:医生|大夫|主任|教授)"
    rf"|第{NUMBER}[个号]?|[a-z]\d+号?|每(?:个)?(?:周|星期|礼拜|月|天)[一二三四五六日天]?"
    rf"|{NUMBER}号(?:楼|诊|室|窗|厅|门|床|病|线|院|馆|机|房|柜|桌|台|医|车|路|站|选|针|药|电梯)"
    rf"|(?:叫到|排到|轮到|街|路|巷){NUMBER}号"
    rf"|{NUMBER}(?:个多?)?(?:天|周|月|星期|礼拜|小时)(?:了|多|没|的宝宝|大)"
    rf"|(?:血压|高压|低压)\D{{0,4}}\d+(?:/\d+)?|\d{{3}}/\d+|\d{{9,}}"
    rf"|(?:{_PART}|周|星期|礼拜)几[点号]?|\d{{4}}年出生"
)
_TOKEN = re.compile(
    rf"(?P<ymd>(?P<y>\d{{4}})(?:年|[-/.])(?P<ym>{NUMBER})(?:月|[-/.])(?P<yd>{NUMBER})[日号]?)"
    rf"|(?P<compact>20[2-9]\d[01]\d[0-3]\d)(?!\d)"
    rf"|(?P<dd>(?P<d1>{NUMBER})[日号]?(?:到|至|-|~)(?P<d2>{NUMBER})[日号])"
    rf"|(?P<inn>(?P<in_n>{NUMBER}|半)(?P<in_i>个)?(?P<in_u>天|周|星期|礼拜|月|小时|钟头|分钟)"
    rf"(?:之|以)?(?P<in_w>后|内|前))"
    rf"|(?P<pass>再?过(?P<p_n>{NUMBER}|半|几)(?P<p_i>个)?(?P<p_u>天|周|星期|礼拜|月))"
    rf"|(?P<week>(?P<w_r>上上|上|这|本|下下下|下下|下)?(?:个|一)?{_WEEK}"
    rf"(?:的?周)?(?P<w_d>[一二三四五六日天1-7]|末)(?![0-9]))"
    rf"|(?P<weeks>(?P<ws_r>上|这|本|下下|下)(?:个|一)?{_WEEK})|(?P<end>周末)"
    rf"|(?P<md>(?P<m_r>这个?|本|下下个?|下个?)?(?P<m>{NUMBER})?月(?:份)?的?"
    rf"(?:(?P<d>{NUMBER})[日号]?|(?P<m_p>初|中旬|上旬|下旬|底)(?:那天)?)?)"
    rf"|(?P<nd>(?P<n>{NUMBER})[日号])"
    rf"|(?P<slash>(?<![\d/.-])(?P<s_m>1[0-2]|0?[1-9])[-/](?P<s_d>3[01]|[12]\d|0?[1-9])"
    rf"(?![\d/.点天岁个次片]))"
    rf"|(?P<both>明后两?天)|(?P<few>这[两几]天)"
    rf"|(?P<rel>{'|'.join(DAYS)})|(?P<short>[今明后昨](?=早|晚))"
    rf"|(?P<hol>{'|'.join(HOLIDAYS)})(?![点个号月日])"
    rf"|(?P<clock>(?:差(?P<c_to>{_H}|一刻)分?)?(?:(?P<c_h>{_H})(?:点|时(?!间|候))钟?"
    rf"(?:(?P<c_half>半)|(?P<c_q>[一三])刻|(?P<c_m>{NUMBER})分?)?|(?P<c_hh>\d{{1,2}}):(?P<c_mm>\d{{2}})))"
    rf"|(?P<part>{_PART})"
)
_RANGE = re.compile(r"\s*(?:到|至|-|~)\s*")
_AFTER, _BEFORE = re.compile(r"(?:以后|之后|往后)"), re.compile(r"(?:以前|之前|前(?!面))")
_CORRECTION = re.compile(r"不对|错了|不是|改到|改成|改在|换到|换成")
_ONSET = re.compile(
    r"[^,.!?挂约号]{0,5}(?:开始|起|一直|疼|痛|晕|咳|吐|拉|烧|肿|痒|麻|血|难受|不舒服|摔|崴|睡不)"
)


@dataclass(frozen=True, slots=True)
class _Phrase:
    begin: int
    end: int
    days: tuple[date, date] | None = None
    later: date | None = None
    hours: tuple[int, int] | None = None
    minutes: tuple[int, int] | None = None


def find(
    text: str,
    now: datetime,
    asking: str | None = None,
    ignore: Sequence[tuple[int, int]] = (),
) -> tuple[When, ...]:
    """
    Return the intervals `text` asks for, in the order of the words; empty when none is meant.

    `ignore` holds spans that are names of people. `asking` is the kind of answer awaited: with
    `choice` a bare number is no day, with `birth_date` nothing is a wish.
    """
    if asking in {"birth_date", "id_number", "phone", "code", "name"}:
        return ()
    folded = _masked(fold(text), ignore)
    if asking == "choice" and re.fullmatch(rf"\s*{NUMBER}[号]?[吧.]?\s*", folded):
        return ()
    if asking == "day" and re.fullmatch(r"\s*(?:[12]\d|3[01])\s*", folded):
        folded = folded.strip() + "号"
    phrases = _wanted(folded, _joined(folded, _tokens(folded, now), now))
    whens: list[When] = []
    for first, second in phrases:
        when = _interval(folded, first, second, now)
        whens.extend(one for one in when if one not in whens)
    return tuple(
        one
        for one in whens
        if not any(
            other != one and one.start <= other.start and other.end <= one.end for other in whens
        )
    )


def _masked(folded: str, ignore: Sequence[tuple[int, int]]) -> str:
    for begin, end in ignore:
        folded = folded[:begin] + "□" * (end - begin) + folded[end:]
    return _TRAPS.sub(lambda found: "□" * len(found[0]), folded)


def _tokens(folded: str, now: datetime) -> list[_Phrase]:
    tokens = []
    for found in _TOKEN.finditer(folded):
        token = _read(found, now, folded)
        if token is not None:
            tokens.append(token)
    return tokens


def _read(found: re.Match[str], now: datetime, folded: str) -> _Phrase | None:
    kind, begin, end = found.lastgroup, found.start(), found.end()
    today = now.date()
    if found["part"]:
        return _Phrase(begin, end, hours=_PART_HOURS[found["part"]])
    if found["clock"]:
        minutes = _clock(found, folded)
        return _Phrase(begin, end, minutes=(minutes, minutes + 30)) if minutes >= 0 else None
    if (found["inn"] or found["pass"]) and kind:
        return _offset(found, now)
    days = days_of(found, today)
    if days is None:
        return None
    later = None
    if found["week"] and not found["w_r"]:
        later = days[0] + timedelta(days=7)
    if found["nd"]:
        later = next_day_of_month(today + timedelta(days=1), days[0].day)
    return _Phrase(begin, end, days=days, later=later)


def _clock(found: re.Match[str], folded: str) -> int:
    if found["c_hh"]:
        hour, minute = int(found["c_hh"]), int(found["c_mm"])
    else:
        # 「好一点」「有点」 are no times: a bare 一点 needs a part of the day before it.
        if found["clock"] == "一点" and not re.search(
            rf"(?:{_PART}|天)$", folded[: found.start()]
        ):
            return -1
        hour = to_int(found["c_h"]) or 0
        minute = 30 if found["c_half"] else 15 * (to_int(found["c_q"] or "") or 0)
        minute += to_int(found["c_m"] or "") or 0
        if found["c_to"]:
            minute -= 15 if found["c_to"] == "一刻" else to_int(found["c_to"]) or 0
    return hour * 60 + minute if hour <= 24 and minute < 60 else -1  # noqa: PLR2004 - a clock


def _offset(found: re.Match[str], now: datetime) -> _Phrase | None:
    written, unit = (found["in_n"] or found["p_n"]), (found["in_u"] or found["p_u"])
    count = {"半": 0.5, "几": 2}.get(written, to_int(written) or 0)
    word = found["in_w"] or "后"
    begin, end, today = found.start(), found.end(), now.date()
    if unit in {"小时", "钟头", "分钟"}:
        if word != "后":
            return None
        moment = now + timedelta(hours=count / (60 if unit == "分钟" else 1))
        start = moment.hour * 60 + moment.minute
        return _Phrase(
            begin, end, days=one_day(moment.date()), hours=(0, 24), minutes=(start, start + 30)
        )
    if unit == "月":
        if not (found["in_i"] or found["p_i"]):
            return None
        days = round(count * 30)
    else:
        days = round(count * (1 if unit == "天" else 7))
    if word == "内":
        return _Phrase(begin, end, days=(today, today + timedelta(days=days + 1)))
    return _Phrase(
        begin, end, days=one_day(today + timedelta(days=-days if word == "前" else days))
    )


def _joined(folded: str, tokens: list[_Phrase], now: datetime) -> list[_Phrase]:
    """Join day, part and clock that belong together; drop what only dates an illness."""
    phrases: list[_Phrase] = []
    for token in tokens:
        last = phrases[-1] if phrases else None
        gap = folded[last.end : token.begin] if last else ""
        if last and token.days is None and _fits(last, token, gap):
            phrases[-1] = _Phrase(
                last.begin, token.end, last.days, last.later,
                token.hours or last.hours, token.minutes or last.minutes,
            )  # fmt: skip
        elif last and last.days and token.days is None and not _RANGE.fullmatch(gap):
            phrases.append(
                _Phrase(token.begin, token.end, last.days, last.later, token.hours, token.minutes)
            )
        else:
            phrases.append(token)
    return [one for one in phrases if not _is_onset(folded, one, now)]


def _fits(last: _Phrase, token: _Phrase, gap: str) -> bool:
    if last.minutes or (token.hours and last.hours) or _RANGE.fullmatch(gap):
        return False
    return len(gap) <= 12 and not re.search("或|还是", gap)  # noqa: PLR2004 - one short clause


def _is_onset(folded: str, phrase: _Phrase, now: datetime) -> bool:
    rest = folded[phrase.end :]
    if phrase.days is None and phrase.minutes is None:
        bare = len(folded) <= (phrase.end - phrase.begin) + 6
        return not (bare or re.search("[号挂约改换]", folded)) or bool(_ONSET.match(rest))
    return bool(phrase.days and phrase.days[0] <= now.date() and _ONSET.match(rest))


def _wanted(folded: str, phrases: list[_Phrase]) -> list[tuple[_Phrase, _Phrase | None]]:
    """Pair the ends of ranges; drop what was taken back or ruled out."""
    pairs: list[tuple[_Phrase, _Phrase | None]] = []
    for phrase in phrases:
        last = pairs[-1] if pairs else None
        if last and last[1] is None and _RANGE.fullmatch(folded[last[0].end : phrase.begin]):
            pairs[-1] = (last[0], phrase)
        elif last and _CORRECTION.search(folded[last[0].end : phrase.begin]):
            pairs = [(phrase, None)]
        else:
            pairs.append((phrase, None))
    leaving = re.search("取消|退|不去了|不来了|去不了|来不了", folded)
    return [one for one in pairs if leaving or not _refused(folded, one[0], one[1] or one[0])]


def _refused(folded: str, first: _Phrase, last: _Phrase) -> bool:
    before, after = folded[: first.begin], folded[last.end :]
    return bool(
        re.search(r"(?:不要|别|不是|除了|不想要?)$", before)
        or re.match(r"(?:不行|没空|没时间|不方便|有事|不要|(?:可能)?要?(?:忙|出差))", after)
    )


def _interval(
    folded: str, first: _Phrase, second: _Phrase | None, now: datetime
) -> tuple[When, ...]:
    wholes = _spread(first, now)
    if not wholes:
        return ()
    if second is not None:
        days = second.days or first.days
        if second.days and first.days and second.later and second.days[0] < first.days[0]:
            days = one_day(second.days[0] + timedelta(days=7))
        hours = second.hours or first.hours
        last = _spread(_Phrase(0, 0, days, None, hours, second.minutes), now)
        end = last[-1].start if second.minutes else last[-1].end
        return (When(wholes[0].start, end),) if end > wholes[0].start else wholes[:1]
    if _AFTER.match(folded, first.end):
        whole = wholes[0]
        limit = _at(whole.start.date(), _limit(first), now)
        if not first.minutes:
            limit = whole.start + timedelta(days=14)
        return (When(whole.start, limit),)
    if _BEFORE.match(folded, first.end):
        whole = wholes[0]
        opening = _at(whole.start.date(), first.hours[0] * 60 if first.hours else 0, now)
        return (When(opening if first.minutes else _at(now.date(), 0, now), whole.start),)
    return wholes


def _limit(phrase: _Phrase) -> int:
    return phrase.hours[1] * 60 if phrase.hours else 24 * 60


def _at(day: date, minutes: int, now: datetime) -> datetime:
    return datetime.combine(day, time(), now.tzinfo) + timedelta(minutes=minutes)


def _spread(phrase: _Phrase, now: datetime) -> tuple[When, ...]:
    """Return the phrase as intervals: one per day when a part of the day is named."""
    days = phrase.days or one_day(now.date())
    later = phrase.later if phrase.days else now.date() + timedelta(days=1)
    if phrase.minutes is None and phrase.hours is None:
        return (When(_at(days[0], 0, now), _at(days[1], 0, now)),)
    begin, end = _minutes(phrase)
    if later and _at(days[0], end, now) <= now:
        days = one_day(later)
    count = min((days[1] - days[0]).days, 14)
    starts = [days[0] + timedelta(days=index) for index in range(count)]
    return tuple(When(_at(day, begin, now), _at(day, end, now)) for day in starts)


def _minutes(phrase: _Phrase) -> tuple[int, int]:
    if phrase.minutes is None:
        low, high = phrase.hours or (0, 24)
        return low * 60, high * 60
    begin, end = phrase.minutes
    half = 12 * 60
    noon = phrase.hours == (11, 14)
    if phrase.hours is None and 1 <= begin // 60 < 7:  # noqa: PLR2004 - clinic hours
        begin, end = begin + half, end + half
    elif phrase.hours and begin < half:
        evening = phrase.hours[0] >= 12  # noqa: PLR2004 - noon
        if evening or (noon and begin < 10 * 60):
            begin, end = begin + half, end + half
    return begin, end
