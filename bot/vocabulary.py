"""The ear's names, built from the desk and rebuilt when the roster has moved."""

from __future__ import annotations

from collections.abc import Mapping

from desk import catalogue
from desk.work import Work
from nlp.heard import Sex
from nlp.vocabulary import DepartmentEntry, DoctorEntry, SiteEntry, Vocabulary

_SEX: Mapping[str, Sex] = {"m": "m", "f": "f"}


class Vocabularies:
    """The newest vocabulary; reading its version costs one tiny query a turn."""

    def __init__(self) -> None:
        self._newest: Vocabulary | None = None

    def current(self, work: Work) -> Vocabulary:
        """Return the vocabulary of the roster as this transaction sees it."""
        newest = self._newest
        if newest is not None and newest.version == catalogue.roster_version(work):
            return newest
        rows = catalogue.vocabulary_rows(work)
        self._newest = Vocabulary(
            sites=tuple(SiteEntry(*row) for row in rows.sites),
            departments=tuple(
                DepartmentEntry(*row[:-1], sex=_SEX.get(row[-1] or "")) for row in rows.departments
            ),
            doctors=tuple(DoctorEntry(*row) for row in rows.doctors),
            version=rows.version,
        )
        return self._newest
