"""
Train the department model that nlp/triage.py reads; deterministic, byte for byte.

    python scripts/train_triage.py --data DIR [--out FILE]

DIR holds train.jsonl, dev.jsonl, dev_short.jsonl, facts_disease.jsonl and facts_symptom.tsv. Only
weights leave this script: sequences of one to three characters that occur in at least
three rows, and numbers. The development rows only fit the two calibration numbers.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple, TypedDict

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from nlp import departments, lexicon
from nlp.heard import Person
from nlp.triage import (
    CHILD_FEATURE,
    FALLBACK,
    SHIPPED,
    Model,
    grams,
    load,
    normalise,
    score,
    speaks_of_child,
)

FEATURES = 30_000
MIN_ROWS = 3
# How much one row of a source weighs: rows whose disease is always named teach little.
SOURCE_WEIGHT = {
    "iflytek_haodf": 1.0, "toyhom_sample": 0.6, "chip_sts": 0.3,
    "ncov_similar": 0.4, "cmtmedqa_test": 1.5, "dxy_selfreport": 1.0,
}  # fmt: skip
SHORT_WEIGHT = 0.6
# A child known only by its age is also shown without it, this much: chat texts rarely tell.
UNSEEN_AGE_WEIGHT = 0.25
DISEASE_WEIGHT = 0.6
SYMPTOM_WEIGHT = 0.6
HINT_WEIGHT = 4.0
# Departments that the fact lists name beside the one a patient would see first.
SECOND_CHOICE = {"中医科": 0.3, "儿科": 0.3, "肿瘤科": 0.4, "急诊科": 0.3, "感染科": 0.7}


class Row(TypedDict):
    """One training text with its features, department and weight."""

    features: set[str]
    name: str
    weight: float


def lines(path: Path) -> list[dict[str, object]]:
    """Read a JSON-lines file."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def row(text: str, name: str, weight: float, *, child: bool = False) -> Row:
    """Turn a text into a training row."""
    features = grams(normalise(text))
    if child or speaks_of_child(text):
        features.add(CHILD_FEATURE)
    return Row(features=features, name=name, weight=weight)


def patient_rows(data: Path) -> list[Row]:
    """Patients' own texts and titles; a child known only by its age is shown both ways."""
    found: list[Row] = []
    for r in lines(data / "train.jsonl"):
        name = str(r["dept"])
        if name == FALLBACK:
            continue
        weight = SOURCE_WEIGHT[str(r["source"])]
        texts = [(str(r["text"]), weight)]
        if r.get("short"):
            texts.append((str(r["short"]), weight * SHORT_WEIGHT))
        for text, w in texts:
            if r.get("age") == "0+":
                found += [row(text, name, w, child=True), row(text, name, w * UNSEEN_AGE_WEIGHT)]
            else:
                found.append(row(text, name, w))
    return found


def fact_rows(data: Path) -> list[Row]:
    """Diseases, symptoms and the lay hints; a fact with several departments is split."""
    found: list[Row] = []
    for r in lines(data / "facts_disease.jsonl"):
        names = {n: SECOND_CHOICE.get(n, 1.0) for n in r["depts"] if n != FALLBACK}
        total = sum(names.values()) or 1.0
        texts = [str(r["disease"]), *map(str, r["alias"]), ",".join(map(str, r["symptoms"]))]
        for name, share in names.items():
            w = DISEASE_WEIGHT * share / total
            found += [row(t, name, w) for t in texts if t]
    with (data / "facts_symptom.tsv").open(encoding="utf-8") as file:
        next(file)
        for line in file:
            symptom, diseases, tops = line.rstrip("\n").split("\t")
            shares = [t.rsplit(":", 1) for t in tops.split()]
            weight = SYMPTOM_WEIGHT * min(2.0, math.log1p(float(diseases)) / 2)
            found += [
                row(symptom, n, weight * float(s) * SECOND_CHOICE.get(n, 1.0))
                for n, s in shares
                if n != FALLBACK
            ]
    for r in lexicon.rows("triage_hints.tsv"):
        found += [row(p, r["department"], HINT_WEIGHT) for p in r["phrases"].split()]
    for r in lexicon.rows("departments.tsv"):
        if r["name"] != FALLBACK:
            found += [row(p, r["name"], 1.0) for p in [r["name"], *r["spoken"].split()]]
    return [r for r in found if r["features"]]


def matrix(rows: list[Row], index: dict[str, int], rarity: np.ndarray) -> csr_matrix:
    """Unit-length rows of rarity weights."""
    indptr, indices, values = [0], [], []
    for r in rows:
        known = sorted(index[f] for f in r["features"] if f in index)
        norm = math.sqrt(float((rarity[known] ** 2).sum())) or 1.0
        indices += known
        values += [float(rarity[i]) / norm for i in known]
        indptr.append(len(indices))
    return csr_matrix((values, indices, indptr), shape=(len(rows), len(index)))


def train(rows: list[Row], vocabulary: list[str], names: list[str]) -> Trained:
    """Fit one-against-rest linear models; rare departments count more than their rows."""
    index = {f: i for i, f in enumerate(vocabulary)}
    count = Counter(f for r in rows for f in r["features"] if f in index)
    rarity = np.array([1 + math.log((1 + len(rows)) / (1 + count[f])) for f in vocabulary])
    step = rarity.max() / 255
    rarity = np.round(rarity / step) * step
    labels = np.array([names.index(r["name"]) for r in rows])
    weights = np.array([r["weight"] for r in rows])
    mass = np.bincount(labels, weights, minlength=len(names))
    weights = weights * (mass.mean() / mass[labels]) ** 0.5
    model = LinearSVC(C=0.5, random_state=0, tol=1e-3)
    model.fit(matrix(rows, index, rarity), labels, sample_weight=weights)
    return Trained(model.coef_.T * rarity[:, None], model.intercept_, rarity, vocabulary, names)


def pruned(rows: list[Row], names: list[str]) -> list[str]:
    """Return the FEATURES sequences with the heaviest weights in a first, larger model."""
    count = Counter(f for r in rows for f in r["features"])
    vocabulary = sorted(f for f, n in count.items() if n >= MIN_ROWS)
    weights = train(rows, vocabulary, names).weights
    power = np.abs(weights).max(axis=1) * np.log1p([count[f] for f in vocabulary])
    best = np.argsort(-power, kind="stable")[:FEATURES]
    return sorted({vocabulary[i] for i in best} | {CHILD_FEATURE})


class Trained(NamedTuple):
    """A trained model: one row of weights per word of the vocabulary, one column per name."""

    weights: np.ndarray
    bias: np.ndarray
    rarity: np.ndarray
    vocabulary: list[str]
    names: list[str]


def write(out: Path, model: Trained, sharpness: float, doubt: float) -> None:
    """Write the model file that nlp.triage.load reads."""
    step = float(np.quantile(np.abs(model.weights), 0.9999)) / 127
    small = np.clip(np.round(model.weights / step), -127, 127).astype(np.int16) + 128
    words = "\n".join(model.vocabulary).encode()
    rarity_step = float(model.rarity.max()) / 255
    about = {
        "names": model.names,
        "features": len(model.vocabulary),
        "vocabulary_bytes": len(words),
        "bias": [round(float(b), 5) for b in model.bias],
        "scale": round(step, 8),
        "rarity_step": round(rarity_step, 8),
        "sharpness": sharpness,
        "doubt": doubt,
    }
    head = json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode()
    body = words + np.round(model.rarity / rarity_step).astype(np.uint8).tobytes()
    out.write_bytes(head + b"\n" + body + small.astype(np.uint8).tobytes())


def calibrate(out: Path, data: Path) -> tuple[float, float]:
    """Fit sharpness and doubt to the likelihood of the long and short development rows."""
    model = load(out)
    cases = []
    for file in ("dev.jsonl", "dev_short.jsonl"):
        for r in lines(data / file):
            text = str(r["text"])
            features = grams(normalise(text)) | (
                {CHILD_FEATURE} if speaks_of_child(text) else set()
            )
            margins, known = model.margins(features)
            if known:
                gold = model.names.index(r["dept"]) if r["dept"] in model.names else -1
                cases.append((np.array(margins), gold))
    table = np.array([m for m, _ in cases])
    gold = np.array([g for _, g in cases])

    def loss(x: np.ndarray) -> float:
        raw = np.exp(x[0] * (table - table.max(axis=1, keepdims=True)))
        p = raw / raw.sum(axis=1, keepdims=True)
        unsure = x[1] * (1 - p.max(axis=1))
        own = p[np.arange(len(gold)), gold] * (1 - unsure)
        return float(-np.log(np.where(gold < 0, unsure, own) + 1e-9).mean())

    best = minimize(loss, [3.0, 0.2], method="Nelder-Mead", options={"xatol": 1e-3})
    return round(float(best.x[0]), 3), round(float(np.clip(best.x[1], 0.02, 0.6)), 3)


def hit_rates(model: Model, rows: list[dict[str, object]], *, aged: bool) -> str:
    """Return top-1, top-3 and the expected calibration error of one file as a line of text."""
    first = third = 0
    bins: dict[int, list[float]] = {}
    for r in rows:
        person = Person(age_years=5.0) if aged and r.get("age") == "0+" else Person()
        got = score(str(r["text"]), person, 3, model)
        right = got[0].name == r["dept"]
        first += right
        third += r["dept"] in [n.name for n in got]
        bins.setdefault(int(10 * got[0].score), []).append(got[0].score - right)
    error = sum(abs(sum(gaps)) for gaps in bins.values()) / len(rows)
    return f"top-1 {first / len(rows):.3f} top-3 {third / len(rows):.3f} calibration {error:.3f}"


def report(out: Path, data: Path) -> None:
    """Print the figures of both development files, also without the catch-all label."""
    model = load(out)
    for file in ("dev.jsonl", "dev_short.jsonl"):
        rows = lines(data / file)
        named = [r for r in rows if r["dept"] != FALLBACK]
        print(f"{file:16} as written       {hit_rates(model, rows, aged=False)}")
        print(f"{file:16} no catch-all     {hit_rates(model, named, aged=False)}")
        print(f"{file:16} child age known  {hit_rates(model, rows, aged=True)}")


def main() -> None:
    """Train, prune, train again, calibrate, write, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    args = parser.parse_args()
    names = [name for name in departments.NATIONAL if name != FALLBACK]
    rows = patient_rows(args.data) + fact_rows(args.data)
    vocabulary = pruned(rows, names)
    model = train(rows, vocabulary, names)
    write(args.out, model, 3.0, 0.2)
    write(args.out, model, *calibrate(args.out, args.data))
    print(f"{args.out}: {args.out.stat().st_size} bytes, {len(vocabulary)} features")
    report(args.out, args.data)


if __name__ == "__main__":
    main()
