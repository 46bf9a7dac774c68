"""What of a message is the complaint itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlp import ailing, lexicon

_SHORT_CHARACTERS = 40
_CLAUSES = re.compile(r"[,，。;；!！?？\n]")
_WHO_AND_WHEN = re.compile(
    r"(?:我|俺|咱)?的?(?:妈妈?|爸爸?|母亲|父亲|老伴|老公|老婆|爱人|媳妇儿?|丈夫|太太|婆婆|公公|岳母|岳父|奶奶|爷爷|外婆|外公|姥姥|姥爷)|我|俺|"
    r"(?:已经|都|有)?(?:这|近|最近|前|好)?(?:几|两|[一二三四五六七八九十半\d]+)个?多?"
    r"(?:天|周|星期|礼拜|月|年|小时|个钟头)(?:多|来|了|以?前|左右)*|最近|昨天|今天"
)

# What is told along with a complaint and is none: who sends her, how far it is, when it suits.
_BESIDE = re.compile(
    r"让我|买了?点?药|不见好|看看|想挂|挂个?号|最好是|离医院|想先|定下来|放心|不会弄|麻烦|你们医院"
)
# Where it was found is no complaint: 「单位体检白细胞低」 asks for no check-up.
_FOUND_AT = re.compile(
    r"(?<![做想要去约挂来个])(?:单位|公司|厂里|学校|年度|入职)?(?:组织)?体检(?:报告|结果|单)?(?:上|里)?"
    r"(?:说|查出来?|发现|显示|提示|写的?|(?=[白红血尿肝肾甲胆脂转肺乳]))(?=[^,，。]{2})"
)
_KNOWN: dict[str, str] = {r["said"]: r["known"] for r in lexicon.rows("lay_words.tsv")}
_LAY = re.compile("|".join(sorted(map(re.escape, _KNOWN), key=len, reverse=True)))


def _in_known_words(text: str) -> str:
    return _LAY.sub(lambda found: _KNOWN[found[0]], text)


def core(text: str, symptoms: Sequence[str]) -> str:
    """
    Return the complaint without who, how long and what is wanted.

    Only for short messages: there they drown the complaint; in long ones they tell something
    (both measured on the dev texts: no loss on the short, one point on the long). Of long ones
    only what is beside the matter is left out (no loss). Lay words the model does not know are put
    as those it knows.
    """
    clauses = [c for c in _CLAUSES.split(text) if c]
    if len(text) > _SHORT_CHARACTERS:
        kept = [c for c in clauses if any(w in c for w in symptoms) or not _BESIDE.search(c)]
        return _in_known_words("，".join(kept) or text)
    telling = [c for c in clauses if _tells(c, symptoms)] if len(clauses) > 1 else clauses
    alone = _FOUND_AT.sub("", "，".join(telling or clauses))
    return _in_known_words(_WHO_AND_WHEN.sub("", alone) or text)


def _tells(clause: str, symptoms: Sequence[str]) -> bool:
    """A clause tells of the complaint by a symptom we know, or in other words."""
    if any(word in clause for word in symptoms):
        return True
    if len(clause) < ailing.LEAST_CHARACTERS or _BESIDE.search(clause):
        return False
    return ailing.log_odds(clause) >= ailing.CLAUSE
