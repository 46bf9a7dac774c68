"""
QR codes: what is written in them, and what a scan says.

One table of scene strings, `dept:SJ`; WeChat sends them back when somebody scans, with
`qrscene_` in front for somebody who follows us by that scan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from handlers.booking_ports import Catalogue
from nlp.heard import Heard, Named

Kind = Literal["site", "dept", "doctor", "checkin"]
MOST_CHARACTERS = 64  # what WeChat takes as scene_str
_PREFIX = "qrscene_"


@dataclass(frozen=True, slots=True)
class Scan:
    """What a code points at: a site, department or doctor by code, or where one checks in."""

    kind: Kind
    code: str

    def scene(self) -> str:
        """
        Return the scene string.

        Raises:
            ValueError: longer than WeChat takes.
        """
        scene = f"{self.kind}:{self.code}"
        if len(scene) > MOST_CHARACTERS:
            raise ValueError(f"{scene}: longer than {MOST_CHARACTERS} characters")
        return scene


def read(key: str) -> Scan | None:
    """Return what the EventKey of a scan says; None for a code that is not ours."""
    name, _, code = key.removeprefix(_PREFIX).partition(":")
    kind = next((kind for kind in get_args(Kind) if kind == name), None)
    return Scan(kind, code) if kind and code else None


def _site(code: str, there: Catalogue) -> str | None:
    return next((site.name for site in there.sites() if site.code == code), None)


def _check_in(code: str, there: Catalogue) -> str | None:
    """A site's check-in, or that of a room: `GH/3诊室`."""
    return _site(code.partition("/")[0], there)


def _department(code: str, there: Catalogue) -> str | None:
    return next((ward.name for ward in there.departments([code])), None)


def _doctor(code: str, there: Catalogue) -> str | None:
    return next((doctor.name for doctor in there.doctors([code])), None)


_NAMES: Mapping[Kind, Callable[[str, Catalogue], str | None]] = {
    "site": _site,
    "dept": _department,
    "doctor": _doctor,
    "checkin": _check_in,
}


def name_of(scan: Scan, there: Catalogue) -> str | None:
    """Return the name of what it points at; None where the roster no longer has it."""
    return _NAMES[scan.kind](scan.code, there)


def heard(scan: Scan, name: str) -> Heard:
    """Return the wish a scan stands for, as if it had been said: to book there, or to be here."""
    meant = (Named(scan.code, name, 1.0),)
    return Heard(
        intent="check_in" if scan.kind == "checkin" else "book",
        confidence=1.0,
        sites=meant if scan.kind == "site" else (),
        site_departments=meant if scan.kind == "dept" else (),
        stated_departments=meant if scan.kind == "dept" else (),
        doctors=meant if scan.kind == "doctor" else (),
    )
