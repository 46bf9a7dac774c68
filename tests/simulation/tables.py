"""Reading the tables of words beside this."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path


@cache
def rows(path: Path) -> tuple[dict[str, str], ...]:
    """The rows of a table, .csv or .tsv; lines that begin with # are remarks."""
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return tuple(csv.DictReader(lines, delimiter="\t" if path.suffix == ".tsv" else ","))
