"""
Doctors and sites by name, over the raw text: segmentation breaks names.

Exact names first, then near misses beside a word that announces a doctor (a title after, a verb
before), then 「王医生」. A near miss scores by syllable: 1 for the same character, .95 for the
same sound, .85 for a near sound (zh/z, ch/c, sh/s, n/l/r, final g); a name with a character left
out or two exchanged stays below what is taken without asking (.9). Two-character names count only
beside such a word. Measured rationale: docs/decisions/0007.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, product

from nlp import half_known, segment, sounds
from nlp.heard import Named
from nlp.vocabulary import DoctorEntry, Vocabulary

# Surnames whose usual reading is not the dictionary's first.
_SURNAMES = {
    "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "查": "zha", "区": "ou", "任": "ren",
    "朴": "piao", "覃": "qin", "盖": "ge", "翟": "zhai", "缪": "miao", "乐": "yue", "冼": "xian",
    "华": "hua", "燕": "yan", "宁": "ning", "尉": "yu", "种": "chong", "秘": "bi", "繁": "po",
}  # fmt: skip
_TITLES = r"(?:医生|一生|医师|大夫|大福|大付|代夫|主任|副主任|专家|教授|院长|老师)"
_TITLE_AFTER = re.compile(rf"^(?:的)?{_TITLES}|^的?[号耗好](?![多久])|^的门诊|^那")
_WHEN = r"\d|[一二三四五六七八九十两]+点|[上下中]午|[今明后]天|早上|晚上|周|星期|礼拜|下下?个?周"
_CUE_AFTER = re.compile(
    rf"^(?:的)?(?:{_TITLES}|号|门诊|看|在|有|哪|什么|几|还[有能可]|能|可以|行|吧|吗)|"
    rf"^(?:{_WHEN})|^的|^$|^[,，。 ]"
)
_CUE_BEFORE = re.compile(
    rf"(?:挂|找|看|约|要|换|请|{_TITLES}|预约|给|科|上午|下午|想)$|^$|[,，。 ]$"
)
_ANNOUNCED = re.compile(rf"^(?:的)?{_TITLES}")
_TITLE = re.compile(rf"(?:的)?{_TITLES}")
_VERB = re.compile(r"(?:[挂找看约换]|预约)(?:一下|个)?")
# What may stand before a surname: 「谢谢医生」 and 「检查医生」 call nobody.
_SURNAME_TITLE = re.compile(
    rf"(?:^|(?<=[挂找看约换给让请问要想是叫的科院天午早晚号位个那这跟有在,，。;；!！?？、\s小老到])|(?<=一下))"
    rf"(?=([\u4e00-\u9fff]{{1,2}}){_TITLES})"
)
# 「有没有姓王的医生」.
_SURNAMED = re.compile(rf"(?<=姓)(?=([\u4e00-\u9fff]{{1,2}}?)的?{_TITLES})")
# What stands before a name that is turned down: 「不要张伟」「别挂王医生」.
_REFUSED = re.compile(
    r"(?:不(?:想)?(?:再)?[要看挂选找约]|别(?:给我)?[挂选找约]|除了|不喜欢|不想让)$"
)
# 云川市第一综合医院, 柳溪社区卫生服务中心.
_NUMBERED = re.compile(r"第(?P<nth>[一二三四五六七八九十]+)(?:综合|人民|中心|附属)*医院$")
_LOCAL = re.compile(r"(?:.*[市县区])?(?P<place>[\u4e00-\u9fff]{2,3}?)(?P<kind>社区|镇|乡|街道)")
_SHORT, _LONG = 2, 4
_ACCEPT, _MARGIN = 0.86, 0.03
_SAME_SOUND, _NEAR_SOUND = 0.95, 0.85
# The whole score of a name heard exactly, by sound, incomplete, and of one surname of several.
_EXACT, _BY_SOUND, _SHORT_BY_SOUND, _INCOMPLETE = 0.99, 0.95, 0.92, 0.89
_ONE_SURNAME, _COMMON_SURNAME = 0.9, 0.6
# From here on a name is taken without asking which; what is incomplete must sound the same.
SURE, _ACCEPT_PART = 0.9, 0.97

Span = tuple[int, int]
_Hits = dict[str, tuple[float, Span]]
_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """Doctors who are meant and doctors turned down, best first; the spans of all the names."""

    doctors: tuple[Named, ...] = ()
    refused: tuple[Named, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class _Roster:
    """The doctors of a vocabulary by code, by name, by surname, by sound and by part of it."""

    entries: dict[str, DoctorEntry]
    by_name: dict[str, list[DoctorEntry]]
    by_surname: dict[str, list[DoctorEntry]]
    by_sound: dict[_Key, list[DoctorEntry]]
    by_part: dict[_Key, list[DoctorEntry]]
    sizes: tuple[int, ...]


def scan(text: str, vocabulary: Vocabulary) -> Scan:
    """Return the doctors a message names and where."""
    roster = _roster(vocabulary)
    if not roster.entries:
        return Scan()
    found = _exact(text, roster) or _in_half(text, roster)
    found = found or _by_sound(text, roster) or _by_title(text, roster)
    if not found:
        return Scan()
    doctors = sorted(
        (Named(c, roster.entries[c].name, round(s, 3)) for c, (s, _) in found.items()),
        key=lambda d: (-d.score, d.code),
    )
    refused = {c for c, (_, (at, _)) in found.items() if _REFUSED.search(text[:at])}
    return Scan(
        tuple(d for d in doctors if d.code not in refused),
        tuple(d for d in doctors if d.code in refused),
        tuple(sorted({span for _, span in found.values()})),
    )


def sites(text: str, vocabulary: Vocabulary) -> tuple[Named, ...]:
    """Return the sites a message names, the longest name first."""
    hits = [
        (max(len(word) for word in words), site)
        for site in vocabulary.sites
        if (words := [w for w in _site_forms(site.name, site.aliases) if w in text])
    ]
    hits.sort(key=lambda hit: (-hit[0], hit[1].code))
    return tuple(Named(site.code, site.name, 0.95) for _, site in hits)


@lru_cache(maxsize=64)
def _site_forms(name: str, aliases: tuple[str, ...]) -> tuple[str, ...]:
    """The ways to say a site: its name, and what people leave out of it (市一院, 柳溪社区)."""
    short = []
    if numbered := _NUMBERED.search(name):
        nth = numbered["nth"]
        short = [f"第{nth}{kind}医院" for kind in ("", "综合", "人民", "中心")]
        short += [f"市{nth}院", f"市{nth}医院", f"{nth}医院"]
    elif local := _LOCAL.match(name):
        place, kind = local["place"], local["kind"]
        short = [f"{place}{kind}", *(f"{place}{k}" for k in ("卫生院", "医院", "卫生服务中心"))]
    return tuple(word for word in dict.fromkeys((name, *aliases, *short)) if word)


def _exact(text: str, roster: _Roster) -> _Hits:
    found: _Hits = {}
    for size in roster.sizes:
        for start in range(len(text) - size + 1):
            named = roster.by_name.get(text[start : start + size])
            if named and _is_name(text, start, start + size):
                # Of two 张伟 the one whose title was read out with the name.
                after = text[start + size :].lstrip()
                meant = [d for d in named if d.title and after.startswith(d.title)] or named
                found |= {d.code: (_EXACT, (start, start + size)) for d in meant}
    return found


def _in_half(text: str, roster: _Roster) -> _Hits:
    """「姓欧什么雪的」: everybody it may be, who is named before anything is taken."""
    meant = half_known.find(text, roster.entries.values())
    score = _INCOMPLETE if len(meant) == 1 else _COMMON_SURNAME
    return {code: (score, span) for code, span in meant.items()}


def _is_name(text: str, start: int, end: int) -> bool:
    if end - start > _SHORT or _ANNOUNCED.match(text[end:]):
        return True
    beside = _CUE_BEFORE.search(text[:start]) and _CUE_AFTER.match(text[end:])
    return bool(beside) and _is_whole(text, end)


def _is_whole(text: str, end: int) -> bool:
    """Tell whether a two-character name ends where a word ends: not the 张伟 of 张/伟大."""
    edges, at = {0}, 0
    for word in segment.words(text):
        at = text.index(word, at) + len(word)
        edges.add(at)
    return end in edges


def _by_sound(text: str, roster: _Roster) -> _Hits:
    """Near misses in the spans that announce a name; whole ones before incomplete ones."""
    spans = sorted(_announced(text, roster.sizes))
    whole = _heard_whole(text, spans, roster)
    if max((score for score, _ in whole.values()), default=0.0) >= SURE:
        return _best(whole)
    return _best(_heard_in_part(text, spans, roster) | whole)


def _best(found: _Hits) -> _Hits:
    best = max((score for score, _ in found.values()), default=0.0)
    return {code: hit for code, hit in found.items() if hit[0] >= best - _MARGIN}


def _announced(text: str, sizes: tuple[int, ...]) -> set[Span]:
    """Return the spans that a title after them, or a verb before them, may make a name."""
    spans = {
        (match.start() - size, match.start())
        for match in _TITLE.finditer(text)
        for size in (_SHORT, *sizes)
        if match.start() >= size
    }
    spans |= {
        (match.end(), match.end() + size)
        for match in _VERB.finditer(text)
        for size in (_SHORT, *sizes)
        if _TITLE_AFTER.match(text[match.end() + size :])
    }
    if _SHORT < len(text) <= _LONG:
        spans.add((0, len(text)))
    return {span for span in spans if span[1] <= len(text)}


def _heard_whole(text: str, spans: list[Span], roster: _Roster) -> _Hits:
    found: _Hits = {}
    for start, end in spans:
        said = text[start:end]
        needed = _SAME_SOUND if (start, end) == (0, len(text)) else _ACCEPT
        for key in _keys(said):
            for doctor in roster.by_sound.get(key, ()):
                score = _likeness(said, doctor.name)
                sure = score * (_BY_SOUND if len(said) > _SHORT else _SHORT_BY_SOUND)
                if needed <= score and sure > found.get(doctor.code, (0.0,))[0]:
                    found[doctor.code] = (sure, (start, end))
    return found


def _heard_in_part(text: str, spans: list[Span], roster: _Roster) -> _Hits:
    """王国医生 for 王建国, 王国建医生 for the same: never sure, but better than nothing."""
    found: _Hits = {}
    for start, end in spans:
        said = text[start:end]
        if (start, end) == (0, len(text)):
            continue
        swapped = said[0] + said[:0:-1] if len(said) > _SHORT else ""
        table = roster.by_sound if swapped else roster.by_part
        for key in _keys(swapped or said):
            for doctor in table.get(key, ()):
                names = (
                    [doctor.name]
                    if swapped
                    else [doctor.name[:i] + doctor.name[i + 1 :] for i in range(len(doctor.name))]
                )
                score = max(_likeness(swapped or said, name) for name in names)
                if (
                    score >= _ACCEPT_PART
                    and score * _INCOMPLETE > found.get(doctor.code, (0.0,))[0]
                ):
                    found[doctor.code] = (score * _INCOMPLETE, (start, end))
    return found


def _by_title(text: str, roster: _Roster) -> _Hits:
    """「王医生」: everybody of that surname; sure only if there is just one."""
    for match in chain(_SURNAME_TITLE.finditer(text), _SURNAMED.finditer(text)):
        before = match[1]
        meant = roster.by_surname.get(before) or (
            roster.by_surname.get(before[0]) if len(before) == 1 else None
        )
        if meant:
            score = _ONE_SURNAME if len(meant) == 1 else _COMMON_SURNAME
            return {d.code: (score, match.span(1)) for d in meant}
    return {}


def _likeness(said: str, name: str) -> float:
    """Return how alike two names sound, syllable by syllable; a rare reading is a near sound."""
    total = 0.0
    for place, (char, meant) in enumerate(zip(said, name, strict=True)):
        mine, wanted = _usual(char, place), _usual(meant, place)
        if char == meant:
            total += 1.0
        elif mine & wanted:
            total += _SAME_SOUND
        elif _blurred(mine) & _blurred({*wanted, *sounds.readings(meant)}):
            total += _NEAR_SOUND
    return total / len(said)


def _usual(char: str, place: int) -> set[str]:
    """Return the usual reading, and that of a surname where the surname stands."""
    usual = {sounds.readings(char)[0]}
    return usual | {_SURNAMES[char]} if place == 0 and char in _SURNAMES else usual


def _blurred(syllables: set[str]) -> set[str]:
    return {sounds.blurred(syllable) for syllable in syllables}


def _keys(written: str, *, every: bool = False) -> Iterator[_Key]:
    """Yield the ways a name may sound, near sounds made one; with rare readings if `every`."""
    choices = []
    for place, char in enumerate(written):
        readings = _usual(char, place) | (set(sounds.readings(char)) if every else set())
        choices.append(sorted(_blurred(readings)))
    return product(*choices)


@lru_cache(maxsize=8)
def _roster(vocabulary: Vocabulary) -> _Roster:
    found = _Roster({}, {}, {}, {}, {}, ())
    for doctor in vocabulary.doctors:
        if not doctor.name:
            continue
        found.entries[doctor.code] = doctor
        found.by_name.setdefault(doctor.name, []).append(doctor)
        for size in (1, 2) if len(doctor.name) > _SHORT else (1,):
            found.by_surname.setdefault(doctor.name[:size], []).append(doctor)
        for key in _keys(doctor.name, every=True):
            found.by_sound.setdefault(key, []).append(doctor)
            if len(key) > _SHORT:
                for part in {key[:i] + key[i + 1 :] for i in range(len(key))}:
                    known = found.by_part.setdefault(part, [])
                    if doctor not in known:
                        known.append(doctor)
    sizes = tuple(sorted({len(name) for name in found.by_name}))
    return _Roster(
        found.entries, found.by_name, found.by_surname, found.by_sound, found.by_part, sizes
    )
