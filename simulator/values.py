"""What a notice may say under each kind of key: `thing1`, `time2`, `phrase3`, …

Source: the table of WeChat's notice pages, read in a copy: http://blog.bitefu.net/post/660.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from simulator.errors import ApiError

_DATE = r"(\d{4}[年\-/.]\d{1,2}([月\-/.](\d{1,2}日?)?)?|\d{1,2}[月\-/.]\d{1,2}日?)"
_TIME = r"\d{1,2}[:：]\d{2}([:：]\d{2})?"
_MOMENT = rf"({_DATE}\s*({_TIME})?|{_TIME})"
_SPAN = rf"{_MOMENT}\s*([~～]\s*{_MOMENT})?"
# kind of key → the whole value must look like this
_VALUES: Mapping[str, re.Pattern[str]] = {
    kind: re.compile(pattern)
    for kind, pattern in {
        "thing": r".{1,20}",
        "number": r"(?=.{1,32}$)-?\d+(\.\d+)?",
        "letter": r"[A-Za-z]{1,32}",
        "symbol": r"[^\w\s]{1,5}",
        "character_string": r"[\x21-\x7e]{1,32}",
        "time": _SPAN,
        "date": _SPAN,
        "amount": r"[¥￥$€]?\d{1,10}(\.\d+)?元?",
        "phone_number": r"[\d+\-*() ]{1,17}",
        "car_number": r"[㐀-鿿]?[A-Za-z0-9]{1,7}[㐀-鿿]?",
        "name": r"(?=.*[㐀-鿿]).{1,10}|[^\d\s㐀-鿿][^\d㐀-鿿]{0,19}",
        "phrase": r"[㐀-鿿]{1,5}",
    }.items()
}
_KEY = re.compile(r"([a-z_]+?)\d+")


def check_value(key: str, value: str) -> None:
    """Let a value pass that its kind of key allows; keys of older templates take anything.

    Raises:
        ApiError: 47003, it does not fit.
    """
    kind = _KEY.fullmatch(key)
    allowed = _VALUES.get(kind[1]) if kind else None
    if allowed is not None and not allowed.fullmatch(value):
        raise ApiError(47003, f"argument invalid! data.{key}.value invalid")
