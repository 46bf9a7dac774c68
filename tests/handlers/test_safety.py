"""Every complaint that calls for a safety question has the question and what a yes means."""

from __future__ import annotations

import pytest

from handlers.texts import triage
from nlp import lexicon


@pytest.mark.parametrize("concern", sorted({row["id"] for row in lexicon.rows("safety.tsv")}))
def test_a_safety_question_has_its_words_and_what_a_yes_means(concern: str) -> None:
    assert triage.safety(concern).startswith("先问一句要紧的")
    assert triage.DANGER[concern] in {"call_120", "go_now"}
