"""
Count what each department's patients tell, for the questions of nlp/lexicon/inquiries.tsv.

    python scripts/inquiry_counts.py --data DIR [--out FILE]

Writes how many training texts of a department would choose an option: numbers only.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from nlp import inquiry, lexicon
from scripts.triage_texts import lines

SHIPPED = lexicon.HERE / "inquiry_counts.tsv"
HEAD = """\
# How many training texts of a department speak most of an option of inquiries.tsv; made by
# scripts/inquiry_counts.py (make train), numbers only.
"""


def table(data: Path) -> str:
    """Return the file's text."""
    counted = Counter(
        (question, inquiry.told(question, str(r["text"])), str(r["dept"]))
        for r in [*lines(data / "train.jsonl"), *lines(data / "own.jsonl")]
        for question in inquiry.QUESTIONS
    )
    rows = [f"{q}\t{o}\t{name}\t{n}\tcounted\n" for (q, o, name), n in sorted(counted.items())]
    return HEAD + "question\toption\tdepartment\tpatients\tsource\n" + "".join(rows)


def main() -> None:
    """Count and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    args = parser.parse_args()
    args.out.write_text(table(args.data), "utf-8")


if __name__ == "__main__":
    main()
