"""
Train the department model that nlp/triage.py reads; deterministic, byte for byte.

    python scripts/train_triage.py --data DIR [--out FILE] [--permissive]

DIR holds train.jsonl, dev.jsonl, dev_short.jsonl, facts_disease.jsonl, facts_symptom.tsv and,
where a hospital has corrected cases, own.jsonl (scripts/triage_cases.py). Only weights leave this
script: sequences of one to three characters that occur in at least five rows, and numbers. The
development rows only fit the two calibration numbers. docs/triage-model.md is the model card,
scripts/triage_report.py prints its figures.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags
from sklearn.svm import LinearSVC

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from nlp import departments, lexicon
from nlp.triage_model import CHILD_FEATURE, TYPICAL_FEATURES, load
from scripts import model_file
from scripts.model_file import Calibration, Trained
from scripts.triage_texts import Corpus, corpus, features_of, lines

SHIPPED = lexicon.HERE / "triage.bin"
FEATURES = 36_000
MIN_ROWS = 5
# Rare departments count more than their rows: weight ~ (mean mass / own mass) ** BALANCE.
BALANCE = 0.2
LOSS_WEIGHT = 0.5


def unit_rows(occurs: csr_matrix, rarity: np.ndarray) -> csr_matrix:
    """Weigh what occurs by its rarity and bring each row to length one."""
    weighted = occurs @ diags(rarity)
    length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return diags(1 / np.maximum(length, 1e-9)) @ weighted


def train(rows: Corpus) -> Trained:
    """Fit one-against-rest linear models on all features that are not too rare."""
    count = np.asarray(rows.occurs.sum(axis=0)).ravel()
    kept = [i for i in np.argsort(rows.features) if count[i] >= MIN_ROWS]
    vocabulary = [rows.features[i] for i in kept]
    size = rows.occurs.shape[0]
    rarity = 1 + np.log((1 + size) / (1 + count[kept]))
    step = rarity.max() / model_file.BYTE
    rarity = np.round(rarity / step) * step
    mass = np.bincount(rows.labels, rows.weights, minlength=len(departments.NATIONAL))
    weights = rows.weights * (mass.mean() / mass[rows.labels]) ** BALANCE
    model = LinearSVC(C=LOSS_WEIGHT, random_state=0, tol=1e-2)
    table = unit_rows(rows.occurs[:, kept].tocsr(), rarity)
    model.fit(table, rows.labels, sample_weight=weights)
    full = model.coef_.T * rarity[:, None]
    return pruned(Trained(full, model.intercept_, rarity, vocabulary), count[kept])


def pruned(model: Trained, count: np.ndarray) -> Trained:
    """Keep the FEATURES sequences that move most rows furthest."""
    power = np.abs(model.weights / model.rarity[:, None]).max(axis=1) * np.log1p(count)
    power[model.vocabulary.index(CHILD_FEATURE)] = np.inf
    best = np.sort(np.argsort(-power, kind="stable")[:FEATURES])
    return Trained(
        model.weights[best],
        model.bias,
        model.rarity[best],
        [model.vocabulary[i] for i in best],
    )


def calibrate(out: Path, data: Path) -> Calibration:
    """Fit sharpness and growth to the likelihood of the long and short development rows."""
    model = load(out)
    table, sizes, gold = [], [], []
    for file in ("dev.jsonl", "dev_short.jsonl"):
        for r in lines(data / file):
            margins, known = model.margins(features_of(str(r["text"])))
            if known:
                table.append(margins)
                sizes.append(known)
                gold.append(model.names.index(str(r["dept"])))
    best = fitted(np.array(table), np.array(sizes), np.array(gold))
    return Calibration(round(math.exp(best[0]), 4), round(best[1], 4))


def fitted(table: np.ndarray, sizes: np.ndarray, gold: np.ndarray) -> tuple[float, float]:
    """Return log sharpness and growth of the highest likelihood."""
    lead = table - table.max(axis=1, keepdims=True)
    said = np.log(sizes / TYPICAL_FEATURES)

    def loss(x: np.ndarray) -> float:
        sharp = np.exp(x[0] + x[1] * said)[:, None] * lead
        chosen = sharp[np.arange(len(gold)), gold]
        return float((np.log(np.exp(sharp).sum(axis=1)) - chosen).mean())

    best = minimize(loss, [1.5, 0.1], method="Nelder-Mead", options={"xatol": 1e-4})
    return float(best.x[0]), float(best.x[1])


def main() -> None:
    """Train, prune, write, calibrate, write again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--permissive", action="store_true", help="permissive licences only")
    args = parser.parse_args()
    model = train(corpus(args.data, permissive=args.permissive))
    names = list(departments.NATIONAL)
    model_file.write(args.out, names, model, Calibration(4.0, 0.1))
    model_file.write(args.out, names, model, calibrate(args.out, args.data))
    print(f"{args.out}: {args.out.stat().st_size} bytes, {len(model.vocabulary)} features")


if __name__ == "__main__":
    main()
