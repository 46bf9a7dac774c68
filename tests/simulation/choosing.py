"""Which of the options on the phone a person takes, by what she knows of her own wish."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from tests.simulation.goals import Goal, departments
from tests.simulation.people import KIN, Person
from tests.simulation.screen import Option, Screen, clock_in, date_in, half_in

_ZONE = ZoneInfo("Asia/Shanghai")
# Which label is meant by what a person feels; both sides are everyday words.
_PARTS = (
    ("孕", "怀|孕|产检"),
    ("小孩|孩子|儿童", "@child"),
    ("大人|成人", "@adult"),
    ("眼", "眼"),
    ("耳|鼻|嗓", "耳|鼻|嗓|喉|咽|感冒|打呼"),
    ("牙|口腔", "牙|口"),
    ("脖子|甲状腺", "脖子|颈|甲状腺"),
    ("咳|喘", "咳"),
    ("胸|心脏", "心慌|心跳|心头慌|心里发慌|血压"),
    ("乳", "乳|奶"),
    ("肛|大便", "痔|大便|肛|便秘|解不出"),
    ("肚|胃", "胃|肚|拉|屙|便|反酸|积食"),
    ("腰|腿|关节|骨", "膝|腰|颈椎|脖|肩|脚|克膝|胳膊|痛风|杆"),
    ("皮肤|疹", "皮|痒|疹|痘|脚气|掉头发"),
    ("头", "头|脑|晕|记性|耳鸣"),
    ("小便|尿", "尿|肾|前列腺|起夜"),
    ("月经|妇科", "月经|痛经|白带|子宫|卵巢|下面痒|底下痒|身上来"),
    ("心情|睡", "心情|焦虑|情绪|紧张|失眠|睡|困不着|心头烦"),
    ("血糖", "血糖|糖尿"),
    ("麻|没力", "麻|没劲|乏力|没得力|没有力气"),
    ("发烧", "发烧"),
    ("吐|拉肚", "吐|拉肚|屙稀"),
)


@dataclass(frozen=True)
class Relief:
    """What she has given up on, told that there is nothing of the kind."""

    when: bool = False
    doctor: bool = False


def by_words(screen: Screen, pattern: str) -> Option | None:
    """The first option whose label has these words."""
    return next((o for o in screen.options if re.search(pattern, o.label)), None)


def person(screen: Screen, wanted: Person, *, is_known: bool) -> Option | None:
    """The patient in a list: by name, else who she is; a new one where she is not there."""
    kin = KIN[wanted.kin]
    named = [o for o in screen.options if is_called(o.label, wanted.name)]
    close = [o for o in named if any(word in o.label for word in kin.options)] or named
    if close:
        return close[0]
    if not is_known:
        return by_words(screen, r"登记|别的人|别人|新|添加|其他")
    return None


def is_called(label: str, name: str) -> bool:
    """Whether a masked name (李*英, 李某英, 张某) is this one."""
    last = name[-1] if len(name) > 2 else ""
    rest = rf"(某+|\*+|{name[1:-1] or name[1:]}){last}(?![\u4e00-\u9fff])"
    return bool(re.match(name[0] + rest, label))


def relation(screen: Screen, wanted: Person) -> Option | None:
    """Who the patient is to the one who writes."""
    for word in (*KIN[wanted.kin].options, "其他"):
        found = by_words(screen, word)
        if found is not None:
            return found
    return None


def detail(screen: Screen, goal: Goal, today: date) -> Option | None:
    """The part of the body (or of life) that is meant; else "none of these"."""
    is_child = goal.person.age(today) < 14
    felt = f"{goal.matter.plain[0]}{'@child' if is_child else '@adult'}"
    for label, feeling in _PARTS:
        found = by_words(screen, label)
        if found is not None and re.search(feeling, felt):
            return found
    return by_words(screen, r"都不是|没有以上|不清楚")


def department(screen: Screen, right: frozenset[str], *, is_attentive: bool) -> Option:
    """One of some departments: what makes sense, or, without much thought, the first."""
    if not is_attentive:
        return screen.options[0]
    return next((o for o in screen.options if o.label in right), screen.options[0])


def offer(screen: Screen, goal: Goal, relief: Relief, today: date) -> Option | None:
    """The first line of the list that is what was wished for."""
    return next((o for o in screen.options if _suits(o, screen, goal, relief, today)), None)


def _suits(option: Option, screen: Screen, goal: Goal, relief: Relief, today: date) -> bool:
    label = option.label
    if "最早" not in label and not clock_in(label) and not date_in(label, today):
        return False
    name = goal.matter.doctor_name
    if name and not relief.doctor and not is_with(name, label, screen.heading):
        return False
    # Who came for a department by name takes no other, where the line tells which it is.
    if goal.matter.kind == "department" and not _is_of(goal.matter.wards, label):
        return False
    return relief.when or _suits_in_time(option.label, screen, goal, today)


def _suits_in_time(label: str, screen: Screen, goal: Goal, today: date) -> bool:
    """Day and half of the day as wished for, and the first time not after the hour."""
    day = date_in(label, today) or date_in(screen.heading, today)
    half = half_in(label) or half_in(screen.heading)
    if goal.when.days and day not in goal.when.days:
        return False
    if _is_too_late(label, half, goal):
        return False
    return not (goal.when.half and half and half != goal.when.half)


def _is_too_late(label: str, half: str | None, goal: Goal) -> bool:
    """The first time of a line is after the hour that was wished for."""
    first, wished = _in_half(label, half), goal.when.clock
    is_after = first is not None and wished is not None and first > wished
    return is_after and not (first and wished and _is_near(first, wished))


def _is_of(wards: frozenset[str], label: str) -> bool:
    named = [row for row in departments() if re.search(rf"[ ，]{row['name']}[，（]", label)]
    return not named or any(row["code"] in wards for row in named)


def is_with(name: str, label: str, heading: str) -> bool:
    """A line that names nobody is about whom the heading names."""
    names_another = re.search(r"医师|普通号|便民号", label)
    return name in label or (name in heading and not names_another)


def clock(screen: Screen, goal: Goal, relief: Relief, rng: random.Random) -> Option | None:
    """The time wished for, or any; None when it is not on this page."""
    half = half_in(screen.heading)
    wished = goal.when.clock
    if wished is None or relief.when:
        return screen.options[0] if rng.random() < 0.7 else rng.choice(screen.options)
    return next(
        (o for o in screen.options if (at := _in_half(o.label, half)) and _is_near(at, wished)),
        None,
    )


def _in_half(label: str, half: str | None) -> time | None:
    at = clock_in(label)
    if at is not None and half in ("pm", "night") and at.hour < 7:
        return at.replace(hour=at.hour + 12)
    return at


def _is_near(at: time, wished: time) -> bool:
    return abs(at.hour * 60 + at.minute - wished.hour * 60 - wished.minute) <= 30


def moment(text: str, today: date) -> datetime | None:
    """The date and time of a line: 12月2日 周三 上午9:00."""
    day, at = date_in(text, today), clock_in(text)
    return datetime.combine(day, at, _ZONE) if day and at else None
