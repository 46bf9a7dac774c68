"""The ways to say a department, and finding them in a text: exact, cued, or with one slip."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from nlp import lexicon, sounds
from nlp.heard import Named
from nlp.sieve import Guarded, pieces_of

TYPO = 0.85
_STRONG_END = ("科", "门诊", "中心", "室", "馆", "堂", "科一区", "科二区")
_CUE_BEFORE = re.compile(
    r"(?:挂|看|约|去|到|找|换|预约|要|做|查|转|是|号)(?:个|一个|一下|下|的|到|成|去|看)*$"
)
_CUE_AFTER = re.compile(
    r"^的?(?:专家|普通|主任|特需|夜间)?(?:号|门诊|医生|大夫|专家|主任|挂号|科)|^(?:科?在哪|怎么走|几楼|多少钱|上班|几点|开门)"
)
# A date, or a pause on both sides: 「周二消化」「快就行，耳鼻喉」.
_CUE_TIME = re.compile(
    r"(?:[今明后][天儿]|[周拜期][一二三四五六日天]|[\d一二三四五六七八九十][号日])(?:的|看)?$"
)
_PARTS_OF_DAY = Guarded(
    re.compile(
        "|".join(
            sorted(
                (r["word"] for r in lexicon.rows("days.tsv") if r["kind"] == "part"),
                key=len,
                reverse=True,
            )
        )
    )
)
_PAUSE_BEFORE = re.compile(r"(?:^|[　，。,;；!！?？])的?$")
_PAUSE_AFTER = re.compile(r"[吧呢啊]?(?:$|[，。,;；!！?？])")
# What is said of an ailment as often as of a department needs a verb or a title beside it.
_ALSO_AILMENTS = frozenset({"疼痛", "感染", "呼吸"})
_CUE_FAR = re.compile(r"(?:挂|看|约|预约)[^，。,|]{0,12}$")
_REFUSED = re.compile(r"(?:不|别|不是)(?:想|要|挂|看|去|是|约)*$")
_SECOND_THOUGHT = re.compile(
    r"(?:算了|不对|不不|错了|等等|哦不)[，,。.…!！ ]*(?:还是|是|应该是|改)?"
    r"|[，,。.…]+(?:还是|改成|改挂|换成)"
)
_SHORT, _MISTYPED_FROM = 2, 3
_GENERIC = re.compile(r"[\u4e00-\u9fff]{2}[内外]科")
_ENDING = re.compile("[科课刻]|门诊")
_LEADING = re.compile("[挂看约]个?")
_NO_NAME = re.compile("^个|[么哪几该想挂看约是不还就要换改去到找了　]|什么|个科|一科")
# 「挂股科的号」: a name this short is only known by its sound, and where nothing else can stand.
_SHORT_NAME = re.compile(
    r"(?:^|[挂看约去到换的])(?P<sound>[\u4e00-\u9fff])[科课可]"
    r"(?=的?(?:号|门诊|医生|大夫|专家)?(?:$|[，。,;；!！吧呢啊　]))"
)
_COUNTED = frozenset("一二两三四五六七八九十")


@dataclass(frozen=True, slots=True)
class _Form:
    """One way to say a department: who is meant (empty: known, but not on this roster)."""

    strong: bool
    meant: tuple[Named, ...]


class Forms:
    """All ways to say a department, kept in the order and by the ends in which they are sought."""

    def __init__(self, meant: Mapping[str, Iterable[Named]], wishes: Collection[str]) -> None:
        """Whom each form means; a form that is one of the `wishes` (打疫苗) needs no cue."""
        self.by_form = {
            form: _Form(form in wishes or form.endswith(_STRONG_END), best(names))
            for form, names in meant.items()
        }
        self._by_opening: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for number, form in enumerate(sorted(self.by_form, key=len, reverse=True)):
            self._by_opening[form[:2]].append((number, form))
        self._openings = frozenset(self._by_opening)
        self._by_end: dict[tuple[bool, str, int], list[tuple[int, str]]] = defaultdict(list)
        for number, (form, entry) in enumerate(self.by_form.items()):
            if len(form) >= _MISTYPED_FROM and entry.strong and entry.meant:
                self._by_end[True, form[0], len(form)].append((number, form))
                self._by_end[False, form[-1], len(form)].append((number, form))

        self.short = [f for f in self.by_form if len(f) == _SHORT and f.endswith("科")]

    def in_text(self, text: str) -> list[str]:
        """Return the forms that stand in a text, the longest first."""
        begin = (
            self._by_opening[opening] for opening in pieces_of(text) & self._by_opening.keys()
        )
        return [
            form for _, form in sorted(pair for some in begin for pair in some if pair[1] in text)
        ]

    def slips_of(self, piece: str, longer_than: int) -> Iterable[tuple[int, str]]:
        """
        Yield the forms of which `piece` is a slip, each with its number in the order of all.

        One edit leaves the first or the last character as it was: a look that spares most work.
        """
        for size in range(max(longer_than, len(piece) - 2) + 1, len(piece) + 2):
            for end in ((True, piece[0], size), (False, piece[-1], size)):
                for number, form in self._by_end.get(end, ()):
                    if _one_slip(piece, form):
                        yield number, form


def _scan(text: str, forms: Forms) -> tuple[list[Named], int]:
    """Return who is meant, no character used twice, and the length of the longest form used."""
    found: list[tuple[int, Named]] = []
    longest = 0
    left = text
    for form in forms.in_text(text):
        at = left.find(form)
        while at >= 0:
            end = at + len(form)
            entry = forms.by_form[form]
            cued = entry.strong or left == form or _cued(form, left[:at], left[end:])
            if cued:
                if not _REFUSED.search(left[:at]):
                    found += [(at, named) for named in entry.meant]
                    longest = max(longest, len(form))
                left = left[:at] + "　" * len(form) + left[end:]
            at = left.find(form, end)
    found = _after_second_thought(text, found)
    found.sort(key=lambda item: (-item[1].score, item[0]))
    return [named for _, named in found], longest


def _after_second_thought(text: str, found: list[tuple[int, Named]]) -> list[tuple[int, Named]]:
    """「挂骨科……算了还是挂康复科」 names the second alone."""
    if len(found) < 2:  # noqa: PLR2004 - a first and a second
        return found
    changes = [m.end() for m in _SECOND_THOUGHT.finditer(text)]
    kept = [one for one in found if changes and one[0] >= changes[-1]]
    return kept or found


def _cued(form: str, before: str, after: str) -> bool:
    """Tell whether the words around a short form (心内, 皮肤) make it a department."""
    if _CUE_BEFORE.search(before) or _CUE_AFTER.match(after):
        return True
    if form not in _ALSO_AILMENTS and _PAUSE_AFTER.match(after):
        return bool(_CUE_TIME.search(before) or _PAUSE_BEFORE.search(before))
    return not after.strip("，。,!！吧呢啊") and _CUE_FAR.search(before) is not None


def _mistyped(text: str, forms: Forms, longer_than: int) -> list[Named]:
    """Return who is meant when one character of a form is wrong, missing or too many."""
    known = forms.by_form
    pieces = _pieces(text) - known.keys()
    found = {slip for piece in pieces for slip in forms.slips_of(piece, longer_than)}
    longest = max((len(form) for _, form in found), default=0)
    return [
        replace(named, score=min(named.score, TYPO))
        for _, form in sorted(found)
        if len(form) == longest
        for named in known[form].meant
    ]


def _sounding(text: str, forms: Forms) -> list[Named]:
    """Return who is meant by a name of two characters whose first only sounds like one."""
    found = _SHORT_NAME.search(text)
    if found is None or found["sound"] in _COUNTED or _NO_NAME.search(found["sound"]):
        return []
    if found["sound"] + "科" in forms.by_form or _REFUSED.search(text[: found.start("sound")]):
        return []
    said = sounds.readings(found["sound"])[0]
    return [
        replace(named, score=min(named.score, TYPO))
        for form in forms.short
        if sounds.readings(form[0])[0] == said
        for named in forms.by_form[form].meant
    ]


@lru_cache(maxsize=8)
def _pieces(text: str) -> frozenset[str]:
    """Return what could be a mistyped department: what ends in 科 or follows 挂, 看, 约."""
    found = {
        text[max(0, m.end() - w) : m.end()] for m in _ENDING.finditer(text) for w in range(3, 8)
    }
    for m in _LEADING.finditer(text):
        found.update(text[m.end() : m.end() + w] for w in range(3, 6) if m.end() < len(text))
    return frozenset(piece for piece in found if not _NO_NAME.search(piece))


def _one_slip(piece: str, form: str) -> bool:
    """One edit apart; in short forms nothing but one wrong character counts."""
    short = min(len(piece), len(form)) <= _MISTYPED_FROM
    if abs(len(piece) - len(form)) > (0 if short else 1):
        return False
    return Levenshtein.distance(piece, form, score_cutoff=1) == 1 and piece not in form


def heard(text: str, forms: Forms) -> tuple[Named, ...]:
    """
    Return who is named in words, best first; `text` is plain (NFKC, lower case, no spaces).

    Exact forms count before slips; 「呼及内科」 is a slip of 呼吸内科 rather than 内科.
    """
    # 「上午内科」 is no slip of a longer name.
    text = _PARTS_OF_DAY.sub(lambda found: "　" * len(found[0]), text)
    exact, longest = _scan(text, forms)
    if exact and not _GENERIC.search(text):
        return best(exact)
    return best(_mistyped(text, forms, longest) or exact or _sounding(text, forms))


def best(found: Iterable[Named]) -> tuple[Named, ...]:
    """Keep each code and name once, with its best score, best first."""
    once: dict[tuple[str, str], Named] = {}
    for named in found:
        key = (named.code, named.name)
        if key not in once or once[key].score < named.score:
            once[key] = named
    return tuple(sorted(once.values(), key=lambda named: -named.score))
