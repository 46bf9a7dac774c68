"""
Thanks around a message: 「好的谢谢，那周四上午呢」 asks for Thursday, and thanks by the way.

Only what stands at an end or between marks is taken off: 「谢谢你帮我挂号」 is nothing but thanks.
"""

from __future__ import annotations

import re

from nlp.heard import Heard

_THANKS = (
    r"(?:好的?|行|嗯+|那|太|真的?|非常|十分)*(?:谢谢|多谢|感谢|谢了|辛苦|麻烦|劳驾|有劳)"
    r"(?:[你您]们?|医生|大夫|护士|姑娘|同志|[啦了啊哈哦呀嘞]|的?(?:帮助|帮忙|提醒|解答|回复|耐心))*"
)
_BREAK = r"[\s,，。.!！;；~～、]+"
_ENDS = re.compile(
    rf"^{_THANKS}{_BREAK}|(?:^|{_BREAK}){_THANKS}[\s。.!！~～]*$|谢谢[你您]?[\s。.!！~～]*$"
)
# What is only said out of politeness, too, or is an answer that thanks may already be.
_EMPTY = frozenset({"unknown", "thanks", "bye", "greet", "affirm", "help", "feedback"})
# What is done already is what the thanks are for: 「药拿到了，谢谢」.
_DONE = re.compile(r"[了过啦][\s。.!！~～]*$|很(?:好|棒|快|清楚|耐心|满意|及时)|清楚|真好")


def without(text: str) -> str:
    """Return what is said besides the thanks, "" where that is nothing, or their reason."""
    rest = _ENDS.sub("", text).strip()
    return "" if rest == text.strip() or _DONE.search(rest) else rest


def says_something(heard: Heard) -> bool:
    """Tell whether what stands beside the thanks is a wish, an answer or a fact of its own."""
    facts = (
        heard.when, heard.ordinal, heard.doctors, heard.stated_departments, heard.symptoms,
        heard.name, heard.id_number, heard.phone, heard.answer == "no",
    )  # fmt: skip
    return heard.intent not in _EMPTY or any(facts)
