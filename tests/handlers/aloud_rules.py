"""What a message in care mode must be, as checks that name what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST_CHARACTERS, MOST_CHOICES = 40, 3
_LINK = re.compile(r"<a [^>]*>(.*?)</a>", re.DOTALL)
_CHOICE = re.compile(r"^\d+\. ")
# What a phone reads as the name of a sign, or not at all; what nobody says so.
_UNREADABLE = {
    "an emoji": re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f]"),
    "a bracket": re.compile(r"[（()）【】\[\]{}]"),
    "a table": re.compile(r"[|│┃─━\t]|\s{3,}"),
    "a clock": re.compile(r"\d:\d\d"),
    "a short weekday": re.compile(r"周[一二三四五六日](?![\u4e00-\u9fff])|[号日]周"),
    "a date in digits": re.compile(r"(?<!\d)\d{1,2}/\d{1,2}(?!\d)|\d{4}-\d\d-\d\d|月\d+日"),
    "a mask": re.compile(r"\*"),
    "a pause by mistake": re.compile(r"[，、][，。、；：！？]|[。；：][。；：，、]|[，、：；]$"),
    "a sign": re.compile(r"[~～…—_#&@=<>+]"),
    "a wish to be told in words": re.compile(
        r"(?:回复|说|发)“(?:人工|更多|返回|退出|再说一遍|恢复|不留|我的预约|取消预约|改时间|挂号|是|否|签到|还要等多久|我出去一下|我回来了)”"
    ),
    "digits to be replied": re.compile(r"回复(?:数字|\d)"),
}  # fmt: skip
# An emergency is never dismissed by a digit, and the notice of consent bears its version.
_SPARED = re.compile("，请回复“以前的事”|告知书\\d{4}-\\d\\d")


def wrongs(message: str, *, is_notice: bool = False) -> Iterator[str]:
    """Yield what breaks the rules of care mode in a whole message, choices and last lines too."""
    lines = _LINK.sub(r"\1", message).split("\n")
    for line in lines:
        yield from _in_a_line(line)
    if sum(bool(_CHOICE.match(line)) for line in lines) > MOST_CHOICES:
        yield f"more than {MOST_CHOICES} choices"
    if "".join(lines).count("？") > 1:
        yield "more than one question"
    if not lines[-1].endswith("找人工按0。"):
        yield f"the last line does not say what to press: {lines[-1]}"
    if not is_notice and "按9" not in lines[-1]:
        yield f"the last line does not say how to hear it again: {lines[-1]}"


def _in_a_line(line: str) -> Iterator[str]:
    # The one English sentence is for nobody who asked for this in Chinese.
    if len(line) > MOST_CHARACTERS and not line.isascii():
        yield f"{len(line)} characters: {line}"
    bare = _SPARED.sub("", line)
    for what, pattern in _UNREADABLE.items():
        # A heading above its choices may end with a colon.
        if pattern.search(bare) and not (what == "a pause by mistake" and bare.endswith("：")):
            yield f"{what}: {line}"
