"""
Doctors' names as people hear, mistype and shorten them: a generated, seeded set.

Every name is made of a common surname and one or two common given characters; a mistake replaces,
drops or exchanges characters the way voice input, typists and hurried people do.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

from pypinyin import lazy_pinyin

from nlp import sounds
from nlp.vocabulary import DoctorEntry, Vocabulary

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛"
    "叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段钱汤尹黎易常武乔贺"
    "赖龚文单解仇查翟覃"
)
GIVEN = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂建国志华文玉红梅春海波宁晓燕云飞雪琴凤金荣斌宇浩凯健"
    "俊帆婷雨欣慧颖琳佳倩莉萍辉鹏龙峰林永庆德福祥瑞成忠义良贵树森世光天达安岩中茂进有坚和彪博诚先敬震振壮"
    "会思群豪心邦承乐绍功松善厚东利元全国胜学才发新清亮伦翰朗伯宏言若鸣朋栋维启克翔旭士以"
)
SENTENCES = (
    "想挂{}医生的号", "{}大夫明天在吗", "帮我约{}主任", "我要看{}医生", "找{}医生看看", "挂{}的号",
    "给我妈挂下周三上午{}医生的号", "请问{}主任周几出诊", "预约{}教授", "{}医生的号还有吗",
)  # fmt: skip
KINDS = ("exact", "homophone", "near sound", "all homophones", "dropped", "wrong", "swapped")
_SHORT = 2
# Which characters replace: of the same sound (0) or of a near one (1).
_SOUNDS = {"homophone": 0, "all homophones": 0, "near sound": 1}


@cache
def _sound(char: str) -> str:
    return str(lazy_pinyin(char)[0])


@cache
def _alike() -> dict[str, tuple[list[str], list[str]]]:
    """Return for every common character those of the same sound and those of a near one."""
    common = sorted(set(SURNAMES + GIVEN + "家佳嘉健剑渐见果锅过小肖笑刘留流瑞锐蕊微维唯伊依医"))
    found = {}
    for char in common:
        mine = _sound(char)
        same = [c for c in common if c != char and _sound(c) == mine]
        near = [
            c for c in common
            if _sound(c) != mine
            and sounds.blurred(_sound(c)) == sounds.blurred(mine)
        ]  # fmt: skip
        found[char] = same, near
    return found


def roster(size: int, rng: random.Random) -> Vocabulary:
    """Return `size` doctors, one in six with a name of two characters, no name twice."""
    names: set[str] = set()
    while len(names) < size:
        given = rng.sample(GIVEN, 1 if rng.random() < 1 / 6 else 2)
        names.add(rng.choice(SURNAMES) + "".join(given))
    doctors = tuple(
        DoctorEntry(f"D{n:03}", name, "S", "X") for n, name in enumerate(sorted(names))
    )
    return Vocabulary(doctors=doctors, version=rng.randrange(10**9))


def spoilt(name: str, kind: str, rng: random.Random) -> str | None:
    """Return the name with one mistake of a kind, None where it cannot have it."""
    if kind in _SOUNDS:
        return _misheard(name, kind, rng)
    if kind == "exact" or len(name) == _SHORT:
        return name if kind == "exact" else None
    place = rng.randrange(1, len(name))
    if kind == "dropped":
        return name[:place] + name[place + 1 :]
    if kind == "swapped":
        return name[0] + name[:0:-1]
    return name[:place] + rng.choice([c for c in GIVEN if c not in name]) + name[place + 1 :]


def _misheard(name: str, kind: str, rng: random.Random) -> str | None:
    pool = _SOUNDS[kind]
    places = [i for i, char in enumerate(name) if _alike()[char][pool]]
    if not places:
        return None
    for place in places if kind == "all homophones" else [rng.choice(places)]:
        name = name[:place] + rng.choice(_alike()[name[place]][pool]) + name[place + 1 :]
    return name


def cases(
    house: Vocabulary, kind: str, count: int, rng: random.Random
) -> Iterator[tuple[str, str]]:
    """Yield `count` pairs of a message and the name that was meant."""
    made = 0
    names = [doctor.name for doctor in house.doctors]
    known = set(names)
    while made < count:
        name = rng.choice(names)
        written = spoilt(name, kind, rng)
        if written is None or (kind != "exact" and written in known):
            continue
        made += 1
        yield rng.choice(SENTENCES).format(written), name
