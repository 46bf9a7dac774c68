"""Blood pressure and body temperature written in a message, as signs for the red flags."""

from __future__ import annotations

import re

from nlp import numerals

# Thresholds: redflags.tsv rf10, rf10b (mmHg), rf12 to rf15 (degrees Celsius).
CRISIS = (180, 120)
EXTREME = (220, 140)
# With fever a sign of sepsis (rf23g; own, for the clinician to sign).
LOW_MMHG = 90
FEVER_CELSIUS = 38.0
VERY_HOT_CELSIUS = 38.5
# Above this a diabetic who vomits may be in ketoacidosis (rf16; own, for the clinician to sign).
SUGAR_MMOL_PER_L = 16.7
_PAIR = re.compile(r"(?<![0-9/.])([0-9]{2,3})[/\\比、-]{1,2}([0-9]{2,3})(?![0-9/.])")
_HIGH = re.compile(
    r"(?:高压|收缩压|血压|上压|高的|上[面头边])(?:那个)?[^0-9|]{0,5}([0-9]{3})(?![0-9])"
)
_SPOKEN_HIGH = re.compile(r"(?:高压|血压)[^0-9|]{0,4}(?:二百|两百|一百八|一百九)")
_LOW = re.compile(
    r"(?:低压|舒张压|下压|低的|下[面头边])(?:那个)?[^0-9|]{0,5}([0-9]{2,3})(?![0-9])"
)
# Hundreds as spoken (一百九十八, 两百三), and a pair of numbers that can only be a pressure.
_HUNDREDS = re.compile(
    "([一二两])百(?:零([一二三四五六七八九])|([一二三四五六七八九])(?:十([一二三四五六七八九])?)?)?"
)
_ONLY_PRESSURE = re.compile(
    r"(?<![0-9/.])(?:1[4-9]|2[0-6])[0-9](?:[/\\比-]|、{1,2})(?:[89]|1[0-6])[0-9](?![0-9/.])"
)
_DEGREES = re.compile(
    r"(?<![0-9.])(3[5-9]|4[0-3])(?:[.点度]([0-9]))?(?:度|℃|°|c|(?<=度[0-9]))"
    r"|(?:烧|热|体温)[^0-9|]{0,4}(3[5-9]|4[0-3])(?:[.点度]([0-9]))?(?![0-9])"
)
_SUGAR = re.compile(r"糖[^0-9|]{0,6}([0-9]{2}(?:\.[0-9])?)(?![0-9/])")
# Below this a person who sweats or is confused has too little (rf23e; own, to be signed).
LOW_SUGAR_MMOL_PER_L = 3.0
# By themselves (rf39; own, for the clinician to sign).
EXTREME_SUGAR_MMOL_PER_L, VERY_LOW_MMHG, LOW_OXYGEN_PERCENT = 25.0, 80, 90
SLOW_PER_MINUTE, FAST_PER_MINUTE = 40, 150
_OXYGEN = re.compile(r"(?:血氧|氧饱和度?|氧饱|spo2)[^0-9|]{0,6}([4-9][0-9])(?![0-9])")
_PULSE = re.compile(r"(?:心率|心跳|脉搏|脉率)[^0-9|]{0,6}([0-9]{2,3})(?![0-9]|岁|年|天|分钟)")
_ONE_SUGAR = re.compile(r"糖[^0-9|]{0,6}([0-9](?:\.[0-9])?)(?![0-9./])")
_OFF_THE_METER = re.compile(r"糖[^|]{0,8}(?:\bhi\b|hi(?![a-z])|爆表|测不出|超出范围)")
# How long it has lasted, in minutes: rf01 (A, B: 15), rf05 (E: 5), rf06 (own: 15).
_LASTS = re.compile(
    r"([0-9]+|[一二两三四五六七八九十几半]+)(个)?(?:多|来|几|好几)?(分钟|分多钟|小时|钟头|钟|刻钟)(?:多|了)*"
    r"(?![^|]{0,5}(?:就好|缓解|恢复|自行|内|就没|就过))"
)
_UNITS = {"分钟": 1, "分多钟": 1, "刻钟": 15}
_SPOKEN = {"三十八": 38.0, "三十九": 39.0, "四十度": 40.0, "四十一度": 41.0}
_ABOUT_HEAT = re.compile(r"烧|热|体温|度|℃|°")
_ABOUT_PRESSURE = re.compile(
    r"血压|高压|低压|收缩压|舒张压|上压|下压|mmhg|上[面头边][^|]{0,3}[12][0-9]{2}[^0-9]{0,4}下[面头边]"
)


def _hundreds(spoken: re.Match[str]) -> str:
    """Return a spoken number in digits, between marks, so that two of them stay apart."""
    hundreds, ones, tens, more = (numerals.DIGITS[g] if g else 0 for g in spoken.groups())
    return f"、{100 * hundreds + 10 * tens + ones + more}、"


def _pressure(text: str) -> tuple[int, int]:
    """Return the highest believable (systolic, diastolic) in mmHg; 0 where none is written."""
    high = [int(n) for n in _HIGH.findall(text)]
    high += [CRISIS[0]] if _SPOKEN_HIGH.search(text) else []
    low = [int(n) for n in _LOW.findall(text)]
    for a, b in _PAIR.findall(text):
        pair = sorted((int(a), int(b)))
        if pair[0] >= 30 and 60 <= pair[1] <= 300:  # noqa: PLR2004 - believable pressures
            low.append(pair[0])
            high.append(pair[1])
    return max((h for h in high if h <= 300), default=0), max(  # noqa: PLR2004 - believable
        (v for v in low if v <= 200),  # noqa: PLR2004 - believable
        default=0,
    )


def _heat(text: str) -> float:
    """Return the highest body temperature written, in degrees Celsius; 0 when none is."""
    found = [float(f"{a or c}.{b or d or 0}") for a, b, c, d in _DEGREES.findall(text)]
    found += [value for word, value in _SPOKEN.items() if word in text]
    return max(found, default=0.0)


def _minutes(text: str) -> int:
    """Return the longest time told in minutes or hours, in minutes; 半 is half, 几 is five."""
    longest = 0
    for written, measure, unit in _LASTS.findall(text):
        number = 0.5 if written == "半" else numerals.to_int(written.replace("几", "五"))
        if number and (unit != "钟" or measure):
            longest = max(longest, int(number * _UNITS.get(unit, 60)))
    return longest


def signs(text: str) -> set[str]:
    """
    Return what the numbers mean.

    @bp_crisis, @bp_extreme, @bp_low, @bp_very_low; @oxygen_low, @pulse_bad; @hot, @very_hot;
    @sugar, @sugar_extreme, @low_sugar; @minutes_5, @minutes_15.
    """
    spoken = _HUNDREDS.sub(_hundreds, text) if "百" in text else text
    about = _ABOUT_PRESSURE.search(text) or _ONLY_PRESSURE.search(spoken)
    high, low = _pressure(spoken) if about else (0, 0)
    heat = _heat(text) if _ABOUT_HEAT.search(text) else 0.0
    sugar = max(map(float, _SUGAR.findall(text)), default=0.0)
    low_sugar = min(map(float, _ONE_SUGAR.findall(text)), default=LOW_SUGAR_MMOL_PER_L + 1)
    minutes = _minutes(text)
    oxygen = min(map(int, _OXYGEN.findall(text)), default=100)
    pulses = [int(pulse) for pulse in _PULSE.findall(text)]
    measured = {
        "@bp_crisis": high >= CRISIS[0] or low >= CRISIS[1],
        "@bp_extreme": high >= EXTREME[0] or low >= EXTREME[1],
        "@bp_low": 0 < high <= LOW_MMHG,
        "@bp_very_low": 0 < high <= VERY_LOW_MMHG,
        "@oxygen_low": oxygen <= LOW_OXYGEN_PERCENT,
        "@pulse_bad": any(not SLOW_PER_MINUTE < p < FAST_PER_MINUTE for p in pulses),
        "@hot": heat >= FEVER_CELSIUS,
        "@very_hot": heat > VERY_HOT_CELSIUS,
        "@sugar": sugar >= SUGAR_MMOL_PER_L or _OFF_THE_METER.search(text) is not None,
        "@sugar_extreme": sugar >= EXTREME_SUGAR_MMOL_PER_L,
        "@low_sugar": 0 < low_sugar <= LOW_SUGAR_MMOL_PER_L,
        "@minutes_5": minutes >= 5,  # noqa: PLR2004 - the sign says it
        "@minutes_15": minutes >= 15,  # noqa: PLR2004 - the sign says it
    }
    return {sign for sign, true in measured.items() if true}
