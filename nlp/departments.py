"""
Departments: named in words, and the site's own counterpart of a national department.

The 37 national names, what people call them and who stands in for them where they are missing
are in `lexicon/departments.tsv`; wishes that mean a department (打疫苗) in `lexicon/services.tsv`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from nlp import lexicon
from nlp.forms import Forms, heard
from nlp.heard import Named, Person
from nlp.vocabulary import DepartmentEntry, Vocabulary

_TABLE = {r["name"]: r for r in lexicon.rows("departments.tsv")}
_SERVICES = {r["form"]: r for r in lexicon.rows("services.tsv")}
NATIONAL: dict[str, str] = {name: r["code"] for name, r in _TABLE.items()}
FALLBACK, INFECTIOUS = "全科/普通内科", "感染科"
SPOKEN: dict[str, tuple[str, ...]] = {n: tuple(r["spoken"].split()) for n, r in _TABLE.items()}
# A roster department of the parent specialty (03 for 03.04) still counts as a counterpart.
PARENT = 0.6
EXACT, ALIAS, CONTAINED, SPOKEN_SCORE = 1.0, 0.97, 0.95, 0.93
_SECTION = re.compile(r"(?:[一二三四五六七八九十0-9]+(?:区|病区|门诊|部)|门诊|\(.*\)|（.*）)+$")
_FEVER = "发热"
# 「体检查出血压高」 asks for no check-up; what is found there is the complaint.
_FOUND_THERE = re.compile(
    r"体检(?=(?:的?时候?|以?后|完|中|里|过|了)*[,，、 ]?"
    r"(?:查出|查到|发现|说|显示|提示|报告|结果|单|异常|不合格"
    r"|[^,，。 ]{0,4}(?:偏|高了?|低了?|结节|阳性)(?!考|级|中)))"
)
_CHILDREN, _CHILD_AGE_YEARS = "儿科", 14
NOBODY = Person()
# Whoever was bitten wants the vaccine against rabies.
_BITTEN = re.compile(r"(?:狗|犬|猫|鼠|蝙蝠|猴|狐|狼|兔)[^,，。]{0,4}(?:咬|抓|挠|舔|啃)")
_VACCINE = re.compile(r"打(?:个|一?针|点)?(?:疫苗|预防针)")


def _blank(found: re.Match[str]) -> str:
    return "　" * len(found[0])


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).lower().replace(" ", "")
    return _VACCINE.sub("打狂犬疫苗", plain) if _BITTEN.search(plain) else plain


def _national_forms() -> Forms:
    meant: dict[str, list[Named]] = {}
    for name, code in NATIONAL.items():
        for form, score in [
            *((n, EXACT) for n in name.split("/")),
            *((s, SPOKEN_SCORE) for s in SPOKEN[name]),
        ]:
            meant.setdefault(form, []).append(Named(code, name, score))
    for form, r in _SERVICES.items():
        name = r["national"]
        meant.setdefault(form, []).append(Named(NATIONAL[name], name, SPOKEN_SCORE))
    return Forms(meant, _SERVICES)


_NATIONAL_FORMS = _national_forms()


def national(text: str) -> tuple[Named, ...]:
    """Return the national departments named in words (not guessed from symptoms), best first."""
    return heard(_plain(_FOUND_THERE.sub(_blank, text)), _NATIONAL_FORMS)


def stated(text: str, vocabulary: Vocabulary) -> tuple[Named, ...]:
    """
    Return the site departments a person named in words, best first; `code` is the roster's.

    Exact names, aliases, common spoken forms and one typing slip; the longest form wins; a
    doctor's name is never read as a department, and 「不挂骨科」 names nothing.
    """
    plain = _plain(_FOUND_THERE.sub(_blank, text))
    for doctor in vocabulary.doctors:
        if doctor.name in plain:
            plain = plain.replace(doctor.name, "　" * len(doctor.name))
    return heard(plain, _site_forms(vocabulary))


@lru_cache(maxsize=4)
def _site_forms(vocabulary: Vocabulary) -> Forms:
    """Every way to say a department of this roster, and national forms it does not offer."""
    meant: dict[str, list[Named]] = {form: [] for form in _NATIONAL_FORMS.by_form}
    for entry in vocabulary.departments:
        for form, score in _own_forms(entry):
            meant.setdefault(form, []).append(Named(entry.code, entry.name, score))
    for form, r in _SERVICES.items():
        found = _offering(r["roster_words"].split(), vocabulary, r["national"])
        meant[form] = found or meant[form]
    return Forms(meant, _SERVICES)


def _own_forms(entry: DepartmentEntry) -> list[tuple[str, float]]:
    """The ways to say one roster department, with how surely each means it."""
    own = [(_plain(entry.name), EXACT), *((_plain(a), ALIAS) for a in entry.aliases if a)]
    own += [(stem, ALIAS) for stem in [_SECTION.sub("", _plain(entry.name))] if stem]
    for name in NATIONAL:
        if fit(entry, name) >= CONTAINED:
            own += [(form, SPOKEN_SCORE) for form in (*name.split("/"), *SPOKEN[name])]
    return own


def _offering(roster_words: Sequence[str], vocabulary: Vocabulary, national: str) -> list[Named]:
    """
    The roster's departments for a wish: those named by the first word that fits any.

    Where only children are seen (小孩体检) nothing is offered to everybody.
    """
    for word in roster_words:
        found = [
            Named(e.code, e.name, SPOKEN_SCORE)
            for e in vocabulary.departments
            if any(word in name for name in (e.name, *e.aliases))
            and (national == _CHILDREN or not _is_for_children(e))
        ]
        if found:
            return found
    return []


def _is_for_children(entry: DepartmentEntry) -> bool:
    return entry.max_age_years is not None and entry.max_age_years <= _CHILD_AGE_YEARS


def fit(entry: DepartmentEntry, name: str) -> float:
    """Return 0..1: how well a roster department is the counterpart of a national one."""
    names = _names(entry)
    if names & {name, *name.split("/")}:
        return 1.0
    if names & set(SPOKEN[name]):
        return ALIAS
    if any(part in n for n in names for part in name.split("/")):
        return CONTAINED
    return _fit_of_code(entry.national_code, names, name)


def _fit_of_code(own: str, names: set[str], name: str) -> float:
    """How well the code fits; several names share 04.01 and 04.04, then the name decides."""
    code = NATIONAL[name]
    if not code or not own:
        return 0.0
    if own == code:
        sharing = [n for n, c in NATIONAL.items() if c == code]
        if any(_says(names, n) for n in sharing if n != name):
            return 0.2
        return 0.9 if sharing[0] == name else 0.4
    if own.startswith(code + "."):
        return 0.8
    return PARENT if code.startswith(own + ".") else 0.0


def _names(entry: DepartmentEntry) -> set[str]:
    """The department's name and aliases without 一区, 门诊 and the like."""
    return {_SECTION.sub("", _plain(n)) for n in (entry.name, *entry.aliases)}


def _says(names: set[str], national_name: str) -> bool:
    """Tell whether one of a department's names is a name of this national department."""
    return bool(names & {national_name, *SPOKEN[national_name]})


def _substitute(entry: DepartmentEntry, name: str) -> float:
    """Return 0..1: how near a roster department comes where the national one is missing."""
    for rank, other in enumerate(_TABLE[name]["instead"].split()):
        if other in _names(entry) or (other in NATIONAL and fit(entry, other) >= SPOKEN_SCORE):
            return 0.55 - 0.05 * rank
    return 0.3 if fit(entry, FALLBACK) >= SPOKEN_SCORE else 0.0


def admits(entry: DepartmentEntry, person: Person) -> bool:
    """Tell whether age and sex, as far as known, let this person be seen there."""
    if entry.sex and person.sex and entry.sex != person.sex:
        return False
    age = person.age_years
    if age is None:
        return True
    if entry.min_age_years is not None and age < entry.min_age_years:
        return False
    # A limit of 14 includes those who are 14.
    return entry.max_age_years is None or age < entry.max_age_years + 1


def at_sites(
    scored: Sequence[Named],
    vocabulary: Vocabulary,
    person: Person = NOBODY,
    *,
    feverish: bool = False,
) -> tuple[Named, ...]:
    """
    Return the roster's departments for the national ones `scored`, best first.

    Scores are the national probability times how well the department is its counterpart; where
    a site lacks a department, its nearest substitute takes its place. Unbookable departments
    (急诊) are included: the caller sends people there instead of booking, but nobody without a
    fever to the fever clinic (乙肝 is 感染科, too). Age and sex limits hold.
    """
    fits = _open_places(vocabulary, _closed(vocabulary, person, feverish))
    found: dict[str, tuple[float, str]] = {}
    for named in scored:
        for code, name, fit_here in fits[named.name]:
            score = round(named.score * fit_here, 4)
            if score > found.get(code, (0.0,))[0]:
                found[code] = score, name
    ranked = sorted(found.items(), key=lambda item: -item[1][0])
    return tuple(Named(code, name, score) for code, (score, name) in ranked)


_Place = tuple[DepartmentEntry, float, float]


@lru_cache(maxsize=4)
def _places(vocabulary: Vocabulary) -> dict[str, list[_Place]]:
    """For each national name who may see its patients: quality as counterpart, as substitute."""
    every = {
        name: [(e, fit(e, name), _substitute(e, name)) for e in vocabulary.departments]
        for name in NATIONAL
    }
    # 慢病管理门诊 has the code of 全科, and is not for everybody where there is one that is.
    for_all = {entry.site for entry, own, _ in every[FALLBACK] if own >= ALIAS}
    every[FALLBACK] = [p for p in every[FALLBACK] if p[1] >= ALIAS or p[0].site not in for_all]
    return {name: [p for p in places if p[1] or p[2]] for name, places in every.items()}


@lru_cache(maxsize=64)
def _open_places(
    vocabulary: Vocabulary, closed: frozenset[str]
) -> dict[str, list[tuple[str, str, float]]]:
    """For each national name the code and name of who is open for its patients, and how well."""
    found = {}
    for national_name, places in _places(vocabulary).items():
        open_ones = [place for place in places if place[0].code not in closed]
        served = {entry.site for entry, own, _ in open_ones if own >= PARENT}
        found[national_name] = [
            (entry.code, entry.name, own if entry.site in served else max(own, instead))
            for entry, own, instead in open_ones
        ]
    return found


@lru_cache(maxsize=64)
def _closed(vocabulary: Vocabulary, person: Person, feverish: bool) -> frozenset[str]:  # noqa: FBT001 - a key
    """Return the codes that this person is not sent to."""
    return frozenset(
        e.code
        for e in vocabulary.departments
        if not admits(e, person) or (_FEVER in e.name and not feverish)
    )
