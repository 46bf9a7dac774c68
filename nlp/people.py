"""
Doctors and sites by name, over the raw text: segmentation breaks names.

Exact names first, then 「王医生」, then near misses by syllable: 1 for the same character, .95 for
the same sound, .85 for a near sound (zh/z, ch/c, sh/s, n/l, final g). Inexact and two-character
names count only beside a word that announces a doctor. Measured rationale: docs/decisions/0007.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from nlp import lexicon, segment
from nlp.heard import Named
from nlp.vocabulary import DoctorEntry, Vocabulary

# Surnames whose usual reading is not the dictionary's first.
_SURNAMES = {
    "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "查": "zha", "区": "ou", "任": "ren",
    "朴": "piao", "覃": "qin", "盖": "ge", "翟": "zhai", "缪": "miao", "乐": "yue", "冼": "xian",
    "华": "hua", "燕": "yan", "宁": "ning", "尉": "yu", "种": "chong", "秘": "bi", "繁": "po",
}  # fmt: skip
_TITLES = r"(?:医生|医师|大夫|主任|副主任|专家|教授|院长|老师)"
_TITLE_AFTER = re.compile(rf"^(?:的)?{_TITLES}|^的号|^号|^的门诊|^那")
_CUE_AFTER = re.compile(rf"^(?:的)?(?:{_TITLES}|号|门诊|看|在|有|哪|什么|几)|^的|^$|^[,，。 ]")
_CUE_BEFORE = re.compile(
    rf"(?:挂|找|看|约|要|换|请|{_TITLES}|预约|给|科|上午|下午|想)$|^$|[,，。 ]$"
)
_ANNOUNCED = re.compile(rf"^(?:的)?{_TITLES}")
_TITLE = re.compile(rf"(?:的)?{_TITLES}")
_VERB = re.compile(r"[挂找看约换]")
_SURNAME_TITLE = re.compile(rf"(?:小|老)?([\u4e00-\u9fff]{{1,2}}){_TITLES}")
_SHORT = 2
_ACCEPT = 0.86
_SAME_SOUND, _NEAR_SOUND = 0.95, 0.85


@dataclass(frozen=True, slots=True)
class _Name:
    entry: DoctorEntry
    sounds: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """Doctors meant, best first, and the spans of the text their names took up."""

    doctors: tuple[Named, ...]
    spans: tuple[tuple[int, int], ...]


def scan(text: str, vocabulary: Vocabulary) -> Scan:
    """Return the doctors a message names and where."""
    found: dict[str, tuple[float, tuple[int, int]]] = {}
    for name in _names(vocabulary):
        hit = _exact(text, name.entry.name)
        if hit is not None:
            found[name.entry.code] = (0.99, hit)
    if not found:
        found = _by_title(text, vocabulary) or _by_sound(text, vocabulary)
    entries = {d.code: d for d in vocabulary.doctors}
    doctors = sorted(
        (Named(code, entries[code].name, round(score, 3)) for code, (score, _) in found.items()),
        key=lambda d: (-d.score, d.code),
    )
    return Scan(tuple(doctors), tuple(sorted({span for _, span in found.values()})))


def sites(text: str, vocabulary: Vocabulary) -> tuple[Named, ...]:
    """Return the sites a message names, the longest name first."""
    hits = [
        (max(len(word) for word in words), site)
        for site in vocabulary.sites
        if (words := [w for w in (site.name, *site.aliases) if w and w in text])
    ]
    hits.sort(key=lambda hit: (-hit[0], hit[1].code))
    return tuple(Named(site.code, site.name, 0.95) for _, site in hits)


def _exact(text: str, name: str) -> tuple[int, int] | None:
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        sure = len(name) > _SHORT or _ANNOUNCED.match(text[end:])
        if sure or (_beside_cues(text, start, end) and _is_whole(text, start, end)):
            return start, end
        start = text.find(name, start + 1)
    return None


def _beside_cues(text: str, start: int, end: int) -> bool:
    return bool(_CUE_BEFORE.search(text[:start]) and _CUE_AFTER.match(text[end:]))


def _is_whole(text: str, start: int, end: int) -> bool:
    """Tell whether a two-character name ends where a word ends: not the 张伟 of 张/伟大."""
    edges, at = {0}, 0
    for word in segment.words(text):
        at = text.index(word, at) + len(word)
        edges.add(at)
    return end in edges


def _by_title(text: str, vocabulary: Vocabulary) -> dict[str, tuple[float, tuple[int, int]]]:
    """「王医生」: everybody of that surname; sure only if there is just one."""
    for match in _SURNAME_TITLE.finditer(text):
        before = match.group(1)
        whole = [d for d in vocabulary.doctors if d.name.startswith(before)]
        meant = whole or [d for d in vocabulary.doctors if d.name.startswith(before[-1])]
        if meant:
            score = 0.9 if len(meant) == 1 else 0.6
            return {d.code: (score, match.span()) for d in meant}
    return {}


def _by_sound(text: str, vocabulary: Vocabulary) -> dict[str, tuple[float, tuple[int, int]]]:
    spans = _announced(text, frozenset(len(name.sounds) for name in _names(vocabulary)))
    found: dict[str, tuple[float, tuple[int, int]]] = {}
    for start, end in spans:
        heard = [_readings(char) for char in text[start:end]]
        for name in _names(vocabulary):
            if len(name.sounds) != end - start:
                continue
            score = _likeness(text[start:end], heard, name)
            if score >= _ACCEPT and score > found.get(name.entry.code, (0.0, (0, 0)))[0]:
                found[name.entry.code] = (score * 0.95, (start, end))
    best = max((score for score, _ in found.values()), default=0.0)
    return {code: hit for code, hit in found.items() if hit[0] >= best - 0.03}


def _announced(text: str, sizes: frozenset[int]) -> list[tuple[int, int]]:
    """Return the spans that a title after them, or a verb before them, may make a name."""
    spans = {
        (match.start() - size, match.start())
        for match in _TITLE.finditer(text)
        for size in sizes
        if match.start() >= size
    }
    spans |= {
        (match.end(), match.end() + size)
        for match in _VERB.finditer(text)
        for size in sizes
        if size > _SHORT and _TITLE_AFTER.match(text[match.end() + size :])
    }
    return sorted(span for span in spans if span[1] <= len(text))


def _likeness(chars: str, heard: list[frozenset[str]], name: _Name) -> float:
    total = 0.0
    for char, sounds, meant, wanted in zip(
        chars, heard, name.entry.name, name.sounds, strict=True
    ):
        if char == meant:
            total += 1.0
        elif sounds & wanted:
            total += _SAME_SOUND
        elif {_blur(s) for s in sounds} & {_blur(s) for s in wanted}:
            total += _NEAR_SOUND
    return total / len(chars)


@lru_cache(maxsize=8)
def _names(vocabulary: Vocabulary) -> tuple[_Name, ...]:
    return tuple(_Name(d, _sounds(d.name)) for d in vocabulary.doctors if d.name)


def _sounds(name: str) -> tuple[frozenset[str], ...]:
    readings = [_readings(char) for char in name]
    if name[0] in _SURNAMES:
        readings[0] |= {_SURNAMES[name[0]]}
    return tuple(readings)


@lru_cache(maxsize=1)
def _table() -> dict[str, frozenset[str]]:
    rows = lexicon.rows("syllables.tsv")
    return {row["character"]: frozenset(row["readings"].split(",")) for row in rows}


def _readings(char: str) -> frozenset[str]:
    """Return the syllables of a character; a rare one sounds only like itself."""
    return _table().get(char) or frozenset({char})


@lru_cache(maxsize=2048)
def _blur(syllable: str) -> str:
    """Return the syllable with the sounds that southern speakers and typists confuse made one."""
    for sharp, flat in (("zh", "z"), ("ch", "c"), ("sh", "s")):
        if syllable.startswith(sharp):
            syllable = flat + syllable[2:]
    if syllable.startswith("n"):
        syllable = "l" + syllable[1:]
    return syllable.removesuffix("g") if syllable.endswith("ng") else syllable
