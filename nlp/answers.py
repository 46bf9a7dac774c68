"""Short answers: yes and no, which of the list, and which kind of one is wanted."""

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

_ANOTHER = r"(?:换(?:一|另一?)?[个位家]?(?:别的)?|(?:别|其[他它]|另外)的?(?:一?[个位家])?)"
_NOT = r"不(?:想)?[要去看挂约选](?:这|那)(?:个|位|家)?"

_PREFERENCES = (
    ("latest", re.compile(r"最晚|最后一个时间|晚一点的|靠后|末尾")),
    (
        "earliest",
        re.compile(r"最早|最近的|最快|尽快|越早越好|越快越好|早一点的|靠前|第一时间|哪个早"),
    ),
    ("any", re.compile(r"随便|都行|都可以|哪个都|无所谓|谁都行|您?看着办|你定|任意|不限")),
    (
        "same_doctor",
        re.compile(
            r"上次(?:看病?|挂|约)?(?:的)?(?:那个?|那位)?(?:医生|大夫|专家|主任)"
            r"|老医生|原来那?个?(?:医生|大夫)|还是他看"
        ),
    ),
    (
        "other",
        re.compile(
            r"换一?[个位种批]|还有别的|别的(?:医生|时间|日子)|其他的?(?:医生|时间)|有没有别的"
        ),
    ),
    ("other_doctor", re.compile(rf"{_ANOTHER}(?:医生|大夫|专家|人看)|{_NOT}(?:医生|大夫|专家)")),
    ("other_time", re.compile(rf"{_ANOTHER}(?:时间|日子|时段|天)|{_NOT}(?:时间|日子|一?天)")),
    ("other_site", re.compile(rf"{_ANOTHER}(?:医院|院区|地方)|{_NOT}(?:医院|院区|地方)")),
    ("other_dept", re.compile(rf"{_ANOTHER}科(?!室?在)|{_NOT}科|不(?:想)?看这个科")),
    ("instead", re.compile(r"^(?:不是|不对|[说搞弄]错|错了)")),
    (
        "all",
        re.compile(r"[两三几]个(?:号|预约)?(?:都|一起|全)|(?:都|全部?)(?:[给帮]我)?(?:退|取消)"),
    ),
    (
        "undo",
        re.compile(
            r"^(?:恢复|还原|撤回)(?:这个|刚才的?|原来的?)?(?:号|预约)?(?:一下|吧)?$"
            r"|(?:取消|退|点|按)错了|不(?:想)?取消了|别取消|还是(?:要)?去(?:看)?吧?$"
        ),
    ),
    ("no_papers", re.compile(r"没有?(?:办|带)?(?:身份证|证件|证)|(?:没|未)(?:有)?上户口?")),
    ("no_name", re.compile(r"(?:没|未)(?:有|起|取)(?:好)?(?:大?名|名字)|没想好名字")),
    ("more", re.compile(r"^(?:更多|下一页|还有吗|还有呢|继续看|往下|后面的|看其余|再看看?)$")),
    (
        "who_are_you",
        re.compile(r"你们?(?:到底)?是(?:不是)?(?:真?人|机器人?|ai|人工智能|活人)(?!工)|你是谁"),
    ),
    (
        "no_danger",
        re.compile(
            r"^(?:我?说?的?(?:这|那)?都?是)?(?:以前|从前|过去|当时|早先|去年|前年)的?(?:事情?|了|情况)?[了啊呢]*$"
            r"|不是(?:现在|这次|我)(?:的事)?$|(?:现在|已经|早就?)(?:没事|好|不[疼痛喘晕]|安全)了?$"
            r"|^(?:误会|我?说着玩|开(?:个)?玩笑|随便问问|我?没事)(?:的|了|呢)*$"
        ),
    ),
    ("expert", re.compile(r"(?<!不要)(?<!不想要)(?<!不看)(?<!不挂)专家")),
    ("general", re.compile(r"不(?:想)?[要看挂]专家|普通号|普通门诊|便宜(?:一?点|一?些)?的")),
)  # fmt: skip


def yes_no(text: str) -> Answer | None:
    """Return yes or no when that is all the message says, or how it begins."""
    folded = fold(text).strip()
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


_LISTS = frozenset({"choice", "slot", "patient", "yes_no", "danger"})
_MOST_CHOICES = 30


def preferences(text: str) -> frozenset[str]:
    """Return which kind of one is wanted: earliest, latest, any, expert …"""
    bare = _FILLER.sub("", fold(text))
    return frozenset(name for name, pattern in _PREFERENCES if pattern.search(bare))
