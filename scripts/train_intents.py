"""
Train the small models that nlp/intents.py reads; deterministic, byte for byte.

    python scripts/train_intents.py [--data DIR] [--out FILE] [--moods FILE] [--report]

DIR (default tests/data/intents) holds one TSV for each way of writing (young, old, dialect,
voice-to-text …) with the columns intent and text, all written for this project; a hospital adds
its own rows or files. All of them train what is shipped. `--report` trains without three of ten
texts, by hash, and prints macro-F1 on these; then the same for each way of writing left out.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import math
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from nlp import intents, moods, particulars, triage_model
from nlp.heard import Context
from nlp.senses import cues_of
from nlp.vocabulary import DoctorEntry, Vocabulary
from scripts import model_file
from scripts.model_file import Trained
from scripts.triage_texts import WRITTEN, table

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tests" / "data" / "intents"
TRAIN_TENTHS = 7
EVERY = 2  # all complaints would outweigh the other wishes
TITLES = {"titles", "clipped"}  # too short to tell a complaint from a question of knowledge
MIN_TEXTS = 3  # 2 makes the file half as large again and hears no more
STRENGTH = 10.0  # inverse regularisation; 5 to 60 differ by half a point on the training half
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
# Of a desk's acts: what is wished in these, and what says nothing of either.
STARTS = intents.ACTS | {"extra", "staff"}
OF_THE_TALK = frozenset({"stop", "back", "restart", "repeat", "choose", "affirm"})
MOOD_STRENGTH = 30.0
# Texts that hold the words of an act and not the wish teach the moods; at full weight they would
# make the usual wordings doubtful to the model of wishes.
SPOKEN, SPOKEN_WEIGHT = "denied", 0.7
# Complaints are commoner than their share of the texts, messages to somebody else rarer.
SHARES = {"symptom": 1.5, "unknown": 0.7}
MENTIONS = frozenset({"clinic_info", "deny", "unknown"})
# Writers who were asked to go around the usual word: left out as a whole they tell more.
DEEP = frozenset(
    {"town", "regions", "reasons", "elders", "workers"}
    | {"villages", "trades", "roundabout", "provinces", "corridor"}
)
# The names the texts speak of: a doctor's name is a fact, not letters to learn.
HOUSE = Vocabulary(
    doctors=tuple(
        DoctorEntry(f"D{n}", name, "S", "X")
        for n, name in enumerate(
            ("王建国", "李秀英", "张伟", "王敏", "周一鸣", "李芳", "赵强", "陈静", "刘洋")
        )
    ),
    version=1,
)


class Row(NamedTuple):
    """One text: who wrote it, what is wanted, its features and what grammar and facts see."""

    style: str
    intent: str
    text: str
    features: set[str]
    cues: intents.Cues
    spoken: moods.Mentions

    @property
    def mood(self) -> str | None:
        """Whether an act is wished or only mentioned; None where that cannot be told from it."""
        if self.intent in OF_THE_TALK:
            return None
        is_errand = self.intent == "privacy" and particulars.errand(self.text) is not None
        return moods.WISHED if is_errand or self.intent in STARTS else moods.MENTIONED


def is_training(text: str) -> bool:
    """Tell by hash whether a text trains or measures."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 10 < TRAIN_TENTHS


def rows(data: Path) -> list[Row]:
    """Read all texts, in the order of the files' names; then some of the written complaints."""
    found = []
    for path in sorted(data.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            lines = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            found += [_row(path.stem, row["intent"], row["text"]) for row in lines]
    for path in sorted(WRITTEN.glob("*.tsv")):
        if path.stem in TITLES:
            continue
        found += [_row("complaints", "symptom", row["text"]) for row in table(path)[::EVERY]]
    return found


def _row(style: str, intent: str, text: str) -> Row:
    cues = cues_of(text, NOW, HOUSE, Context())
    return Row(style, intent, text, intents.traits(text, cues), cues, moods.find(text))


def train(texts: list[Row]) -> tuple[list[str], Trained]:
    """Fit the model of wishes; names first."""
    seen, names = [row.features for row in texts], [row.intent for row in texts]
    return fit(seen, names, STRENGTH, [_weight(row) for row in texts])


def _weight(row: Row) -> float:
    """How heavily a text teaches the model of wishes; most weigh one."""
    spoken = SPOKEN_WEIGHT if row.style == SPOKEN and row.intent in MENTIONS else 1.0
    return spoken * SHARES.get(row.intent, 1.0)


def train_moods(texts: list[Row]) -> tuple[list[str], Trained]:
    """Fit the model of moods on the texts that speak of an act; names first."""
    told = [row for row in texts if row.spoken.around and row.mood]
    names = [str(row.mood) for row in told]
    found, one = fit([row.spoken.features() for row in told], names, MOOD_STRENGTH)
    # Of two names there is one column; the file has one for each.
    weights = np.hstack([-one.weights / 2, one.weights / 2])
    return found, one._replace(weights=weights, bias=np.array([-0.5, 0.5]) * one.bias)


def fit(
    seen: list[set[str]],
    names: list[str],
    strength: float,
    row_weights: Sequence[float] | None = None,
) -> tuple[list[str], Trained]:
    """Fit a logistic regression over tf-idf rows of unit length."""
    counts = Counter(feature for one in seen for feature in one)
    vocabulary = sorted(f for f, n in counts.items() if n >= MIN_TEXTS)
    index = {feature: i for i, feature in enumerate(vocabulary)}
    rarity = np.array([math.log((1 + len(seen)) / (1 + counts[f])) + 1 for f in vocabulary])
    columns, starts, values = [], [0], []
    for one in seen:
        known = sorted(index[f] for f in one if f in index)
        weights = rarity[known]
        columns += known
        values += list(weights / (np.sqrt((weights**2).sum()) or 1.0))
        starts.append(len(columns))
    matrix = csr_matrix((values, columns, starts), shape=(len(seen), len(vocabulary)))
    model = LogisticRegression(C=strength, max_iter=200, tol=1e-4)
    model.fit(matrix, names, sample_weight=row_weights)
    weights = model.coef_.T * rarity[:, None]
    return list(model.classes_), Trained(weights, model.intercept_, rarity, vocabulary)


def write(trained: tuple[list[str], Trained], out: Path) -> None:
    """Write the names and the model; its scores are log-odds as they are."""
    names, model = trained
    model_file.write(out, names, model, triage_model.Curve(1.0, 0.0))


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the mean F1 over the intents that occur."""
    names = sorted({wanted for wanted, _ in pairs})
    found = []
    for name in names:
        hits = sum(w == g == name for w, g in pairs)
        said = sum(w == name for w, _ in pairs) + sum(g == name for _, g in pairs)
        found.append(2 * hits / said)
    return sum(found) / len(found)


def judged(texts: list[Row], trained: intents.Models) -> float:
    """Return macro-F1 of grammar and the models together on texts."""
    pairs = [(r.intent, intents.guess(r.text, r.cues, trained)[0]) for r in texts]
    return macro_f1(pairs)


def unseen_f1(texts: list[Row], tests: list[Row]) -> float:
    """Return macro-F1 on `tests` of a model that was trained on the other texts alone."""
    left_out = {row.text for row in tests}
    rest = [row for row in texts if row.text not in left_out]
    with TemporaryDirectory() as folder:
        wishes, spoken = Path(folder) / "intents.bin", Path(folder) / "moods.bin"
        write(train(rest), wishes)
        write(train_moods(rest), spoken)
        return judged(tests, intents.Models(triage_model.load(wishes), triage_model.load(spoken)))


def held_out(texts: list[Row]) -> list[Row]:
    """Return the texts that measure wishes: by hash, of those who say them in the usual words."""
    return [r for r in texts if r.style not in {SPOKEN, *DEEP} and not is_training(r.text)]


def report(texts: list[Row]) -> None:
    """Print macro-F1 on the measuring texts and for each style when it is left out."""
    splits = {"held out by hash": held_out(texts)}
    for style in sorted({row.style for row in texts}):
        splits[f"without {style}"] = [row for row in texts if row.style == style]
    for name, tests in splits.items():
        figure = unseen_f1(texts, tests)
        print(f"{name:18} {len(tests):5} texts  macro-F1 {figure:.3f}", flush=True)


def main() -> None:
    """Train and write the model."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=intents.MODEL_FILE)
    parser.add_argument("--moods", type=Path, default=moods.MODEL_FILE)
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    texts = rows(options.data)
    if options.report:
        report(texts)
        return
    write(train(texts), options.out)
    write(train_moods(texts), options.moods)


if __name__ == "__main__":
    main()
