"""
Train the department model that nlp/triage.py reads; deterministic, byte for byte.

    python scripts/train_triage.py --data DIR [--out FILE] [--permissive]

DIR holds train.jsonl, dev.jsonl, dev_short.jsonl, facts_disease.jsonl, facts_symptom.tsv,
unlabelled_haodf.jsonl, search_intents.jsonl and, where a hospital has corrected cases, own.jsonl
(scripts/triage_cases.py). A first model guesses the departments of the unlabelled texts, a second
learns from their titles and from what people searched for, too. Only weights leave this script:
sequences of one to three characters that occur in at least five rows, and numbers. The development
rows only fit the four numbers of the curve. docs/triage-model.md is the model card,
scripts/triage_report.py prints its figures.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags, hstack
from scipy.special import logsumexp
from sklearn.svm import LinearSVC

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from nlp import departments, lexicon, triage
from nlp.heard import Named, Person
from nlp.triage_model import (
    FALLBACK,
    PERSON_FEATURES,
    TYPICAL_FEATURES,
    Curve,
    Model,
    features,
    is_long,
    load,
)
from scripts import model_file
from scripts.model_file import Trained
from scripts.triage_texts import Corpus, Text, corpus, guessed, labelled, lines, searched

SHIPPED = lexicon.HERE / "triage.bin"
FEATURES = 36_000
# Those of them with a second row for long texts.
LONG_FEATURES = 15_000
MIN_ROWS = 5
# Rare departments count more than their rows: weight ~ (mean mass / own mass) ** BALANCE.
BALANCE = 0.3
# Where the fit of the curve begins.
FIRST = Curve(1.7, 0.2, 7.0, -0.7)
LOSS_WEIGHT = 0.3
# A sequence counts as the root of what it tells of the department (in nats), and a little beside:
# those only facts and hints hold tell nothing of patients.
UNTOLD = 0.2
# Seen in fewer patients' texts than this, it is believed to tell less than it seems to.
BELIEVED_ROWS = 3.0
# Age decides much and is one feature among a hundred: it counts like a telling word.
PERSON_POWER = 1.0
# What a long text says beyond what the same words say anywhere is learnt by copies of its features
# (easy adaptation); at 1 a copy learns as readily as what all texts share, at 0 not at all.
LONG_POWER = 0.7


def telling(rows: Corpus, occurs: csr_matrix) -> np.ndarray:
    """
    Return what each feature tells of the department, in nats.

    The divergence of the departments of those patients who say it from those of all patients:
    「我」 and 「医生」 tell nothing, however rare the departments make them.
    """
    size = len(departments.NATIONAL)
    labels, weights = rows.labels[rows.told], rows.weights[rows.told]
    of_department = csr_matrix((weights, (labels, np.arange(len(labels)))), (size, len(labels)))
    said = (of_department @ occurs[rows.told]).T.toarray()
    # Half a text each, so that a department without patients has a share, too.
    usual = np.bincount(labels, weights, minlength=size) + 0.5
    usual /= usual.sum()
    total = said.sum(axis=1, keepdims=True)
    share = (said + BELIEVED_ROWS * usual) / (total + BELIEVED_ROWS)
    return (share * np.log(share / usual)).sum(axis=1)


def unit_rows(occurs: csr_matrix, power: np.ndarray) -> csr_matrix:
    """Weigh what occurs by its power and bring each row to length one."""
    weighted = occurs @ diags(power)
    length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return diags(1 / np.maximum(length, 1e-9)) @ weighted


def train(rows: Corpus) -> Trained:
    """Fit all features that are not too rare, and keep those that matter."""
    count = np.asarray(rows.occurs.sum(axis=0)).ravel()
    kept = [i for i in np.argsort(rows.features) if count[i] >= MIN_ROWS]
    vocabulary = np.array(rows.features)[kept]
    is_person = np.isin(vocabulary, sorted(PERSON_FEATURES))
    occurs = rows.occurs[:, kept].tocsr()
    power = np.sqrt(UNTOLD + telling(rows, occurs))
    power[is_person] = PERSON_POWER
    step = power.max() / model_file.BYTE
    power = np.round(power / step) * step
    model = fit(occurs, power, rows)
    everywhere, extra = np.hsplit(model.coef_, 2)
    extra = extra * LONG_POWER
    # Those that move most rows furthest.
    in_long = furthest(extra, np.asarray(occurs[rows.long].sum(axis=0)).ravel())
    moves = np.maximum(furthest(everywhere, count[kept]), in_long)
    moves[is_person] = np.inf
    best = most(moves, FEATURES)
    again = best[most(in_long[best], LONG_FEATURES)]
    coefficients = np.hstack([everywhere[:, best], (everywhere + extra)[:, again]])
    chosen = np.concatenate([best, again])
    weights = coefficients.T * power[chosen][:, None]
    words = [*vocabulary[chosen]]
    return Trained(weights, model.intercept_, power[chosen], words, len(again))


def furthest(coefficients: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Return how far each feature moves how many rows."""
    return np.abs(coefficients).max(axis=0) * np.log1p(count)


def most(moves: np.ndarray, size: int) -> np.ndarray:
    """Return the places of the largest, in their own order."""
    return np.sort(np.argsort(-moves, kind="stable")[:size])


def fit(occurs: csr_matrix, power: np.ndarray, rows: Corpus) -> LinearSVC:
    """Fit one-against-rest linear models; the features of long texts stand there twice."""
    mass = np.bincount(rows.labels, rows.weights, minlength=len(departments.NATIONAL))
    balance = (mass.mean() / np.maximum(mass, 1e-9)) ** BALANCE
    # The catch-all is what remains where nothing fits; more weight would draw 「肚子疼」 into it.
    balance[list(departments.NATIONAL).index(FALLBACK)] = 1.0
    weights = rows.weights * balance[rows.labels]
    model = LinearSVC(C=LOSS_WEIGHT, random_state=0, tol=1e-2)
    unit = unit_rows(occurs, power)
    both = hstack([unit, diags(LONG_POWER * rows.long) @ unit]).tocsr()
    return model.fit(both, rows.labels, sample_weight=weights)


def calibrate(out: Path, data: Path) -> Curve:
    """Fit the curve to the likelihood of the long and short development rows."""
    model = load(out)
    table, sizes, gold = [], [], []
    for file in ("dev.jsonl", "dev_short.jsonl"):
        for r in lines(data / file):
            text = str(r["text"])
            margins, known = model.margins(features(text), long=is_long(text))
            if known:
                table.append(margins)
                sizes.append(known)
                gold.append(model.names.index(str(r["dept"])))
    return fitted(np.array(table), np.array(sizes), np.array(gold))


def fitted(table: np.ndarray, sizes: np.ndarray, gold: np.ndarray) -> Curve:
    """Return the curve of the highest likelihood."""
    said = np.log(sizes / TYPICAL_FEATURES)
    own = np.arange(len(gold)), gold

    def loss(x: np.ndarray) -> float:
        sharp = np.exp(x[0] + x[1] * said)[:, None]
        weight = -np.exp(x[2]) * np.logaddexp(0, -sharp * (table - x[3]))
        return float((logsumexp(weight, axis=1) - weight[own]).mean())

    begin = [math.log(FIRST.sharpness), FIRST.growth, math.log(FIRST.power), FIRST.offset]
    best = minimize(loss, begin, method="Nelder-Mead", options={"xatol": 1e-4, "maxiter": 2000})
    sharpness, growth, power, offset = best.x
    return Curve(
        round(math.exp(sharpness), 4),
        round(growth, 4),
        round(math.exp(power), 4),
        round(offset, 4),
    )


def build(texts: list[Text], out: Path, data: Path, *, permissive: bool) -> int:
    """Learn the texts, then those that a first model guesses; return the rows of weights."""
    if not permissive:
        learn(texts, out, data)
        guess = guesser(load(out))
        texts = [*texts, *guessed(data, guess), *searched(data, guess)]
    return learn(texts, out, data)


def learn(texts: list[Text], out: Path, data: Path) -> int:
    """Train, prune, write, calibrate, write again; return how many rows of weights there are."""
    names = list(departments.NATIONAL)
    model = train(corpus(texts))
    model_file.write(out, names, model, FIRST)
    model_file.write(out, names, model, calibrate(out, data))
    return len(model.vocabulary)


def guesser(model: Model) -> Callable[[str, float | None], Named]:
    """Return what says the likeliest department of a text and an age."""

    def guess(text: str, age_years: float | None) -> Named:
        return triage.score(text, Person(age_years=age_years), 1, model)[0]

    return guess


def main() -> None:
    """Train, write and calibrate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--permissive", action="store_true", help="permissive licences only")
    parser.add_argument("--without", default="", help="a file of tests/data/complaints left out")
    args = parser.parse_args()
    texts = labelled(args.data, permissive=args.permissive, without=args.without)
    size = build(texts, args.out, args.data, permissive=args.permissive)
    print(f"{args.out}: {args.out.stat().st_size} bytes, {size} features")


if __name__ == "__main__":
    main()
