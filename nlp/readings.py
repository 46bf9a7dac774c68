"""
Readings people take at home: blood pressure, glucose, weight, heart rate, temperature.

Written (145/92), spoken (一百四十五，九十二; 一百五九十五; 三十八度五) or mixed.
"""

from __future__ import annotations

import re

from nlp.numerals import fold, to_float, to_int

Reading = dict[str, object]

# Numbers as they are spoken; a hundred and a ten may stand side by side (一百五九十五 is 150/95).
_D = "[一二两三四五六七八九]"
_TEN = rf"(?:{_D}?十{_D}?)"
_HUNDRED = rf"(?:[一二两]百(?:零{_D}|{_D}?十{_D}?|{_D}(?!十))?|[一二][零一二三四五六七八九]{{2}})"
_POINT = r"(?:[点.][零一二三四五六七八九]{1,2})?"
_HIGH = rf"(?P<high>\d{{2,3}}|{_HUNDRED}|九十{_D}?)"
_LOW = rf"(?P<low>\d{{2,3}}|{_HUNDRED}|{_TEN}|[四五六七八九][零一二三四五六七八九])"
_SMALL = rf"(\d{{1,2}}(?:\.\d{{1,2}})?|(?:{_TEN}|{_D}){_POINT})"
_BIG = rf"(\d{{1,3}}(?:\.\d{{1,2}})?|(?:{_HUNDRED}|{_TEN}){_POINT})"
_GAP = r"[^\d一二两三四五六七八九十百]"

_PRESSURES = (
    re.compile(rf"(?:血压|[雪学血][鸭呀压]|量压|量了压|量[的了](?=\D?\d{{3}}\D\d{{2}})|高压|高的|收缩压){_GAP}{{0,8}}{_HIGH}{_GAP}{{0,8}}{_LOW}(?![\d年天号])"),
    re.compile(rf"(?:低压|低的|舒张压){_GAP}{{0,4}}{_LOW}{_GAP}{{0,4}}(?:高压|收缩压){_GAP}{{0,4}}{_HIGH}(?!\d)"),
    re.compile(rf"上[面头边]的?(?:是|量了)?{_HIGH}{_GAP}{{0,4}}下[面头边]的?(?:是)?{_LOW}(?![\d年天号楼])"),
    re.compile(r"(?<![\d/年-])(?P<high>\d{2,3})/(?P<low>\d{2,3})(?:mmhg|毫米)?(?![\d/])"),
)  # fmt: skip
_HOURS = r"(?:[两俩二一12]个?半?(?:小时|钟头)|半个?(?:小时|钟头))?"
_NO_GLUCOSE = r"(?!\d|年|岁|个月|个?小时|个?钟头|点[上下早晚])"
_EATEN = "(?:空腹|[餐饭][前后]|[吃餐饭][完过了]饭?)"
_GLUCOSES = (
    re.compile(rf"(?:血糖|扎(?:手)?指头?|(?<![尿蔗果])糖(?!尿|果|分)){_GAP}{{0,6}}?{_HOURS}{_GAP}{{0,4}}?{_SMALL}{_NO_GLUCOSE}"),
    re.compile(rf"{_EATEN}的?{_HOURS}[是为测量的了:,， ]*{_SMALL}(?=mmol|毫摩|$|[,. ](?!\d))"),
)  # fmt: skip
_FASTING = re.compile(r"空腹|早[上起晨]没吃|没吃(?:早)?饭|早[餐饭]前|饿着")
_AFTER_MEAL = re.compile(r"[餐饭]后|吃[了完]饭|吃过饭")
_UNIT = r"(公斤|千克|kg|斤)"
_WEIGHTS = (
    re.compile(rf"(?:体重|身重|[称秤][重了一下,]*|(?<![^\d]重)重(?!复|新|点|要|量)){_GAP}{{0,5}}?{_BIG}\s*{_UNIT}?(?!\d|岁|年|天)"),
    re.compile(rf"^\W*(?:我|俺|今天|今早|现在|刚称|有|才|是)*{_BIG}\s*{_UNIT}(?:了|吧)?\W*$"),
)  # fmt: skip
_HEART = re.compile(
    rf"(?:心率|心跳|脉搏)(?:{_GAP}{{0,5}}?[一每]分钟?)?{_GAP}{{0,5}}?(\d{{2,3}}|{_HUNDRED}|{_TEN})(?!\d|岁|年)"
)
_DEGREES = (
    r"(3[4-9]|4[0-3]|三十[四五六七八九]|四十[一二]?)(?:[.点度]([\d一二三四五六七八九])(?![\d十]))?"
)
_TEMPERATURES = (
    re.compile(rf"(?:体温|发烧|发热|高烧|低烧|烧)(?:{_GAP}{{0,5}}?){_DEGREES}\s*(?:度|℃)?(?![\d年岁天])"),
    re.compile(rf"(?<![\d十]){_DEGREES}(?:度|℃|(?<=度.)(?!\d))(?!数|近视)"),
)  # fmt: skip
_JIN = 0.5
# No reading is without one; most messages are.
_ANY_NUMBER = re.compile(r"[\d一二两三四五六七八九十百]")

_SYSTOLIC = range(60, 301)
_DIASTOLIC = range(30, 201)
_GLUCOSE_RANGE = (1.0, 40.0)
_WEIGHT_RANGE = (1.0, 300.0)
_HEART_RANGE = range(25, 251)


def find(text: str) -> tuple[Reading, ...]:
    """Return the readings in a message, each in the unit its key names; implausible ones not."""
    folded = fold(text)
    if not _ANY_NUMBER.search(folded):
        return ()
    found = (
        _pressure(folded),
        _glucose(folded),
        _weight(folded),
        _heart(folded),
        _temperature(folded),
    )
    return tuple(reading for reading in found if reading is not None)


def _first(patterns: tuple[re.Pattern[str], ...], text: str) -> re.Match[str] | None:
    return next((found for p in patterns if (found := p.search(text))), None)


def _pressure(text: str) -> Reading | None:
    match = _first(_PRESSURES, text)
    high, low = (to_int(match["high"]), to_int(match["low"])) if match else (None, None)
    if high not in _SYSTOLIC or low not in _DIASTOLIC or (low or 0) >= (high or 0):
        return None
    return {"kind": "blood_pressure", "systolic_mmhg": high, "diastolic_mmhg": low}


def _glucose(text: str) -> Reading | None:
    match = _first(_GLUCOSES, text)
    value = to_float(match[1]) if match else None
    if value is None or not _GLUCOSE_RANGE[0] <= value <= _GLUCOSE_RANGE[1]:
        return None
    timing = "fasting" if _FASTING.search(text) else None
    timing = "after_meal" if _AFTER_MEAL.search(text) else timing
    return {"kind": "glucose", "mmol_per_l": value, "timing": timing}


def _weight(text: str) -> Reading | None:
    match = _first(_WEIGHTS, text)
    value = to_float(match[1]) if match else None
    if match is None or value is None:
        return None
    kilograms = value * _JIN if match[2] == "斤" else value
    if not _WEIGHT_RANGE[0] <= kilograms <= _WEIGHT_RANGE[1]:
        return None
    return {"kind": "weight", "kg": kilograms}


def _heart(text: str) -> Reading | None:
    match = _HEART.search(text)
    rate = to_int(match[1]) if match else None
    return {"kind": "heart_rate", "per_min": rate} if rate in _HEART_RANGE else None


def _temperature(text: str) -> Reading | None:
    match = _first(_TEMPERATURES, text)
    if match is None:
        return None
    whole, tenths = to_int(match[1]), to_int(match[2] or "0")
    return {"kind": "temperature", "celsius": float(f"{whole}.{tenths}")}
