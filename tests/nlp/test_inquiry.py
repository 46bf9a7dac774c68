"""When a complaint fits several departments, the question that tells most is asked."""

from __future__ import annotations

import re

import pytest

from handlers.texts import triage as texts
from nlp import inquiry, lexicon, redflags, triage
from nlp.heard import Named, Person

ROWS = lexicon.rows("inquiries.tsv")


def test_a_vague_complaint_is_asked_about_and_the_answer_points_to_a_department() -> None:
    asked = inquiry.best(triage.score("不舒服好几天了"))
    assert asked is not None
    assert asked.name == "part"
    after = {o.name: o.departments[0].name for o in asked.options}
    assert len(after) > 1
    assert all(sum(d.score for d in o.departments) == pytest.approx(1) for o in asked.options)


def test_a_sure_guess_is_not_asked_about() -> None:
    assert inquiry.best((Named("12", "口腔科", 0.97), Named("10", "眼科", 0.03))) is None
    assert inquiry.best(()) is None


def test_the_question_that_splits_the_departments_is_chosen() -> None:
    child_or_grown = (Named("07", "儿科", 0.5), Named("03.01", "呼吸内科", 0.5))
    asked = inquiry.best(child_or_grown)
    assert asked is not None
    assert asked.name == "who"
    best = {o.name: o.departments[0].name for o in asked.options}
    assert best["child"] == "儿科"
    assert best["adult"] == "呼吸内科"


def test_every_option_has_a_label_and_every_concern_a_question_and_an_answer() -> None:
    assert {r["option"] for r in ROWS} <= set(texts.LABELS)
    for row in lexicon.rows("safety.tsv"):
        assert texts.safety(row["id"])
        assert row["id"] in texts.DANGER


def test_the_signs_of_the_options_are_patterns() -> None:
    assert all(re.compile(r["signs"]) for r in ROWS)


@pytest.mark.parametrize(
    ("text", "concern"),
    [
        ("我胸口疼", "chest_pain"),
        ("有点喘不上气", "breathlessness"),
        ("突然头疼", "headache"),
        ("头痛得厉害", "headache"),
        ("我妈这两天头晕", "dizziness"),
        ("肚子疼得厉害", "abdomen"),
        ("宝宝八个月，发烧", "infant_fever"),
        ("头晕两年了", None),
        ("头疼", None),
        ("肚子有点疼", None),
        ("没有胸痛", None),
        ("请问胸痛挂什么科", None),
        ("我发烧38度", None),
        ("胸口长了个痘痘疼", None),
    ],
)
def test_the_safety_question_is_asked_where_danger_may_hide(
    text: str, concern: str | None
) -> None:
    assert redflags.look(text).concern == concern


def test_what_is_known_of_the_person_is_not_asked() -> None:
    found = triage.score("感冒流鼻涕")
    unknown, child = inquiry.best(found), inquiry.best(found, Person(relation="child"))
    assert unknown is not None
    assert unknown.name == "who"
    assert child is None or child.name != "who"


def test_no_man_is_asked_about_periods_and_no_woman_about_what_men_have() -> None:
    found = triage.score("下面不舒服")
    unknown = inquiry.best(found)
    assert unknown is not None
    assert {"private_f", "private_m"} <= {option.name for option in unknown.options}
    for sex, odd in (("m", "private_f"), ("f", "private_m")):
        asked = inquiry.best(found, Person(sex=sex))
        assert asked is not None
        assert odd not in {option.name for option in asked.options}
