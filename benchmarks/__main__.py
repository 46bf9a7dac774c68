"""`python -m benchmarks`: all rows, or those named; a table, and the samples as JSON."""

from __future__ import annotations

import argparse
import random
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from benchmarks import (
    board,
    booking,
    broadcast,
    console,
    dialogue_state,
    planning,
    queue,
    report,
    search,
    start,
    suspension,
    turns,
    understanding,
    waits,
)
from benchmarks.measure import Row
from benchmarks.places import ENGINES, TINY, Places, Sizes

BENCHMARKS: Mapping[str, Callable[[Places], Iterator[Row]]] = {
    "turns": turns.rows,
    "understanding": understanding.rows,
    "dialogue": dialogue_state.rows,
    "booking": booking.rows,
    "search": search.rows,
    "start": start.rows,
    "broadcast": broadcast.rows,
    "suspension": suspension.rows,
    "waits": waits.rows,
    "board": board.rows,
    "console": console.rows,
    "planning": planning.rows,
    "queue": queue.rows,
}
RESULTS = Path(__file__).resolve().parent / "results"


def main(arguments: list[str]) -> None:
    """Run, print as it goes, and save."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="row", help=" ".join(BENCHMARKS))
    parser.add_argument("--rounds", type=int, default=Sizes.rounds)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--big", action="store_true", help="10 million appointments too")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tiny", action="store_true", help="only to see that it runs")
    parser.add_argument("--results", type=Path, default=RESULTS)
    chosen = parser.parse_args(arguments)
    random.seed(chosen.seed)
    sizes = TINY if chosen.tiny else _sizes(chosen)
    rows: list[Row] = []
    with Places(sizes) as places:
        for name in chosen.names or BENCHMARKS:
            print(f"… {name}", file=sys.stderr, flush=True)
            for row in BENCHMARKS[name](places):
                print(report.line(row), file=sys.stderr, flush=True)
                rows.append(row)
    print(report.table(rows), report.facts(rows), sep="\n\n", end="\n\n")
    command = shlex.join(["python", "-m", "benchmarks", *arguments])
    print(f"saved: {report.save(rows, chosen.results, chosen.seed, command)}")


def _sizes(chosen: argparse.Namespace) -> Sizes:
    usual = Sizes()
    engines = tuple(chosen.engines)
    return replace(
        usual,
        rounds=chosen.rounds,
        engines=engines,
        turn_engines=tuple(e for e in usual.turn_engines if e in engines) or engines,
        appointments=(*usual.appointments, *((10_000_000,) if chosen.big else ())),
    )


if __name__ == "__main__":
    main(sys.argv[1:])
