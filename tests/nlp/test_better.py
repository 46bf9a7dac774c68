"""Who names a department that cannot be meant is offered one that can."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from nlp.heard import Better, Context, Person
from nlp.understand import understand
from nlp.vocabulary import DepartmentEntry, Vocabulary

NOW = datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def _department(code: str, name: str, national: str, **more: object) -> DepartmentEntry:
    return DepartmentEntry(code=code, name=name, national_code=national, site="S", **more)  # type: ignore[arg-type]


VOCABULARY = Vocabulary(
    departments=(
        _department("FK", "妇科", "05.01", sex="f", min_age_years=12),
        _department("MN", "泌尿外科", "04.04"),
        _department("YK", "眼科", "10"),
        _department("XN", "心血管内科", "03.04", min_age_years=14),
        _department("NK", "内科", "03"),
        _department("EK", "儿科", "07", max_age_years=14),
        _department("QK", "全科", "02"),
    )
)


def _better(text: str, person: Person | None = None) -> Better | None:
    return understand(text, NOW, VOCABULARY, Context(person=person or Person())).better


@pytest.mark.parametrize(
    ("said", "misfit", "best"),
    [
        ("我是男的，想挂妇科", "sex", "MN"),
        ("我爸想看妇科", "sex", "MN"),
        ("孩子3岁想挂心血管内科", "age", "EK"),
        ("我今年30岁，挂儿科", "age", "QK"),
        ("心口疼，挂眼科", "complaint", "XN"),
    ],
)
def test_a_department_that_cannot_be_meant_has_a_better_one(
    said: str, misfit: str, best: str
) -> None:
    found = _better(said)
    assert found is not None
    assert (found.misfit, found.departments[0].code) == (misfit, best)


@pytest.mark.parametrize(
    "said",
    [
        "我想挂妇科",
        "帮我老婆挂妇科，我是男的",
        "我是女的，想挂妇科",
        "心口疼，挂心血管内科",
        "心口疼，挂内科",
        "手腕疼，挂眼科",
        "挂眼科",
        "孩子3岁想挂儿科",
    ],
)
def test_a_department_that_may_be_meant_stays(said: str) -> None:
    assert _better(said) is None


def test_what_is_known_of_the_patient_counts() -> None:
    assert _better("想挂妇科", Person(sex="m")) is not None
    assert _better("想挂妇科", Person(sex="f")) is None
