"""
A sentence as a phone reads it aloud: dates, times, masks, brackets and keys in words.

Tables of rules, applied in order; what is aloud already stays as it is. A hospital that re-words a
sentence need not re-word it twice. The rules are checked against every sentence there is
(tests/handlers/test_care.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# A line is one breath; the figure for large type.
MOST_CHARACTERS = 40

_NOON, _EVENING, _HALF, _TWO_DIGITS = 12, 18, 30, 10
_DAYS = "[一二三四五六日]"
_PART = r"(?:凌晨|早上|上午|中午|下午|晚上)"
_CLOCK = r"(\d{1,2}):([0-5]\d)"
# Behind a weekday; 周 is a family name, too.
_AFTER_DAY = rf"(?=$|\n|{_PART}|[至到的，。、；：,\s（）)])"


def _weekday(found: re.Match[str]) -> str:
    return "星期" + found[1].replace("日", "天")


def _date(found: re.Match[str]) -> str:
    day = f"{found[1]}号，星期{found[2].replace('日', '天')}"
    return f"{day}，" if found[3] is None else f"{day}{found[3]}"


def _clock(found: re.Match[str]) -> str:
    part, hour, minute = found[1], int(found[2]), int(found[3])
    if part is None:
        part = "上午" if hour < _NOON else "下午" if hour < _EVENING else "晚上"
        part = "中午" if hour == _NOON else part
        hour = hour if hour <= _NOON else hour - _NOON
    if minute in (0, _HALF):
        return f"{part}{hour}点{'半' if minute else ''}"
    return f"{part}{hour}点{'' if minute >= _TWO_DIGITS else '零'}{minute}分"


def _bracketed(found: re.Match[str]) -> str:
    return f"，{found[1]}，"


_KEYS = {"人工": 0, "返回": 7, "更多": 8, "再说一遍": 9}
# What people are told to say, as the key that says it (handlers.care).
_SAY = r"(?:请?(?:回复|回|说|发))"


def _key(found: re.Match[str]) -> str:
    return f"按{_KEYS[found[1]]}"


# The last line of the message says what to press.
_PRESS = r"[，（(]?(?:也可以|或)?请?再?回复数字(?:选一[个项])?[）)]?"
# Told to say one of these, who presses digits has the menu below: the sentence goes.
_COMMANDS = "我的预约|取消预约|改时间|退出|挂号|添加就诊人|看自己的资料"
_COMMANDS += "|签到|还要等多久|我出去一下|我回来了"
_TELLS = rf"[^。！？；\n]*(?:说|回复|发)(?:“(?:{_COMMANDS})”[、或]?)+[^。！？；\n]*[。！？；]?"

_RULES = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (_TELLS, ""),
        # dates and hours
        (rf"(\d{{1,2}}月\d{{1,2}})日 ?周({_DAYS}) ?(?:({_PART})(?!\d))?", _date),
        (r"(?<=\d月)(\d{1,2})日", r"\1号"),
        (rf"周({_DAYS}){_AFTER_DAY}", _weekday),
        (r"(?<=星期.)至(?=星期)", "到"),
        (rf"(?<![\d:])({_PART})?{_CLOCK}(?![\d:])", _clock),
        (r"(?<=[点半分])[-~～](?=[上中下晚])", "到"),
        (r"(?<=\d)[–-](?=\d+分钟)", "到"),
        (rf"({_PART})([， ]最早|\d+点半?到)\1", r"\1\2"),
        # masks: 李*英, 110***********0021
        (r"(?<![\w*])(?:[0-9A-Za-z]{1,6})?\*{3,}(\w{2,4})", r"尾号\1"),
        (r"(?<=[\u3400-\u9fff])\*+", "某"),
        # the keys
        (rf"{_SAY}“({'|'.join(_KEYS)})”", _key),
        (r"(?<!\d)(?:请?回复?)(\d)(?!\d)", r"按\1"),
        (rf"{_PRESS}(?=；)", ""),
        (rf"{_PRESS}[：:。]?", "。"),
        # signs that are read as their names, or not at all
        (r"【([^】]*)】", r"\1。"),
        (r"[（(]([^）)]*)[）)]", _bracketed),
        (r"——+", "，"),
        (r"…+", ""),
        # what the rules above leave behind
        (r"[，、]+(?=[，。；：！？、\n]|$)", ""),
        (r"(?<=[。；：！？\n])[，。、]+", ""),
        (r"^[，。、]+", ""),
        (r"(?<=[\u3400-\u9fff，。])[ \t]+(?=[\u3400-\u9fff])", "，"),
        (r"(?<=[\u3400-\u9fff，。])[ \t]+(?=\d)", ""),
        (r"，，+", "，"),
        (r"(?<=星期[一二三四五六天])，(?=[的都没不前后])", ""),
        (r"(?<=按\d)：(?=\n|$)", "。"),
        (r"(?<=[。？！])：", ""),
        (r"：$", "。"),
        (r"[ \t]+(?=\n|$)", ""),
    )
)  # fmt: skip
_SENTENCES = re.compile(r"[^。！？；\n]*[。！？；]+”?|[^。！？；\n]+")
_CLAUSES = re.compile(r"[^，、：]*[，、：]+|[^，、：]+")


def aloud(text: str, most: int = MOST_CHARACTERS) -> str:
    """Return the text as it is read aloud, a sentence a line; doing it twice changes nothing."""
    for pattern, to in _RULES:
        text = pattern.sub(to, text)
    return broken(text, most)


def asks(text: str) -> bool:
    """Tell whether the text asks something."""
    return "？" in text


def broken(text: str, most: int = MOST_CHARACTERS) -> str:
    """Return the text with a line for each sentence, and none longer than can be heard."""
    blocks = re.split(r"\n{2,}", text.strip("\n"))
    return "\n\n".join("\n".join(_lines(block, most)) for block in blocks)


def _lines(block: str, most: int) -> Iterator[str]:
    for sentence in (found[0].strip() for found in _SENTENCES.finditer(block)):
        if sentence:
            yield from _breaths(re.sub("；+$", "。", sentence), most)


def _breaths(sentence: str, most: int) -> Iterator[str]:
    """Break one sentence at its commas, as late as the line allows; a word is never torn."""
    line = ""
    for clause in (found[0] for found in _CLAUSES.finditer(sentence)):
        if line and len(line) + len(clause) > most:
            yield line.rstrip("，、")
            line = ""
        line += clause
    if line:
        yield line.rstrip("，、")
