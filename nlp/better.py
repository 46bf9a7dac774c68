"""
The better department, where the one named in words cannot be meant for this patient.

It sees no men, or no children; or the complaint should be seen today and belongs elsewhere
(「心口疼，挂眼科」).
"""

from __future__ import annotations

from collections.abc import Sequence

from nlp import complaints, departments, triage
from nlp.heard import Better, Heard, Misfit, Named, Person
from nlp.vocabulary import DepartmentEntry, Vocabulary

# A named department at least this likely, against the best, fits the complaint well enough.
_FITS = 0.25
# National codes of departments that see any complaint (医疗机构诊疗科目名录).
_SEE_ALL = frozenset({"02", "03", "03.10", "07", "20", "50"})
_LIKELIEST = 8


def of(
    heard: Heard, vocabulary: Vocabulary, person: Person, model: triage.Model | None = None
) -> Better | None:
    """Return what is better than the departments named, or None where they will do."""
    known = {entry.code: entry for entry in vocabulary.departments}
    entries = [known[d.code] for d in heard.stated_departments if d.code in known]
    if not entries:
        return None
    misfit = _misfit(entries, person)
    wanted = _for_whom(misfit, person) if misfit else ()
    if misfit is None and heard.urgency == "today":
        # The department named is not to speak for itself.
        words = complaints.core("，".join(heard.symptoms) or heard.text, heard.symptoms)
        wanted = triage.score(words, person, k=_LIKELIEST, model=model)
        misfit = None if _fits(entries, wanted, vocabulary) else "complaint"
    if misfit is None:
        return None
    found = departments.at_sites(wanted, vocabulary, person)
    new = tuple(named for named in found if named.code not in {e.code for e in entries})
    return Better(misfit, new) if new else None


def _misfit(entries: Sequence[DepartmentEntry], person: Person) -> Misfit | None:
    """Return why none of the departments may see this person."""
    if all(e.sex and person.sex and e.sex != person.sex for e in entries):
        return "sex"
    return None if any(departments.admits(e, person) for e in entries) else "age"


def _fits(
    entries: Sequence[DepartmentEntry], guessed: Sequence[Named], vocabulary: Vocabulary
) -> bool:
    """Tell whether one of the departments is a likely one for the complaint, or sees any."""
    if any(e.national_code in _SEE_ALL for e in entries):
        return True
    likely = [named for named in guessed if named.score >= _FITS * guessed[0].score]
    at_sites = {named.code for named in departments.at_sites(likely, vocabulary)}
    return any(e.code in at_sites for e in entries)


def _for_whom(misfit: Misfit, person: Person) -> tuple[Named, ...]:
    """Return the department for people like this one: men, women, children, adults."""
    if misfit == "sex":
        name = "男科" if person.sex == "m" else "妇科"
    else:
        is_child = person.age_years is not None and person.age_years < triage.CHILD_AGE_YEARS
        name = "儿科" if is_child else departments.FALLBACK
    return (Named(departments.NATIONAL[name], name, 1.0),)
