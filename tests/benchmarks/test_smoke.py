"""Every benchmark runs, in sizes too small to measure anything."""

import json

import pytest

from benchmarks import __main__ as command
from benchmarks.measure import Row, interleaved


@pytest.mark.slow
@pytest.mark.parametrize("name", command.BENCHMARKS)
def test_each_benchmark_runs_and_says_what_it_holds_itself_against(name, tmp_path, capsys):
    command.main(["--tiny", "--results", str(tmp_path), name])

    (file,) = tmp_path.iterdir()
    saved = json.loads(file.read_text())
    assert saved["commit"]
    assert saved["seed"] == 1
    assert saved["rows"]
    told = capsys.readouterr().out
    for row in saved["rows"]:
        assert row["work"] in told
        assert all(len(figures) == 1 for figures in row["samples"].values())


def test_a_ratio_is_the_median_of_the_rounds_ratios_not_the_ratio_of_medians():
    row = Row(
        work="w", where="h", unit="µs", ours=("a", "b"), limit=("c",), goal=1.0,
        samples={"a": [1, 4, 9], "b": [1, 0, 0], "c": [4, 4, 3]},
    )  # fmt: skip

    assert row.ratios == [0.5, 1.0, 3.0]
    assert (row.ratio, row.is_met) == (1.0, True)


def test_every_other_round_runs_backwards():
    order = []

    def measure(name):
        return lambda: order.append(name) or {name: 1.0}

    assert interleaved([measure("a"), measure("b")], 2) == {"a": [1.0, 1.0], "b": [1.0, 1.0]}
    assert order == ["a", "b", "b", "a"]
