"""
How a line of the staff is typed: commands misspelt, names of the same sound, days cut short.

「停珍 张伟 明上」 is 停诊 张伟 明天上午. A command is put right by its sound where it opens the
line; a name that is nobody's is never put right: whom it may be is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from nlp import sounds
from nlp.colleagues import Mention
from nlp.heard import When
from nlp.numerals import simplified
from nlp.vocabulary import DoctorEntry

_COMMANDS = (
    "停诊", "替诊", "恢复", "加号", "减号", "限号", "撤销", "通知", "改诊室", "改时间",
)  # fmt: skip
# Characters of names that only here are read in their traditional shape.
_NAMES = str.maketrans(
    "張劉陳楊趙黃吳孫馬馮蔣鄧葉鄭韓盧鍾錢龍賈鄒萬許蕭閻陸蘇羅譚偉靜國華蘭麗榮鳳傑強軍紅陽濤飛瓊維學夢嘯雲曉寧誠興業濟東貴義節",
    "张刘陈杨赵黄吴孙马冯蒋邓叶郑韩卢钟钱龙贾邹万许萧阎陆苏罗谭伟静国华兰丽荣凤杰强军红阳涛飞琼维学梦啸云晓宁诚兴业济东贵义节",
)
_H = "0-9一二三四五六七八九十两半刻"
# 「李 静 周 五 停 诊」: every character on its own.
_SPACED = re.compile(r"(?:[\u4e00-\u9fff0-9]\s+){4,}[\u4e00-\u9fff0-9]")
_FIRST = re.compile(r"([\u4e00-\u9fff]{2,3})\s+(?=\S)")
_NAMED = re.compile(rf"^\s*(?:{'|'.join(_COMMANDS)})\s*(?P<name>[\u4e00-\u9fff]{{2,3}})(?=\s|$)")
# 「明上」 is written for 明天上午; 「明早」 and 「明晚」 are words of their own.
_HALF = re.compile(r"([今明后])([上下])(?![午个周星礼面次月边])")
_DAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_WEEKLY = re.compile(
    r"每个?(?:周|星期|礼拜)的?(?P<day>[一二三四五六日天])的?(?P<part>上午|下午|晚上|早上)?"
    r"|(?:逢|凡是?)(?:周|星期)(?P<on>[一二三四五六日天])(?P<half>上午|下午|晚上|早上)?"
)
_PARTS = {"上午": (8, 12), "早上": (8, 12), "下午": (12, 18), "晚上": (18, 22), None: (0, 24)}
_WEEKS = 8  # no roster reaches further
_GOES_AT = re.compile(
    rf"(?:只|就)?(?:[看坐出上]诊?|做|干|忙)到(?P<clock>[{_H}]{{1,3}}(?:点|:)[{_H}]{{0,3}})分?"
    r"(?=左?右?(?:就|,|，|为止|走|下班|停|结束|$))"
)
# What is turned down beside what is meant: 「不是周四，是下周二」「是李静不是李婧」.
_NOT = re.compile(r"不是((?:(?!是)[^,，;；。])*)(?=[,，;；。\s]*(?:而?是|应该|改|要|$))")
_BREAKS = re.compile(r"[,，;；。\n]+|\s*(?:还有|以及|[和跟与、])\s*")


def righted(text: str) -> str:
    """Return a line in simplified characters, its command as it is spelt."""
    text = simplified(text).translate(_NAMES).replace("撤消", "撤销")
    if _SPACED.fullmatch(text):
        text = re.sub(r"\s+", "", text)
    found = _FIRST.match(text)
    if found is None or found[1] in _COMMANDS:
        return text
    sound = _sound(found[1])
    meant = next((one for one in _COMMANDS if _sound(one) == sound), None)
    return text if meant is None else meant + text[len(meant) :]


def kept(text: str, said: Sequence[Mention]) -> tuple[str, Sequence[Mention]]:
    """Return a correction less what it turns down: of 「不是周四，是下周二」 the second."""
    found = _NOT.search(text)
    if found is None:
        return text, said
    begin, end = found.span(1)
    left = [one for one in said if not begin <= one.span[0] < end]
    return text[:begin] + "□" * (end - begin) + text[end:], left


def alike(text: str, doctors: Sequence[DoctorEntry]) -> tuple[str, tuple[str, ...]] | None:
    """Return a name behind a command that is no doctor's, and the codes of whom it sounds like."""
    found = _NAMED.match(text)
    if found is None:
        return None
    sound = _sound(found["name"])
    codes = tuple(sorted(one.code for one in doctors if _sound(one.name) == sound))
    return (found["name"], codes) if codes else None


def _sound(word: str) -> tuple[str, ...]:
    return tuple(sounds.blurred(sounds.readings(char)[0]) for char in word)


def half_day(text: str) -> str:
    """Return the text with 「明上」 written out."""
    return _HALF.sub(r"\1天\2午", text)


def until_then(text: str) -> str:
    """Return the text with 「看到三点就走」 as what is meant by it: nobody from three on."""
    return _GOES_AT.sub(lambda found: f"{found['clock']}以后".ljust(len(found[0]), "□"), text)


def weekly(text: str, now: datetime) -> tuple[When, ...]:
    """Return the days to come that 「每周三上午」 names."""
    found = _WEEKLY.search(text)
    if found is None:
        return ()
    part = found["part"] or found["half"]
    begins, ends = _PARTS[part]
    first = datetime.combine(now.date(), time(), now.tzinfo)
    first += timedelta(days=(_DAYS[found["day"] or found["on"]] - first.weekday()) % 7)
    weeks = [first + timedelta(weeks=number) for number in range(_WEEKS)]
    return tuple(When(day + timedelta(hours=begins), day + timedelta(hours=ends)) for day in weeks)


def clauses(text: str, named: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a line that name a doctor each, from one break to the next."""
    edges = [0]
    for found in _BREAKS.finditer(text):
        begun = any(edges[-1] <= at < found.start() for at, _ in named)
        if begun and any(at >= found.end() for at, _ in named):
            edges.append(found.end())
    yield from zip(edges, [*edges[1:], len(text)], strict=True)
