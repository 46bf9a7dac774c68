"""What patients come for: for whom, which department or doctor, when; and what is right."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tests.simulation import calendar_words, tables
from tests.simulation.calendar_words import ANY, When
from tests.simulation.people import Person

_HERE = Path(__file__).parent
_HOSPITAL = _HERE.parents[1] / "demo" / "hospital"
GENERAL = frozenset({"SQ-QK", "XZ-QK"})  # who may see anybody
_INTERNAL = frozenset({"GH-HX", "GH-XH", "GH-SJNK", "GH-XXG", "GH-SN", "GH-NFM", "GH-FS", "GH-LN"})
# Names that mean more departments than those that bear them.
_WIDER = {
    "内科": frozenset({"XZ-NK", *GENERAL}),
    "大内科": frozenset({"XZ-NK", *GENERAL}),
    "普通内科": frozenset({"XZ-NK", *GENERAL}),
    "妇产科": frozenset({"XZ-FC", "GH-FK", "GH-CK", "SQ-FB"}),
    "产科": frozenset({"XZ-FC", "GH-CK", "SQ-FB"}),
    "产检": frozenset({"XZ-FC", "GH-CK", "SQ-FB"}),
    "妇科": frozenset({"XZ-FC", "GH-FK"}),
    "中医内科": frozenset({"GH-ZY", "SQ-ZY", "XZ-ZY"}),
    # Every township and health centre has a 中医馆 by national policy, however it is called.
    "中医馆": frozenset({"GH-ZY", "SQ-ZY", "XZ-ZY"}),
    "高血压门诊": frozenset({"SQ-MB", "GH-XXG"}),
    "糖尿病门诊": frozenset({"SQ-MB", "GH-NFM"}),
    "看牙": frozenset({"SQ-KQ", "GH-KQ"}),
    "洗牙": frozenset({"SQ-KQ", "GH-KQ"}),
}
# Too vague to be anybody's wish for a department.
_VAGUE = frozenset({"普通门诊", "慢病", "外科", "高危产科", "孕检", "建册"})
_ADULT, _OLD = 14, 60
_WORKDAYS = frozenset(range(1, 6))


@dataclass(frozen=True)
class Matter:
    """What it is about, in words; the codes of departments, and of the doctor, that are right."""

    kind: str  # complaint | department | doctor
    plain: tuple[str, ...]
    dialect: tuple[str, ...]
    wards: frozenset[str]
    doctor: str | None = None
    doctor_name: str = ""
    ward_name: str = ""
    weekdays: frozenset[int] | None = None


@dataclass(frozen=True)
class Goal:
    """One purpose. `is_flexible`: another day or doctor will do where there is nothing."""

    task: str  # book | cancel | move
    person: Person
    matter: Matter
    when: When = ANY
    is_flexible: bool = True
    appointment: dict[str, Any] = field(default_factory=dict)  # the one to cancel or move

    def changed(self, **changes: Any) -> Goal:
        """The same purpose after a change of mind."""
        return replace(self, **changes)


def departments() -> tuple[dict[str, str], ...]:
    """The departments of the demo hospital."""
    return tables.rows(_HOSPITAL / "departments.csv")


def alike(wards: frozenset[str]) -> frozenset[str]:
    """Departments of the same national code, these included."""
    kinds = {row["national_code"] for row in departments() if row["code"] in wards}
    return wards | {row["code"] for row in departments() if row["national_code"] in kinds}


def _codes(names: str) -> frozenset[str]:
    wanted = set(names.split())
    found = {row["code"]: row["name"] for row in departments() if row["name"] in wanted}
    missing = wanted - set(found.values())
    if missing:
        raise ValueError(f"no such department: {missing}")
    return frozenset(found)


def _takes(row: dict[str, str], person: Person, today: date) -> bool:
    age = person.age(today)
    return (
        row["bookable"] == "true"
        and (not row["sex"] or row["sex"] == person.sex)
        and (not row["min_age_years"] or age >= int(row["min_age_years"]))
        and (not row["max_age_years"] or age < int(row["max_age_years"]))
    )


def complaint(rng: random.Random, person: Person, today: date) -> Matter:
    """A complaint this person may have; one of the table."""
    age = person.age(today)
    groups = {"child"} if age < _ADULT else {"adult", person.sex}
    groups |= {"old"} if age >= _OLD else set()
    groups |= {"pregnant"} if person.sex == "f" and 20 <= age <= 40 else set()
    rows = [r for r in tables.rows(_HERE / "complaints.tsv") if r["who"] in groups]
    row = rng.choice(rows)
    wards = frozenset(
        r["code"]
        for r in departments()
        if r["code"] in _codes(row["departments"]) and _takes(r, person, today)
    )
    plain, dialect = row["plain"].split("|"), row["dialect"].split("|")
    # Where there is no such department, as in a township, internal medicine sees them.
    wards |= {"XZ-NK"} if wards & _INTERNAL else set()
    return Matter("complaint", (rng.choice(plain),), (rng.choice(dialect),), wards | GENERAL)


def department(rng: random.Random, person: Person, today: date) -> Matter:
    """A department by its name or one of its other names."""
    rows = [r for r in departments() if _takes(r, person, today)]
    row = rng.choice(rows)
    words = [row["name"], *(a for a in row["aliases"].split(";") if a and a not in _VAGUE)]
    word = rng.choice(words)
    wards = _WIDER.get(word) or frozenset(
        r["code"] for r in departments() if word in (r["name"], *r["aliases"].split(";"))
    )
    return Matter("department", (word,), (word,), wards, ward_name=row["name"])


def doctor(rng: random.Random, person: Person, today: date, codes: Sequence[str] = ()) -> Matter:
    """A doctor by name; of `codes`, where given."""
    wards = {r["code"]: r for r in departments() if _takes(r, person, today)}
    rows = [r for r in tables.rows(_HOSPITAL / "doctors.csv") if r["department"] in wards]
    row = rng.choice([r for r in rows if r["code"] in codes] or rows)
    name = row["name"]
    words = (f"{name}医生", f"{name}大夫", f"{name}{'主任' if '主任' in row['title'] else '医生'}")
    ward = wards[row["department"]]
    return Matter(
        "doctor",
        (rng.choice(words),),
        (rng.choice(words),),
        frozenset({ward["code"]}),
        doctor=row["code"],
        doctor_name=name,
        ward_name=ward["name"],
        weekdays=_days_of(row["code"]),
    )


def _days_of(code: str) -> frozenset[int]:
    shifts = [r for r in tables.rows(_HOSPITAL / "shifts.csv") if r["doctor"] == code]
    days = frozenset(int(day) for r in shifts for day in r["weekday"].split(";"))
    return (days & _WORKDAYS) or _WORKDAYS


def booking(rng: random.Random, person: Person, now: datetime, scarce: Sequence[str] = ()) -> Goal:
    """A wish to book; `scarce` are doctors whom many want."""
    today = now.date()
    if scarce and person.age(today) >= _ADULT and rng.random() < 0.15:
        matter = doctor(rng, person, today, scarce)
    else:
        draw = rng.choices((complaint, department, doctor), (60, 22, 18))[0]
        matter = draw(rng, person, today)
    when = calendar_words.draw(rng, now, matter.weekdays)
    return Goal("book", person, matter, when, is_flexible=rng.random() < 0.75)
