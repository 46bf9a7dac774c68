"""
Whom a message is about: relation, sex, age and pregnancy, as far as the words say.

The words are in `lexicon/persons.tsv`. 「我妈」 is the mother however often 「我」 occurs; where
two people are named, the first one is meant, except that who introduces herself (「我是孩子妈妈，
孩子发烧」) is not the patient.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import cast

from nlp import lexicon, mentioned
from nlp.heard import Person, Relation, Sex
from nlp.sieve import Guarded

_ROWS = {r["word"]: r for r in lexicon.rows("persons.tsv")}
# Words for somebody of the family, not for oneself.
KIN = tuple(word for word, row in _ROWS.items() if row["relation"] != "self" and not row["mild"])


def _longest(words: Iterable[str]) -> str:
    """Return an alternation that tries longer words first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_WORD = re.compile(_longest(_ROWS))
# Words that merely contain a person word: 大姨妈 is the period, 爸妈 above has its own row.
_NOBODY = re.compile(
    r"妈妈手|老人斑|喂奶|大姨妈|来姨妈|姨妈期|姨妈痛|公公立|小儿(?:科|内|外|麻痹|推拿)|儿科|婴儿科|新生儿科|妈呀|我的妈|老婆婆饼|"
    r"孩子气|子宫|宝贝疙瘩|老大不|老大夫|对象棋|好朋友来|妈富隆|姑娘家|太太口服|生孩子|要孩子|怀孩子|备孕|太太乐|"
    r"我们|(?<!奶)奶(?:粉|水|头|子|量|茶|酪)|自己开车|女性朋友|朋友圈|朋友介绍|朋友推荐|爱人民|天老爷|[他她]们?自己|(?<![我俺咱你他她])妈的|奶奶的|亲爸爸|我家老二|娃哈哈"
)
# Relatives and acquaintances who are no children, as they stand before a complaint. Lovers stay:
# they tell of some complaints. One character alone means somebody only behind 「我」.
_NO_KINDRED = frozenset({"兄弟", "大爷", "家家", "朋友", "男朋友", "女朋友"})
_KINDRED = [
    word
    for word, row in _ROWS.items()
    if row["relation"] in {"mother", "father", "spouse", "grandparent", "sibling", "other"}
    and not (row["mild"] or word.isascii() or word in _NO_KINDRED)
]
_OUR = r"(?:(?:[我俺咱侬]|阿拉)们?)"
_GROWN_UP = Guarded(
    re.compile(
        rf"{_OUR}?(?:家里?|屋头|屋里)?的?(?P<who>{_longest(w for w in _KINDRED if len(w) > 1)})|"
        rf"{_OUR}(?:家|屋头|屋里)?的?(?P<short>老?[妈爸爹娘爷奶姐哥弟妹舅](?!咪)|男[人的]|女人)"
    )
)
_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2, "〇": 0}
_NUMBER = r"(?:[0-9]{1,3}(?:\.[0-9])?|[零一二两三四五六七八九十百]+)"
_YEARS = re.compile(
    rf"({_NUMBER})(多|几|来)?(?:周)?岁(半)?(?:(?:零|又)?({_NUMBER})个月)?(?!的?时候|起|以[上下])"
)
_MONTHS = re.compile(
    rf"({_NUMBER})(?:个半|个多|多个|个)?月(?:零[0-9]+天)?(?:大|龄|的?(?:宝|娃|孩|婴|小孩|小朋友|女|儿))"
    rf"|(?:宝宝|宝贝|孩子|娃|婴儿|小孩|儿子|女儿|孙子|孙女)(?:才|刚|今年|现在)?({_NUMBER})(?:个半|个多|多个|个)?月(?![后前内])"
    rf"|({_NUMBER})月龄"
)
_DAYS = re.compile(
    rf"(?:出生|生下来|刚生|生了)(?:才|刚|有)?({_NUMBER})(?:多)?天|({_NUMBER})(?:多)?天(?:大)?的?(?:宝宝|新生儿|婴儿|娃)"
    rf"|(?:宝宝?|孩子|娃|婴儿|儿子|女儿|孙子|孙女|双胞胎|龙凤胎)"
    rf"(?:才|刚|有)?({_NUMBER})(?:多)?天(?:大|$|[,，。 ])"
)
_BARE = re.compile(
    r"(?:今年|已经|都|快|奔)([1-9][0-9]|[二三四五六七八九]十[一二三四五六七八九]?)(?:多|几|来)?"
    r"(?:岁)?(?:了|的人|$|[，,。 ])"
    r"|([5-9][0-9]|[五六七八九]十)(?:多|几|来)(?:的人|的老|了)"
)
_BORN = re.compile(
    r"(19[2-9][0-9]|20[0-4][0-9])年(?:([0-9]{1,2})月)?(?:[0-9]{1,2}[日号])?(?:出)?生"
)
# Most messages hold none, and so no age.
_ANY_NUMBER = re.compile(r"[0-9零一二两三四五六七八九十百]")
_FULL_MONTH = re.compile(r"刚?满月(?!酒)")
_MYSELF = re.compile(r"我(?:自己)?(?:就)?是[个名位]?(男|女)(?!儿|婿|朋友)")
_SEX = re.compile(
    r"(?:性别|患者|病人|本人|^|[，,。\s岁])(男|女)(?:$|[，,。\s性0-9]|孩|宝|的)|(男|女)[，,\s]*[0-9]{1,2}岁|(女|男)(?:士|性|患者|病人)"
)
_PREGNANT = re.compile(
    r"怀孕|孕妇|孕期|孕[0-9早中晚一二三四五六七八九十]|怀着|怀了|有了身孕|有身孕|身怀|怀二胎|产检|孕检|胎动|胎心|预产期|"
    r"[0-9一二三四五六七八九十]个月身孕|大着肚子|有喜了|安胎|保胎|"
    # Who books there is expecting, if nothing else is said.
    r"(?:[挂约看去]个?|想看|换成?|改成?)产科|(?<!妇)产科的?(?:号|专家|普通|上午|下午|[0-9本下]?周|[今明后]天)"
)
_NOT_PREGNANT = re.compile(
    r"(?:没有?|未|(?<!是)不是|并没有?|不可能|排除了?|没有?发现)怀(?:孕|上|着)?|怀不上|不怀孕|没怀|备孕|避孕|不孕|想怀孕|想要怀孕|"
    r"准备怀孕|怀不了|打算怀孕|要孩子|产后|坐月子|月子里|生完|生了(?:孩子|宝宝|娃)|剖完|出了月子"
)
_MAYBE_PREGNANT = re.compile(
    r"是不是怀|有没有怀|会不会怀|会怀孕|能怀孕|可能怀|怀疑怀|好像怀|怀孕了?吗|怀孕前|怀孕后来|以前怀|怀孕过|怀过|是否怀|影响怀孕|容易怀孕|怀没怀"
)

# Mothers and fathers by marriage: of that relation, and never the mother or father one knows.
_BY_MARRIAGE = re.compile(
    r"岳母|丈母娘|(?<!老)婆婆|家婆|岳父|老丈人|公公(?!立|办|寓|司)|继母|后妈|继父|后爸"
)
# 「不是我爸，是我妈」 is about the mother.
_TAKEN_BACK = re.compile(
    r"(?:不是|不给|别给|不挂)[^,，。是给]{1,6}[,，。 ]*(?=(?:是|而是|应该|给|要给))"
)
# Somebody we have no word for: 「给我家掌柜的挂」. It is not the one who writes.
_SOMEBODY = re.compile(
    r"[给帮替为][我俺](?!自己|本人|也|都|先|再|快|就|重|马上|现在|直接|随便|安排|查|看|找|办|弄|改|换|退|取消)"
    r"[^，。,\s]{1,5}?(?:挂|约|预约|登记)"
)
# 「我要挂号」 says who asks, not who is ill.
_WHO_ASKS = re.compile(
    r"(?<![给替为])[我俺](?:也|就|先|再|来)?(?:要|想|想要|需要)?(?:挂个?一?个?号|预约|约个?号|登记)|帮[我俺]"
)
_WOMANS = re.compile(
    r"月经|例假|大姨妈|痛经|白带|子宫|卵巢|阴道|宫颈|绝经|没怀孕|备孕|怀不上|哺乳|喂奶"
)
_MANS = re.compile(r"前列腺|阳痿|早泄|睾丸|包皮|阴茎|阴囊|蛋蛋|精液|遗精|勃起")


def _number(text: str) -> float:
    """Read Arabic or Chinese numerals below a thousand; the pattern has checked the form."""
    if text[0].isdigit():
        return float(text)
    total, last = 0, 0
    for c in text:
        if c == "十":
            total += (last or 1) * 10
            last = 0
        elif c == "百":
            total += (last or 1) * 100
            last = 0
        else:
            last = _DIGIT[c]
    return float(total + last)


def _age(text: str, now: date | None) -> float | None:
    """Return the age in years the words state, fractions for months and days."""
    counted = _counted_age(text, now) if _ANY_NUMBER.search(text) else None
    return 0.08 if counted is None and _FULL_MONTH.search(text) else counted


def _counted_age(text: str, now: date | None) -> float | None:
    if m := _YEARS.search(text):
        years = _number(m[1]) + (0.5 if m[3] else 0.0) + (_number(m[4]) / 12 if m[4] else 0.0)
        return round(years, 2)
    if m := _MONTHS.search(text):
        half = 0.5 if "个半" in m[0] else 0.0
        return round((_number(m[1] or m[2] or m[3] or m[4]) + half) / 12, 2)
    if m := _DAYS.search(text):
        return round(_number(m[1] or m[2] or m[3]) / 365, 2)
    if m := _BARE.search(text):
        return _number(m[1] or m[2])
    if now is not None and (m := _BORN.search(text)):
        past = int(m[1]) + (int(m[2]) - 1) / 12 if m[2] else int(m[1]) + 0.5
        return max(0.0, round(now.year + (now.month - 1) / 12 - past, 1))
    return None


def _pregnant(text: str) -> bool | None:
    """True, False, or None when the words say nothing or only wonder."""
    if _NOT_PREGNANT.search(text):
        return False
    if _MAYBE_PREGNANT.search(text):
        return None
    return True if _PREGNANT.search(text) else None


def _named(text: str) -> dict[str, str] | None:
    """Return the row of the word that names the patient."""
    found = [_ROWS[m.group()] for m in _WORD.finditer(text)]
    firm = [r for r in found if not r["mild"]]
    if (
        len(firm) > 1
        and firm[0]["relation"] in {"mother", "father"}
        and re.match(r"我是.{0,3}(?:孩子|宝宝|小孩|娃)", text)
    ):
        return firm[1]
    if firm:
        return firm[0]
    return found[0] if found and not _SOMEBODY.search(text) else None


def _sex_of_complaint(text: str) -> Sex | None:
    """Only women have periods, only men a prostate."""
    if _WOMANS.search(text):
        return "f"
    return "m" if _MANS.search(text) else None


def unnamed(text: str) -> str:
    """
    Return the text without its grown-up relatives, in whose names there is no complaint.

    A department model would hear 「奶奶头晕」 as a matter of the breast; children stay, because
    who is small is seen elsewhere. What only contains such a word (大姨妈, 公公立医院) stays, too.
    """
    if not _GROWN_UP.may_hold(text):
        return text
    others = [(m.start(), m.end()) for m in _NOBODY.finditer(text)]

    def cut(found: re.Match[str]) -> str:
        start, end = found.span(found.lastgroup or 0)
        return found[0] if any(start < b and a < end for a, b in others) else " "

    return _GROWN_UP.sub(cut, text)


def _blank(found: re.Match[str]) -> str:
    return "　" * len(found.group())


def find(text: str, now: date | None = None) -> Person:
    """
    Return whom the message is about; every field None that the words leave open.

    Args:
        text: the message.
        now: the local day, needed only to turn a year of birth into an age.
    """
    plain = _NOBODY.sub(_blank, _TAKEN_BACK.sub(_blank, text))
    plain = _WHO_ASKS.sub(_blank, mentioned.blanked(plain))
    row = _named(plain)
    relation = cast("Relation | None", row["relation"]) if row else None
    sex = cast("Sex | None", row["sex"] or None) if row else None
    if m := _SEX.search(plain):
        sex = "m" if (m[1] or m[2] or m[3]) == "男" else "f"
    if relation in {None, "self"} and (m := _MYSELF.search(plain)):
        sex = "m" if m[1] == "男" else "f"
    if sex is None and relation in {None, "self"}:
        sex = _sex_of_complaint(text)
    age = _age(plain, now)
    if age is None and row and row["age"]:
        age = float(row["age"])
    pregnant = _pregnant(text)
    if pregnant:
        relation, sex = _of_pregnant(relation, sex)
    return Person(relation=relation, sex=sex, age_years=age, pregnant=pregnant)


def in_law(text: str) -> str:
    """Return the word for a mother or father by marriage whom the message is about, or ""."""
    found = _BY_MARRIAGE.search(_NOBODY.sub(_blank, _TAKEN_BACK.sub(_blank, text)))
    return found[0] if found else ""


def _of_pregnant(relation: Relation | None, sex: Sex | None) -> tuple[Relation | None, Sex]:
    """Who is pregnant is a woman; 「宝宝胎动少」 is about her, not about a child."""
    if relation == "child" or sex == "m":
        return ("spouse" if relation == "spouse" else None), "f"
    return relation, "f"
