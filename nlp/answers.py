"""Short answers: yes and no, and which of the list."""

from __future__ import annotations

import re

from nlp import lexicon
from nlp.heard import Answer
from nlp.numerals import NUMBER, fold, to_int

_TAIL = r"[吧呢啊呀哦喔嘛哈的了呗哒嘞咯哩撒噻]*"
_FILLER = re.compile(r"[\s,.;:!?~、，。！？；：…\"'“”]+")


def _said(answer: Answer) -> str:
    words = [row["word"] for row in lexicon.rows("answers.tsv") if row["answer"] == answer]
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_COURTESY = r"(?:谢谢你?您?|多谢|麻烦[你您]了?|姑娘|同志|医生|大夫)*"
_YES = re.compile(rf"^(?!可能)(?:那|那就|呃)?(?:(?:{_said('yes')}){_TAIL})+{_COURTESY}$")
_NO = re.compile(rf"^(?!别的)(?:那|我|呃)?(?:(?:{_said('no')}){_TAIL})+{_COURTESY}$")
_ASKED_BACK = re.compile(r"^[嗯啊哦恩]+[?？]+$")
_LEADING_YES = re.compile(r"^(?:好的?|行|可以|是的?|对的?|嗯+|中|没错|确认|同意)[,，。 ]")
_LEADING_NO = re.compile(r"^(?:不是|不对|不行|不要|不用|不好|不)[,，。 ]")

_CIRCLED = {
    char: n for row in ("①②③④⑤⑥⑦⑧⑨⑩", "❶❷❸❹❺❻❼❽❾❿", "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽") for n, char in enumerate(row, 1)
}
_BARE = re.compile(
    rf"^(?:那就|那|就|呃|我)?(?:选|要|第|就|就选|就要|拣|挑|按|回复|数字|no)*({NUMBER})"
    rf"(?:个|号|项|条|位|种|行|排|吧|呗|嘛|噻|的|那|\.|、|谢谢你?您?)*$"
)
_NTH = re.compile(
    rf"(?:第({NUMBER})(?:个|项|条|位|种|号|家|行|排)|(?:选择?|按)第?({NUMBER}))(?!次|天|周|年)"
)
_LAST = re.compile(
    r"最后(?:那|这|一|面)*[个位项条]|倒数第?一|(?:最下[面头边]|最底下|末尾|最末|压轴|最尾)(?:那|这|一|的)*[个位项条]?$"
)
_FROM_LAST = re.compile(rf"倒数第?({NUMBER})")
_FIRST = re.compile(
    r"^(?:我?就?[选要挂])?(?:头|打头|最上[面头边]|顶上|最前[面头])(?:那|这|一|的)*[个位项条]?[吧呗嘛]?$"
)
_LETTER = re.compile(r"^(?:我?选|要|就)?([a-f])[吧项]?$")
_CHOICE = re.compile(rf"^({NUMBER})号$")


# To 「现在有没有…」 a bare 有 is a yes, whatever is told behind it.
_HAS = re.compile(
    r"^(?:是|就是|对)?有(?:的|啊|有|呢|一?点儿?|一?些|几[样个])*(?:$|[,，。.、!！ ])"
)
# A bare 没有 is a no, whatever follows (没有的 就是头昏), unless it is limited.
_HAS_NONE = re.compile(
    r"^(?:(?:[我俺他她]|孩子|宝宝|娃|这些|那些|以上|上面|目前|现在|暂时|倒)*(?:都|全|统统|一样|一个|也)*"
    r"(?:没有?|么有|么得|木有|冇|莫得|没得|无)(?:这些|那些|这种|那种|上面的?|以上|你?说的)*"
    r"(?:情况|症状|的|啊|呢|呀|哦|噢|了|哈|嘛|喽)*[,，。.、!！~ ]*)+(?<=[,，。.、!！~ ])"
    r"(?!.*(?:但|可是|不过|除了|除开|只有))"
)


def yes_no(text: str, asking: str | None = None) -> Answer | None:
    """Return yes or no when that is all the message says, or how it begins."""
    folded = fold(text).strip()
    if asking == "danger" and (_HAS.match(folded) or _HAS_NONE.match(folded)):
        return "yes" if _HAS.match(folded) else "no"
    if _ASKED_BACK.match(folded):
        return None
    bare = _FILLER.sub("", folded)
    if _YES.match(bare):
        return "yes"
    if _NO.match(bare):
        return "no"
    if _LEADING_NO.match(folded):
        return "no"
    return "yes" if _LEADING_YES.match(folded) else None


def ordinal(text: str, asking: str | None = None) -> int | None:
    """Return which one of a list is meant, from 1; −1 is the last; None when none is."""
    written = text.strip()
    if asking == "yes_no" and _OF_ANOTHER.search(written):
        return None
    if written in _CIRCLED:
        return _CIRCLED[written]
    bare = _FILLER.sub("", fold(text))
    end = _from_an_end(bare)
    if end is not None:
        return end
    letter = _LETTER.match(bare)
    if letter and asking in _LISTS:
        return "abcdef".index(letter[1]) + 1
    found = _BARE.match(bare) or _NTH.search(bare)
    if found is None or (_CHOICE.match(bare) and asking not in _LISTS):
        return None
    number = to_int(next(group for group in found.groups() if group))
    return number if number and number <= _MOST_CHOICES else None


def _from_an_end(bare: str) -> int | None:
    """头一个 is 1, 最后一个 −1, 倒数第二个 −2."""
    if _LAST.search(bare):
        return -1
    if _FIRST.match(bare):
        return 1
    last = _FROM_LAST.search(bare)
    return -(to_int(last[1]) or 1) if last else None


# 「还是第一个时间吧」 before a yes or no is no first answer, but the first of the list before.
_OF_ANOTHER = re.compile(
    r"^(?:还是|要不|等等|等一下|不对|算了|改成?|换成?)|时间|日子|医生|大夫|天的"
)
_LISTS = frozenset({"choice", "slot", "patient", "yes_no", "danger"})
_MOST_CHOICES = 30
