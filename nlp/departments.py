"""
Departments: the 37 national ones, the forms people say, and what a site calls its own.

`lexicon/departments.tsv` holds codes, spoken forms and who sees the patient where a department
does not exist. A site's own names and aliases come with the vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from nlp import lexicon
from nlp.heard import Named, Person
from nlp.numerals import fold
from nlp.vocabulary import DepartmentEntry, Vocabulary

_ROWS = tuple(lexicon.rows("departments.tsv"))
NATIONAL = {row["name"]: row["code"] for row in _ROWS}
_SPOKEN = {row["name"]: (row["name"], *row["spoken"].split()) for row in _ROWS}
_INSTEAD = {row["name"]: tuple(row["instead"].split()) for row in _ROWS}
_GENERAL = "全科/普通内科"

# A form that ends like a place is meant wherever it stands; a bare 呼吸 only beside a cue.
_PLACE = re.compile(r"(?:科|门诊|室|中心|馆|堂|部|病区)$")
_CUE_BEFORE = re.compile(r"(?:挂|看|约|去|到|找|转|换|做|想|要|是|在|个|预约|打|下)$|^$|[,，。 ]$")
_CUE_AFTER = re.compile(
    r"^(?:的?(?:号|门诊|专家|医生|大夫|主任|普通|科)|吧|呢|吗|在哪|$|[,，。 ])"
)
_NOT_THIS = re.compile(r"(?:不(?:挂|看|去|要|想挂|是)|别挂|除了|换掉)$")
_WARD = re.compile(r"(?:[一二三四五六七八九十\d]+(?:病)?区|门诊|医学科|普通)$")
_UNKNOWN_PLACE = re.compile(r"[\u4e00-\u9fff]{2,7}科")

_EXACT, _TYPO = 0.98, 0.85
_SUBSTITUTE, _LAST_RESORT = 0.6, 0.4
_SHORTEST_TYPO = 3
_NEGLIGIBLE = 0.01


def stated(text: str, vocabulary: Vocabulary) -> tuple[Named, ...]:
    """Return the site departments a message names in words, surest first."""
    forms = _site_forms(vocabulary)
    hits = _scan(fold(text), forms)
    names = {d.code: d.name for d in vocabulary.departments}
    scores: dict[str, float] = {}
    for form, score in hits:
        for code in forms[form]:
            scores[code] = max(score, scores.get(code, 0.0))
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Named(code, names[code], score) for code, score in ranked)


def national(text: str) -> tuple[Named, ...]:
    """Return the national departments a message names in words, surest first."""
    forms = _national_forms()
    scores: dict[str, float] = {}
    for form, score in _scan(fold(text), forms):
        for name in forms[form]:
            scores[name] = max(score / len(forms[form]), scores.get(name, 0.0))
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    return tuple(Named(NATIONAL[name], name, round(score, 3)) for name, score in ranked)


def at_sites(scored: Sequence[Named], vocabulary: Vocabulary, person: Person) -> tuple[Named, ...]:
    """
    Return who sees such patients at each site, best first.

    A site without the department offers the nearest it has at a lower score; departments that do
    not see this patient (age, sex) are left out; the unbookable stand in only for 急诊科.
    """
    here = _by_national(vocabulary)
    found: dict[str, Named] = {}
    for site in vocabulary.sites:
        for meant in scored:
            if meant.score < _NEGLIGIBLE:
                continue
            for entry, factor in _who_sees(meant.name, here, site.code, person):
                score = round(meant.score * factor, 4)
                if entry.code not in found or found[entry.code].score < score:
                    found[entry.code] = Named(entry.code, entry.name, score)
    return tuple(sorted(found.values(), key=lambda d: (-d.score, d.code)))


def _who_sees(
    name: str,
    here: dict[tuple[str, str], tuple[DepartmentEntry, ...]],
    site: str,
    person: Person,
) -> list[tuple[DepartmentEntry, float]]:
    wanted = [(name, 1.0), *((other, _SUBSTITUTE) for other in _INSTEAD[name])]
    for other, factor in (*wanted, (_GENERAL, _LAST_RESORT)):
        entries = here.get((site, other), ())
        fitting = [e for e in entries if _sees(e, person) and (e.bookable or other == "急诊科")]
        if fitting:
            return [(entry, factor) for entry in fitting]
    return []


def _sees(entry: DepartmentEntry, person: Person) -> bool:
    if entry.sex and person.sex and entry.sex != person.sex:
        return False
    if person.age_years is None:
        return True
    young = entry.min_age_years is not None and person.age_years < entry.min_age_years
    old = entry.max_age_years is not None and person.age_years >= entry.max_age_years + 1
    return not (young or old)


# -- words


def _scan(text: str, forms: dict[str, tuple[str, ...]]) -> list[tuple[str, float]]:
    """Return the forms found, longest first, none inside another; then those with one typo."""
    pattern = _pattern(tuple(forms))
    found: list[tuple[str, float]] = []
    rest = list(text)
    for match in pattern.finditer(text):
        before, after, form = text[: match.start()], text[match.end() :], match.group()
        rest[match.start() : match.end()] = " " * len(form)
        meant = _PLACE.search(form) or (_CUE_BEFORE.search(before) and _CUE_AFTER.match(after))
        if meant and not _NOT_THIS.search(before):
            found.append((form, _EXACT))
    return found or _typos("".join(rest), forms)


def _typos(text: str, forms: dict[str, tuple[str, ...]]) -> list[tuple[str, float]]:
    """「神经类科」: a made-up 科 one character away from just one form."""
    for match in _UNKNOWN_PLACE.finditer(text):
        for size in range(len(match.group()), _SHORTEST_TYPO - 1, -1):
            piece = match.group()[-size:]
            near = {
                form
                for form in forms
                if len(form) == size
                and form.endswith("科")
                and form[0] == piece[0]
                and Levenshtein.distance(form, piece) == 1
            }
            if len({forms[form] for form in near}) == 1:
                return [(form, _TYPO) for form in near]
    return []


@lru_cache(maxsize=8)
def _pattern(forms: tuple[str, ...]) -> re.Pattern[str]:
    if not forms:
        return re.compile(r"(?!)")
    ordered = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile("|".join(map(re.escape, ordered)))


@lru_cache(maxsize=1)
def _national_forms() -> dict[str, tuple[str, ...]]:
    return _grouped((form, name) for name, forms in _SPOKEN.items() for form in forms)


@lru_cache(maxsize=8)
def _site_forms(vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """Return what each form means here; a site's own words win over the national ones."""
    own = _grouped(
        (form, entry.code)
        for entry in vocabulary.departments
        for form in (entry.name, *entry.aliases, _WARD.sub("", entry.name))
        if len(form) > 1
    )
    common = _grouped(
        (form, entry.code)
        for entry in vocabulary.departments
        for form in _SPOKEN.get(_national_of(entry) or "", ())
        if entry.bookable
    )
    return {form: tuple(dict.fromkeys((*own.get(form, ()), *common.get(form, ()))))
            for form in (*own, *common)}  # fmt: skip


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, dict[str, None]] = {}
    for form, meaning in pairs:
        groups.setdefault(form, {})[meaning] = None
    return {form: tuple(meanings) for form, meanings in groups.items()}


# -- what a site's department is in national terms


@lru_cache(maxsize=8)
def _by_national(
    vocabulary: Vocabulary,
) -> dict[tuple[str, str], tuple[DepartmentEntry, ...]]:
    """Return the departments of each (site, national name or common name)."""
    groups: dict[tuple[str, str], list[DepartmentEntry]] = {}
    for entry in vocabulary.departments:
        names = {_national_of(entry), entry.name, *_also(entry)}
        for name in names - {None}:
            groups.setdefault((entry.site, str(name)), []).append(entry)
    return {key: _nearest(key[1], entries) for key, entries in groups.items()}


def _nearest(name: str, entries: list[DepartmentEntry]) -> tuple[DepartmentEntry, ...]:
    """Of several that share a code, those whose own words name the department."""
    by_words = [e for e in entries if name == e.name or name in _also(e)]
    return tuple(by_words or entries)


def _also(entry: DepartmentEntry) -> set[str]:
    """Return every national name an alias of the entry spells out (外科 that also is 肛肠科)."""
    words = {entry.name, *entry.aliases}
    return {
        name for name, forms in _SPOKEN.items() if words & {name, *(f for f in forms if "科" in f)}
    }


def _national_of(entry: DepartmentEntry) -> str | None:
    """Return the national name of an entry: by code, and by words where codes are shared."""
    code = entry.national_code
    names = [name for name, national_code in NATIONAL.items() if national_code == code and code]
    if len(names) == 1:
        return names[0]
    words = (entry.name, *entry.aliases)
    for name in names:
        if any(form in words for form in _SPOKEN[name]):
            return name
    if names:
        return names[0]
    parent = code.partition(".")[0]
    by_parent = [name for name, national_code in NATIONAL.items() if national_code == parent]
    return by_parent[0] if parent and by_parent and "." in code else None
