"""A complaint in the words the department model knows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlp import lexicon

# Where it was found is no complaint: 「单位体检白细胞低」 asks for no check-up.
_FOUND_AT = re.compile(
    r"(?<![做想要去约挂来个])(?:单位|公司|厂里|学校|年度|入职)?(?:组织)?体检(?:报告|结果|单)?(?:上|里)?"
    r"(?:说|查出来?|发现|显示|提示|写的?|(?=[白红血尿肝肾甲胆脂转肺乳]))(?=[^,，。]{2})"
)
# What is told along with a complaint and is none: who sends her, how far it is, when it suits.
_BESIDE = re.compile(
    r"让我|买了?点?药|不见好|看看|想挂|挂个?号|最好是|离医院|想先|定下来|放心|不会弄|麻烦|你们医院|"
    r"姓[^,，。]{1,6}(?:医生|大夫|主任)|(?:那个|那位)[^,，。]{0,8}(?:医生|大夫|主任)|能看[吗不么]|有[没无]有?号|有号[吗没]|^(?:行不行|行吗|可以吗|好吗|中不中|要得不)$"
)
# When she would like to come: the model knows weeks and days of pregnancies by such words.
_WHEN = re.compile(
    r"(?:(?:下+个?|这个?|本)?(?:周|星期|礼拜)[一二三四五六日天末]|(?:大?后|明)[天儿日]|\d{1,2}月\d{1,2}[号日]?)"
    r"(?:的?(?:[上下]午|早上|晚上))?(?:的?\d{1,2}(?:点半?钟?|[:：]\d\d))?(?:的?号)?|"
    r"(?:想|要|帮我|给我)*(?:挂|约)(?=[^,，。]{0,14}号)"
)
_CLAUSES = re.compile(r"[,，。;；!！?？\n]")
_KNOWN: dict[str, str] = {r["said"]: r["known"] for r in lexicon.rows("lay_words.tsv")}
_LAY = re.compile("|".join(sorted(map(re.escape, _KNOWN), key=len, reverse=True)))


def core(text: str, symptoms: Sequence[str]) -> str:
    """
    Return the complaint in known words, without the clauses that are plainly beside it.

    Who and how long stay: the model has learnt from whole messages what tells nothing, and more
    cut out by hand took parts of complaints with it (of 619 messages of a writer it never saw .685
    right with more cuts, .738 with these clauses, .743 with nothing cut; before `_WHEN`).
    """
    clauses = [clause for clause in _CLAUSES.split(text) if clause]
    kept = [c for c in clauses if any(w in c for w in symptoms) or not _BESIDE.search(c)]
    told = "，".join(kept) or text
    said = _FOUND_AT.sub("", _WHEN.sub(" ", told)).strip("，, ") or told
    return _LAY.sub(lambda found: _KNOWN[found[0]], said)
