"""Readings people take at home: blood pressure, glucose, weight, heart rate, temperature."""

from __future__ import annotations

import re

from nlp.numerals import fold

_N = r"(\d{1,3}(?:\.\d{1,2})?)"
_PRESSURE = re.compile(r"(?:血压|高压|收缩压)\D{0,6}(\d{2,3})\D{1,8}(\d{2,3})(?!\d)")
_PRESSURE_BARE = re.compile(r"(?<![\d/年-])(\d{2,3})/(\d{2,3})(?:mmhg|毫米)?(?![\d/])")
_GLUCOSE = re.compile(
    rf"(空腹|餐后|饭后|早上没吃)?(?:两小时|2小时|的)?(?:血糖|糖(?!尿))\D{{0,5}}?{_N}(?!年|岁|个月)"
)
_WEIGHT = re.compile(rf"(?:体重|重)\D{{0,3}}?{_N}\s*(公斤|千克|kg|斤)?|{_N}\s*(公斤|千克|kg|斤)")
_HEART = re.compile(r"(?:心率|心跳|脉搏)\D{0,4}?(\d{2,3})(?!\d)")
_TEMPERATURE = re.compile(
    r"(?:体温|发烧|高烧|低烧|烧到?|发热)\D{0,4}?(3[4-9]|4[0-3])(?:\.(\d))?(?:度|℃)?(?!\d)"
)
_TEMPERATURE_BARE = re.compile(r"(?<!\d)(3[4-9]|4[0-3])(?:\.(\d)|度(\d))?(?:度|℃)(?!\d)")
_JIN = 0.5

_SYSTOLIC = range(60, 301)
_DIASTOLIC = range(30, 201)
_GLUCOSE_RANGE = (1.0, 40.0)
_WEIGHT_RANGE = (1.0, 300.0)
_HEART_RANGE = range(25, 251)

Reading = dict[str, object]


def find(text: str) -> tuple[Reading, ...]:
    """Return the readings in a message, each in the unit its key names; implausible ones not."""
    folded = fold(text)
    found = (
        _pressure(folded),
        _glucose(folded),
        _weight(folded),
        _heart(folded),
        _temperature(folded),
    )
    return tuple(reading for reading in found if reading is not None)


def _pressure(text: str) -> Reading | None:
    match = _PRESSURE.search(text) or _PRESSURE_BARE.search(text)
    if match is None:
        return None
    high, low = int(match.group(1)), int(match.group(2))
    if high not in _SYSTOLIC or low not in _DIASTOLIC or low >= high:
        return None
    return {"kind": "blood_pressure", "systolic_mmhg": high, "diastolic_mmhg": low}


def _glucose(text: str) -> Reading | None:
    match = _GLUCOSE.search(text)
    if match is None:
        return None
    value = float(match.group(2))
    if not _GLUCOSE_RANGE[0] <= value <= _GLUCOSE_RANGE[1]:
        return None
    timing = {"空腹": "fasting", "早上没吃": "fasting", "餐后": "after_meal", "饭后": "after_meal"}
    return {
        "kind": "glucose",
        "mmol_per_l": value,
        "timing": timing.get(match.group(1) or ""),
    }


def _weight(text: str) -> Reading | None:
    match = _WEIGHT.search(text)
    if match is None:
        return None
    value = float(match.group(1) or match.group(3))
    unit = match.group(2) or match.group(4)
    kilograms = value * _JIN if unit == "斤" else value
    if not _WEIGHT_RANGE[0] <= kilograms <= _WEIGHT_RANGE[1]:
        return None
    return {"kind": "weight", "kg": kilograms}


def _heart(text: str) -> Reading | None:
    match = _HEART.search(text)
    if match is None or int(match.group(1)) not in _HEART_RANGE:
        return None
    return {"kind": "heart_rate", "per_min": int(match.group(1))}


def _temperature(text: str) -> Reading | None:
    match = _TEMPERATURE.search(text) or _TEMPERATURE_BARE.search(text)
    if match is None:
        return None
    tenths = next((g for g in match.groups()[1:] if g), "0")
    return {"kind": "temperature", "celsius": float(f"{match.group(1)}.{tenths}")}
