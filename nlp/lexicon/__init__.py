"""Words as data: tab-separated files, each row with the source it was taken from."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def rows(name: str) -> list[dict[str, str]]:
    """
    Return the rows of `nlp/lexicon/<name>`, keyed by its header; lines opening with # rest.

    Raises:
        ValueError: a row has not as many columns as the header; says file and line.
    """
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        lines = [
            (number, line.rstrip("\r\n").split("\t"))
            for number, line in enumerate(file, 1)
            if line.strip() and not line.startswith("#")
        ]
    _, header = lines[0]
    for number, cells in lines[1:]:
        if len(cells) != len(header):
            what = f"{len(cells)} columns, the header has {len(header)}"
            raise ValueError(f"nlp/lexicon/{name}:{number}: {what}")
    return [dict(zip(header, cells, strict=True)) for _, cells in lines[1:]]
