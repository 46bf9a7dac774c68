"""
Train the models that nlp/hunches.py reads; deterministic, byte for byte.

    python scripts/train_redflags.py --data DIR [--out DIR] [--report]

The texts of tests/data/redflags (one file a writer) and the project's own messages teach what is
an emergency and what only sounds like one. Those of tests/data/complaints, which are none, and
texts of DIR/train.jsonl, DIR/search_intents.jsonl and tests/data/intents as the rules judge them,
stand for all that people write on an ordinary day. Only weights leave this script. `--report`
prints what rules and model catch together of each writer when they have not seen that writer, for
several thresholds. The writers of `JUDGES` never teach and choose nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from nlp import hunches, lexicon, redflags
from nlp.triage_model import Curve, load
from scripts import model_file
from scripts.model_file import Trained
from scripts.triage_texts import WRITTEN, table

TESTS = Path(__file__).resolve().parents[1] / "tests"
WRITERS = TESTS / "data" / "redflags"
JUDGES = tuple(TESTS / "data" / f"redflags_{name}.tsv" for name in ("sixth", "eighth", "twelfth"))
OWN = (
    TESTS / "nlp" / "redflag_messages.tsv",
    TESTS / "data" / "redflags_unseen.tsv",
    TESTS / "data" / "redflags_fourth.tsv",
)
# Complaints and wishes of ordinary days, ours: tables, and lists without a header.
EVERYDAY = tuple(TESTS / "data" / f"{name}.tsv" for name in ("first_messages", "everyday"))
LISTS = tuple(TESTS / "data" / f"{name}.tsv" for name in ("triage_thin", "triage_questions"))
# One in so many of the ordinary texts, chosen by hash.
SHARES = {"train.jsonl": 3, "search_intents.jsonl": 15}
ORDINARY_WEIGHT, FORUM_WEIGHT = 1.0, 0.12
DANGER_FEATURES, ROW_FEATURES = 40_000, 4_000
MIN_ROW_TEXTS = 6
# So often must be what only ordinary texts hold: a big toe that turns in is no crooked mouth.
USUAL = 4
STRENGTH = 1.2  # inverse regularisation, of rows as long as the root of their features
TOLERANCE = 0.01
NO_CURVE = Curve(1.0, 0.0)
THRESHOLDS = [
    (s / 10, u / 10, t / 10) for s in (-8, -5, -3) for u in (-6, -3, 0) for t in (-25, -15)
]
# What the tables of own messages say of a text with this level; a `no` is of one row only.
_EXPECTED = {
    "emergency": ("yes", "emergency", "today"),
    "today": ("yes", "no", "today"),
    "none": ("no", "none"),
}


class Text(NamedTuple):
    """
    One text: who wrote it, what it should be, its features, and the rows that rules fire.

    Ordinary ones stand for all that people write who are in no danger.
    """

    writer: str
    text: str
    level: str
    row: str
    features: set[str]
    flags: tuple[redflags.Flag, ...]
    is_ordinary: bool = False


def read(writer: str, text: str, level: str, row: str) -> Text:
    """Return a text with what the rules see in it."""
    features, flags = redflags.traits(text)
    name = f"rf{row:0>2}" if row.isdigit() else f"rf{row}"
    return Text(writer, text, level, name, features, flags)


def taught() -> list[Text]:
    """Return the texts of the writers."""
    return [
        read(path.stem, r["text"], r["expected"], r["row"])
        for path in sorted(WRITERS.glob("*.tsv"))
        for r in table(path)
    ]


def own() -> list[Text]:
    """
    Return the project's own messages, without what the rules see in them.

    The rules were fitted to these, so what they see would look more certain than it is.
    """
    found: dict[str, Text] = {}
    for path in OWN:
        for r in table(path):
            seen = read("own", r["text"], "none", "")
            urgent = any(flag.urgency == "emergency" for flag in seen.flags)
            level = ("emergency" if urgent else "today") if seen.flags else "none"
            row = seen.flags[0].id if seen.flags else ""
            if (r.get("fires") or r["level"]) in _EXPECTED[level]:
                found[r["text"]] = _in_words(seen)._replace(level=level, row=row)
    return [*found.values()]


def ordinary(data: Path) -> list[Text]:
    """
    Return texts of ordinary days, as the rules judge them, and all on which a rule fires.

    Those keep the model from taking the manner of a forum for a sign that nothing is the matter.
    """
    said = (*sorted((TESTS / "data" / "intents").glob("*.tsv")), *EVERYDAY)
    texts = [r["text"] for path in said for r in table(path)]
    for path in LISTS:
        lines = path.read_text("utf-8").splitlines()
        texts += [line.rpartition("\t")[2] for line in lines if not line.startswith("#")]
    for name, share in SHARES.items():
        for line in (data / name).open(encoding="utf-8"):
            record = json.loads(line)
            for text in filter(None, (record["text"], record.get("short"))):
                chosen = int(hashlib.sha256(text.encode()).hexdigest(), 16) % share == 0
                if chosen or redflags.traits(text)[1]:
                    texts.append(text)
    found = [
        read("ordinary", text, "none", "")._replace(is_ordinary=True)
        for text in dict.fromkeys(texts)
    ]
    return [_in_words(t)._replace(level=t.flags[0].urgency) if t.flags else t for t in found]


def harmless() -> list[Text]:
    """Return the complaints that are no emergency, whatever the rules say, by writer."""
    return [
        _in_words(read(f"everyday {path.stem}", r["text"], "none", ""))._replace(is_ordinary=True)
        for path in sorted(WRITTEN.glob("*.tsv"))
        for r in table(path)
    ]


def _in_words(text: Text) -> Text:
    """Return a text without what the rules see in it, which they were fitted to or decide."""
    return text._replace(features={f for f in text.features if not f.startswith("<")})


def matrix(texts: Sequence[Text], vocabulary: list[str], rarity: np.ndarray) -> csr_matrix:
    """Return rarity for what occurs, divided by the root of how much of it is known."""
    index = {feature: i for i, feature in enumerate(vocabulary)}
    columns: list[int] = []
    starts, values = [0], []
    for text in texts:
        known = sorted(index[f] for f in text.features if f in index)
        columns += known
        values += list(rarity[known] / math.sqrt(len(known) or 1))
        starts.append(len(columns))
    return csr_matrix((values, columns, starts), shape=(len(texts), len(vocabulary)))


def vocabulary_of(texts: Sequence[Text], least: int) -> tuple[list[str], np.ndarray]:
    """Return the features that are not too rare (of ordinary talk: usual), and how rare."""
    counts = Counter(feature for text in texts for feature in text.features)
    told = {f for text in texts if not text.is_ordinary for f in text.features}
    words = sorted(f for f, n in counts.items() if n >= (least if f in told else USUAL))
    rarity = [math.log((1 + len(texts)) / (1 + counts[word])) + 1 for word in words]
    return words, np.array(rarity)


def fitted(
    texts: Sequence[Text], names: list[str], labels: Iterable[str], size: int, least: int = 2
) -> tuple[list[str], Trained]:
    """Fit one column a name, keep the `size` features that matter most, and fit again."""
    words, rarity = vocabulary_of(texts, least)
    labels = list(labels)
    for last in (False, True):
        weights, bias = _columns(matrix(texts, words, rarity), texts, names, labels)
        weights *= rarity[:, None]
        if last or len(words) <= size:
            break
        power = np.abs(weights).max(axis=1)
        best = np.sort(np.argsort(-power, kind="stable")[:size])
        words, rarity = [words[i] for i in best], rarity[best]
    return names, Trained(weights, bias, np.ones(len(words)), words)


def _weight(text: Text) -> float:
    """Return how much a text counts; of ordinary ones, those on which rules fire least."""
    if not text.is_ordinary:
        return 1.0
    return FORUM_WEIGHT if text.flags else ORDINARY_WEIGHT


def _columns(
    rows: csr_matrix, texts: Sequence[Text], names: list[str], labels: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    weight = np.array([_weight(text) for text in texts])
    weights, bias = [], []
    for name in names:
        model = LogisticRegression(C=STRENGTH, solver="liblinear", tol=TOLERANCE, random_state=0)
        model.fit(rows, [label == name for label in labels], sample_weight=weight)
        weights.append(model.coef_[0])
        bias.append(model.intercept_[0])
    return np.array(weights).T, np.array(bias)


def train(texts: Sequence[Text], out: Path) -> None:
    """Write both models."""
    labels = ["danger" if t.level != "none" else "none" for t in texts]
    danger = fitted(texts, ["danger"], labels, DANGER_FEATURES)
    model_file.write(out / hunches.DANGER_FILE.name, *danger, NO_CURVE)
    told = [t for t in texts if t.level != "none" and not t.is_ordinary]
    rows = [f"{t.row}:{t.level}" for t in told]
    names = sorted(name for name, n in Counter(rows).items() if n >= MIN_ROW_TEXTS)
    model_file.write(
        out / hunches.ROWS_FILE.name,
        *fitted(told, names, rows, ROW_FEATURES, MIN_ROW_TEXTS),
        NO_CURVE,
    )


def report(texts: Sequence[Text], scratch: Path) -> None:
    """
    Print what is caught and what fires wrongly, of each writer unseen, at several thresholds.

    "together" are the writers of emergencies and their twins, "everyday" those of complaints.
    """
    writers = sorted({t.writer for t in texts} - {"own", "house", "ordinary"})
    scored = []
    for writer in writers:
        danger = danger_of([t for t in texts if t.writer != writer], scratch)
        scored += [(t, danger(t.features)) for t in texts if t.writer == writer]
    scratch.unlink()
    groups = {writer: [one for one in scored if one[0].writer == writer] for writer in writers}
    groups["together"] = [one for one in scored if not one[0].is_ordinary]
    groups["everyday"] = [one for one in scored if one[0].is_ordinary]
    for sure, unlikely, today in THRESHOLDS:
        cells = [f"{name} {_rates(told, sure, unlikely, today)}" for name, told in groups.items()]
        print(f"sure {sure:4} unlikely {unlikely:4} {today:4}: " + "  ".join(cells), flush=True)


def _rates(
    scored: Sequence[tuple[Text, float]], sure: float, unlikely: float, today: float
) -> str:
    """Return the shares of dangers that fire, and of what is none."""
    fired: dict[bool, list[bool]] = {True: [], False: []}
    for text, score in scored:
        hit = score >= _least(text.flags, sure, unlikely, today)
        fired[text.level != "none"].append(hit)
    return "/".join(f"{sum(hits) / len(hits):.3f}" if hits else "-" for hits in fired.values())


def _least(flags: Sequence[redflags.Flag], sure: float, unlikely: float, today: float) -> float:
    """Return the score from which a message counts, after what the rules say of it."""
    if not flags:
        return sure
    return unlikely if redflags.alarm(flags) else today


def danger_of(texts: Sequence[Text], scratch: Path) -> hunches.Danger:
    """Return the model of danger that these texts teach, as it would be shipped."""
    labels = ["danger" if t.level != "none" else "none" for t in texts]
    model_file.write(scratch, *fitted(texts, ["danger"], labels, DANGER_FEATURES), NO_CURVE)
    return hunches.danger_of(load(scratch))


def main() -> None:
    """Train, or report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=lexicon.HERE)
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    texts = [*taught(), *own(), *ordinary(options.data), *harmless()]
    if options.report:
        report(texts, options.out / "redflags.scratch")
    else:
        train(texts, options.out)


if __name__ == "__main__":
    main()
