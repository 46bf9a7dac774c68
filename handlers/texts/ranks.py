"""Why somebody goes before others (优先): said and marked; a site may word its own."""

from __future__ import annotations

from collections.abc import Mapping

from scheduling.disciplines import EMERGENCY, Discipline, Rank

# Those whom the house has words for; who is told by age is worded by the years, whatever they are.
_WHO: Mapping[str, str] = {
    EMERGENCY: "急诊",
    "pregnant": "孕妇",
    "disabled": "残疾人",
    "soldier": "军人",
}
# What may stand in public: pregnancy and illness are nobody's business.
_MARKS: Mapping[str, str] = {EMERGENCY: "急", "soldier": "军", "child3": "幼"}
_PREFERRED = "优"
_BY_TIME = "除了急诊，都按时间先后叫，没有别的优先。"
WORSE = "难受得厉害、情况变重，马上告诉分诊台，不用等叫号。"


def who(rank: Rank) -> str:
    """80岁以上, 孕妇, 见义勇为; nothing for one that nobody has words for any more."""
    return rank.label or _WHO.get(rank.name) or _years(rank)


def before(rank: Rank | None) -> str:
    """80岁以上优先; nothing for who goes before nobody."""
    return f"{who(rank).removesuffix('优先')}优先" if rank else ""


def mark(rank: Rank) -> str:
    """军, 幼, 急, 优: for all to read on the call screen."""
    return rank.mark or _MARKS.get(rank.name, _PREFERRED)


def rule(discipline: Discipline) -> str:
    """Who goes before in a department, how it is known, and what everybody may do."""
    return who_goes_before(discipline) + WORSE


def who_goes_before(discipline: Discipline) -> str:
    """Who goes before in a department, and how it is known."""
    ranks = [one for name, one in discipline.in_force.items() if name != EMERGENCY]
    by_age = "、".join(who(one) for one in ranks if one.is_by_age)
    shown = "、".join(who(one) for one in ranks if not one.is_by_age)
    parts = (
        f"{by_age}，签到时按登记的生日自动优先" if by_age else "",
        f"{shown}请到分诊台，出示证件后优先" if shown else "",
    )
    told = "；".join(filter(None, parts))
    return f"{told}。" if told else _BY_TIME


def _years(rank: Rank) -> str:
    first, under = rank.from_years, rank.under_years
    if first is None or under is None:
        return f"{first}岁以上" if first else f"{under}岁以下" if under else ""
    return f"{first}到{under - 1}岁" if under > first + 1 else f"{first}岁"
