"""
Turn a hospital's corrected cases into training rows.

    python scripts/triage_cases.py CASES.csv > DIR/own.jsonl
    make train DATA=DIR

CASES.csv (UTF-8, BOM allowed) has the columns text and department: what the patient wrote, and
the department that turned out right, by any name the desk knows (心内科, 五官科). A department
that means nothing or several things is refused, naming file and line. Texts stay in DIR.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from nlp import departments


def training_rows(cases: Path) -> Iterator[dict[str, str]]:
    """
    Yield one training row per case.

    Raises:
        ValueError: a column is missing, or a department is not one the model knows.
    """
    with cases.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if not {"text", "department"} <= set(reader.fieldnames or ()):
            raise ValueError(f"{cases}: the columns text and department are needed")
        for row in reader:
            found = departments.national(row["department"])
            if not found or (len(found) > 1 and found[1].score == found[0].score):
                raise ValueError(
                    f"{cases}, line {reader.line_num}: which department is {row['department']!r}?"
                )
            yield {"text": row["text"], "dept": found[0].name, "source": "own"}


def main() -> None:
    """Write the rows to standard output."""
    for row in training_rows(Path(sys.argv[1])):
        print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
