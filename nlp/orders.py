"""What a member of staff orders in one line: 停诊, 恢复, 今日预约 … (`lexicon/orders.tsv`)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlp import lexicon
from nlp.heard import Order


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


_ROWS = _rows()
_AROUND = " \t\n。.！!，,"


def find(text: str, *, has_doctor: bool) -> Order | None:
    """Return what the line orders, None for nothing; `has_doctor`: it names one of the roster."""
    said = text.strip(_AROUND)
    for row in _ROWS:
        if row.needs_doctor and not has_doctor:
            continue
        match = row.pattern.fullmatch(said) if row.is_all else row.pattern.search(said)
        if match:
            return Order(row.order, match.groupdict().get("code") or "")
    return None
