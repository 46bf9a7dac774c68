"""
Two wishes in one message: 「妈挂眼科，爸挂骨科」 is one for the mother, then one for the father.

「给我爸我妈都挂神经内科」 is one for each. Split only where both parts say for whom and what, and
ask for it: 「我妈有高血压，我头晕想挂号」 is one wish, and so is a story with many people in it.
"""

from __future__ import annotations

import re

from nlp import persons
from nlp.sieve import Guarded

_CUTS = re.compile(r"[,，。;；!！\n]+|(?:另外|还有|然后|再)(?=[给帮替]?我?[\u4e00-\u9fff])")
_ASKS = re.compile(r"挂|约|看|号")
_WHAT = re.compile(r"科|医生|大夫|主任|[挂约看](?:个|一个|一下)?[\u4e00-\u9fff]{2,}")
# What is said of both: 「都要明天上午的」.
_BOTH = re.compile(r"^(?:都|一起|两个都|最好都)")


_KIN = "|".join(sorted(map(re.escape, persons.KIN), key=len, reverse=True))
# One wish for two: 「给我爸我妈都挂神经内科」.
_TOGETHER = Guarded(
    re.compile(
        rf"^(?P<before>.{{0,12}}?)[给帮替]?(?P<one>{_KIN})(?:和|跟|与|还有|、|，|,)?(?P<two>{_KIN}|我自己)"
        r"(?:一起|两个人?|俩|各|分别|也|都|全)+(?P<what>.+)$"
    )
)


# By the way for somebody else: 「眼睛红了，顺便把我孩子的咳嗽也看了，周一」.
_BY_THE_WAY = Guarded(
    re.compile(
        rf"^(?P<one>.{{4,}}?)[,，。;；\s]*(?:顺便|顺带)(?:也|再|还)?(?:[给帮把让替])?"
        rf"(?P<two>我?(?:家|的)?(?:{_KIN}).{{1,16}}?(?:看|挂|约)(?:了|一下|看|个?号|上)?)"
        r"(?:[,，。;；\s]+(?P<both>[^,，。;；]{1,10}))?[。!！]*$"
    )
)


def split(text: str) -> tuple[str, str] | None:
    """Return the first wish and all that comes after it, None where there is one."""
    both = _TOGETHER.match(text)
    if both is not None and _is_whole(both["what"]):
        first = f"{both['before']}给{both['one']}{both['what']}"
        return first, f"给{both['two']}{both['what']}"
    return _by_the_way(text) or _in_parts(text)


def _by_the_way(text: str) -> tuple[str, str] | None:
    way = _BY_THE_WAY.match(text)
    if way is None or persons.find(way["one"]).relation not in (None, "self"):
        return None
    of_both = f"，{way['both']}" if way["both"] else ""
    return f"{way['one']}{of_both}", f"给{way['two']}{of_both}"


def _in_parts(text: str) -> tuple[str, str] | None:
    parts = [part for part in _CUTS.split(text) if part and part.strip()]
    if len(parts) < 2:  # noqa: PLR2004 - a first and a second
        return None
    shared = [part for part in parts if _BOTH.match(part)]
    wishes: list[tuple[object, list[str]]] = []
    for part in parts:
        if part in shared:
            continue
        who = persons.find(part).relation
        if who is None or (wishes and who == wishes[-1][0]):
            if not wishes:
                return None
            wishes[-1][1].append(part)
        else:
            wishes.append((who, [part]))
    texts = ["，".join(said) for _, said in wishes]
    if len(texts) < 2 or not all(map(_is_whole, texts)):  # noqa: PLR2004 - a first and a second
        return None
    first, *rest = ("，".join((text, *shared)) for text in texts)
    return first, "。".join(rest)


def _is_whole(text: str) -> bool:
    return bool(_ASKS.search(text) and _WHAT.search(text))
