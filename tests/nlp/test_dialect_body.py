"""Where it hurts, said in dialect."""

from __future__ import annotations

import pytest

from nlp import symptoms


@pytest.mark.parametrize(
    "words",
    [
        "肚皮痛",
        "腿杆痛",
        "颈项痛",
        "磕膝头痛",
        "后脑壳胀痛",
        "心窝子不舒服",
        "倒拐子酸痛",
        "脚板麻",
    ],
)
def test_the_body_is_understood_in_dialect(words):
    assert symptoms.find(f"我{words}得很")[0] == (words,)
