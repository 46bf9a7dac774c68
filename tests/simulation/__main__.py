"""`python -m tests.simulation --n 2000 --seed 1`: simulated patients against the demo hospital."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.servers import RedisServer
from tests.simulation import report
from tests.simulation.hospital import Hospitals
from tests.simulation.run import conversations


def main() -> int:
    """Run, print, and say with the exit code whether the goals are met."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--n", type=int, default=200, help="conversations")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="patients who speak at one time")
    parser.add_argument("--show", type=int, default=5, help="successes to print in full")
    parser.add_argument("--picture", help="where to plot, an SVG file")
    given = parser.parse_args()
    redis = RedisServer()
    try:
        redis.start()
        with tempfile.TemporaryDirectory(prefix="simulation-") as home:
            began = time.monotonic()
            hospitals = Hospitals(Path(home), redis.url)
            talks = list(conversations(hospitals, given.n, given.seed, given.threads))
            took = time.monotonic() - began
    finally:
        redis.destroy()
    sys.stdout.write(report.text(talks, took, shown=given.show))
    if given.picture:
        report.plot(talks, Path(given.picture))
    return int(not report.meets_goals(talks))


if __name__ == "__main__":
    sys.exit(main())
