"""
Numbers read out digit by digit, written in digits: 「幺三八零零一三八零零零」 is 13800138000.

Only runs as long as a telephone number: nothing else that is said has so many digits.
"""

from __future__ import annotations

import re

_DIGITS = {char: str(value) for value, char in enumerate("零一二三四五六七八九")}
_DIGITS |= {"〇": "0", "洞": "0", "幺": "1", "两": "2", "拐": "7", "叉": "X"}
_ONE = "[零〇洞幺一二两三四五六七八九拐]"
_PAUSE = r"[ ,，、.-]"
_RUN = re.compile(rf"{_ONE}(?:{_PAUSE}?{_ONE}){{9,}}{_PAUSE}?(?:{_ONE}|[xX叉])")
_PHONE, _CARD = 11, 18
# Where the year of birth begins in the number of an identity card.
_CENTURIES, _YEAR_AT = ("19", "20"), 6


def read(text: str) -> str:
    """Return the text with its dictated numbers in digits, whole ones without their pauses."""
    return _RUN.sub(_written, text)


def _written(found: re.Match[str]) -> str:
    digits = "".join(_DIGITS.get(char, char) for char in found[0])
    solid = re.sub(_PAUSE, "", digits)
    if len(solid) == _PHONE + _CARD:  # both in one breath
        is_card_first = solid.startswith(_CENTURIES, _YEAR_AT)
        at = _CARD if is_card_first else _PHONE
        return f"{solid[:at]} {solid[at:]}"
    return solid if len(solid) in (_PHONE, _CARD) else digits
