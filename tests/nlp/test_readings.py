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
