"""A hospital's corrected cases become rows the triage model learns from."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.triage_cases import training_rows


def cases(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "cases.csv"
    path.write_text("\n".join(["text,department", *lines]), encoding="utf-8-sig")
    return path


def test_names_the_hospital_uses_become_the_models_names(tmp_path: Path) -> None:
    found = list(training_rows(cases(tmp_path, "心里突突跳,心内科", "耳朵响,五官科")))
    assert [r["dept"] for r in found] == ["心血管内科", "耳鼻咽喉科"]
    assert {r["source"] for r in found} == {"own"}


def test_a_department_that_means_nothing_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"cases\.csv, line 3: which department is '不知道'"):
        list(training_rows(cases(tmp_path, "牙疼,口腔科", "头昏,不知道")))


def test_a_department_that_means_two_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="妇产科"):
        list(training_rows(cases(tmp_path, "见红,妇产科")))


def test_a_missing_column_is_told(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("words,department\n", encoding="utf-8")
    with pytest.raises(ValueError, match="text and department"):
        list(training_rows(path))
