"""
Numbers as people write them, and one folded spelling of a message.

Folding never changes the length of a text, so a span found in the folded text is the same span
of the message itself.
"""

from __future__ import annotations

import re
from functools import lru_cache

# Traditional characters and variants that occur in dates, answers and booking talk.
_VARIANTS = str.maketrans(
    "週禮號點後個這兩鐘時間從開與還現總師醫預約掛門診專誰麼幾見謝請問難過來處錢費聽晝壓糖搜復聯繫員單據結報話嗎對歲們覺園電臺車書頭發燒癥"
    "氣腦臉說嘔噁針藥農殺臟腫癱癲癇驚傷燙熱嚨嚥動邊識沒讓媽爺孫兒嬰寶懷產婦陰經視雙暈無聲體溫滿離斷鮮噴濕濺觸樓墜輕隻裡裏風驟劇繃頸顆腳鐵劑毀誤飲嗆鬱憂絕輸彎擠緊齒鬆穩轉嚴幫簽補刪訂換輪隊護資錯註銷檢驗複",
    "周礼号点后个这两钟时间从开与还现总师医预约挂门诊专谁么几见谢请问难过来处钱费听昼压糖搜复联系员单据结报话吗对岁们觉园电台车书头发烧症"
    "气脑脸说呕恶针药农杀脏肿瘫癫痫惊伤烫热咙咽动边识没让妈爷孙儿婴宝怀产妇阴经视双晕无声体温满离断鲜喷湿溅触楼坠轻只里里风骤剧绷颈颗脚铁剂毁误饮呛郁忧绝输弯挤紧齿松稳转严帮签补删订换轮队护资错注销检验复",
)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FULL_WIDTH |= {0x3000: 0x20, ord("／"): ord("/"), ord("。"): ord("."), ord("—"): ord("-")}
_FULL_WIDTH |= {ord("–"): ord("-"), ord("～"): ord("~"), ord("〜"): ord("~"), ord("、"): ord("、")}
_FOLDED = _FULL_WIDTH | _VARIANTS

DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")}
DIGITS |= {"〇": 0, "两": 2, "俩": 2, "壹": 1, "贰": 2, "叁": 3}
_TENS = {"十": 10, "拾": 10, "百": 100, "千": 1000}

HANZI_NUMBER = "零〇一二两俩三四五六七八九十廿卅百"
NUMBER = rf"(?:\d+|[{HANZI_NUMBER}]+)"


# The senses read the same message one after the other.
@lru_cache(maxsize=64)
def simplified(text: str) -> str:
    """Return the text with the traditional characters it may hold written as simplified ones."""
    return text.translate(_VARIANTS)


@lru_cache(maxsize=64)
def fold(text: str) -> str:
    """Return `text` in lower case, half width and simplified characters, of the same length."""
    folded = text.translate(_FOLDED)
    lowered = folded.lower()
    return lowered if len(lowered) == len(folded) else folded


def to_int(written: str) -> int | None:
    """
    Return the whole number written in digits or Chinese numerals, or None.

    Reads 25, 二十五, 廿五, 卅, 十, 一百二十, and digit by digit 二〇二六.
    """
    if written.isdecimal():
        return int(written)
    written = written.replace("廿", "二十").replace("卅", "三十")
    if not written or not all(char in DIGITS or char in _TENS for char in written):
        return None
    if not any(char in _TENS for char in written):
        return int("".join(str(DIGITS[char]) for char in written))
    return _positional(written)


def _positional(written: str) -> int:
    total, pending, unit = 0, None, 1
    for char in written:
        if char in _TENS:
            unit = _TENS[char]
            total += (1 if pending is None else pending) * unit
            pending = None
        else:
            pending = DIGITS[char]
            unit = 1 if pending == 0 else unit
    if pending is None:
        return total
    # 一百二 means 120: a last digit right after 百 counts tens.
    return total + pending * (unit // 10 if unit > 10 and written[-2] in "百千" else 1)  # noqa: PLR2004 - ten is ten


_DECIMAL = re.compile(rf"(\d+(?:\.\d+)?)|([{HANZI_NUMBER}]+)(?:点([零〇一二三四五六七八九]+))?")


def to_float(written: str) -> float | None:
    """Return the number written as 7.8, 七点八 or 三十八, or None."""
    match = _DECIMAL.fullmatch(written)
    if match is None:
        return None
    if match[1]:
        return float(match[1])
    whole = to_int(match[2])
    if whole is None:
        return None
    fraction = "".join(str(DIGITS[char]) for char in match[3] or "零")
    return float(f"{whole}.{fraction}")
