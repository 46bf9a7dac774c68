"""
Names of people as they are written: Chinese, with a middle dot, in Latin letters, rare characters.

The middle dot between the parts of a name is U+00B7 (GB 18030, as printed on identity cards);
keyboards offer a dozen others, which all mean it.
"""

from __future__ import annotations

import re
import unicodedata

MIDDLE_DOT = "·"
LONGEST = 50
_DOTS = re.compile(r"\s*[·•・．。.‧∙⋅●᛫]\s*")
_INITIAL = re.compile(r"(?<=[A-Za-z])\.\s*")
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´＇", "'"))
_LATIN_MARKS = frozenset(" '-·")
# 〇 counts as a number in Unicode and is a name in China.
_ZERO = "〇"
_FULL_WIDTH = range(0xFF01, 0xFF5F)
# Which drawing of a character is meant (U+FE00, U+E0100 and on): the same name in either.
_VARIANTS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def clean_name(name: str) -> str | None:
    """
    Return the name as it is kept, None when it cannot be a name.

    Outer blanks go, inner ones become one (none between Chinese characters), every middle dot
    becomes U+00B7, full-width letters become half-width. Private-use characters stay: some rare
    ones are still typed that way.
    """
    half = "".join(unicodedata.normalize("NFKC", c) if ord(c) in _FULL_WIDTH else c for c in name)
    seen = "".join(c for c in half if unicodedata.category(c) != "Cf").translate(_APOSTROPHES)
    spaced = " ".join(_INITIAL.sub(" ", seen).split())
    text = _DOTS.sub(MIDDLE_DOT, spaced).strip(MIDDLE_DOT)
    if not any(map(_is_latin, text)):
        text = text.replace(" ", "")
    is_name = (
        0 < len(text) <= LONGEST and all(map(_may_stand, text)) and any(map(_is_letter, text))
    )
    return text if is_name else None


def name_key(name: str) -> str:
    """Return what two spellings of one name have in common: for comparing, never for showing."""
    text = _VARIANTS.sub("", clean_name(name) or name)
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _is_letter(char: str) -> bool:
    return char == _ZERO or unicodedata.category(char) in {"Lo", "Ll", "Lu", "Lt", "Co"}


def _may_stand(char: str) -> bool:
    return char in _LATIN_MARKS or _is_letter(char) or unicodedata.category(char)[0] in "LM"


def _is_latin(char: str) -> bool:
    return unicodedata.name(char, "").startswith("LATIN")
