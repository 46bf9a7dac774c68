"""Whom a message is about."""

from __future__ import annotations

import pytest

from nlp import persons


@pytest.mark.parametrize(
    ("text", "relation", "sex"),
    [
        ("我妈这两天头晕", "mother", "f"),
        ("给我爸挂个号", "father", "m"),
        ("老伴腿疼", "spouse", None),
        ("我老婆怀孕了", "spouse", "f"),
        ("孩子发烧", "child", None),
        ("外孙女咳嗽", "grandchild", "f"),
        ("儿子拉肚子", "son", "m"),
        ("姥姥摔了一跤", "grandparent", "f"),
        ("我头疼", "self", None),
        ("给我自己挂", "self", None),
        ("头疼", None, None),
        ("同事晕倒了", "other", None),
        ("我弟骨折了", "sibling", "m"),
    ],
)
def test_relation_and_sex(text, relation, sex):
    found = persons.find(text)

    assert (found.relation, found.sex) == (relation, sex)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("宝宝三个月大", 0.25),
        ("6岁半", 6.5),
        ("孩子3岁", 3.0),
        ("七十多岁", 70.0),
        ("今年八十了", 80.0),
        ("六个月的宝宝", 0.5),
        ("女，45岁", 45.0),
        ("头晕三个月了", None),
        ("挂个号", None),
    ],
)
def test_age(text, years):
    assert persons.find(text).age_years == years


@pytest.mark.parametrize(
    ("text", "pregnant"),
    [
        ("我怀孕20周了", True),
        ("孕妇能拔牙吗", True),
        ("我没怀孕", False),
        ("备孕检查", False),
        ("头疼", None),
    ],
)
def test_pregnancy(text, pregnant):
    assert persons.find(text).pregnant is pregnant
