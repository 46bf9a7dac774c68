"""
What is shown of names, documents and phones: enough to recognise one's own, too little to learn.

The forms are those on Chinese hospital slips: 李*明, 110***********1234, 138****1234.
"""

from __future__ import annotations

import re

from scheduling.names import MIDDLE_DOT

# Two-character surnames (复姓) still in use, the common ones of 《百家姓》.
_COMPOUND_SURNAME = re.compile(
    r"欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|轩辕|令狐|宇文|长孙|慕容|司徒"
    r"|司空|夏侯|端木|百里|东郭|南宫|西门|独孤|澹台|公冶|宗政|濮阳|淳于|单于"
    r"|太叔|申屠|钟离|闾丘|鲜于|呼延|赫连|拓跋|完颜|万俟|闻人|第五|南门|东门"
    r"|左丘|梁丘|羊舌|微生|谷梁|公羊|仲孙|亓官|司寇|巫马|公西|乐正|漆雕|壤驷"
)
_BETWEEN_PARTS = re.compile(rf"([ {MIDDLE_DOT}\-])")
_CHINESE_NAME = 4


def mask_name(name: str) -> str:
    """
    Return the name with its middle hidden: 王*, 李*明, 欧阳*芳, 买**·艾*, J*** S****.

    The surname stays; of three characters or more the last one too. Names in several parts, in
    Latin letters or longer than Chinese names are keep the first letter of each part.
    """
    if _BETWEEN_PARTS.search(name) or name.isascii() or len(name) > _CHINESE_NAME:
        parts = _BETWEEN_PARTS.split(name)
        return "".join(part[:1] + "*" * (len(part) - 1) for part in parts)
    compound = _COMPOUND_SURNAME.match(name)
    surname = compound.group() if compound and compound.group() != name else name[:1]
    given = name[len(surname) :]
    if not given:
        return "*"
    return surname + "*" * max(1, len(given) - 1) + given[1:][-1:]


def mask_document(number: str) -> str:
    """Return the number with at most its first three and last four places shown."""
    head, tail = (3, 4) if len(number) >= 15 else (1, 2)  # noqa: PLR2004 - long numbers
    return number[:head] + "*" * (len(number) - head - tail) + number[len(number) - tail :]


def mask_phone(phone: str) -> str:
    """Return the phone with its last four digits shown, of a mobile the first three too."""
    head = phone[:3] if len(phone) == 11 else ""  # noqa: PLR2004 - a mainland mobile
    return head + "*" * (len(phone) - len(head) - 4) + phone[-4:]
