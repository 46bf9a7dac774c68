"""
Who a message is about: relation, sex, age and pregnancy, as far as the words say.

Ages are completed years, fractional below two (三个月 = 0.25). Nothing is guessed: 「孩子」 has no
sex, 「我妈」 no age.
"""

from __future__ import annotations

import re

from nlp.heard import Person, Relation, Sex
from nlp.numerals import NUMBER, fold, to_float, to_int

# Longest first: 「外孙女」 before 「孙女」 before 「女儿」.
_RELATIONS: tuple[tuple[str, Relation, Sex | None], ...] = (
    ("外孙女|孙女", "grandchild", "f"),
    ("外孙|孙子|孙孙", "grandchild", "m"),
    ("外婆|姥姥|奶奶|阿婆|姥娘|家婆|嬷嬷|祖母", "grandparent", "f"),
    ("外公|姥爷|爷爷|阿公|家公|祖父", "grandparent", "m"),
    ("婆婆|丈母娘|岳母|妈妈|母亲|老妈|我妈|俺妈|咱妈|俺娘|我娘|老娘|妈", "mother", "f"),
    ("公公|老丈人|岳父|爸爸|父亲|老爸|我爸|俺爸|咱爸|俺爹|我爹|老爹|老头子|爸", "father", "m"),
    ("老公|丈夫|先生他|我先生|孩子他爸|孩儿他爸|娃他爹", "spouse", "m"),
    ("老婆|妻子|媳妇|太太|内人|孩子他妈|孩儿他妈|娃他妈|堂客", "spouse", "f"),
    ("爱人|老伴|对象|那口子", "spouse", None),
    ("儿子|小子", "son", "m"),
    ("女儿|闺女|姑娘|囡囡|丫头", "daughter", "f"),
    ("孩子|小孩|宝宝|宝贝|娃娃|娃|婴儿|小朋友|新生儿|幼儿|崽崽|小家伙", "child", None),
    ("姐姐|妹妹|我姐|我妹|大姐|小妹", "sibling", "f"),
    ("哥哥|弟弟|我哥|我弟|大哥|老弟", "sibling", "m"),
    ("阿姨|姨妈|姑姑|姑妈|舅妈|婶婶|大娘|嫂子|女朋友|女友|儿媳", "other", "f"),
    ("叔叔|舅舅|姨父|姑父|伯伯|大伯|男朋友|男友|女婿", "other", "m"),
    ("朋友|同事|邻居|亲戚|家人|家里人|室友|同学", "other", None),
)
_PATTERNS = tuple((re.compile(words), relation, sex) for words, relation, sex in _RELATIONS)
# Words in which a relation is no patient: the doctor's name, a form of address, whom one asks for.
_NOT_PATIENT = re.compile(r"(?:姑娘家|妈呀|我的妈|天妈|孩子气|儿科|妈妈班|大姐您|爱人民|先生您好)")
_SELF = re.compile(r"(?:我(?:自己|本人)|本人|俺自己|给自己|给我挂|我要挂|我想挂|我想看)")
_SPEAKER = re.compile(
    r"(?:^|[,，。!！ ])(?:我|俺)"
    r"(?![妈爸爹娘儿女家们老孩媳爱婆公姐妹哥弟奶爷孙的朋同姥外丈岳]|先生|对象)"
)

_YEARS = re.compile(rf"({NUMBER})(个)?(?:多)?(?:周)?岁(半|大)?(?!月)")
_TENS = re.compile(r"(?:今年|都|已经|快)?([五六七八九])十(?:多|来|好几)?(?:岁|了|多的人)?")
_MONTHS = re.compile(
    rf"({NUMBER})个?(半)?月(?:大|的?(?:宝|娃|婴|小孩|孩子|女儿|儿子))"
    rf"|(?:宝宝|娃|婴儿|孩子|儿子|女儿)[^,，。]{{0,4}}?({NUMBER})个(半)?月"
)
_DAYS = re.compile(rf"出生(?:才)?({NUMBER})天|({NUMBER})天的?(?:大|宝|新生儿|婴儿)")
_OLD = re.compile(rf"(?:今年|都|已经|快|满|有)({NUMBER})(?:多)?(?:了|岁|$)")
_NEWBORN = re.compile(r"新生儿|刚出生|月子里的?(?:宝|娃|孩)")

_PREGNANT = re.compile(
    r"怀孕|怀上|有喜|孕妇|孕期|孕早期|孕中期|孕晚期|孕\d|孕[一二三四五六七八九十]|孕检|产检|建档立卡|大着肚子|"
    r"有身孕|有了身子|胎动|预产期|双胞胎怀|二胎.{0,3}周|保胎|妊娠|肚子里的?宝宝|怀了|怀着"
)
_NOT_PREGNANT = re.compile(
    r"(?:没有?|未|不是|并没|排除了?|想|备|准备|打算|难|不能|不容易|怎么才能|一直没|不可能|会不会|是不是|是否)"
    r"(?:怀孕|怀上|有喜|妊娠|怀)|备孕|不孕|怀不上|避孕|没怀|产后|生完|生过|流产后|"
    r"怀孕(?:了?吗|没有)|怀孕前|怀过孕"
)
_FEMALE = re.compile(
    r"女士|女性|女生|女孩|女的|女[,，、 ]|^女|[,，、 ]女$|"
    r"月经|例假|大姨妈|白带|经期|妇女|老太太|老奶奶"
)
_MALE = re.compile(
    r"男士|男性|男生|男孩|男的|男[,，、 ]|^男|[,，、 ]男$|"
    r"前列腺|阴茎|睾丸|遗精|早泄|阳痿|勃起|包皮|老大爷|老爷爷|小伙"
)
_MONTHS_A_YEAR = 12
_DAYS_A_YEAR = 365.25
_OLDEST = 120


def find(text: str) -> Person:
    """Return who the message is about."""
    folded = _NOT_PATIENT.sub(" ", fold(text))
    relation, sex = _relation(folded)
    pregnant = _pregnant(folded)
    return Person(
        relation=relation,
        sex=sex or _sex(folded, pregnant=pregnant),
        age_years=_age(folded),
        pregnant=pregnant,
    )


def _relation(text: str) -> tuple[Relation | None, Sex | None]:
    if _SELF.search(text):
        return "self", None
    found = [
        (match.start(), -len(match.group()), relation, sex)
        for pattern, relation, sex in _PATTERNS
        if (match := pattern.search(text))
    ]
    if found:
        _, _, relation, sex = min(found, key=lambda hit: hit[:2])
        return relation, sex
    return ("self", None) if _SPEAKER.search(text) else (None, None)


def _sex(text: str, *, pregnant: bool | None) -> Sex | None:
    if pregnant or _FEMALE.search(text):
        return "f"
    return "m" if _MALE.search(text) else None


def _pregnant(text: str) -> bool | None:
    if _NOT_PREGNANT.search(text):
        return False
    return True if _PREGNANT.search(text) else None


def _age(text: str) -> float | None:
    days = _DAYS.search(text)
    if days:
        return _known(days.group(1) or days.group(2), _DAYS_A_YEAR)
    months = _MONTHS.search(text)
    if months:
        number = to_int(months.group(1) or months.group(3))
        half = 0.5 if months.group(2) or months.group(4) else 0.0
        return None if number is None else round((number + half) / _MONTHS_A_YEAR, 3)
    years = _YEARS.search(text)
    if years and (number := to_int(years.group(1))) is not None and number <= _OLDEST:
        return number + 0.5 if years.group(3) == "半" else float(number)
    old = _OLD.search(text)
    if old and (number := to_int(old.group(1))) is not None and _GROWN <= number <= _OLDEST:
        return float(number)
    return 0.0 if _NEWBORN.search(text) else None


_GROWN = 50


def _known(written: str, per_year: float) -> float | None:
    number = to_float(written)
    return None if number is None else round(number / per_year, 3)
