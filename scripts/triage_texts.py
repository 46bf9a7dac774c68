"""
The texts a triage model learns from, as rows of features, names and weights.

Patients' texts with their titles and single clauses, disease and symptom facts, the lay hints of
`nlp/lexicon/triage_hints.tsv`, the names of the departments, and a hospital's own corrected cases.
"""

from __future__ import annotations

import json
import math
import re
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from nlp import departments, lexicon
from nlp.triage_model import CHILD_FEATURE, FALLBACK, grams, normalise, speaks_of_child

SHORT_WEIGHT = 1.3
# The clauses of a long text share this weight: chat messages are short.
CLAUSES_WEIGHT = 1.0
MOST_CLAUSES = 6
LEAST_CLAUSE_CHARACTERS = 4
# A child known only by its age is also shown without it, this much: chat texts rarely tell.
UNSEEN_AGE_WEIGHT = 0.25
DISEASE_WEIGHT = 0.3
SYMPTOM_WEIGHT = 0.15
HINT_WEIGHT = 4.0
NAME_WEIGHT = 1.0
# A hospital's own cases tell more about its patients than anything else here.
OWN_WEIGHT = 3.0
# Departments that the fact lists name beside the one a patient would see first.
SECOND_CHOICE = {"中医科": 0.3, "儿科": 0.3, "肿瘤科": 0.4, "急诊科": 0.3, "感染科": 0.7}
# Sources whose repositories carry a permissive licence (docs/triage-model.md).
PERMISSIVE = frozenset({"toyhom_sample", "cmtmedqa_test", "own"})
_CLAUSES = re.compile(r"[,，。;；!！?？\n 、]+")


class Text(NamedTuple):
    """One training text, its department and weight."""

    text: str
    name: str
    weight: float
    child: bool = False


class Corpus(NamedTuple):
    """All rows: which features occur (0 or 1), and each row's department and weight."""

    features: list[str]
    occurs: csr_matrix
    labels: np.ndarray
    weights: np.ndarray


def lines(path: Path) -> list[dict[str, object]]:
    """Read a JSON-lines file; a missing one is empty."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def features_of(text: str, *, child: bool = False) -> set[str]:
    """Return the features of a text as the bot would see them."""
    found = grams(normalise(text))
    if found and (child or speaks_of_child(text)):
        found.add(CHILD_FEATURE)
    return found


def patients(data: Path, *, permissive: bool) -> Iterator[Text]:
    """Patients' own texts, titles and clauses; a child known by its age is shown both ways."""
    for r in lines(data / "train.jsonl") + lines(data / "own.jsonl"):
        if permissive and r["source"] not in PERMISSIVE:
            continue
        text = Text(str(r["text"]), str(r["dept"]), OWN_WEIGHT if r["source"] == "own" else 1.0)
        if text.name == FALLBACK:
            # Its titles and clauses (肚子疼) would pull short complaints into the catch-all.
            yield text
            continue
        yield from _with_age(text, r.get("age"))
        if r.get("short"):
            title = text._replace(text=str(r["short"]), weight=text.weight * SHORT_WEIGHT)
            yield from _with_age(title, r.get("age"))
        yield from _clauses(text)


def _with_age(text: Text, age: object) -> Iterator[Text]:
    if age == "0+":
        yield text._replace(child=True)
        yield text._replace(weight=text.weight * UNSEEN_AGE_WEIGHT)
    else:
        yield text


def _clauses(text: Text) -> Iterator[Text]:
    clauses = [c for c in _CLAUSES.split(text.text) if len(c) >= LEAST_CLAUSE_CHARACTERS]
    if len(clauses) > 1:
        share = text.weight * CLAUSES_WEIGHT / min(len(clauses), MOST_CLAUSES)
        for clause in clauses[:MOST_CLAUSES]:
            yield text._replace(text=clause, weight=share)


def diseases(data: Path) -> Iterator[Text]:
    """Diseases with their aliases and symptoms; several departments share the weight."""
    for r in lines(data / "facts_disease.jsonl"):
        names = {n: SECOND_CHOICE.get(n, 1.0) for n in r["depts"] if n != FALLBACK}
        total = sum(names.values()) or 1.0
        texts = [str(r["disease"]), *map(str, r["alias"]), ",".join(map(str, r["symptoms"]))]
        for name, share in names.items():
            for text in texts:
                yield Text(text, name, DISEASE_WEIGHT * share / total)


def symptoms(data: Path) -> Iterator[Text]:
    """Symptoms with the departments whose diseases show them."""
    path = data / "facts_symptom.tsv"
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        next(file)
        for line in file:
            symptom, count, tops = line.rstrip("\n").split("\t")
            weight = SYMPTOM_WEIGHT * min(2.0, math.log1p(float(count)) / 2)
            for name, share in (top.rsplit(":", 1) for top in tops.split()):
                if name != FALLBACK:
                    yield Text(symptom, name, weight * float(share) * SECOND_CHOICE.get(name, 1.0))


def hints() -> Iterator[Text]:
    """Lay wordings, and what departments are called."""
    for r in lexicon.rows("triage_hints.tsv"):
        for phrase in r["phrases"].split():
            yield Text(phrase, r["department"], HINT_WEIGHT)
    for r in lexicon.rows("departments.tsv"):
        for phrase in [r["name"], *r["spoken"].split()]:
            yield Text(phrase, r["name"], NAME_WEIGHT)


def corpus(data: Path, *, permissive: bool) -> Corpus:
    """Collect all rows; `permissive` leaves out texts and facts without a permissive licence."""
    texts = [*hints(), *patients(data, permissive=permissive)]
    if not permissive:
        texts += [*diseases(data), *symptoms(data)]
    names = list(departments.NATIONAL)
    index: dict[str, int] = {}
    columns, ends = array("i"), array("q", [0])
    labels, weights = [], []
    for t in texts:
        found = sorted(features_of(t.text, child=t.child))
        if found:
            columns.extend(index.setdefault(f, len(index)) for f in found)
            ends.append(len(columns))
            labels.append(names.index(t.name))
            weights.append(t.weight)
    ones = np.ones(len(columns), dtype=np.float64)
    occurs = csr_matrix((ones, columns, ends), shape=(len(labels), len(index)))
    return Corpus(list(index), occurs, np.array(labels), np.array(weights))
