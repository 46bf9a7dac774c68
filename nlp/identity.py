"""
Who somebody says a patient is: name, document number, telephone, code, birth date.

Only extraction: whether a number can be right is the desk's rule. What could be anything (a bare
name, eight digits) is read only when it was asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from nlp import answers, lexicon
from nlp.numerals import DIGITS, fold, to_int
from nlp.sieve import Sieve
from nlp.surnames import OF_TWO, RARER, SURNAMES

# On a keypad the check digit X is the star.
_RESIDENT = re.compile(r"(?<!\d)\d(?:[ -]?\d){16}[ -]?[\dxX*＊](?![\dA-Za-z*])")
# A place too few or too many: nothing else that is asked for has so many.
_MISTYPED = re.compile(r"(?<!\d)\d{15,19}[xX]?(?![\dA-Za-z])")
# A passport's, a permit's or a birth certificate's, beside a name.
_LETTERED = re.compile(r"(?<![A-Za-z\d])[A-Za-z]{1,3}\d{7,12}(?![A-Za-z\d])")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?(1[3-9]\d(?:[ -]?\d){8})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3}[ -]?\d{7,8})(?!\d)")
_NUMBERISH = re.compile(r"(?=[A-Za-z0-9()（） -]*\d)[A-Za-z0-9][A-Za-z0-9()（） -]{3,24}")
_CODE = re.compile(r"(?<![\dA-Za-z])([A-Za-z0-9]{4,8})(?![\dA-Za-z])")
_NAMED = re.compile(
    r"(?:姓名|名字)(?:是|叫|[:：])*\s*(?P<a>[^\s,，。.;；、\d]{2,15})"
    r"|(?:我|他|她|妈|爸|孩子|病人|患者|儿子|女儿|老伴)名?叫\s*(?P<b>[^\s,，。.;；、\d]{2,15})"
)
_NAME_LEAD = re.compile(
    r"^(?:我?(?:的)?(?:名字|姓名)(?:是|叫)?|[我他她](?:妈|爸)?(?:是|叫)|叫|是)[:： ]*"
)
_NAME = re.compile(
    r"^(?:[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]{2,12}"
    r"(?:[·•．・.][\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]{1,12}){0,3}"
    r"|[A-Za-zÀ-ÿ'’-]{2,30}(?:[ .·][A-Za-zÀ-ÿ'’.-]{1,30}){0,4})$"
)
# What may follow a name in the same message: the number, the telephone, the sex.
_ITS_NUMBER = r"(?:(?:他|她|我)?的?(?:(?:身份)?证件?号?码?|(?:电话|手机)号?码?)[是为:：\s]*)"
_MORE = re.compile(
    rf"\d|\s[A-Za-z]{{1,3}}(?=\d{{6}})|[,，;；\n]|[:：]|{_ITS_NUMBER}(?=\d)|(?:他|她)?的?(?:电话|手机|身份证)号?码?"
)
# As nearly everybody is called: a surname with one or two characters.
_HANZI = "[\u3400-\u4dbf\u4e00-\u9fff]"
_CALLED = rf"(?:(?:{'|'.join(OF_TWO)}){_HANZI}{{1,2}}|[{SURNAMES}{RARER}]{_HANZI}{{1,2}})"
_USUAL = re.compile(_CALLED)
# Beside its number a name needs no announcing, before it or after it.
_BESIDE = re.compile(
    rf"^(?:就诊人|病人|患者|姓名|名字|是|叫|给|[:： ])*(?P<a>{_CALLED})"
    rf"(?=[\s,，、。.:：;；]*(?:[男女]性?[\s,，、]*)?{_ITS_NUMBER}?[A-Za-z]{{0,3}}\d)"
    rf"|\d[xX]?[\s,，、。;；]+(?:姓名|名字|叫|是|[:： ])*(?P<b>{_CALLED})[\s。.]*$"
)
_AN_HOUR = re.compile(r"\d\s*(?:[:：点號号月日]|块|元)")
# What a name never holds: pronouns, particles, verbs of wishing; commands of this desk.
_NOT_A_NAME = re.compile(
    r"[吗呢什怎哪几么谁我你您他她它们的了吧把给没这改换]|添加|就诊人|登记|证件|证明|护照|手机|电话|名字|时间|挂号|医生|大夫|不同意|同意|返回|退出|人工|取消|重新|上一步|再说|没有|不知道|不晓得|不想|跳过|略过|下一步|不填|继续|算了|随便|"
    r"预约|帮助|更多|身份证|你好|您好|谢谢|头[疼痛晕]|疼|不[要用是对行好]|^(?:好的?|可以|是的|确认|嗯+)$|科$"
    r"|普通|专家|特需|还是|号$|[写打填]错|^错|星期|礼拜|[今明后]天|[上下]午"
    r"|^(?:马上|安全|方便|时候|于是|万一|高兴|管用|关心|安排|包括|路上|车上|明白|金额|全部)"
    r"|^周[一二三四五六日天末](?:$|[上下中早晚去来有看挂])"
)
_RELATIVES = frozenset(row["word"] for row in lexicon.rows("persons.tsv"))
# 「我妈李秀英」「我老婆她叫张丽」: of whom it is the name.
_KIN = "|".join(sorted(map(re.escape, _RELATIVES), key=len, reverse=True))
_WHOSE = re.compile(
    rf"^[我俺咱]?(?:家|的)?(?:{_KIN})"
    r"(?:他|她)?的?(?:名字|姓名)?(?:是|叫|[:： ])*"
)
_YEAR_DIGITS = "零〇一二三四五六七八九"
_BIRTH = re.compile(
    rf"(?P<y>\d{{4}}|\d{{2}}|[{_YEAR_DIGITS}]{{2,4}})\s*(?:年|[-./])\s*(?P<m>\d{{1,2}}|[一二三四五六七八九十]{{1,2}})"
    rf"\s*(?:月|[-./])\s*(?P<d>\d{{1,2}}|[一二三四五六七八九十廿卅]{{1,3}})"
)
_BIRTH_SOLID = re.compile(r"(?<!\d)(?P<y>(?:18|19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})(?!\d)")
_DOCUMENTS = Sieve((
    ("guardian", re.compile(r"监护人|(?:用|拿)(?:我|爸|妈|家长|大人|父母)的?(?:身份)?证")),
    ("birth_certificate", re.compile(r"出生(?:医学)?证")),
    ("passport", re.compile(r"护照|passport", re.IGNORECASE)),
    ("foreign_permanent", re.compile(r"永久居留|永居|绿卡|五星卡")),
    ("hmt_residence", re.compile(r"居住证")),
    ("hm_permit", re.compile(r"回乡证|港澳(?:居民)?.{0,6}通行证")),
    ("tw_permit", re.compile(r"台胞证|台湾(?:居民)?.{0,6}通行证")),
    ("resident_id", re.compile(r"身份证|户口本")),
))  # fmt: skip
# The full-width block and what comes after it.
_WIDE = re.compile("[\uff01-\U0010ffff]")
_BIRTH_WORDS = re.compile(r"出生|生日|生于|年生")
_OLDEST_YEARS = 130
_CENTURY = 100


@dataclass(frozen=True, slots=True)
class Identity:
    """What of an identity one message holds."""

    name: str | None = None
    document: str | None = None
    id_number: str | None = None
    phone: str | None = None
    code: str | None = None
    birth_date: date | None = None


def is_usual(name: str) -> bool:
    """Tell whether this is a surname with one or two characters, as nearly everybody is called."""
    return bool(_USUAL.fullmatch(name))


def find(text: str, asking: str | None, today: date) -> Identity:
    """Return what of an identity the message holds; `asking` is the answer the question wants."""
    folded = _WIDE.sub(lambda char: fold(char[0]), text.strip())
    number = _number(folded, asking)
    phone = _phone(folded, asking, number)
    return Identity(
        name=_name(text.strip(), asking, has_numbers=bool(number or phone)),
        document=next(_DOCUMENTS.found(text), None),
        id_number=number,
        phone=phone,
        code=_code(folded) if asking == "code" else None,
        birth_date=_birth(folded, asking, today),
    )


def _number(text: str, asking: str | None) -> str | None:
    resident = _RESIDENT.search(text)
    if resident is not None:
        return re.sub(r"[*＊]$", "X", re.sub(r"[ -]", "", resident.group()).upper())
    if asking in ("name", "phone"):
        other = _MISTYPED.search(text) or (_LETTERED.search(text) if asking == "name" else None)
        return other.group().upper() if other else None
    if asking not in ("id_number", "document") or _MOBILE.fullmatch(text):
        return None
    found = _NUMBERISH.search(text)
    return re.sub(r"[ ()（）-]", "", found.group()).upper() if found else None


def _phone(text: str, asking: str | None, number: str | None) -> str | None:
    rest = _RESIDENT.sub(" ", text)
    mobile = _MOBILE.search(rest)
    is_apart = number is None or asking != "id_number" or rest != text
    if mobile is not None and is_apart:
        return re.sub(r"[ -]", "", mobile.group(1))
    landline = _LANDLINE.search(text) if asking == "phone" else None
    return re.sub(r"[ -]", "", landline.group(1)) if landline else None


def _code(text: str) -> str | None:
    found = _CODE.search(text)
    return found.group(1) if found else None


def _name(text: str, asking: str | None, *, has_numbers: bool) -> str | None:
    named = _NAMED.search(text)
    text = _without_kin(text)
    beside = _BESIDE.search(text) if has_numbers else None
    if named is not None:
        said = named.group("a") or named.group("b")
        candidate = _MORE.split(said)[0].rstrip("的吧了啊")
    elif beside is not None:
        candidate = beside["a"] or beside["b"]
    elif asking == "name":
        candidate = _MORE.split(_NAME_LEAD.sub("", text))[0].strip(" ,，。.!！~")
        if not has_numbers and (answers.yes_no(candidate) or _AN_HOUR.search(text)):
            return None
    else:
        return None
    candidate = re.sub(r"\s+", " ", candidate)
    if _NOT_A_NAME.search(candidate) or not _NAME.match(candidate):
        return None
    if candidate in _RELATIVES:
        return None
    return candidate


def _without_kin(text: str) -> str:
    """Return the text without 我妈 before her name; 「我妈」 alone stays."""
    whose = _WHOSE.match(text)
    return text[whose.end() :] if whose and _USUAL.match(text, whose.end()) else text


def _birth(text: str, asking: str | None, today: date) -> date | None:
    if asking != "birth_date" and not _BIRTH_WORDS.search(text):
        return None
    found = _BIRTH.search(text) or _BIRTH_SOLID.search(text)
    if found is None:
        return None
    year, month, day = _year(found["y"], today), to_int(found["m"]), to_int(found["d"])
    try:
        born = date(year, month or 0, day or 0)
    except ValueError:
        return None
    return born if today.year - _OLDEST_YEARS <= born.year and born <= today else None


def _year(written: str, today: date) -> int:
    digits = written if written.isdecimal() else "".join(str(DIGITS[c]) for c in written)
    year = int(digits)
    if len(digits) > 2:  # noqa: PLR2004 - a year in full
        return year
    century = today.year - today.year % _CENTURY
    return century + year if century + year <= today.year else century - _CENTURY + year
