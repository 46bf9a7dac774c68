"""
What the ear hears right, beside the anchors: `python -m benchmarks.ear [DATA]`.

DATA (default ../shared/data beside the checkout, or SHARED_DATA) holds the development sets:
datetime/dev-zh-datetime.jsonl, dev-zh-datetime-own.jsonl, dev-risawoz-dates.jsonl and
triage/search_intents.jsonl, dev.jsonl, dev_short.jsonl; what is missing is left out.
The anchors are printed figures of the tools on sets of the same origin.

A date is right when its day is; a time to the minute; a range when both ends are, within a day; a
part of a day when it is the same day and half of the shorter interval. Where the corpora mean
other hours or weeks than our contract, the contract's answer counts wrong here all the same.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from benchmarks import names
from nlp import dates, people, triage
from nlp.heard import When
from nlp.understand import understand
from scripts import train_intents, triage_report

ZONE = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data"
# What a text typed into a health search box must never start.
ACTS = frozenset({"book", "cancel", "reading"})
SEARCHES, ROSTERS, DOCTORS, CASES = 1000, 4, 500, 500


Row = dict[str, Any]


class Figure(NamedTuple):
    """One line of the table; figures are shares, `is_most` where less is better."""

    what: str
    ours: float
    anchor: str
    goal: float
    is_most: bool = False


def main() -> None:
    """Print the table."""
    data = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SHARED_DATA", DEFAULT))
    print("| what | ours | anchor | goal | |\n|---|---|---|---|---|")
    for figure in (
        *date_figures(data),
        *triage_figures(data),
        *wish_figures(data),
        *name_figures(),
    ):
        met = figure.ours <= figure.goal if figure.is_most else figure.ours >= figure.goal
        sign = "≤" if figure.is_most else "≥"
        cells = (
            figure.what, f"{figure.ours:.3f}", figure.anchor, f"{sign} {figure.goal:g}",
            "met" if met else "MISSED",
        )  # fmt: skip
        print(f"| {' | '.join(cells)} |", flush=True)


# -- dates


def date_figures(data: Path) -> Iterator[Figure]:
    """Yield the dates of the three development sets, and what is no date."""
    folder = data / "datetime"
    mixed = _lines(folder / "dev-zh-datetime.jsonl")
    if mixed:
        core = [row for row in mixed if row.get("core")]
        yield Figure(
            f"dates, core ({len(core)})", _right(core, mixed), "JioNLP .78, Recognizers .73", 0.97
        )
        simple = [row for row in mixed if row.get("script") == "hans"]
        yield Figure(f"dates, all simplified ({len(simple)})", _right(simple, mixed), "–", 0.8)
    own = _lines(folder / "dev-zh-datetime-own.jsonl")
    if own:
        none = [row for row in own if row["expected"] is None]
        yield Figure(
            f"dates, own ({len(own)})", _right(own, own), "JioNLP .72, Recognizers .72", 0.98
        )
        yield Figure(
            f"dates heard in {len(none)} traps", 1 - _right(none, own), "–", 0.0, is_most=True
        )
    real = _lines(folder / "dev-risawoz-dates.jsonl")
    if real:
        yield Figure(
            f"dates, RiSAWOZ ({len(real)})",
            _right(real, real),
            "JioNLP .77, Recognizers .85",
            0.98,
        )


def _right(rows: list[Row], whole: list[Row]) -> float:
    """Return the share of rows heard right; readings of the same text in `whole` count too."""
    meant: dict[tuple[str, str], list[tuple[str, object]]] = {}
    for row in whole:
        wanted = [row["expected"], *(row.get("alts") or ())]
        key = row["text"], row["reference"]
        meant.setdefault(key, []).extend((row["expected_type"], one) for one in wanted)
    hits = 0
    for row in rows:
        now = _instant(row["reference"])
        found = dates.find(row["text"], now)
        hits += any(
            _is_right(kind, one, found) for kind, one in meant[row["text"], row["reference"]]
        )
    return hits / len(rows)


def _is_right(kind: str, wanted: Any, found: tuple[When, ...]) -> bool:
    if wanted is None or not found:
        return wanted is None and not found
    first = found[0]
    if isinstance(wanted, str):
        if kind == "time":
            return f"{first.start:%H:%M}" == wanted[:5]
        is_start = first.start == _instant(wanted)
        return is_start and (kind != "date" or first.end - first.start <= DAY)
    start, end = (_instant(wanted[side], first.start) for side in ("start", "end"))
    last = max(when.end for when in found)
    if kind == "daterange" or end - start > DAY:
        return abs(first.start - start) <= DAY and abs(last - end) <= DAY
    shared = min(first.end, end) - max(first.start, start)
    shorter = min(first.end - first.start, end - start)
    return first.start.date() == start.date() and shared >= shorter / 2 > timedelta()


def _instant(written: str, day: datetime | None = None) -> datetime:
    if len(written) <= len("23:30:00") and day:
        written = f"{day:%Y-%m-%d} {written}"
    return datetime.fromisoformat(written).replace(tzinfo=ZONE)


# -- departments


def triage_figures(data: Path) -> Iterator[Figure]:
    """Yield how often the right department is first, or among three, alone and when helped."""
    folder = data / "triage"
    if not (folder / "dev.jsonl").exists():
        return
    model = triage.MODEL
    for file, what, anchors, goals in (
        ("dev.jsonl", "long texts", ("keywords .51, SVC .895", "SVC .97"), (0.895, 0.97, 0.905)),
        ("dev_short.jsonl", "titles", ("keywords .43, SVC .73", "SVC .83"), (0.75, 0.86, 0.75)),
    ):
        cases = triage_report.cases_of(folder / file)
        first, third = _hits(triage_report.answers(cases, model))
        yield Figure(f"department of {what} ({len(cases)})", first, anchors[0], goals[0])
        yield Figure(f"department of {what}, in three", third, anchors[1], goals[1])
        aged = triage_report.answers(triage_report.cases_of(folder / file, aged=True), model)
        yield Figure(f"department of {what}, age known", _hits(aged)[0], "–", goals[2])
    for is_aged in (False, True):
        found, _ = triage_report.asked(folder / "dev.jsonl", model, aged=is_aged)
        what = "titles after one question" + (", age known" if is_aged else "")
        yield Figure(f"department of {what}", _hits(found)[0], "–", 0.82)


def _hits(found: list[triage_report.Answer]) -> tuple[float, float]:
    first = sum(names[0] == right for right, names, _ in found)
    third = sum(right in names for right, names, _ in found)
    return first / len(found), third / len(found)


# -- wishes


def wish_figures(data: Path) -> Iterator[Figure]:
    """Yield macro-F1 on unseen texts, and what search-box texts would start."""
    texts = train_intents.rows(train_intents.DATA)
    unseen = train_intents.held_out(texts)
    f1 = train_intents.unseen_f1(texts, unseen)
    yield Figure(f"wishes, unseen own texts, macro-F1 ({len(unseen)})", f1, "–", 0.95)
    searches = [row["text"] for row in _lines(data / "triage" / "search_intents.jsonl")]
    if searches:
        some = random.Random(7).sample(searches, SEARCHES)
        now = datetime(2026, 11, 24, 9, 30, tzinfo=ZONE)
        started = sum(understand(t, now, train_intents.HOUSE).intent in ACTS for t in some)
        what = f"search texts that book, cancel or note ({SEARCHES})"
        yield Figure(what, started / SEARCHES, "–", 0.005, is_most=True)


# -- names


def name_figures() -> Iterator[Figure]:
    """Yield every kind of mistake in the names of 2,000 doctors, 500 at a time."""
    goals = {"exact": 1.0, "homophone": 0.99, "near sound": 0.97, "dropped": 0.93}
    for kind, goal in goals.items():
        found = list(_names(kind))
        right = sum(is_right for is_right, _ in found) / len(found)
        yield Figure(f"names, {kind} ({len(found)})", right, _NAME_ANCHORS[kind], goal)
    wrong = list(_names("wrong"))
    sure = sum(is_sure for _, is_sure in wrong) / len(wrong)
    yield Figure(
        "names, one wrong character: another taken for sure", sure, ".018", 0.01, is_most=True
    )


_NAME_ANCHORS = {
    "exact": ".99",
    "homophone": "hanzi ratio .61",
    "near sound": ".98",
    "dropped": ".94",
}


def _names(kind: str) -> Iterator[tuple[bool, bool]]:
    for seed in range(ROSTERS):
        rng = random.Random(seed)
        house = names.roster(DOCTORS, rng)
        for text, meant in names.cases(house, kind, CASES, rng):
            found = people.scan(text, house).doctors
            best = {d.name for d in found if d.score >= found[0].score - 0.03}
            yield meant in best, bool(found) and meant not in best and found[0].score >= 0.9


def _lines(path: Path) -> list[Row]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in _whole(file)]


def _whole(lines: Iterable[str]) -> Iterator[str]:
    return (line for line in lines if line.strip())


if __name__ == "__main__":
    main()
