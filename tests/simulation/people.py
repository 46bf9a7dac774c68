"""Invented people: names, valid identity numbers, who they are to each other."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from tests.simulation import tables

_SURNAMES = (
    "赵钱孙李周吴郑冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜谢邹苏潘葛范彭"
    "鲁马方袁柳唐薛雷贺汤罗郝安常于傅康余顾孟黄萧尹姚邵汪毛米"
)
_GIVEN = {
    "m": (
        "建国 志强 国庆 明 海涛 永康 德胜 家豪 浩然 子轩 "
        "宇航 振华 福生 大勇 文博 磊 鹏飞 长河 立 俊杰"
    ),
    "f": (
        "秀英 桂芳 玉兰 丽华 淑珍 敏 雨桐 欣怡 静 晓燕 "
        "凤霞 美玲 春梅 雪 佳宁 慧 子涵 巧云 红霞 小雨"
    ),
}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
_REGIONS = ("110101", "510104", "330106", "440305", "220102", "420106")
_YEAR = 365.25


@dataclass(frozen=True)
class Kin:
    """Who somebody is to the person who writes: how she is called, and her usual age in years."""

    plain: tuple[str, ...]
    dialect: tuple[str, ...]
    options: tuple[str, ...]  # what the one is called in lists of choices
    sex: str
    ages: tuple[int, int]


def _kin() -> dict[str, Kin]:
    rows = tables.rows(Path(__file__).with_name("kin.tsv"))
    return {
        row["kin"]: Kin(
            plain=tuple(row["plain"].split("|")),
            dialect=tuple(row["dialect"].split("|")),
            options=tuple(row["options"].split("|")),
            sex=row["sex"],
            ages=(int(row["ages"].split("-")[0]), int(row["ages"].split("-")[1])),
        )
        for row in rows
    }


KIN = _kin()


@dataclass(frozen=True)
class Person:
    """Somebody who may be a patient; `kin` is a key of `KIN`."""

    kin: str
    name: str
    sex: str
    born: date
    number: str
    phone: str

    def age(self, today: date) -> int:
        """Completed years."""
        return (
            today.year
            - self.born.year
            - ((today.month, today.day) < (self.born.month, self.born.day))
        )

    @property
    def masked(self) -> str:
        """As hospitals show a name in lists: 李*英."""
        middle = "*" * max(1, len(self.name) - 2)
        return self.name[0] + middle + (self.name[-1] if len(self.name) > 2 else "")


def number_of(region: str, born: date, sequence: int) -> str:
    """A valid resident identity number."""
    stem = f"{region}{born:%Y%m%d}{sequence:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(stem, _WEIGHTS, strict=True))
    return stem + "10X98765432"[total % 11]


class Registry:
    """Makes people, no two with one number."""

    def __init__(self, rng: random.Random, today: date) -> None:
        self._rng = rng
        self._today = today
        self._numbers: set[str] = set()

    def person(self, kin: str, ages: tuple[int, int] | None = None) -> Person:
        """Somebody of the usual age, or of one between `ages`."""
        rng, about = self._rng, KIN[kin]
        sex = about.sex or rng.choice("mf")
        low, high = ages or about.ages
        born = self._today - timedelta(days=rng.randint(int(low * _YEAR) + 1, int(high * _YEAR)))
        name = rng.choice(_SURNAMES) + rng.choice(_GIVEN[sex].split())
        phone = f"1{rng.choice('35789')}{rng.randrange(10**9):09d}"
        return Person(kin, name, sex, born, self._free_number(born, sex), phone)

    def _free_number(self, born: date, sex: str) -> str:
        while True:
            sequence = self._rng.randrange(0, 998, 2) + (sex == "m")
            number = number_of(self._rng.choice(_REGIONS), born, sequence)
            if number not in self._numbers:
                self._numbers.add(number)
                return number
