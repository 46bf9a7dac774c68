"""
The tables of docs/red-flags.md: row by row, and how the firings on dev texts are judged.

    python scripts/redflag_report.py [--data DIR]

Without DIR only the table of the rows is written anew. With DIR every firing on dev.jsonl and
dev_short.jsonl must be judged in tests/data/redflags_judged.tsv; what is not is listed with its
text and the script ends with 1.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from nlp import lexicon, persons, redflags

HOME = Path(__file__).resolve().parents[1]
PAGE = HOME / "docs" / "red-flags.md"
JUDGED = HOME / "tests" / "data" / "redflags_judged.tsv"
_FILES = ("dev", "dev_short")
_VERDICTS = ("right", "strong", "false")


def row_table() -> str:
    """Return the table of the rows, as Markdown."""
    lines = [
        "| row | signs that fire it, a combination a line | unless | action | route | source |",
        "|---|---|---|---|---|---|",
    ]
    rows: dict[str, list[dict[str, str]]] = {}
    for r in lexicon.rows("redflags.tsv"):
        rows.setdefault(r["id"], []).append(r)
    for name, several in rows.items():
        cells = [
            "<br>".join(map(_groups, several)),
            "<br>".join(r["unless"].replace("|", " or ") for r in several),
            "<br>".join(r["action"] for r in several),
            "<br>".join(dict.fromkeys(r["route"] for r in several)),
            ",".join(dict.fromkeys(",".join(r["source"] for r in several).split(","))),
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _groups(row: dict[str, str]) -> str:
    groups = [group.split("|") for group in row["when"].split()]
    return " + ".join(f"({' or '.join(g)})" if len(g) > 1 else g[0] for g in groups)


def judged_table(data: Path) -> tuple[str, list[str]]:
    """Return the table of the judged firings, and the firings nobody has judged."""
    verdicts = _verdicts()
    counts: Counter[tuple[str, str, str]] = Counter()
    texts: Counter[tuple[str, str]] = Counter()
    unjudged, size = [], 0
    for file in _FILES:
        for number, line in enumerate((data / f"{file}.jsonl").open(encoding="utf-8"), 1):
            size += 1
            text = json.loads(line)["text"]
            flags = redflags.check(text, (), persons.find(text))
            if not flags:
                continue
            verdict = verdicts.get((file, number))
            if verdict is None:
                unjudged.append(f"{file} {number} {[f.id for f in flags]} {text[:200]}")
                continue
            texts[flags[0].urgency, verdict] += 1
            counts.update((f.id, f.urgency, verdict) for f in flags)
    return _written(counts, texts, size), unjudged


def _written(
    counts: Counter[tuple[str, str, str]], texts: Counter[tuple[str, str]], size: int
) -> str:
    kinds = [(u, v) for u in ("emergency", "today") for v in _VERDICTS]
    head = " | ".join(f"{u}: {v}" for u, v in kinds)
    lines = [f"| row | {head} |", "|---|" + "---:|" * len(kinds)]
    for name in dict.fromkeys(r["id"] for r in lexicon.rows("redflags.tsv")):
        cells = [counts[name, u, v] for u, v in kinds]
        if any(cells):
            lines.append(f"| {name} | {' | '.join(str(c or '') for c in cells)} |")
    lines.append(f"| **texts** | {' | '.join(str(texts[k]) for k in kinds)} |")
    told = {v: sum(n for (_, verdict), n in texts.items() if verdict == v) for v in _VERDICTS}
    shares = ", ".join(f"{v} {n} ({n / size:.2%})" for v, n in told.items())
    return "\n".join([*lines, "", f"Of {size} texts {sum(told.values())} fire: {shares}."])


def _verdicts() -> dict[tuple[str, int], str]:
    lines = [line for line in JUDGED.read_text("utf-8").splitlines() if not line.startswith("#")]
    rows = [line.split("\t") for line in lines[1:]]
    return {(file, int(number)): verdict for file, number, verdict in rows}


def put(page: str, name: str, table: str) -> str:
    """Return the page with the table between its two marks."""
    before, _, rest = page.partition(f"<!-- {name} -->")
    _, _, after = rest.partition(f"<!-- end of {name} -->")
    return f"{before}<!-- {name} -->\n{table}\n<!-- end of {name} -->{after}"


def main() -> int:
    """Write the tables; 1 where a firing is not judged."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path)
    data = parser.parse_args().data
    page = put(PAGE.read_text("utf-8"), "rows", row_table())
    unjudged: list[str] = []
    if data is not None:
        table, unjudged = judged_table(data)
        page = put(page, "judged", table)
    print("\n".join(unjudged))
    PAGE.write_text(page, "utf-8")
    return 1 if unjudged else 0


if __name__ == "__main__":
    sys.exit(main())
