"""What a member of staff orders in one line: 停诊, 恢复, 今日预约 … (`lexicon/orders.tsv`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp import lexicon
from nlp.heard import Named, Order
from nlp.numerals import to_int
from nlp.vocabulary import DoctorEntry


@dataclass(frozen=True, slots=True)
class _Row:
    order: str
    needs_doctor: bool
    is_all: bool
    pattern: re.Pattern[str]


def _rows() -> list[_Row]:
    return [
        _Row(
            row["order"],
            row["needs"] == "doctor",
            row["pattern"].startswith("="),
            re.compile(row["pattern"].removeprefix("=")),
        )
        for row in lexicon.rows("orders.tsv")
    ]


# Orders whose argument is how many places.
_COUNTED = ("extra", "fewer")
_ROWS = _rows()
_AROUND = " \t\n。.！!，,"


def find(text: str, doctors: Sequence[DoctorEntry], heard: Sequence[Named]) -> Order | None:
    """
    Return what the line orders, None for nothing.

    Doctors are those of the roster whose names stand in it, in the order they are written: to a
    colleague a name alone says who is meant, also one of two characters, which a patient would
    call 医生. Without any, those that were `heard`.
    """
    said = text.strip(_AROUND)
    written = sorted((text.find(d.name), d.code) for d in doctors if d.name in text)
    named = tuple(code for _, code in written) or tuple(d.code for d in heard)
    for row in _ROWS:
        if row.needs_doctor and not named:
            continue
        match = row.pattern.fullmatch(said) if row.is_all else row.pattern.search(said)
        if match:
            groups = match.groupdict()
            argument = groups.get("argument") or groups.get("second") or ""
            if row.order in _COUNTED:
                argument = str(to_int(argument) or "")
            return Order(row.order, argument, named)
    return None
