"""
The names a hospital uses: what the ear can recognise beyond the language itself.

Immutable; built by the bot from the desk and rebuilt when the roster's version moves. An empty
vocabulary is lawful: then only national department names are heard.
"""

from __future__ import annotations

from dataclasses import dataclass

from nlp.heard import Sex


@dataclass(frozen=True, slots=True)
class SiteEntry:
    """One site (机构/院区)."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DepartmentEntry:
    """One department of a site; ages in years, `max_age_years` inclusive."""

    code: str
    name: str
    site: str
    national_code: str = ""
    aliases: tuple[str, ...] = ()
    bookable: bool = True
    min_age_years: float | None = None
    max_age_years: float | None = None
    sex: Sex | None = None


@dataclass(frozen=True, slots=True)
class DoctorEntry:
    """One doctor; `department` and `site` are codes."""

    code: str
    name: str
    site: str
    department: str
    title: str = ""
    expertise: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All names of an installation and the version of the roster they were read from."""

    sites: tuple[SiteEntry, ...] = ()
    departments: tuple[DepartmentEntry, ...] = ()
    doctors: tuple[DoctorEntry, ...] = ()
    version: int = 0

    def __hash__(self) -> int:
        """Cheap: caches are keyed by a vocabulary and asked at every message."""
        return hash((self.version, len(self.sites), len(self.departments), len(self.doctors)))
