"""What the triage model learns from, and how much each feature counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.train_triage import telling
from scripts.triage_texts import Text, corpus, guessed, patients


def write(path: Path, *rows: dict[str, str]) -> None:
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), "utf-8")


def test_a_title_nobody_labelled_takes_the_department_of_its_long_text(tmp_path: Path) -> None:
    long = {"text": "膝盖疼了三年,上楼更疼", "short": "要不要手术", "age": "60+"}
    untitled = {"text": "牙疼", "age": "20+"}
    vague = {"text": "浑身难受", "short": "怎么办", "age": "20+"}
    write(tmp_path / "unlabelled_haodf.jsonl", long, untitled, vague)
    asked = []

    def guess(text: str, age_years: float | None) -> str:
        asked.append((text, age_years))
        return "骨科" if "膝盖" in text else "全科/普通内科"

    assert [(t.text, t.name, t.told) for t in guessed(tmp_path, guess)] == [
        ("要不要手术", "骨科", False)
    ]
    assert asked == [(long["text"], 65.0), (vague["text"], 25.0)]


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
