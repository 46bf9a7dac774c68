"""The small intent model: it keeps its figure on texts it has not seen, and can be made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp import intents, triage
from nlp.intent_rows import INTENTS
from nlp.understand import understand
from scripts import train_intents
from tests.nlp.test_lay_words import HOUSE, NOW


@pytest.fixture(scope="module")
def texts() -> list[train_intents.Row]:
    return train_intents.rows(train_intents.DATA)


def test_wishes_in_words_it_never_saw_are_heard(texts: list[train_intents.Row]) -> None:
    unseen = train_intents.held_out(texts)
    assert len(unseen) > 1500
    assert train_intents.unseen_f1(texts, unseen) >= 0.9


@pytest.mark.parametrize(
    ("writer", "least"), [("unseen", 0.92), ("mixed", 0.91), ("ordinary", 0.95)]
)
def test_writers_who_never_taught_are_understood(writer: str, least: float) -> None:
    """All labels, the talk's answers too, as first messages."""
    path = Path(__file__).parents[1] / "data" / f"wishes_{writer}.tsv"
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()[3:]]
    assert len(rows) >= 396
    wrong = [(i, text) for i, text in rows if understand(text, NOW, HOUSE).intent != i]
    assert len(wrong) <= (1 - least) * len(rows), wrong


def test_every_wish_is_written_in_many_ways_at_least_sixty_times(
    texts: list[train_intents.Row],
) -> None:
    counts = {intent: 0 for intent in INTENTS if intent != "emergency"}
    for row in texts:
        counts[row.intent] += 1
    assert min(counts.values()) >= 60
    assert len({row.style for row in texts}) >= 9


@pytest.mark.slow
def test_the_script_makes_the_same_file_twice(
    texts: list[train_intents.Row], tmp_path: Path
) -> None:
    few = [row for row in texts if train_intents.is_training(row.text)][::4]
    made = []
    for name in ("one.bin", "two.bin"):
        train_intents.write(train_intents.train(few), tmp_path / name)
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]


def test_a_file_cut_off_is_refused(tmp_path: Path) -> None:
    half = tmp_path / "half.bin"
    half.write_bytes(intents.MODEL_FILE.read_bytes()[:-10])
    with pytest.raises(ValueError, match="cut off"):
        triage.load(half)
