"""
The columns of the roster files: their Chinese names, and how a cell becomes a value.

A parser takes the text of a cell and returns its value or raises `ValueError` with a sentence in
Chinese: the people who read it are the hospital's own IT staff.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation

Value = str | int | float | bool | None | date | time | tuple[int, ...]
Parser = Callable[[str], Value]

_CODE_LONGEST = 64
_LABEL_LONGEST = 120
_SHORT_LONGEST = 40
_NATIONAL_CODE = re.compile(r"\d{2}(\.\d{2}){0,2}")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_TIME = re.compile(r"(\d{1,2})[:：](\d{2})(?::00)?")
_SEPARATOR = re.compile("[;；]")
_YES = frozenset({"true", "1", "yes", "y", "是", "可", "可预约"})
_NO = frozenset({"false", "0", "no", "n", "否", "不可", "不可预约"})
_OLDEST_YEARS = 150


@dataclass(frozen=True, slots=True)
class Field:
    """
    One column.

    `headers` are the Chinese names it may have; a `required` cell may not be empty; an optional
    one that is empty or absent has `default`.
    """

    headers: tuple[str, ...]
    parse: Parser
    required: bool = False
    default: Value = ""


def code(cell: str) -> str:
    """Return a code: short, no separator in it."""
    if len(cell) > _CODE_LONGEST or re.search(r"[;；|\s]", cell):
        raise ValueError(f"代码“{cell}”不能含空格、分号或竖线，且不超过{_CODE_LONGEST}个字符")
    return cell


def label(cell: str) -> str:
    """Return a short text."""
    if len(cell) > _LABEL_LONGEST:
        raise ValueError(f"太长，最多{_LABEL_LONGEST}个字")
    return cell


def short(cell: str) -> str:
    """Return a text short enough to be part of a shift's key."""
    if len(cell) > _SHORT_LONGEST or "|" in cell:
        raise ValueError(f"太长，最多{_SHORT_LONGEST}个字，且不能含竖线")
    return cell


def several(cell: str) -> str:
    """Return the values of a cell, trimmed, joined by a plain semicolon."""
    return ";".join(part.strip() for part in _SEPARATOR.split(cell) if part.strip())


def choice(names: Mapping[str, str]) -> Parser:
    """Return a parser that knows these words and their Chinese names."""

    def parse(cell: str) -> str:
        value = names.get(cell, cell)
        if value not in names.values():
            words = "、".join(dict.fromkeys(chain_pairs(names)))
            raise ValueError(f"“{cell}”不认识，可填：{words}")
        return value

    return parse


def chain_pairs(names: Mapping[str, str]) -> list[str]:
    """Return the Chinese words and the English ones they stand for."""
    return [word for pair in names.items() for word in pair]


def yes_no(cell: str) -> bool:
    """Return a yes or a no."""
    if cell.lower() in _YES:
        return True
    if cell.lower() in _NO:
        return False
    raise ValueError(f"“{cell}”应为 是/否（true/false）")


def whole(lowest: int, highest: int) -> Parser:
    """Return a parser of whole numbers within bounds, both inclusive."""

    def parse(cell: str) -> int:
        if not re.fullmatch(r"\d{1,9}", cell) or not lowest <= int(cell) <= highest:
            raise ValueError(f"“{cell}”应为{lowest}到{highest}之间的整数")
        return int(cell)

    return parse


def number(lowest: float, highest: float) -> Parser:
    """Return a parser of numbers within bounds, both inclusive."""

    def parse(cell: str) -> float:
        try:
            value = float(Decimal(cell))
        except InvalidOperation:
            raise ValueError(f"“{cell}”不是数字") from None
        if not lowest <= value <= highest:
            raise ValueError(f"“{cell}”应在{lowest:g}到{highest:g}之间")
        return value

    return parse


def national_code(cell: str) -> str:
    """Return a code of 诊疗科目名录; Excel likes to turn 03.10 into 3.1, which is refused."""
    if not _NATIONAL_CODE.fullmatch(cell):
        raise ValueError(f"“{cell}”不是诊疗科目代码（如 03.04；在表格中请设为文本格式）")
    return cell


def day(cell: str) -> date:
    """Return a date: 2026-11-25, 2026/11/25 or 2026年11月25日."""
    found = _DATE.fullmatch(cell.removesuffix(" 00:00:00"))
    try:
        if found:
            return date(*(int(part) for part in found.groups()))
    except ValueError:
        found = None
    raise ValueError(f"“{cell}”不是日期（如 2026-11-25）")


def clock(cell: str) -> time:
    """Return a local time: 08:00 or 8:00."""
    found = _TIME.fullmatch(cell)
    try:
        if found:
            return time(int(found[1]), int(found[2]))
    except ValueError:
        found = None
    raise ValueError(f"“{cell}”不是时间（如 08:00）")


_WEEKDAYS = {name: at % 7 + 1 for at, name in enumerate("一二三四五六日")} | {"天": 7}


def weekdays(cell: str) -> tuple[int, ...]:
    """Return ISO weekdays: 1, 「1;3;5」 or 「周一；周三」."""
    found = set()
    for part in _SEPARATOR.split(cell):
        bare = re.sub("^(周|星期|礼拜)", "", part.strip())
        value = _WEEKDAYS.get(bare, int(bare) if re.fullmatch("[1-7]", bare) else 0)
        if not value:
            raise ValueError(f"“{cell}”应为1到7（周一到周日），多个用分号隔开")
        found.add(value)
    return tuple(sorted(found))


_SITE_KINDS = {"社区": "community", "社区卫生服务中心": "community", "乡镇": "township",
               "乡镇卫生院": "township", "综合医院": "general", "医院": "general"}  # fmt: skip
_SERVICE_TYPES = {"普通": "general", "专家": "expert", "特需": "special", "专病": "disease",
                  "便民": "convenience"}  # fmt: skip
_MODES = {"门诊": "clinic", "线下": "clinic", "线上": "remote", "互联网": "remote"}
_SEXES = {"男": "m", "女": "f", "不限": ""}

_SITE = ("机构", "机构代码", "院区", "院区代码")
_DEPARTMENT = ("科室", "科室代码")
_DOCTOR = ("医生", "医生代码", "医生工号")

FIELDS: dict[str, dict[str, Field]] = {
    "sites": {
        "code": Field(("代码", *_SITE), code, required=True),
        "name": Field(("名称", "机构名称", "院区名称"), label, required=True),
        "kind": Field(("类型", "机构类型"), choice(_SITE_KINDS), required=True),
        "address": Field(("地址",), str),
        "phone": Field(("电话", "联系电话"), label),
        "emergency_phone": Field(("急诊电话", "急救电话"), label),
        "latitude": Field(("纬度",), number(-90, 90), default=None),
        "longitude": Field(("经度",), number(-180, 180), default=None),
        "hours": Field(("门诊时间", "开诊时间"), str),
    },
    "villages": {
        "code": Field(("代码", "村居", "村居代码"), code, required=True),
        "name": Field(("名称", "村居名称"), label, required=True),
        "site": Field(_SITE, code, default=None),
        "latitude": Field(("纬度",), number(-90, 90), required=True),
        "longitude": Field(("经度",), number(-180, 180), required=True),
        "people": Field(("人口", "人数"), whole(1, 10_000_000), required=True),
    },
    "departments": {
        "site": Field(_SITE, code, required=True),
        "code": Field(("代码", *_DEPARTMENT), code, required=True),
        "name": Field(("名称", "科室名称"), label, required=True),
        "national_code": Field(("诊疗科目代码", "科目代码"), national_code),
        "aliases": Field(("别名",), several),
        "location": Field(("位置", "地点"), str),
        "min_age_years": Field(("最小年龄",), number(0, _OLDEST_YEARS), default=None),
        "max_age_years": Field(("最大年龄",), number(0, _OLDEST_YEARS), default=None),
        "sex": Field(("性别",), choice({"": "", **_SEXES})),
        "bookable": Field(("可预约", "是否可预约"), yes_no, default=True),
    },
    "doctors": {
        "site": Field(_SITE, code, required=True),
        "code": Field(("代码", "工号", *_DOCTOR), code, required=True),
        "name": Field(("姓名", "医生姓名"), label, required=True),
        "title": Field(("职称",), label),
        "department": Field(_DEPARTMENT, code, required=True),
        "expertise": Field(("擅长", "专长"), several),
    },
    "shifts": {
        "site": Field(_SITE, code, required=True),
        "department": Field(_DEPARTMENT, code, required=True),
        "doctor": Field(_DOCTOR, code, default=None),
        "label": Field(("班次", "班次名称", "号别名称"), short),
        "date": Field(("日期", "出诊日期"), day, default=None),
        "weekday": Field(("星期", "周几"), weekdays, default=None),
        "valid_from": Field(("生效日期", "有效期起"), day, default=None),
        "valid_to": Field(("失效日期", "有效期止"), day, default=None),
        "start": Field(("开始", "开始时间"), clock, required=True),
        "end": Field(("结束", "结束时间"), clock, required=True),
        "slot_minutes": Field(("时段分钟", "每段分钟"), whole(1, 720), required=True),
        "capacity_per_slot": Field(("每段号数", "每时段号数"), whole(1, 999), required=True),
        "wechat_capacity": Field(("微信号数", "微信每段号数"), whole(0, 999), default=None),
        "room": Field(("诊室",), label),
        "service_type": Field(("号别",), choice(_SERVICE_TYPES), required=True),
        "mode": Field(("方式", "出诊方式"), choice(_MODES), default="clinic"),
        "fee_fen": Field(("费用分", "挂号费分", "诊查费分"), whole(0, 1_000_000), required=True),
    },
}  # fmt: skip

# How a file or a sheet may be called.
KINDS = {
    "sites": "sites", "机构": "sites", "院区": "sites",
    "villages": "villages", "村居": "villages", "服务村居": "villages",
    "departments": "departments", "科室": "departments",
    "doctors": "doctors", "医生": "doctors",
    "shifts": "shifts", "排班": "shifts", "出诊表": "shifts", "班次": "shifts",
}  # fmt: skip
