"""
What a person makes of a message on the phone: what it asks, and what can be chosen.

Nothing of the program is known here: the words below are those by which anybody would recognise
a question for a name or a list of times. Re-worded texts should be understood just as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time

_LINK = re.compile(
    r"<a\s[^>]*msgmenucontent=(?P<say>[^&\"]*)[^>]*?msgmenuid=(?P<id>[^&\"]*)\"[^>]*>(?P<label>.*?)</a>",
    re.DOTALL,
)
_OPTION = re.compile(r"^\s*(?:回复|按)?\s*(\d{1,2})\s*[.．、:：）)]\s*(.+?)\s*$")
_DATE = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号]")
_CLOCK = re.compile(r"(\d{1,2})\s*(?:[:：]\s*(\d{2})|点\s*(半|(\d{1,2})分?)?)")
_HALVES = (("am", "上午|早上|早晨"), ("pm", "下午"), ("night", "晚上|夜间"))

# The first that fits, tried on the last paragraph and then on the whole; the words are of the
# text, the labels those of the options.
_KINDS: tuple[tuple[str, str, str], ...] = (
    ("alarm", r"【紧急】|^.{0,12}(立即|马上|赶快|立刻).{0,4}(拨打|打)?.{0,2}120", ""),
    ("booked", r"(预约|挂号)成功|(号|已经?)(挂|约)(好|上)了", ""),
    ("moved", r"已?改好了?。|改(约|期|时间)成功|已经?改到", ""),
    ("cancelled", r"(已经?|成功)(取消|退)|取消成功|退号成功", ""),
    ("two", r"哪一?个.*(通知|提醒)|答哪一个", r"."),
    ("coming", r"按时来|来得了|能来吗", r"按时来|能来"),
    ("resume", r"继续|接着", r"继续|接着|不用|不了"),
    ("safety", r"有没有.*(下面|以下|这些|下列)|(下面|以下|这些).*有没有", r"都?没有"),
    ("readback", r"(证件|身份证).*(手机|电话)|(登记|资料).*(核对|对吗)|哪一?项不对",
     r"^(都|全)?(对|是|没错)|不对"),
    ("consent", r"同意", r"同意"),
    ("sure_move", r"(改到|改成|改为).*(对吗|核对|确[认定])|核对.*(改到|改期)", r"."),
    ("detail", r"哪里|哪一?样|给谁看|谁看", r"大人|小孩|^(头|眼|耳|胸|肚|腰|皮肤|咳)"),
    ("who", r"(给|替|为|帮)(谁|哪).{0,4}(挂|看|约|选)", r"."),
    ("sure", r"(就诊人|病人|患者).*(时间|几点).*(对吗|确认|没问题|没有?错)|核对", r"确认|对|是"),
    ("sure_cancel", r"(确定|真的|确认|要).{0,4}(取消|退)", r"取消|退|确定"),
    ("sex", r"男.*女|性别", r"^(男|女)"),
    ("birth", r"(发|填|输入?|告诉|报).{0,12}(出生|生日)|哪年.{0,4}生", ""),
    ("kind", r"(哪|什么).{0,3}证件", r"身份证|护照|证"),
    ("name", r"(发|填|输入?|提供|告诉|报).{0,12}(姓名|名字)|怎么称呼|叫什么", ""),
    ("document", r"(发|填|输入?|告诉|报).{0,12}(身份证|证件|号码)", ""),
    ("document", r"(身份证|证件|号码).{0,6}(发|填|输|告诉|报)", ""),
    ("phone", r"(发|填|输入?|留|提供|告诉|报).{0,12}(手机|电话)", ""),
    ("code", r"验证码", ""),
    ("relation", r"(什么|啥)(人|关系)|(跟|和|与)您.*关系|是您的",
     r"本人|妈|爸|自己|爱人|孩子|家人"),
    ("unregistered", r"(没有?|未|还没).{0,3}登记", r"登记"),
    ("who", r"(给|为|替|帮)(谁|哪)|哪(一位|位|个)?(家人|就诊人)|谁(看|挂|来)", r"."),
    ("same_name", r"哪(一|两)?位(医生|大夫)?|同名", r"科"),
    ("which", r"(取消|退|改).{0,4}哪(一)?个|哪一?个.*(取消|退|改)", r"."),
    ("turn", r"换(个)?科|要换", r"换|还是"),
    # 「月经或妇科」 among the parts of the body is no department.
    ("detail", r".", r"^都不是"),
    ("departments", r"科", r"^[^\d，。]*(科|门诊|全科)[^\d，。]*$"),
    ("time", r"几点|(哪个|什么|选择?)(时间|时段|钟点|时候)", r"^\D{0,6}\d{1,2}([:：]\d\d|点)"),
    ("menu", r"您好|你好|选|需要", r"^挂号$"),
    ("offers", r"选|哪|改到|还有", r"元|号|医师|月.*日|最早"),
    ("detail", r".", r"都不是|不清楚|没有以上"),
    ("complaint", r"(哪里|哪儿|什么地方|怎么)(不舒服|难受)|看(什么|哪个)(病|科)|什么症状", ""),
    ("choose", r".", r"."),
)  # fmt: skip
_COMPILED = tuple(
    (name, re.compile(text), re.compile(label) if label else None) for name, text, label in _KINDS
)
_DONE_KINDS = 3  # booked, moved, cancelled stand behind the alarm
_LOST = re.compile(r"没听明白|没能理解|没弄懂|没看懂|不明白|没听懂|换个说法")
_MORE = re.compile(r"更多|看别的按8|下一页|还有别的")
_NONE = re.compile(
    r"没有号|约满|满了|不出诊|没有完全|不看诊|没放出|没有放出|停诊|已经过了|没有您要|没有可以?约|不能约|冲突|没有找到"
)
_CLOSED = re.compile(r"都约满了|不用预约|直接去|没有别的号|已约的号到上限|不接诊|不能在线预约")
_ALL = re.compile(r"(一起|一次|一并|一条).{0,3}(发|填|写)|(发|填|写).{0,3}一(起|条)")
_TROUBLE = re.compile(r"系统.{0,4}忙|出错了|没办成")


@dataclass(frozen=True)
class Option:
    """One line that can be chosen; `say` and `tap` are what a tap on it sends."""

    number: str
    label: str
    say: str = ""
    tap: str = ""


@dataclass(frozen=True)
class Screen:
    """One message as it is read."""

    text: str
    options: tuple[Option, ...]
    kind: str
    is_lost: bool
    has_more: bool
    says_none: bool
    is_closed: bool
    is_trouble: bool
    invites_all: bool
    heading: str  # the line above the options: what they are about


def read(message: str) -> Screen:
    """Read a message as it stands on the phone."""
    taps = {f["label"]: (f["say"], f["id"]) for f in _LINK.finditer(message)}
    lines, options, heading = [], [], ""
    for line in without_links(message).splitlines():
        found = _OPTION.match(line)
        if found and int(found[1]) == len(options) + 1:
            say, tap = taps.get(line, ("", ""))
            heading = heading or (lines[-1] if lines else "")
            options.append(Option(found[1], found[2], say, tap))
        else:
            lines.append(line)
    text = "\n".join(lines).strip()
    return Screen(
        text=text,
        options=tuple(options),
        kind=_done(text) or _kind(text, options),
        heading=heading,
        is_lost=bool(_LOST.search(text)),
        has_more=bool(_MORE.search(text)),
        says_none=bool(_NONE.search(text)),
        is_closed=bool(_CLOSED.search(text)),
        is_trouble=bool(_TROUBLE.search(text)),
        invites_all=bool(_ALL.search(text)),
    )


def without_links(message: str) -> str:
    """The message as it looks: a link is its label."""
    return _LINK.sub(lambda found: found["label"], message)


def _done(text: str) -> str:
    """What is done is done, whatever is asked after it."""
    done = _COMPILED[: _DONE_KINDS + 1]
    return next((name for name, about, _ in done[1:] if about.search(text)), "")


def _kind(text: str, options: list[Option]) -> str:
    last = text.rsplit("\n\n", maxsplit=1)[-1]
    for words in (last, text):
        flat = words.replace("\n", "；")
        for name, about, labels in _COMPILED:
            fits = labels is None or any(labels.search(option.label) for option in options)
            if fits and about.search(flat):
                return name
    return ""


def date_in(text: str, today: date) -> date | None:
    """The first date of a line; without a year the one next to come."""
    found = _DATE.search(text)
    if not found:
        return None
    year = int(found[1]) if found[1] else today.year + (int(found[2]) < today.month - 1)
    return date(year, int(found[2]), int(found[3]))


def half_in(text: str) -> str | None:
    """The half-day a line names: am, pm or night."""
    return next((name for name, words in _HALVES if re.search(words, text)), None)


def clock_in(text: str) -> time | None:
    """The clock time of a line; an afternoon's 2:30 is 14:30."""
    found = _CLOCK.search(text)
    if not found:
        return None
    hour = int(found[1])
    minute = 30 if found[3] == "半" else int(found[2] or found[4] or 0)
    if hour < 12 and half_in(text) in ("pm", "night"):
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None


def field_of(text: str, *names: str) -> str:
    """The value on the line that begins with one of these names, or nothing."""
    found = re.search(rf"^\s*(?:{'|'.join(names)})\s*[:：]\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else ""
