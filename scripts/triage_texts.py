"""
The texts a triage model learns from, as rows of features, names and weights.

Patients' texts with their titles and single clauses, disease and symptom facts, the lay hints of
`nlp/lexicon/triage_hints.tsv`, the names of the departments, and a hospital's own corrected cases.
"""

from __future__ import annotations

import csv
import json
import math
import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from nlp import departments, lexicon
from nlp.heard import Named
from nlp.triage_model import FALLBACK, features, is_long

SHORT_WEIGHT = 1.3
# A title whose department a model guessed from the long text it belongs to.
GUESSED_WEIGHT = 1.0
# What people typed into a search box, where a model that never saw it is this sure: the texts of
# nobody's source, by which a hospital never seen gains most.
SEARCHED_WEIGHT = 0.5
SEARCHED_SURE = 0.5
# The clauses of a long text share this weight: chat messages are short. More would help this data
# set's own texts and hurt those of sources never seen.
CLAUSES_WEIGHT = 0.5
MOST_CLAUSES = 6
LEAST_CLAUSE_CHARACTERS = 4
# Who is known by age is also shown without it, this much: chat texts rarely tell.
UNSEEN_AGE_WEIGHT = 0.5
DISEASE_WEIGHT = 0.3
SYMPTOM_WEIGHT = 0.15
HINT_WEIGHT = 5.0
NAME_WEIGHT = 1.0
# First messages written for this project: nobody else's texts are as people talk to a desk.
WRITTEN_WEIGHT = 4.0
WRITTEN = Path(__file__).resolve().parents[1] / "tests" / "data" / "complaints"
# Who is for the catch-all names many ailments; a greater share would draw 「肚子疼」 there.
CATCH_ALL_SHARE = 0.2
# What the departments that would do share of a text, the best first.
SHARES = {1: (1.0,), 2: (0.75, 0.25), 3: (0.7, 0.2, 0.1)}
# A hospital's own cases tell more about its patients than anything else here.
OWN_WEIGHT = 3.0
# Departments that the fact lists name beside the one a patient would see first.
SECOND_CHOICE = {"中医科": 0.3, "儿科": 0.3, "肿瘤科": 0.4, "急诊科": 0.3, "感染科": 0.7}
# Sources whose repositories carry a permissive licence (docs/triage-model.md).
PERMISSIVE = frozenset({"toyhom_sample", "cmtmedqa_test", "own"})
_OLDEST_YEARS = 110
_CLAUSES = re.compile(r"[,，。;；!！?？\n 、]+")


class Text(NamedTuple):
    """
    One training text, its department and weight.

    `told` by a patient to a known department; `part` of a text that is shown whole, too.
    """

    text: str
    name: str
    weight: float
    age_years: float | None = None
    told: bool = False
    part: bool = False


class Corpus(NamedTuple):
    """
    All rows: which features occur (0 or 1), each row's department, weight and whether told.

    `long` are those of patients' long texts, whole.
    """

    features: list[str]
    occurs: csr_matrix
    labels: np.ndarray
    weights: np.ndarray
    told: np.ndarray
    long: np.ndarray


def lines(path: Path) -> list[dict[str, Any]]:
    """Read a JSON-lines file; a missing one is empty."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def table(path: Path) -> list[dict[str, str]]:
    """Read a table of texts; lines opening with # above its header rest."""
    lines = path.read_text("utf-8").splitlines()
    first = next(n for n, line in enumerate(lines) if not line.startswith("#"))
    return list(csv.DictReader(lines[first:], delimiter="\t", quoting=csv.QUOTE_NONE))


def age_of(row: dict[str, Any]) -> float | None:
    """Return the middle of a row's decade of life; None where it is unknown or no age."""
    said = str(row.get("age") or "").removesuffix("+")
    known = said.isdigit() and int(said) <= _OLDEST_YEARS
    return int(said) + 5.0 if known else None


def patients(data: Path, *, permissive: bool) -> Iterator[Text]:
    """Patients' own texts, titles and clauses; who is known by age is shown both ways."""
    for r in lines(data / "train.jsonl") + lines(data / "own.jsonl"):
        if permissive and r["source"] not in PERMISSIVE:
            continue
        weight = OWN_WEIGHT if r["source"] == "own" else 1.0
        text = Text(str(r["text"]), str(r["dept"]), weight, told=True)
        shown = [text]
        if text.name != FALLBACK:
            # The catch-all's titles and clauses (肚子疼) would pull short complaints into it.
            shown += _clauses(text)
            if r.get("short"):
                shown.append(text._replace(text=str(r["short"]), weight=weight * SHORT_WEIGHT))
        for one in shown:
            yield from _with_age(one, age_of(r))


def _with_age(text: Text, age_years: float | None) -> Iterator[Text]:
    if age_years is None:
        yield text
        return
    seen = text.weight * (1 - UNSEEN_AGE_WEIGHT)
    yield text._replace(weight=seen, age_years=age_years)
    yield text._replace(weight=text.weight - seen)


def _clauses(text: Text) -> Iterator[Text]:
    clauses = [c for c in _CLAUSES.split(text.text) if len(c) >= LEAST_CLAUSE_CHARACTERS]
    if len(clauses) > 1:
        share = text.weight * CLAUSES_WEIGHT / min(len(clauses), MOST_CLAUSES)
        for clause in clauses[:MOST_CLAUSES]:
            yield text._replace(text=clause, weight=share, part=True)


def guessed(data: Path, guess: Callable[[str, float | None], Named]) -> Iterator[Text]:
    """
    Titles of texts nobody has labelled, with the department guessed from the long text.

    A long text is guessed right nine times in ten, where its title alone says little: the title
    learns from what it stands above.
    """
    for r in lines(data / "unlabelled_haodf.jsonl"):
        if r.get("short") and (name := guess(str(r["text"]), age_of(r)).name) != FALLBACK:
            yield Text(str(r["short"]), name, GUESSED_WEIGHT)


def searched(data: Path, guess: Callable[[str, float | None], Named]) -> Iterator[Text]:
    """Queries of a search box, with the department guessed where the guess is sure enough."""
    for query in dict.fromkeys(str(r["text"]) for r in lines(data / "search_intents.jsonl")):
        best = guess(query, None)
        if best.name != FALLBACK and best.score >= SEARCHED_SURE:
            yield Text(query, best.name, SEARCHED_WEIGHT)


def written(folder: Path = WRITTEN, without: str = "") -> Iterator[Text]:
    """First messages of independent writers, by the departments a nurse would send them to."""
    for path in sorted(folder.glob("*.tsv")):
        for row in table(path) if path.stem != without else ():
            names = row["departments"].split("|")
            for name, share in zip(names, SHARES[len(names)], strict=True):
                weight = WRITTEN_WEIGHT * share * (CATCH_ALL_SHARE if name == FALLBACK else 1.0)
                yield Text(row["text"], name, weight, told=True)


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


def labelled(data: Path, *, permissive: bool, without: str = "") -> list[Text]:
    """
    Collect all texts; `permissive` leaves out those and facts without a permissive licence.

    `without` names a writer of `WRITTEN` who shall judge instead.
    """
    texts = [*hints(), *written(without=without), *patients(data, permissive=permissive)]
    if not permissive:
        texts += [*diseases(data), *symptoms(data)]
    return texts


def corpus(texts: Iterable[Text]) -> Corpus:
    """Turn texts into rows of features."""
    names = list(departments.NATIONAL)
    index: dict[str, int] = {}
    columns, ends = array("i"), array("q", [0])
    labels, weights, told, long = [], [], [], []
    for t in texts:
        found = sorted(features(t.text, age_years=t.age_years))
        if found:
            columns.extend(index.setdefault(f, len(index)) for f in found)
            ends.append(len(columns))
            labels.append(names.index(t.name))
            weights.append(t.weight)
            told.append(t.told)
            long.append(t.told and not t.part and is_long(t.text))
    ones = np.ones(len(columns), dtype=np.float64)
    occurs = csr_matrix((ones, columns, ends), shape=(len(labels), len(index)))
    numbers = (np.array(column) for column in (labels, weights, told, long))
    return Corpus(list(index), occurs, *numbers)
