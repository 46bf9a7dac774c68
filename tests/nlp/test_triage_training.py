"""What the triage model learns from, and how much each feature counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlp import departments
from nlp.heard import Named
from nlp.triage_model import Curve, features, is_long, load
from scripts import model_file
from scripts.train_triage import telling, train
from scripts.triage_texts import Text, corpus, guessed, patients, searched


def write(path: Path, *rows: dict[str, str]) -> None:
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), "utf-8")


def test_a_title_nobody_labelled_takes_the_department_of_its_long_text(tmp_path: Path) -> None:
    long = {"text": "膝盖疼了三年,上楼更疼", "short": "要不要手术", "age": "60+"}
    untitled = {"text": "牙疼", "age": "20+"}
    vague = {"text": "浑身难受", "short": "怎么办", "age": "20+"}
    write(tmp_path / "unlabelled_haodf.jsonl", long, untitled, vague)
    asked = []

    def guess(text: str, age_years: float | None) -> Named:
        asked.append((text, age_years))
        return Named("", "骨科" if "膝盖" in text else "全科/普通内科", 1.0)

    assert [(t.text, t.name, t.told) for t in guessed(tmp_path, guess)] == [
        ("要不要手术", "骨科", False)
    ]
    assert asked == [(long["text"], 65.0), (vague["text"], 25.0)]


def test_what_people_search_for_teaches_once_and_only_where_the_guess_is_sure(
    tmp_path: Path,
) -> None:
    queries = ("膝盖疼", "膝盖疼", "医保能用吗", "多喝水好吗")
    write(tmp_path / "search_intents.jsonl", *({"text": q} for q in queries))
    guesses = {"膝盖疼": ("骨科", 0.9), "医保能用吗": ("全科/普通内科", 0.9)}

    def guess(text: str, age_years: float | None) -> Named:
        assert age_years is None
        return Named("", *guesses.get(text, ("眼科", 0.4)))

    assert [(t.text, t.name, t.told) for t in searched(tmp_path, guess)] == [
        ("膝盖疼", "骨科", False)
    ]


def test_a_word_may_mean_something_else_in_a_long_text(tmp_path: Path) -> None:
    long = "最近这几个星期一直都不太舒服所以想问问医生口干"
    texts = [Text("口干", "口腔科", 1.0, told=True), Text(long, "内分泌科", 1.0, told=True)]
    texts.append(Text("头痛", "神经内科", 1.0, told=True))
    trained = train(corpus(texts * 9))
    names = [n for n in departments.NATIONAL if n in {t.name for t in texts}]
    model_file.write(tmp_path / "model.bin", names, trained, Curve(1.0, 0.0))
    model = load(tmp_path / "model.bin")
    assert is_long(long)
    assert not is_long("口干")
    says_endocrine = {
        is_long: model.margins(features("口干"), long=is_long)[0][names.index("内分泌科")]
        for is_long in (True, False)
    }
    assert says_endocrine[True] > says_endocrine[False]


def test_a_clause_of_a_long_text_is_no_long_text() -> None:
    clause = "最近这几个星期一直都不太舒服所以想问问医生"
    rows = corpus(Text(clause, "骨科", 1.0, told=True, part=part) for part in (True, False))
    assert rows.long.tolist() == [False, True]


def test_the_catch_all_is_learnt_from_whole_texts_only(tmp_path: Path) -> None:
    row = {"text": "最近总是没力气,吃饭也不香", "short": "浑身没劲", "source": "toyhom_sample"}
    write(tmp_path / "train.jsonl", {**row, "dept": "全科/普通内科"})
    assert [t.text for t in patients(tmp_path, permissive=False)] == [row["text"]]


def test_what_every_patient_says_tells_less_than_what_one_departments_say() -> None:
    texts = [Text(f"我{part}", name, 1.0, told=True) for part, name in PARTS for _ in range(99)]
    rows = corpus([*texts, Text("脓", "口腔科", 1.0)])
    tells = dict(zip(rows.features, telling(rows, rows.occurs), strict=True))
    assert tells["心"] < tells["牙"] / 3
    # Only facts say it: it tells nothing of patients.
    assert tells["脓"] == pytest.approx(0)


PARTS = [("牙心", "口腔科"), ("眼心", "眼科"), ("耳心", "耳鼻咽喉科")]
