"""
A doctor of whose name somebody remembers a part: 「姓欧什么雪的女大夫」, 「叫什么雪梅的主任」.

The first character or two and one of the others; whoever fits is meant, and named in the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from nlp.vocabulary import DoctorEntry

_HAN = "[\u4e00-\u9fff]"
_GAP = "(?:什么|啥|某|甚么|叉|xx?)+"
_DOCTOR = "(?:女|男|老|年轻|那个|个|的)*(?:医生|大夫|主任|专家|教授)"
_ENDS = rf"(?=的|{_DOCTOR}|$|[\s,，。])"
_SAID = (
    re.compile(
        rf"姓(?P<first>{_HAN}{{1,2}}?){_GAP}(?P<some>{_HAN}{{1,2}}?)?{_ENDS}", re.IGNORECASE
    ),
    re.compile(rf"(?<!贵)姓(?P<first>{_HAN}{{1,2}}?)的{_DOCTOR}"),
    re.compile(rf"叫(?P<first>{_HAN})?{_GAP}(?P<some>{_HAN}{{1,2}}?){_ENDS}", re.IGNORECASE),
)
Span = tuple[int, int]


def find(text: str, doctors: Iterable[DoctorEntry]) -> dict[str, Span]:
    """Return the codes of all doctors who may be meant, and where that stands."""
    found = next((match for said in _SAID if (match := said.search(text))), None)
    if found is None:
        return {}
    parts = found.groupdict(default="")
    first, some = parts.get("first", ""), parts.get("some", "")
    return {
        doctor.code: found.span()
        for doctor in doctors
        if doctor.name.startswith(first) and some in doctor.name[max(1, len(first)) :]
    }
