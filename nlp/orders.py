"""
What a member of staff orders in one line: 停诊, 今日预约, 下一个 … (`lexicon/orders.tsv`).

Rules are read over a marked text: every doctor named in it, title and all, is one mark, so that a
rule says who stands where (「@…由@代」) and not how people are called. 「我」 is such a mark, too,
where a line is read as a doctor's of the own clinic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from nlp import colleagues, commands, dates, lexicon
from nlp.colleagues import Mention
from nlp.heard import Order, When
from nlp.numerals import fold, to_int
from nlp.people import Scan
from nlp.sieve import Sieve
from nlp.strangers import is_name
from nlp.surnames import SURNAMES
from nlp.vocabulary import DoctorEntry

# Tells others something; its argument is what.
TELL = "tell"
# Orders whose argument is how many places, and how many minutes.
_COUNTED = ("extra", "fewer", "limit", "correct_count", "more_of_it")
_TIMED = ("call_late",)
# Orders that may hold another: 「完成，约下次 一周后」, 「过号，下一个」; the argument names it.
_TWOFOLD = ("call_visit", "call_miss", "call_results")
_NEXT, _DONE = "call_next", "call_done"
_CLOCKED, _SUSPEND = ("time", "correct_time"), "suspend"
_OF_SHIFTS, _TWO = ("suspend", "substitute", "resume"), 2
_EARLIER, _LATER = "提前早", "推迟延后往晚顺"
_H = "0-9一二三四五六七八九十"
# What the rules are written with; the longer ones first, they may hold shorter ones.
_SHORT = {
    # 「周一9点」: the day of the week is no part of the hour.
    "<clock>": r"(?:[12]?[0-9]|十[一二]?|[一二两三四五六七八九])\s*(?:点|:)\s*"
    rf"[{_H}半刻整]{{0,3}}分?",
    "<span>": r"[0-9一二两三四五六七八九十半]{1,3}\s*(?:分钟?|个?半?(?:小时|钟头)|刻钟?)",
    "<count>": r"[0-9一二两三四五六七八九十]{1,3}",
    # Bare (16-5, A-12, 505) it ends what was said.
    "<room>": rf"(?:[a-z{_H}楼层区号栋东西南北\-]{{1,12}}(?:诊?室|诊区)"
    rf"|(?:[a-z{_H}]{{1,3}}(?:号楼|楼|栋|区)){{0,2}}[a-z]?[0-9]{{3,4}}(?![0-9:点])"
    r"|(?<![a-z0-9\-])[a-z0-9]{1,3}-[0-9]{1,3}(?![0-9\-]))",
    # No day (给明天上午加5个号), no department and nobody's relative is a person's name.
    "<person>": r"(?![我他她它咱俺这那今明后本下上周]|大家|病人|患者|星期|礼拜|\S{1,5}科)"
    r"[\u4e00-\u9fff·]{2,4}?(?:\s*[0-9]{3}[0-9x])?",
    # The same where it must be a name: no day, and checked as names are.
    "<whom>": rf"(?!周[一二三四五六日末天])[{SURNAMES}][\u4e00-\u9fff·]{{1,2}}"
    r"(?:\s*[0-9]{3}[0-9x])?",
    "<named>": rf"[{SURNAMES}][\u4e00-\u9fff·]{{1,3}}?(?:\s*[0-9]{{3}}[0-9x])?",
    "<ill>": r"病人|患者|病号|预约的人|挂了?号的人?",
    "@": colleagues.MARK,
    "~": r"[^\ue000-\uf8ff]",
}
_CLOCK = re.compile(rf"([{_H}两]+)\s*(?:点|[:：])\s*([{_H}]*[半刻]?)")
_PARTS = {"半": 30, "一刻": 15, "三刻": 45, "": 0}
_UNITS = {"分": 1, "刻": 15, "小": 60, "钟": 60}
_LASTING = re.compile(r"([0-9一二两三四五六七八九十]*)\s*个?(半?)个?(分|刻|小|钟)")
_AROUND = " \t\n.!,。！，"
# Other ways to write it, of the same length: 撤消, 赵桂兰（3321）.
_TAIL = re.compile(r"[（(]([0-9]{3}[0-9Xx])[)）]")
# A doctor of the own clinic; what is said of the own family or the own visit is no order.
_SELF = re.compile(r"(?<!帮)(?:本人|我|俺)(?![们院科这妈爸儿女孩爱家想要能])")
_PRIVATE = re.compile(
    r"[给帮]我(?:再|也|先)?[加多补]|预约|挂|约(?!了)|退|取消|想|吗|么|[?？]|[妈爸]|孩子|老[公婆]|爱人|对象|看病|复查|检查|[告提]\S?我(?![明今后的周下上])"
)
# 「从明天起休产假到下周五」: what stands between the two days keeps them apart.
_DAY = r"(?:[今明后]天|(?:[这本下]个?)?(?:周|星期|礼拜).|[0-9]+月[0-9]+[日号]|[0-9]+[日号])"
_SINCE = re.compile(
    rf"(?:从({_DAY})(?:起|开始)?|({_DAY})(?:起|开始))([^到至0-9]{{0,8}})(?=[到至])"
)
# 「停诊到12月5号」: from now on; 「停诊，改到后天」: what is suspended is the other day.
_UNTIL = re.compile(rf"^((?:(?!{_DAY}).)*?)(?:停诊?|休息?|请假|休假)(?=[到至])")
_INSTEAD = re.compile(r"(?:改|调|挪|移|换)(?:约)?[到至在].*$")
# What follows a doctor who is away; beside one of whom nothing is said: 「李芳说张伟不来了」.
_AWAY = re.compile(r"[停不没别假休会差病事走学训支援术阳产隔离关撤消烧]|取消|住院")
_AND = re.compile(r"[\s,、和跟与同及还有]*")


@dataclass(frozen=True, slots=True)
class _Row:
    """One rule; it `needs` a doctor, a doctor or a department (ward), or the doctor's own (me)."""

    order: str
    needs: str
    is_all: bool
    names: bool
    pattern: re.Pattern[str]


def table(name: str) -> list[_Row]:
    """Return the rules of a lexicon, in the order in which they are tried."""
    return [
        _Row(
            row["order"],
            row["needs"].strip("-"),
            row["pattern"].startswith("="),
            "<whom>" in row["pattern"],
            re.compile(_spelled_out(row["pattern"].removeprefix("="))),
        )
        for row in lexicon.rows(name)
    ]


def _spelled_out(pattern: str) -> str:
    for short, meant in _SHORT.items():
        pattern = pattern.replace(short, meant)
    return pattern


_ROWS = Sieve((row, row.pattern) for row in table("orders.tsv"))


def find(
    text: str, doctors: Sequence[DoctorEntry], heard: Scan, wards: Iterable[object], now: datetime
) -> Order | None:
    """
    Return what the line orders, None for nothing.

    `heard` are the doctors a patient would mean by it: they count where no name is written out.
    `wards` are the departments that are named.
    """
    lead = len(text) - len(text.lstrip(_AROUND))
    text = _TAIL.sub(lambda tail: f" {tail[1]} ", commands.righted(text.strip(_AROUND)))
    said = colleagues.mentions(text, doctors) or heard_as(heard, lead)
    plain = read(_ROWS, text, said, wards, now)
    if plain is not None and (apart := _several(plain, text, said, wards, now)):
        return apart
    if plain is not None and not said and (alike := commands.alike(text, doctors)):
        return Order("misspelt", *alike)
    if plain is not None and not plain.is_own:
        return plain
    mine = [Mention(match.span(), ()) for match in _SELF.finditer(text)]
    if not mine or _PRIVATE.search(text):
        return plain
    together = sorted((*said, *mine), key=lambda mention: mention.span)
    own = read(_ROWS, text, together, wards, now)
    if own is None or (plain is not None and not own.by) or not (own.when or own.argument):
        return plain
    return replace(own, is_own=True)


def read(
    rules: Sieve[_Row],
    text: str,
    said: Sequence[Mention],
    wards: Iterable[object],
    now: datetime,
) -> Order | None:
    """Return what the first rule that fits makes of a text in which these doctors are named."""
    marked = fold(colleagues.marked(text, said))
    fits = {
        "": True,
        "asked": True,
        "doctor": bool(said),
        "ward": bool(said) or any(wards),
        "me": True,
    }
    for row, _ in rules.left(marked):
        if not fits[row.needs]:
            continue
        match = row.pattern.fullmatch(marked) if row.is_all else row.pattern.search(marked)
        if match is None or (row.names and not _is_name(match)):
            continue
        order = _order(row, match, text, said, now)
        if order.when or order.argument or not order.is_own:  # 「我发烧了」 alone is a complaint
            return order
    return None


def _is_name(match: re.Match[str]) -> bool:
    found = match.groupdict()
    written = found.get("argument") or found.get("second") or ""
    return is_name(written.rstrip("0123456789x "))


def _order(
    row: _Row, match: re.Match[str], text: str, said: Sequence[Mention], now: datetime
) -> Order:
    """What a rule found in a text, as it was written."""
    groups = {name: match.span(name) for name in match.re.groupindex if match[name] is not None}
    begin, end = groups.get("argument") or groups.get("second") or (len(text), len(text))
    written = text[begin:end]
    away, by = (
        colleagues.who(match[name], said) if name in groups else () for name in ("away", "by")
    )
    if row.order == TELL:
        # What people are to be told names doctors and days, too; whom it is for stands before it.
        said = [one for one in said if one.span[1] <= begin]
        end = len(text)
    elif row.order in _CLOCKED:
        end = max(end, match.end())
    rest = text[:begin] + "□" * (end - begin) + text[end:]
    if row.order == _SUSPEND:
        said = _away(text, said)
        rest = commands.until_then(_SINCE.sub(_joined, rest))
        rest = _UNTIL.sub(r"\1今天", _INSTEAD.sub("", rest))
    when = days(rest, said, now)
    everybody = tuple(dict.fromkeys(code for one in said for code in one.codes))
    argument = _argument(row.order, written)
    meant = away if "away" in groups else everybody
    return Order(row.order, argument, meant, by, when, is_own=row.needs == "me")


def days(text: str, said: Sequence[Mention], now: datetime) -> tuple[When, ...]:
    """Return when an order is for: its days, or 「每周三」 as the Wednesdays to come."""
    weekly = commands.weekly(text, now)
    if weekly:
        return weekly
    for begin, end in (one.span for one in said):
        text = text[:begin] + "□" * (end - begin) + text[end:]
    return dates.find(commands.half_day(text), now, is_order=True)


def _several(
    plain: Order, text: str, said: Sequence[Mention], wards: Iterable[object], now: datetime
) -> Order | None:
    """Two acts in one line, each of another doctor on a day of its own; the one told in lines."""
    if len(said) < _TWO or plain.name not in _OF_SHIFTS:
        return None
    found = []
    for begin, end in commands.clauses(text, [one.span for one in said]):
        here = [one for one in said if begin <= one.span[0] < end]
        alone = "□" * begin + text[begin:end]
        if when := days(alone, here, now):
            found.append((when, text[begin:end].strip(f"{_AROUND}和跟与、")))
    if len({when for when, _ in found}) < _TWO:
        return None
    return Order("several", "\n".join(clause for _, clause in found))


def _joined(since: re.Match[str]) -> str:
    return (since[1] or since[2]).rjust(len(since[0]))


def _away(text: str, said: Sequence[Mention]) -> list[Mention]:
    """Of several doctors those of whom it is said; all, where it is said of none of them."""
    ends = [*(one.span[0] for one in said), len(text)][1:]
    after = [text[one.span[1] : end] for one, end in zip(said, ends, strict=True)]
    for n in reversed(range(len(after) - 1)):  # 「张伟和李芳明天停诊」
        if _AND.fullmatch(after[n]):
            after[n] = after[n + 1]
    found = [one for one, words in zip(said, after, strict=True) if _AWAY.search(words)]
    return found or list(said)


def _argument(order: str, written: str) -> str:
    if order in _COUNTED:
        return str(to_int(written) or "")
    if order in _TIMED:
        return str(minutes(written) or "")
    if order in _TWOFOLD:
        return (_NEXT if "下" in written else _DONE) if written else ""
    return clock_or_shift(written) if order in _CLOCKED else written.strip()


def heard_as(heard: Scan, lead: int) -> tuple[Mention, ...]:
    """Return who was heard by sound: all that may be meant, where the first of them is named."""
    if not (heard.doctors and heard.spans):
        return ()
    begin, end = heard.spans[0]
    return (Mention((begin - lead, end - lead), tuple(d.code for d in heard.doctors)),)


def clock_or_shift(written: str) -> str:
    """
    Return 「9点半」 as 9:30 and 「提前半小时」 as -30 minutes; empty for neither.

    The half of the day is not said: whoever knows the clinic knows it.
    """
    lasting = minutes(written.lstrip(_EARLIER + _LATER + "到来开挪推点大概约 "))
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
