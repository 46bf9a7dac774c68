"""
Identity documents: which number belongs to which kind, whether it can be right, what it tells.

Kinds and the source of each rule:

    resident_id        居民身份证: GB 11643-1999, 18 places, check ISO 7064 MOD 11-2
    hmt_residence      港澳台居民居住证: 国办发〔2018〕81号, the same number with 81, 82 or 83
                       (Hong Kong, Macao, Taiwan) as its province
    hm_permit          港澳居民来往内地通行证: H or M and 8 digits for life, then on booklets and
                       on the back of cards 2 digits counting the renewals
    tw_permit          台湾居民来往大陆通行证: 8 digits for life; booklets add 2 digits counting
                       the renewals and the letter of the office; single-entry ones have a letter
                       and 9 digits
    foreign_permanent  外国人永久居留身份证: since 2023-12-01 18 places beginning with 9, built
                       and checked like a resident's (国家移民管理局, 2023版机读信息规则);
                       older cards have 3 letters and 12 digits
    passport           护照: ICAO Doc 9303 holds 9 places, some states print more: 6-15
    birth_certificate  出生医学证明: one letter and 9 digits (第二版 1999 to 第七版 2023)
    guardian           a newborn without papers: the number is that of its guardian's document

A number is kept without its count of renewals: a renewed permit is still the same person.
Counties are not checked: they are merged and renamed, numbers stay.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from stdnum.cn import ric

from scheduling.errors import BadDocument

# Nobody has been recorded older than 122 years.
OLDEST_YEARS = 130
# Who cannot write X on a number pad writes a star, a cross or a Cyrillic letter.
_LIKE_X = str.maketrans({"*": "X", "×": "X", "✕": "X", "Х": "X"})
_NOISE = re.compile(r"[\s\-‐‑–—_.,·:()'\"<>]+")
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71")
_LONG = re.compile(r"[0-9]{17}[0-9X]")
_LONG_PLACES = 18
_MONTHS = 12
# The groups that stay the same for life make the number; the rest is dropped.
_SHAPES = {
    "hm_permit": re.compile(r"([HM][0-9]{8})(?:[0-9]{2})?"),
    "tw_permit": re.compile(r"([0-9]{8})(?:[0-9]{2}[A-Z]?)?|([A-Z][0-9]{9})"),
    "foreign_permanent": re.compile(r"([A-Z]{3}[0-9]{12})"),
    "passport": re.compile(r"((?=[A-Z]*[0-9])[A-Z0-9]{6,15})"),
    "birth_certificate": re.compile(r"([A-Z][0-9]{9})"),
}
_LENGTHS = {
    "resident_id": (18,),
    "hmt_residence": (18,),
    "hm_permit": (9, 11),
    "tw_permit": (8, 10, 11),
    "foreign_permanent": (15, 18),
    "passport": tuple(range(6, 16)),
    "birth_certificate": (10,),
}
# What a guardian can show.
_OF_ADULTS = (
    "resident_id", "hmt_residence", "foreign_permanent", "hm_permit", "tw_permit", "passport",
)  # fmt: skip
KINDS = (*_OF_ADULTS, "birth_certificate", "guardian")


def normalise(kind: str, number: str) -> str:
    """
    Return the number as it is kept: upper case, half width, without blanks and renewal counts.

    For `guardian` the number is checked as whichever document of an adult it looks like.

    Raises:
        BadDocument: facts `kind` and `reason` (length | shape | check_digit | date) and, as far as
            it can be told, `given` and `needs` places, the `place` (from 1) of what should be a
            digit, or the `part` (province | year | month | day | last) that is wrong.
    """
    compact = _compact(number)
    if kind == "guardian":
        return normalise(guardian_kind(number), number)
    if kind not in _LENGTHS:
        raise BadDocument(kind=kind, reason="shape")
    if len(compact) not in _LENGTHS[kind]:
        needs = _LENGTHS[kind]
        raise BadDocument(kind=kind, reason="length", given=len(compact), needs=needs)
    if len(compact) == _LONG_PLACES:
        return _checked_long(kind, compact)
    match = _SHAPES[kind].fullmatch(compact) if kind in _SHAPES else None
    if match is None:
        raise BadDocument(kind=kind, reason="shape")
    return "".join(match.groups(default=""))


def guess_kinds(number: str) -> tuple[str, ...]:
    """
    Return the kinds whose shape the number has, likeliest first; empty when it is none.

    Check digits and dates are not looked at and a resident's number may be a few places short or
    long: so a mistyped number is still asked again as what it was meant to be.
    """
    compact = _compact(number)
    if _LONG.fullmatch(compact):
        return (_long_kind(compact),)
    if re.fullmatch(r"[0-9]{15,20}X?", compact):
        return ("resident_id",)
    order = ("hm_permit", "foreign_permanent", "birth_certificate", "tw_permit", "passport")
    return tuple(kind for kind in order if _SHAPES[kind].fullmatch(compact))


def guardian_kind(number: str) -> str:
    """
    Return the kind of a guardian's document, as far as its number tells.

    Raises:
        BadDocument: the number looks like no document of an adult.
    """
    kind = next((kind for kind in guess_kinds(number) if kind in _OF_ADULTS), None)
    if kind is None:
        raise BadDocument(kind="guardian", reason="shape")
    return kind


def facts(kind: str, number: str, today: date) -> tuple[str | None, date | None]:
    """
    Return sex (m or f) and birth date, None where the number does not tell.

    The 17th place of the 18-place numbers is odd for men, places 7-14 are the birth date. Older
    cards of foreign residents tell two digits of the year only, so they are not believed. A
    guardian's number tells nothing about the newborn.

    Raises:
        BadDocument: the number is wrong, or its birth date is not that of a living person.
    """
    kept = normalise(kind, number)
    if kind == "guardian" or len(kept) != _LONG_PLACES:
        return None, None
    birth_on = ric.get_birth_date(kept)
    if not is_birth_date(birth_on, today):
        raise BadDocument(kind=kind, reason="date", part="year")
    return ("m" if int(kept[16]) % 2 else "f"), birth_on


def is_birth_date(birth_on: date, today: date) -> bool:
    """Whether somebody alive on the local day `today` can have been born on that date."""
    return birth_on <= today and age_years(birth_on, today) <= OLDEST_YEARS


def age_years(birth_on: date, today: date) -> int:
    """Return completed years of life (周岁) on the local day `today`."""
    before_birthday = (today.month, today.day) < (birth_on.month, birth_on.day)
    return today.year - birth_on.year - before_birthday


def _compact(number: str) -> str:
    """Half width, upper case, nothing but letters and digits."""
    text = unicodedata.normalize("NFKC", number).upper()
    return _NOISE.sub("", text).translate(_LIKE_X)


def _long_kind(compact: str) -> str:
    if compact.startswith("9"):
        return "foreign_permanent"
    return "hmt_residence" if compact[:2] in {"81", "82", "83"} else "resident_id"


def _checked_long(kind: str, compact: str) -> str:
    """Check an 18-place number: digits, whose it is, check digit, calendar date."""
    strange = next((n for n, char in enumerate(compact[:-1], 1) if not char.isdecimal()), None)
    if strange is not None:
        raise BadDocument(kind=kind, reason="shape", place=strange)
    if not _LONG.fullmatch(compact):
        raise BadDocument(kind=kind, reason="shape", part="last")
    if kind != _long_kind(compact) or (kind == "resident_id" and not _PROVINCE.match(compact)):
        raise BadDocument(kind=kind, reason="shape", part="province")
    _check_date(kind, compact)
    if ric.calc_check_digit(compact) != compact[-1]:
        raise BadDocument(kind=kind, reason="check_digit")
    return compact


def _check_date(kind: str, number: str) -> None:
    """Before the check digit: a wrong month tells more than that something is wrong."""
    year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    if not 1 <= month <= _MONTHS:
        raise BadDocument(kind=kind, reason="date", part="month")
    try:
        date(max(year, 1), month, day)
    except ValueError as error:
        raise BadDocument(kind=kind, reason="date", part="day") from error
