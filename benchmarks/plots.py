"""
`python -m benchmarks.plots RESULT…`: the plots of docs/performance.md, from saved results.

Results of the `waits` row give the plot of docs/queueing.md instead. `suspensions N` plans so
many generated suspensions anew and draws what became of their patients.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.suspension import WAYS, compared

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
_MET, _MISSED = "#2a7f62", "#c0563b"
_APART = 2.5  # how far a figure stands beyond a bar, as a factor of the scale

# Text stays text, and the same data gives the same file.
mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "desk", "font.size": 8})


def main(files: Sequence[str]) -> None:
    """Read all rows of the files and draw what they tell of."""
    if files[:1] == ["suspensions"]:
        _save(_suspensions(int(files[1])), "suspensions.svg")
        return
    told = [row for file in files for row in json.loads(Path(file).read_text())["rows"]]
    # Of what was measured again the later one.
    rows = list({(row["work"], row["where"], row["unit"]): row for row in told}.values())
    grown = [row for row in rows if "search by the" in row["work"]]
    treated = [row for row in rows if row["work"].startswith("waits under ")]
    if treated:
        _save(_disciplines(treated), "queueing-disciplines.svg")
    if grown:
        _save(_ratios([row for row in rows if row["goal"]]), "performance-ratios.svg")
        _save(_growth(grown), "performance-growth.svg")


def _ratios(rows: list[dict[str, Any]]) -> Figure:
    """Every row with a goal: how many times worse than its limit it is, beside what it may be."""
    figure = Figure(figsize=(7.2, 0.24 * len(rows) + 0.9), layout="constrained")
    axes = figure.add_subplot()
    for at, row in enumerate(reversed(rows)):
        worse = 1 / row["ratio"] if row["is_more_better"] else row["ratio"]
        goal = 1 / row["goal"] if row["is_more_better"] else row["goal"]
        axes.barh(at, worse, color=_MET if row["is_met"] else _MISSED, height=0.6)
        axes.plot([goal, goal], [at - 0.42, at + 0.42], color="black", linewidth=1.5)
        axes.text(worse * 1.05, at, f"{worse:.2g}×", va="center")
    axes.set_yticks(
        range(len(rows)), [f"{row['work']} · {row['where']}" for row in reversed(rows)]
    )
    axes.set_xscale("log")
    axes.set_xlim(0.05, axes.get_xlim()[1] * _APART)
    axes.set_xlabel("times the limit; black line: the goal")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _growth(rows: list[dict[str, Any]]) -> Figure:
    """The search while appointments pile up: the desk, the counter, counting by join."""
    engines = list(dict.fromkeys(row["where"] for row in rows))
    figure = Figure(figsize=(7.2, 2.6), layout="constrained")
    for place, engine in enumerate(engines, 1):
        axes = figure.add_subplot(1, len(engines), place)
        samples = next(row["samples"] for row in rows if row["where"] == engine)
        for who, style in (("counting", "s--"), ("desk", "o-"), ("counter", "^-")):
            points = {
                float(name.split()[1]): median(values)
                for name, values in samples.items()
                if name.split()[0] == who
            }
            axes.plot(list(points), list(points.values()), style, label=who, markersize=4)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_title(engine)
        axes.set_xlabel("appointments")
        axes.spines[["top", "right"]].set_visible(False)
        if place == 1:
            axes.set_ylabel("ms, median")
            axes.legend(frameon=False)
    return figure


def _disciplines(rows: list[dict[str, Any]]) -> Figure:
    """Under each discipline, each class: its mean wait, up to its 95th percentile."""
    classes = ("new", "priority", "return", "missed")
    figure = Figure(figsize=(7.2, 3.0), layout="constrained")
    axes = figure.add_subplot()
    for place, name in enumerate(classes):
        at = [number + (place - 1.5) * 0.2 for number in range(len(rows))]
        means = [median(row["samples"][f"{name} mean"]) for row in rows]
        highs = [median(row["samples"][f"{name} p95"]) for row in rows]
        beyond = [high - mean for mean, high in zip(means, highs, strict=True)]
        axes.bar(at, means, width=0.18, label=name)
        axes.errorbar(at, means, yerr=[[0] * len(rows), beyond], fmt="none", color="black", lw=0.8)
        for x, mean, high in zip(at, means, highs, strict=True):
            axes.text(x, high + 1, f"{high:.0f}", ha="center", va="bottom")
            axes.text(x, 0.5, f"{mean:.0f}", ha="center", va="bottom", color="white")
    axes.set_xticks(range(len(rows)), [row["work"].removeprefix("waits under ") for row in rows])
    axes.set_ylabel("minutes: mean, line to p95")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, ncols=len(classes), loc="lower left", bbox_to_anchor=(0, 1))
    return figure


def _suspensions(count: int) -> Figure:
    """By how scarce places are: who has none, and how long the others wait, planned both ways."""
    found = list(compared(count))
    edges = (0, 0.5, 1, 1.5, 2, 3, float("inf"))
    spans = list(pairwise(edges))
    names = [f"{low:g}–{high:g}" for low, high in spans[:-1]] + [f"{edges[-2]:g}+"]
    figure = Figure(figsize=(7.2, 2.8), layout="constrained")
    for place, title in enumerate(("% of patients without a place", "days of delay, mean"), 1):
        axes = figure.add_subplot(1, 2, place)
        for way, style in zip(WAYS, ("o-", "s--"), strict=True):
            values = []
            for low, high in spans:
                some = [one for one in found if low <= one.free < high]
                people = sum(one.people for one in some)
                lost = sum(one.ends[way].stranded for one in some)
                days = sum(one.ends[way].days for one in some)
                values.append(100 * lost / people if place == 1 else days / (people - lost))
            axes.plot(names, values, style, label=way, markersize=4)
        axes.set_title(title)
        axes.set_xlabel("free places a patient")
        axes.set_ylim(bottom=0)
        axes.spines[["top", "right"]].set_visible(False)
        if place == 1:
            axes.legend(frameon=False)
    return figure


def _save(figure: Figure, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    figure.savefig(PICTURES / name, metadata={"Date": None})
    print(PICTURES / name)


if __name__ == "__main__":
    main(sys.argv[1:])
