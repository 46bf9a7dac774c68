"""
Several people in one message, each with a complaint of their own.

「给我爸妈和岳母都挂周四上午的号，我爸眼睛看不清，我妈腰疼，岳母胃不好」 is one wish for each.
What is said of all (the day, the site) holds for everybody; a complaint is its owner's alone.
「我妈有高血压，我头晕想挂号」 is one wish: that several are to be booked for must be said.
"""

from __future__ import annotations

import re

from nlp import departments, persons, symptoms

_CUTS = re.compile(r"[,，。;；:：!！\s]+")
_KIN = "|".join(sorted(map(re.escape, persons.KIN), key=len, reverse=True))
_WORD = re.compile(rf"[我俺咱]?(?:家|的)?(?P<kin>{_KIN})")
_COUPLES = frozenset({"爸妈", "父母"})
_COUNT = "[两俩二三仨四2-4]"
# That it is for several.
_ALL = re.compile(
    rf"都|分别|各[挂约看]|一起[挂约看]|仨|[他她]们|(?:{_COUNT}|几)(?:个人?|位)?老?人|俩|"
    rf"{_COUNT}个(?:都|人|号|科)|各自|全家|一家"
)
_ASKS = re.compile(r"挂|约|号|看(?:病|医生|大夫|看|一下|吧|$)|就诊|瞧病|(?:去|来)医院")
# Whom a clause that is said of all is for, and that it is for all: one person takes their place.
_FOR_ALL = re.compile(
    rf"[给帮替为]?(?:[我俺咱](?:们|自己)?)?(?:家里?|的)?(?:和|跟|与)?[我俺咱]?"
    rf"(?:(?:{_KIN}|全家|一家人?|{_COUNT}口子?|[他她]们{_COUNT}?|{_COUNT}个?老?人|{_COUNT}位|仨|俩|老人)(?:和|跟|与|、|还有|以及)?"
    rf"[我俺咱]?)+(?:{_COUNT}个?人?|仨)?(?:都|各|分别|一起|全)*(?:要|想)?"
)
_MINE = re.compile(r"^(?:[我俺咱](?:自己|本人)?|本人)(?!们)")
_SEEN_FOR = re.compile(
    r"[看瞧查](?!病|医|大|好|看|一)[\u4e00-\u9fff]{1,3}|挂[\u4e00-\u9fff]{1,6}科"
)
_FEWEST, _MOST = 2, 4


def split(text: str) -> tuple[str, ...] | None:
    """Return a message for each of them, in the order they were named; None where it is one."""
    clauses = [clause.strip() for clause in _CUTS.split(text) if clause.strip()]
    owned: dict[str, list[str]] = {}
    shared: list[str] = []
    owner = ""
    for clause in clauses:
        names = _names(clause)
        mine = "" if names else (_MINE.match(clause) and "我自己") or ""
        if len(names) > 1 or not _complains(clause, names):
            shared.append(clause)
            continue
        owner = (names[0] if names else mine) or owner
        if not owner:
            return None
        owned.setdefault(owner, []).append(clause)
    if not _FEWEST <= len(owned) <= _MOST or not _is_for_all(clauses, shared):
        return None
    common = [one for one in map(_of_one, shared) if one]
    asks = () if any(_ASKS.search(one) for one in common) else ("挂号",)
    return tuple(
        f"给{who}{'，'.join([*common[:1], *asks, *said, *common[1:]])}"
        for who, said in owned.items()
    )


def _names(clause: str) -> list[str]:
    """Return whom the clause names; 爸妈 are two."""
    found = [word["kin"] for word in _WORD.finditer(clause)]
    both = [word for word in found if word in _COUPLES]
    return [*dict.fromkeys(found), *both]


def _complains(clause: str, names: list[str]) -> bool:
    """What is said of one of them and asks for nothing is a complaint in whatever words."""
    has_words = symptoms.find(clause)[0] or departments.national(clause)
    is_told = len(names) == 1 and not _ASKS.search(clause)
    return bool(has_words or is_told or _SEEN_FOR.search(clause))


def _is_for_all(clauses: list[str], shared: list[str]) -> bool:
    """Tell whether several are to be booked for: those named together, or 「都」「他们俩」."""
    asks = any(_ASKS.search(clause) for clause in clauses)
    return asks and any(_ALL.search(clause) or len(_names(clause)) > 1 for clause in shared)


def _of_one(clause: str) -> str:
    """Return what was said of all as said of one."""
    return _FOR_ALL.sub("", clause).strip("都各")
