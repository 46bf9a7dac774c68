"""
Train the small model that tells complaints from everything else; deterministic, byte for byte.

    python scripts/train_ailing.py --data DIR [--out FILE] [--permissive]

DIR holds train.jsonl as for scripts/train_triage.py: its titles and one clause of each text are
complaints, with the first messages of tests/data/complaints, the lay hints and our own utterances.
What is none: our own utterances of all other wishes (the training half of tests/data/intents) and
common words of jieba's dictionary.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import jieba
import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from nlp import ailing, lexicon, symptoms, triage_model
from scripts import model_file
from scripts.model_file import Trained
from scripts.train_intents import DATA as UTTERANCES
from scripts.train_intents import is_training
from scripts.triage_texts import PERMISSIVE, WRITTEN, lines, table

# Intents whose utterances tell of an ailment, or may.
AILING, EITHER = frozenset({"symptom"}), frozenset({"education", "reading"})
OWN_WEIGHT, HINT_WEIGHT, WRITTEN_WEIGHT = 3.0, 2.0, 0.5
TITLE_WEIGHT, CLAUSE_WEIGHT, WORD_WEIGHT = 0.3, 0.15, 0.03
LEAST_CLAUSE, MOST_CLAUSE = 4, 20
WORDS, COMMON = 20_000, 100
MIN_TEXTS = 4
STRENGTH = 3.0
_CLAUSES = re.compile(r"[,，。;；!！?？\n 、]+")


class Text(NamedTuple):
    """One text, whether it speaks of an ailment, and its weight."""

    text: str
    is_ailing: bool
    weight: float


def utterances(folder: Path) -> Iterator[Text]:
    """Our own messages to a desk; a wish that names its complaint counts on neither side."""
    for path in sorted(folder.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                text, is_ailing = row["text"], row["intent"] in AILING
                if row["intent"] in EITHER or not is_training(text):
                    continue
                if is_ailing or not symptoms.find(text)[0]:
                    yield Text(text, is_ailing, OWN_WEIGHT)


def complaints(data: Path, *, permissive: bool) -> Iterator[Text]:
    """Patients' titles, a clause of each text, written first messages, lay hints and words."""
    for path in sorted(WRITTEN.glob("*.tsv")):
        for row in table(path):
            yield Text(row["text"], is_ailing=True, weight=WRITTEN_WEIGHT)
    rng = random.Random(5)
    for row in lines(data / "train.jsonl"):
        if permissive and row["source"] not in PERMISSIVE:
            continue
        if row.get("short"):
            yield Text(str(row["short"]), is_ailing=True, weight=TITLE_WEIGHT)
        clauses = [
            c for c in _CLAUSES.split(str(row["text"])) if LEAST_CLAUSE <= len(c) <= MOST_CLAUSE
        ]
        if clauses:
            yield Text(rng.choice(clauses), is_ailing=True, weight=CLAUSE_WEIGHT)
    hints = [phrase for r in lexicon.rows("triage_hints.tsv") for phrase in r["phrases"].split()]
    for phrase in (*hints, *(r["said"] for r in lexicon.rows("lay_words.tsv"))):
        yield Text(phrase, is_ailing=True, weight=HINT_WEIGHT)


def words() -> Iterator[Text]:
    """Common words of the language, by how often they are said."""
    path = Path(jieba.__file__).parent / "dict.txt"
    found = [line.split()[:2] for line in path.read_text(encoding="utf-8").splitlines()]
    common = [(w, int(n)) for w, n in found if len(w) > 1 and int(n) >= COMMON]
    for word, count in random.Random(5).sample(common, WORDS):
        yield Text(word, is_ailing=False, weight=WORD_WEIGHT * math.log(count))


def train(texts: list[Text]) -> Trained:
    """Fit a logistic regression over rows of unit length."""
    seen = [ailing.features(t.text) for t in texts]
    counts = Counter(feature for one in seen for feature in one)
    vocabulary = sorted(f for f, n in counts.items() if n >= MIN_TEXTS)
    index = {feature: i for i, feature in enumerate(vocabulary)}
    columns, starts, values = [], [0], []
    for one in seen:
        known = sorted(index[f] for f in one if f in index)
        columns += known
        values += [1 / math.sqrt(len(known) or 1)] * len(known)
        starts.append(len(columns))
    matrix = csr_matrix((values, columns, starts), shape=(len(texts), len(vocabulary)))
    model = LogisticRegression(C=STRENGTH, max_iter=400)
    model.fit(matrix, [t.is_ailing for t in texts], sample_weight=[t.weight for t in texts])
    return Trained(model.coef_.T, model.intercept_, np.ones(len(vocabulary)), vocabulary)


def main() -> None:
    """Train and write the model."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=ailing.MODEL_FILE)
    parser.add_argument("--permissive", action="store_true", help="permissive licences only")
    options = parser.parse_args()
    told = complaints(options.data, permissive=options.permissive)
    model = train([*utterances(UTTERANCES), *told, *words()])
    model_file.write(options.out, ["ailing"], model, triage_model.Curve(1.0, 0.0))
    size = options.out.stat().st_size
    print(f"{options.out}: {size} bytes, {len(model.vocabulary)} features")


if __name__ == "__main__":
    main()
