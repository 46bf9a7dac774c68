"""The ear's names, built from the directory and rebuilt when the roster has moved."""

from __future__ import annotations

from collections.abc import Mapping

from desk.directory import Directory
from nlp.heard import Sex
from nlp.vocabulary import DepartmentEntry, DoctorEntry, SiteEntry, Vocabulary

_SEX: Mapping[str, Sex] = {"m": "m", "f": "f"}


class Vocabularies:
    """The vocabulary of the newest directory."""

    def __init__(self) -> None:
        self._newest: tuple[Directory | None, Vocabulary] = None, Vocabulary()

    def of(self, directory: Directory) -> Vocabulary:
        """Return the names of a directory, as the ear wants them."""
        known, vocabulary = self._newest
        if known is not directory:
            vocabulary = _vocabulary(directory)
            self._newest = directory, vocabulary
        return vocabulary


def _vocabulary(directory: Directory) -> Vocabulary:
    return Vocabulary(
        sites=tuple(SiteEntry(site.code, site.name) for site in directory.sites),
        departments=tuple(
            DepartmentEntry(
                code=ward.code,
                name=ward.name,
                site=ward.site,
                national_code=ward.national_code,
                aliases=ward.aliases,
                bookable=ward.bookable,
                min_age_years=ward.min_age_years,
                max_age_years=ward.max_age_years,
                sex=_SEX.get(ward.sex),
            )
            for ward in directory.wards.values()
        ),
        doctors=tuple(
            DoctorEntry(
                code=doctor.code,
                name=doctor.name,
                site=doctor.site,
                department=doctor.department,
                title=doctor.title,
                expertise=";".join(doctor.expertise),
            )
            for doctor in directory.doctors.values()
        ),
        version=directory.version,
    )
