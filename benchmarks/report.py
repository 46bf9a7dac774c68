"""Rows as a table for people and as JSON for the next comparison."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.measure import Row
from models.clock import system_now

_MARK = {True: "met", False: "MISSED", None: "–"}


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = [
        "| work | where | ours | limit | ratio (range) | goal | |",
        "|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *map(line, rows)])


def line(row: Row) -> str:
    """Return one row of the table."""
    ours = f"{_figure(row.total(row.ours))} {row.unit}"
    limit = f"{_figure(row.total(row.limit))}: {' + '.join(row.limit)}" if row.limit else "–"
    cells = (row.work, row.where, ours, limit, _ratio(row), _goal(row), _MARK[row.is_met])
    return f"| {' | '.join(cells)} |"


def facts(rows: Sequence[Row]) -> str:
    """Return what else was seen, row by row."""
    return "\n".join(
        f"- {row.work}, {row.where}: " + ", ".join(f"{k} {v}" for k, v in row.facts.items())
        for row in rows
        if row.facts
    )


def save(rows: Sequence[Row], folder: Path, seed: int, command: str) -> Path:
    """Write all samples with the commit, the seed and the machine; returns the file."""
    commit = _git("rev-parse", "--short", "HEAD")
    now = system_now()
    whole = {
        "commit": commit,
        "is_clean": not _git("status", "--porcelain", "--untracked-files=no"),
        "seed": seed,
        "command": command,
        "at": now.isoformat(timespec="seconds"),
        "machine": {
            "processors": os.cpu_count(),
            "load": os.getloadavg()[0],
            "python": platform.python_version(),
            "system": platform.platform(),
        },
        "rows": [{**asdict(row), "ratio": row.ratio, "is_met": row.is_met} for row in rows],
    }
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{now:%Y%m%d-%H%M%S}-{commit}.json"
    file.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return file


def _git(*arguments: str) -> str:
    done = subprocess.run(("git", *arguments), capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _figure(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _ratio(row: Row) -> str:
    if row.ratio is None:
        return "–"
    return f"{row.ratio:.2f} ({min(row.ratios):.2f}–{max(row.ratios):.2f})"


def _goal(row: Row) -> str:
    if row.goal is None:
        return "–"
    return f"{'≥' if row.is_more_better else '≤'} {row.goal:g}"
