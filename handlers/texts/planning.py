"""What the pages of planning say about figures; their labels are theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handlers.texts import wording
from scheduling.advice import Extra, Forecast, LineAdvice, Move, Short, TemplateAdvice, Told
from scheduling.policy import Policy

METHODS = {
    "formula": "按公式算（各小时都平稳，Allen–Cunneen）",
    "simulation": "按模拟算（半天内排不平稳，公式不适用）",
}
METHODS_SHORT = {"formula": "公式", "simulation": "模拟"}
WHYS = {
    "no_specialty": "这几天没有机构开这个科",
    "too_far": "能看的机构太远",
    "full": "能去的都满了",
}
_HOUR = 60


def clock(minute: float) -> str:
    """9:00, of minutes after midnight."""
    return f"{int(minute) // _HOUR}:{int(minute) % _HOUR:02d}"


def share(value: float) -> str:
    """35%."""
    return f"{round(100 * value)}%"


def line_name(line: LineAdvice) -> str:
    """骨科普通号 上午; 骨科张伟 上午."""
    return f"{line.department_name}{line.doctor_name or '普通号'} {wording.half(line.half_day)}"


def basis(measured: int) -> str:
    """Where the minutes of a patient come from."""
    return f"前几周{measured}位实测" if measured else "还没有实测，按号源计划"


def away(share_: float, attended: int) -> str:
    """Of those booked so many stay away, and where that comes from."""
    source = f"前几周{attended}位实测" if attended else "还没有实测，按规则"
    return f"约了没来的按{share(share_)}算（{source}）"


def told(value: Told) -> str:
    """How what patients were told of their wait came true that day."""
    more = "多报" if value.bias >= 0 else "少报"
    return (
        f"签到时告诉了{value.patients}位要等多久：{share(value.kept)}落在说的范围里（应在80%上下），"
        f"平均差{value.error:.0f}分钟，平均{more}{abs(value.bias):.0f}分钟。"
    )


def assumed(policy: Policy) -> str:
    """What of these figures is a rule of the site, and not measured."""
    return (
        f"规则里定的：看前{policy.planning_weeks}周，满{policy.planning_least}位才算实测；"
        f"没有实测时约了没来的{share(policy.usual_no_show)}，看诊长短差别{policy.usual_visit_cv:g}；"
        f"患者平均早到{wording.span(policy.arrive_early)}，"
        f"十个人里一个晚到超过{wording.span(policy.arrive_late)}；"
        f"等{wording.span(policy.long_wait)}以上算久；加一间诊室开{wording.span(policy.extra_room_lasts)}，"
        f"每位少等{wording.span(policy.extra_room_saves)}以上才建议；"
        f"拖班一分钟抵空闲{policy.overtime_percent / 100:g}分钟。"
    )


def going(policy: Policy) -> str:
    """How ways are reckoned, and what weighs as much as a longer one."""
    return (
        f"规则里定的：走路每分钟{policy.walk_metres_a_minute}米，"
        f"{wording.span(policy.walked_longest)}以内步行，再远坐车，"
        f"每小时{policy.ride_kilometres_an_hour}公里，等车{wording.span(policy.ride_waits)}，"
        f"路按直线的{policy.detour_percent}%算；最远{wording.span(policy.farthest)}；"
        f"换一天抵多走{wording.span(policy.other_day)}，换半天抵{wording.span(policy.other_half_day)}。"
    )


def extra(value: Extra | None) -> str:
    """9:00到11:00多开一间诊室，每位患者平均少等14分钟."""
    if value is None:
        return "不用加诊室"
    begins, ends = clock(value.begins), clock(value.ends)
    return f"{begins}到{ends}多开一间诊室，每位患者平均少等{round(value.saves)}分钟"


def outcome(value: Forecast) -> str:
    """The half-day in one sentence."""
    more = f"，最后一位大约拖到下班后{round(value.overtime)}分钟" if value.overtime >= 1 else ""
    doubt = f"（±{value.error:.1f}）" if value.error else ""
    return (
        f"平均等{value.wait:.0f}分钟{doubt}，{share(value.long)}的人等得久{more}。"
        f"{METHODS[value.method]}。"
    )


def move(value: Move) -> str:
    """5位可以到东街社区看：周三上午，步行8分钟."""
    way = "步行" if value.is_walk else "坐车约"
    other = "" if value.to_day == value.from_day else f"（原来{wording.day(value.from_day)}）"
    return (
        f"{value.from_site}{value.department_name}：{_of(value.village)}{value.patients}位"
        f"可以到{value.to_site}，"
        f"{wording.day(value.to_day)}{wording.half(value.half_day)}{other}，"
        f"{way}{max(1, round(value.minutes))}分钟"
    )


def short(value: Short) -> str:
    """2位没有地方看，为什么."""
    return (
        f"{value.site}{value.department_name}：{wording.day(value.day)}"
        f"{wording.half(value.half_day)}{_of(value.village)}{value.patients}位没有号，"
        f"{WHYS[value.why]}"
    )


def _of(village: str) -> str:
    return f"{village}的" if village else ""


def origins(villages: int) -> str:
    """From where the ways of patients are reckoned."""
    if villages:
        return f"路程从{villages}个村居算起，各村居按人口分摊（“导入排班”里的“村居”表）。"
    return "还没有村居资料，路程从机构算起。有了村居的人口和坐标，在“导入排班”里导入“村居”表。"


def hours(line: LineAdvice) -> Iterator[tuple[int, Any, Any]]:
    """Every hour with what is expected of it and what was seen in it, None for nothing."""
    expected = {hour.begins: hour for hour in line.forecast.hours}
    seen = {hour.begins: hour for hour in line.seen}
    for begins in sorted({*expected, *seen}):
        yield begins, expected.get(begins), seen.get(begins)


def templates(advice: TemplateAdvice) -> Iterator[tuple[str, Any]]:
    """The templates with their names, as the table lists them."""
    yield "现在", advice.now
    yield "老办法", advice.rule
    for number, point in enumerate(advice.curve, start=1):
        yield f"建议{number}", point


def gap(advice: TemplateAdvice) -> str:
    """The best of the suggestions that cost the doctor no more than now, in one sentence."""
    now = advice.now.cost
    fair = [point for point in advice.curve if point.cost.doctor <= now.doctor + 1]
    best = min(fair, key=lambda point: point.cost.wait, default=None)
    saved = round(now.wait - best.cost.wait) if best else 0
    if best is None or saved < 1:
        return "现在的模板已经不错：不多花医生的时间，患者等不了更短。"
    number = advice.curve.index(best) + 1
    return f"建议{number}不多花医生的时间，每位患者平均少等{saved}分钟。"
