"""A daughter writes for her mother, a grandmother for a baby: whom is it about?"""

from __future__ import annotations

from datetime import date

import pytest

from nlp import persons
from nlp.heard import Person

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "relation", "sex"),
    [
        ("我妈头晕三天了", "mother", "f"),
        ("给我爸挂个骨科专家号", "father", "m"),
        ("老公喝多了", "spouse", "m"),
        ("我老婆肚子疼", "spouse", "f"),
        ("爱人咳嗽", "spouse", None),
        ("儿子发烧", "son", "m"),
        ("我闺女咳嗽", "daughter", "f"),
        ("宝宝拉肚子", "child", None),
        ("小孩咳嗽发烧", "child", None),
        ("孙子发烧了", "grandchild", "m"),
        ("外孙女起疹子", "grandchild", "f"),
        ("外婆腿肿", "grandparent", "f"),
        ("姥爷咳嗽", "grandparent", "m"),
        ("我姐头疼", "sibling", "f"),
        ("同事晕倒了", "other", None),
        ("儿媳妇感冒", "other", "f"),
        ("我头疼三天了", "self", None),
        ("头晕", None, None),
        ("俺奶膝盖疼", "grandparent", "f"),
        ("给我屋头男的挂骨科", "spouse", "m"),
        ("给我家掌柜的挂骨科", None, None),
        ("给我先挂个号", "self", None),
        ("我要挂号", None, None),
        ("帮我挂个号", None, None),
        ("帮我妈挂个号", "mother", "f"),
        ("我想预约", None, None),
        ("我要挂号，我头疼", "self", None),
        ("我头疼想挂号", "self", None),
        ("给我挂骨科", "self", None),
        ("我奶粉过敏", "self", None),
        ("大姨妈不来", None, "f"),
        ("孩子他爸腰疼", "spouse", "m"),
        ("挂儿科", None, None),
        ("女，45岁，腰疼", None, "f"),
        ("前列腺炎", None, "m"),
    ],
)
def test_whom_it_is_about(text: str, relation: str | None, sex: str | None) -> None:
    found = persons.find(text)
    assert (found.relation, found.sex) == (relation, sex)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("三个月大的宝宝发烧", 0.25),
        ("宝宝3个月，咳嗽", 0.25),
        ("孩子6岁半", 6.5),
        ("我爸今年八十了", 80),
        ("七十多岁了腿疼", 70),
        ("我今年65", 65),
        ("爷爷快九十了", 90),
        ("闺女八岁零三个月", 8.25),
        ("十五岁男孩", 15),
        ("1950年6月出生", 76.4),
        ("我妈头晕三天了", None),
        ("两个月没来例假", None),
        ("咳嗽三个月了", None),
        ("挂8号的号", None),
    ],
)
def test_how_old(text: str, years: float | None) -> None:
    age = persons.find(text, TODAY).age_years
    assert age == (None if years is None else pytest.approx(years, abs=0.06))


@pytest.mark.parametrize(
    ("text", "pregnant"),
    [
        ("怀孕20周肚子疼", True),
        ("孕12周建卡", True),
        ("我想约产检", True),
        ("没怀孕，月经推迟", False),
        ("备孕检查", False),
        ("怀不上", False),
        ("是不是怀孕了", None),
        ("头疼", None),
    ],
)
def test_whether_pregnant(text: str, *, pregnant: bool | None) -> None:
    assert persons.find(text).pregnant is pregnant


def test_who_is_pregnant_is_a_woman_and_no_child() -> None:
    assert persons.find("宝宝胎动少") == Person(sex="f", pregnant=True)
    assert persons.find("我女儿怀孕了").relation == "daughter"


def test_an_age_needs_no_clock_unless_it_is_a_year_of_birth() -> None:
    assert persons.find("1950年出生").age_years is None
