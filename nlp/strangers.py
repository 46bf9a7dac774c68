"""Doctors who are asked for by name and whom the hospital does not have."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlp.surnames import SURNAMES

_TITLE = r"(?:(?:副?主任)?医[生师]|大夫|主任|教授|专家)"
# 「约眼科欧阳锋主任」
_WHERE = r"(?:一?个|一下)?(?:[\u4e00-\u9fff]{1,6}?(?:科|门诊)的?)?"
_VERB = rf"(?:挂|约|找|看|预约|要|想要){_WHERE}"
_TITLED = re.compile(rf"{_VERB}(?P<name>[{SURNAMES}]{_TITLE})")
_NAMED = re.compile(
    rf"{_VERB}(?P<name>[{SURNAMES}][\u4e00-\u9fff]{{1,2}})(?=的号|的专家号|{_TITLE})"
)
_WHOLE = re.compile(rf"[{SURNAMES}][\u4e00-\u9fff]{{1,2}}")
# Days, hours, departments and the adjectives of a number are none.
_NO_NAME = re.compile(
    r"^(?:任[何意]|方便|常规|高级|安[排全]|时[间段候]|万[能一]|成人|童|管用|温和|全)"
    r"|(?!^)[一二三四五六七八九十日天末午晚早号科诊医院师生病痛症炎癌疮瘤障压糖血的那这哪几个么了]"
)


def is_name(text: str) -> bool:
    """Tell whether this is a surname with one or two characters, as people are called."""
    return bool(_WHOLE.fullmatch(text)) and not _NO_NAME.search(text)


def find(text: str, complaints: Sequence[str]) -> str:
    """Return who was asked for by name, as 李建国 or 李医生; empty where nobody was."""
    titled = _TITLED.search(text)
    if titled is not None:
        return titled["name"]
    found = _NAMED.search(text)
    name = found["name"] if found else ""
    is_complaint = any(name in word or word in name for word in complaints)
    return "" if is_complaint or _NO_NAME.search(name) else name
