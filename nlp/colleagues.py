"""
Doctors as their colleagues speak of them: a name alone, a surname with a title, both together.

To a colleague 「张伟」 says who is meant, also a name of two characters, which a patient would
call 医生. One mention may fit several doctors (王医生, two of one name): whoever acts has to ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp.people import Span
from nlp.sieve import Guarded
from nlp.vocabulary import DoctorEntry

_TITLES = r"(?:副?主任医[师生]|副?主任|主治医[师生]|医[师生]|大夫|教授|专家|副?院长|老师)"
_TITLE = re.compile(_TITLES)
_CALLED = Guarded(re.compile(rf"([\u4e00-\u9fff]{{1,2}}?){_TITLES}"))
# 「老张明天来不了」「让小李替」: what stands around it keeps 老毛病 and 小于5 apart.
_NICKNAMED = re.compile(
    r"(?:^|(?<=[\s,，。、;；和跟与由让请叫替把给找是停说:：]))[老小]([\u4e00-\u9fff])"
    r"(?=[\s,，今明后下上周星本这那替顶代停休请有要来去不没病出到在的]|$)"
)
# What stands for a mention in a marked text, as many characters as it had: a mark, then fill.
_FIRST, _FILL = 0xE000, "\uf8ff"
_MOST = 64
MARK = rf"[\ue000-{chr(_FIRST + _MOST - 1)}]{_FILL}*"


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody of the roster named at `span`, title and all; `codes` are who it may be."""

    span: Span
    codes: tuple[str, ...]


def mentions(text: str, doctors: Sequence[DoctorEntry]) -> tuple[Mention, ...]:
    """Return who is named in a text, in that order; full names before surnames with a title."""
    found: list[Mention] = []
    for name in sorted({d.name for d in doctors if d.name and d.name in text}, key=len)[::-1]:
        codes = tuple(sorted(d.code for d in doctors if d.name == name))
        found += [Mention(_with_title(text, at), codes) for at in _each(text, name, found)]
    for called in _CALLED.finditer(text):
        if not _is_taken(called.span(), found):
            found += _surnamed(called, doctors)
    for called in _NICKNAMED.finditer(text):
        codes = tuple(sorted(d.code for d in doctors if d.name.startswith(called[1])))
        if codes and not _is_taken(called.span(), found):
            found.append(Mention(called.span(), codes))
    return tuple(sorted(found, key=lambda mention: mention.span))[:_MOST]


def marked(text: str, said: Sequence[Mention]) -> str:
    """Return the text with every mention as one mark (`MARK`) of the same length."""
    for number, mention in enumerate(said):
        begin, end = mention.span
        mark = chr(_FIRST + number) + _FILL * (end - begin - 1)
        text = text[:begin] + mark + text[end:]
    return text


def who(mark: str, said: Sequence[Mention]) -> tuple[str, ...]:
    """Return the codes a mark stands for."""
    return said[ord(mark[0]) - _FIRST].codes


def _each(text: str, name: str, found: Sequence[Mention]) -> Iterator[Span]:
    for match in re.finditer(re.escape(name), text):
        if not _is_taken(match.span(), found):
            yield match.span()


def _is_taken(span: Span, found: Sequence[Mention]) -> bool:
    return any(span[0] < one.span[1] and one.span[0] < span[1] for one in found)


def _with_title(text: str, span: Span) -> Span:
    title = _TITLE.match(text, span[1])
    return (span[0], title.end()) if title else span


def _surnamed(called: re.Match[str], doctors: Sequence[DoctorEntry]) -> list[Mention]:
    """「和张主任」: whose surname it is stands right before the title."""
    for size in (2, 1):
        surname = called[1][-size:]
        codes = tuple(sorted(d.code for d in doctors if d.name.startswith(surname)))
        if codes and len(surname) == size:
            return [Mention((called.end(1) - size, called.end()), codes)]
    return []
