"""
Figures of a triage model on the development texts and on the project's own test texts.

    python scripts/triage_report.py --data DIR [--model FILE]
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from nlp import inquiry
from nlp.heard import Person
from nlp.triage import FALLBACK, SHIPPED, Model, load, score
from scripts.triage_texts import WRITTEN, age_of, lines, table

ENOUGH_ROWS = 20
OWN_TEXTS = Path(__file__).resolve().parents[1] / "tests" / "data"
# The department is chosen without a question from here on (docs/triage-model.md).
SURE = 0.9
Case = tuple[str, str, Person]
Answer = tuple[str, list[str], float]


def answers(cases: list[Case], model: Model) -> list[Answer]:
    """Return for each case the right name, the first three, and the certainty of the first."""
    found = []
    for text, name, person in cases:
        got = score(text, person, 3, model)
        found.append((name, [n.name for n in got], got[0].score))
    return found


def hit_rates(found: list[Answer]) -> str:
    """Return top-1, top-3, macro-F1 and calibration error as a line of text."""
    size = len(found)
    first = sum(names[0] == right for right, names, _ in found) / size
    third = sum(right in names for right, names, _ in found) / size
    return (
        f"{size:5} rows top-1 {first:.3f} top-3 {third:.3f} macro-F1 {macro_f1(found):.3f}"
        f" calibration {calibration_error(found):.3f}"
    )


def macro_f1(found: list[Answer]) -> float:
    """Return the mean F1 of the names with enough rows; 0 where no name has."""
    gold = Counter(right for right, _, _ in found)
    said = Counter(names[0] for _, names, _ in found)
    both = Counter(right for right, names, _ in found if names[0] == right)
    enough = [name for name, rows in gold.items() if rows >= ENOUGH_ROWS]
    return sum(2 * both[n] / (gold[n] + said[n]) for n in enough) / max(len(enough), 1)


def calibration_error(found: list[Answer]) -> float:
    """Return the expected calibration error over ten bins of certainty."""
    gaps: dict[int, float] = defaultdict(float)
    for right, names, certainty in found:
        gaps[min(int(10 * certainty), 9)] += certainty - (names[0] == right)
    return sum(abs(gap) for gap in gaps.values()) / len(found)


def reliability(found: list[Answer]) -> str:
    """Return a plot of how often each tenth of certainty is right."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for right, names, certainty in found:
        bins[min(int(10 * certainty), 9)].append((certainty, names[0] == right))
    out = []
    for tenth, rows in sorted(bins.items()):
        said = sum(c for c, _ in rows) / len(rows)
        true = sum(ok for _, ok in rows) / len(rows)
        bar = "#" * round(40 * true)
        out.append(f"  {tenth / 10:.1f} said {said:.2f} right {true:.2f} n {len(rows):4} |{bar}")
    return "\n".join(out)


def per_department(found: list[Answer]) -> str:
    """Return recall and precision of every department."""
    gold = Counter(right for right, _, _ in found)
    said = Counter(names[0] for _, names, _ in found)
    both = Counter(right for right, names, _ in found if names[0] == right)
    third = Counter(right for right, names, _ in found if right in names)
    return "\n".join(
        f"  {name} rows {rows} recall {both[name] / rows:.2f} in three {third[name] / rows:.2f}"
        f" precision {both[name] / max(said[name], 1):.2f}"
        for name, rows in gold.most_common()
    )


def cases_of(path: Path, *, aged: bool = False) -> list[Case]:
    """Read a development file; `aged` tells the decade of the patient's life where known."""
    return [
        (str(r["text"]), str(r["dept"]), Person(age_years=age_of(r) if aged else None))
        for r in lines(path)
    ]


def asked(path: Path, model: Model, *, aged: bool = False) -> tuple[list[Answer], float]:
    """
    Return the titles of long texts after one question, and how many of them were asked.

    The answer is what the row's long text speaks of most (`inquiry.told`), never its label.
    """
    found, questions = [], 0
    rows = [r for r in lines(path) if r.get("short")]
    for r in rows:
        title = str(r["short"])
        person = Person(age_years=age_of(r) if aged else None)
        got = score(title, person, model=model)
        question = inquiry.best(got, title, person)
        if question is not None:
            questions += 1
            after = {o.name: o.departments for o in question.options}
            answer = inquiry.told(question.name, str(r["text"]))
            got = after.get(answer, after[inquiry.NONE])
        found.append((str(r["dept"]), [n.name for n in got[:3]], got[0].score))
    return found, questions / len(rows)


def own_cases(path: Path) -> list[Case]:
    """Read a file of own test texts: name, tab, text."""
    rows = [r for r in path.read_text("utf-8").splitlines() if not r.startswith("#")]
    return [(text, name, Person()) for name, text in (r.split("\t") for r in rows)]


def show(path: Path, data: Path) -> None:
    """Print all figures of a model file."""
    model = load(path)
    for file in ("dev.jsonl", "dev_short.jsonl"):
        found = answers(cases_of(data / file), model)
        named = [a for a in found if a[0] != FALLBACK]
        aged = answers(cases_of(data / file, aged=True), model)
        sure = [a for a in found if a[2] >= SURE and a[1][0] != FALLBACK]
        right = sum(names[0] == name for name, names, _ in sure) / max(len(sure), 1)
        print(f"{file:16} text alone       {hit_rates(found)}")
        print(f"{file:16} no catch-all     {hit_rates(named)}")
        print(f"{file:16} age known        {hit_rates(aged)}")
        print(f"{file:16} from {SURE} on: {len(sure) / len(found):.3f} of rows, {right:.3f} right")
        print(reliability(found))
        if file == "dev.jsonl":
            print(per_department(found))
    for is_aged in (False, True):
        found, share = asked(data / "dev.jsonl", model, aged=is_aged)
        known = "age known, " if is_aged else ""
        print(f"titles after one question ({known}{share:.2f} asked) {hit_rates(found)}")
    for file in ("triage_questions.tsv", "triage_thin.tsv"):
        found = answers(own_cases(OWN_TEXTS / file), model)
        print(f"{file:21} {hit_rates(found)}")
        print(per_department(found))
    for writer in sorted(WRITTEN.glob("*.tsv")):  # they teach, but for train_triage.py --without
        print(f"first messages, {writer.stem:8} {acceptable(writer, model)}")


def acceptable(file: Path, model: Model) -> str:
    """Return how often one of the departments that would do is first, or among three."""
    first = third = 0
    rows = table(file)
    for row in rows:
        names = row["departments"].split("|")
        got = [n.name for n in score(row["text"], Person(), 3, model)]
        first += got[0] in names
        third += not set(names).isdisjoint(got)
    return f"{len(rows):5} rows first {first / len(rows):.3f} in three {third / len(rows):.3f}"


def main() -> None:
    """Read the arguments and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=SHIPPED)
    args = parser.parse_args()
    show(args.model, args.data)


if __name__ == "__main__":
    main()
