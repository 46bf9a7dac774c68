"""How times, money, people and offers are put into words: read aloud, they make sense."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from scheduling.offers import Offer
from scheduling.rota import ShiftView
from scheduling.types import (
    AppointmentView,
    Opening,
    Outlook,
    PatientView,
)

_WEEKDAYS = "一二三四五六日"
NEAR_DAYS = {0: "今天", 1: "明天", 2: "后天"}
_HALVES = {"am": "上午", "pm": "下午", "night": "晚上"}
# Younger ones are counted in months.
_INFANT_MONTHS = 24
SERVICES = {
    "general": "普通号",
    "expert": "专家号",
    "special": "特需号",
    "disease": "专病号",
    "convenience": "便民号",
}
RELATIONS = {
    "self": "本人",
    "mother": "妈妈",
    "father": "爸爸",
    "spouse": "爱人",
    "son": "儿子",
    "daughter": "女儿",
    "child": "孩子",
    "grandchild": "孙辈",
    "grandparent": "老人",
    "sibling": "兄弟姐妹",
    "other": "家人",
}


def day(value: date) -> str:
    """12月2日 周三."""
    return f"{value.month}月{value.day}日 周{_WEEKDAYS[value.weekday()]}"


def weekday(value: date) -> str:
    """三, of 周三."""
    return _WEEKDAYS[value.weekday()]


def half(name: str) -> str:
    """上午, 下午 or 晚上."""
    return _HALVES.get(name, "")


def clinic_time(view: ShiftView) -> str:
    """11月25日 周三 上午; of a part of a clinic also from when to when."""
    hours = f"{clock(view.starts_at)}–{clock(view.ends_at)}" if view.is_part else ""
    return f"{day(view.starts_at.date())} {half(view.half_day)}{hours}"


def clock(value: datetime) -> str:
    """9:00."""
    return f"{value.hour}:{value.minute:02d}"


def moment(value: datetime) -> str:
    """12月2日 周三 上午9:00."""
    part = "上午" if value.hour < 12 else "下午" if value.hour < 18 else "晚上"  # noqa: PLR2004 - DESIGN day parts
    hour = value.hour if value.hour <= 12 else value.hour - 12  # noqa: PLR2004 - 12-hour speech
    return f"{day(value.date())} {part}{hour}:{value.minute:02d}"


def span(value: timedelta) -> str:
    """30分钟, 2小时."""
    minutes = int(value.total_seconds() // 60)
    return f"{minutes // 60}小时" if minutes and minutes % 60 == 0 else f"{minutes}分钟"


def took(value: timedelta) -> str:
    """不到1分钟, 35分钟, 3小时20分钟, 2天4小时."""
    minutes = int(value.total_seconds() // 60)
    days, hours, minutes = minutes // (24 * 60), minutes // 60 % 24, minutes % 60
    if days:
        minutes = 0
    parts = ((days, "天"), (hours, "小时"), (minutes, "分钟"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "不到1分钟"


def hours(days: Collection[int], opens: time, closes: time) -> str:
    """周一至周五 8:00-17:00; 每天 8:00-17:00. `days` in a row, Monday is 1."""
    first, last = min(days), max(days)
    if last - first == len(_WEEKDAYS) - 1:
        when = "每天"
    else:
        until = f"至周{_WEEKDAYS[last - 1]}" if last > first else ""
        when = f"周{_WEEKDAYS[first - 1]}{until}"
    return f"{when} {opens.hour}:{opens.minute:02d}-{closes.hour}:{closes.minute:02d}"


def age(born: date, today: date) -> str:
    """76岁; 8个月; 10天."""
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    if months >= _INFANT_MONTHS:
        return f"{months // 12}岁"
    return f"{months}个月" if months else f"{(today - born).days}天"


def fee(fen: int) -> str:
    """20元; 12.5元; 免费."""
    if fen == 0:
        return "免费"
    yuan, rest = divmod(fen, 100)
    return f"{yuan}元" if rest == 0 else f"{fen / 100:.2f}".rstrip("0") + "元"


def refund(paid_fen: int) -> str:
    """How what was paid at the desk comes back."""
    return f"已缴的{fee(paid_fen)}，请带缴费凭证到原窗口退。"


def doctor(opening: Opening) -> str:
    """王建国 主任医师, or 普通号 where the department itself sees patients."""
    if opening.doctor_name is None:
        return SERVICES.get(opening.service_type, "普通号")
    return f"{opening.doctor_name}{' ' + opening.title if opening.title else ''}"


def service(opening: Opening) -> str:
    """特需号, 专家号 … where a doctor sees patients for more than the usual fee, else nothing."""
    is_usual = opening.service_type == "general" or opening.doctor_name is None
    return "" if is_usual else SERVICES.get(opening.service_type, "")


def price(opening: Opening) -> str:
    """专家号50元; 20元: the fee, and for what kind of place where that is not the usual one."""
    return service(opening) + fee(opening.fee_fen)


def half_day(opening: Opening) -> str:
    """12月2日 周三 上午."""
    return f"{day(opening.starts_at.date())} {half(opening.half_day)}"


def offer(value: Offer, *, show_site: bool, show_department: bool, show_day: bool = True) -> str:
    """One line of a list: who, when, how much, and why it stands there."""
    first = value.first
    place = " ".join(
        part
        for part, shown in (
            (first.site_name, show_site),
            (first.department_name, show_department),
        )
        if shown
    )
    when = f"{half_day(first)} " if show_day else ""
    # Of one time nobody says that it is the earliest.
    is_one = len(value.times) == 1
    when = f"{when}最早" if not is_one else when.strip()
    when += clock(first.starts_at)
    remote = "（线上）" if first.mode == "remote" else ""
    parts = [place, doctor(first) + remote, when, price(first)]
    line = "，".join(part for part in parts if part)
    return f"{line}（{why(value)}）"


def why(value: Offer) -> str:
    """擅长眩晕 / 挂过的医生 / 时间最早 / 人较少 / 余3个号: the one reason that counts most."""
    if value.why.usual:
        return "您挂过的医生"  # seen, or booked only: a visit to come was not seen yet
    if value.why.expertise:
        return "擅长" + "、".join(value.why.expertise[:2])
    if value.why.earliest:
        return "时间最早"
    if value.why.least_busy:
        return "人较少"
    return f"余{value.left}个号"


def patient(value: PatientView) -> str:
    """李*英（妈妈）."""
    relation = RELATIONS.get(value.relation, "")
    return f"{value.masked_name}（{relation}）" if relation else value.masked_name


def appointment(value: AppointmentView) -> str:
    """One line: who, where, with whom, when."""
    at = value.opening
    return (
        f"{value.patient_name_masked}，{at.site_name}{at.department_name}，"
        f"{doctor(at)}，{moment(at.starts_at)}"
    )


_WAYS = {"wechat": "在微信提醒您", "sms": "发短信提醒您"}
_WHEN = {"evening": "前一天晚上", "soon": "就诊前"}


def outlook(value: Outlook) -> str:
    """Say whether a reminder will come, and what to do where none can."""
    if value.way == "out_of_reach":
        return (
            "离就诊超过48小时，微信不允许我们主动提醒，请自己记住；"
            "就诊前一天在这里发一句话，我们就能提醒您。"
        )
    if value.way == "none" or value.which is None:
        return ""
    return f"{_WHEN[value.which]}会{_WAYS[value.way]}。"
