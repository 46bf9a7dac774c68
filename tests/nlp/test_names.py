"""Two thousand doctors' names, misheard and mistyped; and talk in which no doctor is called."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from benchmarks import names
from nlp import people

ROSTERS, DOCTORS, CASES = 4, 500, 100
SURE = 0.9


def judged(kind: str) -> Iterator[tuple[bool, bool]]:
    """Yield whether the doctor was among the best, and whether a wrong one was sure."""
    for seed in range(ROSTERS):
        rng = random.Random(seed)
        house = names.roster(DOCTORS, rng)
        for text, meant in names.cases(house, kind, CASES, rng):
            found = people.scan(text, house).doctors
            best = {d.name for d in found if d.score >= found[0].score - 0.03}
            yield meant in best, bool(found) and meant not in best and found[0].score >= SURE


@pytest.mark.parametrize(
    ("kind", "least"),
    [("exact", 1.0), ("homophone", 0.99), ("near sound", 0.97), ("all homophones", 0.97),
     ("dropped", 0.93), ("swapped", 0.91)],
)  # fmt: skip
def test_a_name_spoilt_is_still_heard(kind: str, least: float) -> None:
    found = list(judged(kind))
    assert sum(right for right, _ in found) >= least * len(found)


@pytest.mark.parametrize("kind", ["homophone", "near sound", "dropped", "wrong"])
def test_another_doctor_is_not_taken_for_the_one_meant(kind: str) -> None:
    found = list(judged(kind))
    assert sum(wrong for _, wrong in found) <= 0.01 * len(found)


@pytest.mark.parametrize(
    "text",
    ["谢谢医生", "感谢大夫", "检查医生今天上班吗", "抗白专家", "敬请专家给建议", "合理安排时间",
     "您说我平时吃什么", "哪位医生帮我看看", "上周医生开的药", "当时医生说没事", "性生活咨询大夫"],
)  # fmt: skip
def test_talk_that_calls_nobody_by_name(text: str) -> None:
    house = names.roster(DOCTORS, random.Random(1))
    assert people.scan(text, house).doctors == ()
