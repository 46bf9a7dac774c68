"""When a complaint fits several departments, the question that tells most is asked."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.texts import triage as texts
from nlp import departments, inquiry, lexicon, redflags, triage
from nlp.heard import Named, Person
from tests.nlp.test_triage import rows as development

ROWS = lexicon.rows("inquiries.tsv")


def test_a_vague_complaint_is_asked_about_and_the_answer_points_to_a_department() -> None:
    asked = inquiry.best(triage.score("不舒服好几天了"))
    assert asked is not None
    assert asked.name == "part"
    after = {o.name: o.departments[0].name for o in asked.options}
    assert len(set(after.values())) > 2
    assert list(after)[-1] == inquiry.NONE
    assert all(sum(d.score for d in o.departments) == pytest.approx(1) for o in asked.options)


def test_what_the_words_have_told_is_not_asked() -> None:
    found = (
        Named("03.02", "消化内科", 0.4),
        Named("04.01", "普外科", 0.3),
        Named("05.01", "妇科", 0.3),
    )
    asked = inquiry.best(found, "肚子疼")
    assert asked is None or asked.name != "part"


@given(st.lists(st.integers(1, 100), min_size=37, max_size=37))
def test_the_answers_together_say_no_more_than_was_known(weights: list[int]) -> None:
    names = list(departments.NATIONAL)
    found = [Named("", n, w / sum(weights)) for n, w in zip(names, weights, strict=True)]
    found.sort(key=lambda d: -d.score)
    asked = inquiry.best(found)
    if asked is not None:
        for option in asked.options:
            scores = [d.score for d in option.departments]
            assert sum(scores) == pytest.approx(1)
            assert scores == sorted(scores, reverse=True)


def test_one_answer_sends_more_titles_right() -> None:
    """Answered from the long text of each row by the signs of the options, never its label."""
    before = after = 0
    rows = [r for r in development("dev.jsonl") if r.get("short")]
    for row in rows:
        found = triage.score(row["short"])
        before += found[0].name == row["dept"]
        asked = inquiry.best(found, row["short"])
        if asked is not None:
            options = {o.name: o.departments for o in asked.options}
            answer = inquiry.told(asked.name, row["text"])
            found = options.get(answer, options[inquiry.NONE])
        after += found[0].name == row["dept"]
    assert after / len(rows) >= 0.78
    assert after - before >= 0.05 * len(rows)


def test_a_sure_guess_is_not_asked_about() -> None:
    assert inquiry.best((Named("12", "口腔科", 0.97), Named("10", "眼科", 0.03))) is None
    assert inquiry.best(()) is None


def test_the_question_that_splits_the_departments_is_chosen() -> None:
    child_or_grown = (Named("07", "儿科", 0.5), Named("03.01", "呼吸内科", 0.5))
    asked = inquiry.best(child_or_grown)
    assert asked is not None
    best = {o.name: o.departments[0].name for o in asked.options}
    assert best["child"] == "儿科"
    assert best["lungs"] == "呼吸内科"


def test_a_child_is_sent_to_paediatrics_however_the_question_came_about() -> None:
    asked = inquiry.best(triage.score("肚子疼"))
    assert asked is not None
    best = {o.name: o.departments[0].name for o in asked.options}
    assert (best["child"], best["pregnant"]) == ("儿科", "产科")


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
    child_or_grown = (Named("07", "儿科", 0.5), Named("03.01", "呼吸内科", 0.5))
    unknown = inquiry.best(child_or_grown)
    known = inquiry.best(child_or_grown, person=Person(relation="child"))
    assert unknown is not None
    assert "child" in {option.name for option in unknown.options}
    assert known is None or "child" not in {option.name for option in known.options}


def test_no_man_is_asked_about_periods_and_no_woman_about_what_men_have() -> None:
    found = triage.score("下面不舒服")
    unknown = inquiry.best(found)
    assert unknown is not None
    assert {"private_f", "private_m"} <= {option.name for option in unknown.options}
    for sex, odd in (("m", "private_f"), ("f", "private_m")):
        asked = inquiry.best(found, person=Person(sex=sex))
        assert asked is not None
        assert odd not in {option.name for option in asked.options}
