"""Readings from home, as people write them."""

from __future__ import annotations

import pytest

from nlp import readings


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("血压145/92", {"kind": "blood_pressure", "systolic_mmhg": 145, "diastolic_mmhg": 92}),
        ("高压150低压95", {"kind": "blood_pressure", "systolic_mmhg": 150, "diastolic_mmhg": 95}),
        ("空腹血糖6.5", {"kind": "glucose", "mmol_per_l": 6.5, "timing": "fasting"}),
        ("餐后两小时血糖11", {"kind": "glucose", "mmol_per_l": 11.0, "timing": "after_meal"}),
        ("血糖7.8", {"kind": "glucose", "mmol_per_l": 7.8, "timing": None}),
        ("体重70公斤", {"kind": "weight", "kg": 70.0}),
        ("体重140斤", {"kind": "weight", "kg": 70.0}),
        ("心率78", {"kind": "heart_rate", "per_min": 78}),
        ("体温38.5度", {"kind": "temperature", "celsius": 38.5}),
        ("发烧39度", {"kind": "temperature", "celsius": 39.0}),
    ],
)
def test_a_reading_is_heard(text, reading):
    assert reading in readings.find(text)


@pytest.mark.parametrize(
    "text", ["11/25", "血压有点高", "3号诊室", "2026/11/24", "血压20/10", "糖尿病10年", "重新开始"]
)
def test_no_reading(text):
    assert readings.find(text) == ()


def values(text):
    return [tuple(v for k, v in reading.items() if k != "kind") for reading in readings.find(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("血压一百四十五，九十二", (145, 92)),
        ("高压一百五低压九十五", (150, 95)),
        ("血压一百三八十", (130, 80)),
        ("血压一百三十八八十八", (138, 88)),
        ("血压一三五八五", (135, 85)),
        ("低压90高压140", (140, 90)),
        ("空腹血糖六点五", (6.5, "fasting")),
        ("餐后两小时血糖十一点二", (11.2, "after_meal")),
        ("饭后2小时11.2", (11.2, "after_meal")),
        ("体重一百三十斤", (65.0,)),
        ("我140斤", (70.0,)),
        ("心跳八十下", (80,)),
        ("脉搏七十二", (72,)),
        ("体温三十八度五", (38.5,)),
        ("烧到三十九度", (39.0,)),
        ("体温36度5", (36.5,)),
    ],
)
def test_a_reading_as_it_is_spoken(text, wanted):
    assert values(text) == [wanted]


@pytest.mark.parametrize(
    "text",
    [
        "5公斤重的东西",
        "重复一遍2",
        "吃了两斤苹果",
        "三十八岁",
        "每次5毫升",
        "血压药吃一片",
        "10点45",
        "2026/11/24",
    ],
)
def test_numbers_that_are_no_readings(text):
    assert readings.find(text) == ()
