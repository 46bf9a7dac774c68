"""Departments that are asked for by name and that the hospital does not have."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlp.heard import Named
from nlp.vocabulary import Vocabulary

_ASKED_FOR = re.compile(
    r"(?:挂|看|约|去|有没有|有|转)(?:一个|一下|个|下)?(?P<name>[\u4e00-\u9fff]{2,6}?科)(?![室学普目])"
    r"|^(?P<whole>[\u4e00-\u9fff]{2,6}科)(?:有[吗没么]|能挂)"
)
# 什么科, 别的科, 那个科: no name of a department.
_NO_NAME = re.compile(r"[么哪啥几该想挂看约这那个别其他它没有换]|专科|本科|一科|相关|医院")


def find(
    text: str, vocabulary: Vocabulary, stated: Sequence[Named], national: Sequence[Named]
) -> str:
    """Return the department named in words that the roster lacks, empty when there is none."""
    if stated or not vocabulary.departments:
        return ""
    if national:
        return national[0].name
    found = _ASKED_FOR.search(text)
    name = (found["name"] or found["whole"]) if found else ""
    return "" if _NO_NAME.search(name) else name
