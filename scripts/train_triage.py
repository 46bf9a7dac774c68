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
from typing import TypedDict

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from nlp import departments, lexicon  # noqa: E402 - the repository is put on the path first
from nlp.heard import Person  # noqa: E402
from nlp.triage import CHILD_TOKEN, FALLBACK, SHIPPED, grams, load, normalise, score, speaks_of_child  # noqa: E402

FEATURES = 30_000
MIN_ROWS = 3
# How much one row of a source weighs: rows whose disease is always named teach little.
SOURCE_WEIGHT = {
    "iflytek_haodf": 1.0, "toyhom_sample": 0.6, "chip_sts": 0.3,
    "ncov_similar": 0.4, "cmtmedqa_test": 1.5, "dxy_selfreport": 1.0,
}  # fmt: skip
SHORT_WEIGHT = 0.6
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
        features.add(CHILD_TOKEN)
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
                found += [row(text, name, w * 0.5, child=True), row(text, name, w * 0.5)]
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


def train(rows: list[Row], vocabulary: list[str], names: list[str]) -> tuple[np.ndarray, ...]:
    """Return (weights per feature and name, bias, rarity) of one-against-rest linear models."""
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
    return model.coef_.T * rarity[:, None], model.intercept_, rarity


def pruned(rows: list[Row], names: list[str]) -> list[str]:
    """Return the FEATURES sequences with the heaviest weights in a first, larger model."""
    count = Counter(f for r in rows for f in r["features"])
    vocabulary = sorted(f for f, n in count.items() if n >= MIN_ROWS)
    weights, _, _ = train(rows, vocabulary, names)
    power = np.abs(weights).max(axis=1) * np.log1p([count[f] for f in vocabulary])
    best = np.argsort(-power, kind="stable")[:FEATURES]
    return sorted({vocabulary[i] for i in best} | {CHILD_TOKEN})


def write(out: Path, parts: tuple[np.ndarray, ...], vocabulary: list[str], names: list[str],
          sharpness: float, doubt: float) -> None:  # fmt: skip
    """Write the model file that nlp.triage.load reads."""
    weights, bias, rarity = parts
    step = float(np.quantile(np.abs(weights), 0.9999)) / 127
    small = np.clip(np.round(weights / step), -127, 127).astype(np.int16) + 128
    words = "\n".join(vocabulary).encode()
    rarity_step = float(rarity.max()) / 255
    about = {
        "names": names, "features": len(vocabulary), "vocabulary_bytes": len(words),
        "bias": [round(float(b), 5) for b in bias], "scale": round(step, 8),
        "rarity_step": round(rarity_step, 8), "sharpness": sharpness, "doubt": doubt,
    }  # fmt: skip
    head = json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode()
    body = words + np.round(rarity / rarity_step).astype(np.uint8).tobytes()
    out.write_bytes(head + b"\n" + body + small.astype(np.uint8).tobytes())


def calibrate(out: Path, data: Path) -> tuple[float, float]:
    """Fit sharpness and doubt to the likelihood of the long and short development rows."""
    model = load(out)
    cases = []
    for file in ("dev.jsonl", "dev_short.jsonl"):
        for r in lines(data / file):
            text = str(r["text"])
            features = grams(normalise(text)) | ({CHILD_TOKEN} if speaks_of_child(text) else set())
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


def report(out: Path, data: Path) -> None:
    """Print top-1, top-3 and the calibration error on both development files."""
    model = load(out)
    for file in ("dev.jsonl", "dev_short.jsonl"):
        for aged in (False, True):
            hits, gaps = [], []
            for r in lines(data / file):
                person = Person(age_years=5.0) if aged and r.get("age") == "0+" else Person()
                got = score(str(r["text"]), person, 3, model)
                ranks = [n.name for n in got]
                hits.append((ranks[0] == r["dept"], r["dept"] in ranks))
                gaps.append((got[0].score, ranks[0] == r["dept"]))
            one, three = (sum(h[i] for h in hits) / len(hits) for i in (0, 1))
            error = 0.0
            for low in range(10):
                bucket = [g for g in gaps if low <= 10 * g[0] < low + 1 or (low == 9 and g[0] == 1)]  # noqa: PLR2004
                if bucket:
                    error += abs(sum(g[0] - g[1] for g in bucket)) / len(gaps)
            print(f"{file:16} age {'given' if aged else 'from words':10} "
                  f"top-1 {one:.3f} top-3 {three:.3f} calibration error {error:.3f}")  # fmt: skip


def main() -> None:
    """Train, prune, train again, calibrate, write, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    args = parser.parse_args()
    names = [name for name in departments.NATIONAL if name != FALLBACK]
    rows = patient_rows(args.data) + fact_rows(args.data)
    vocabulary = pruned(rows, names)
    parts = train(rows, vocabulary, names)
    write(args.out, parts, vocabulary, names, 3.0, 0.2)
    write(args.out, parts, vocabulary, names, *calibrate(args.out, args.data))
    print(f"{args.out}: {args.out.stat().st_size} bytes, {len(vocabulary)} features, {len(rows)} rows")
    report(args.out, args.data)


if __name__ == "__main__":
    main()
