"""Who says thanks may say something else beside it; polite people are heard like all others."""

from __future__ import annotations

import pytest

from nlp.heard import Context
from nlp.understand import understand
from tests.nlp.test_lay_words import HOUSE, NOW


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("谢谢您的帮助，另外我想把手机号删掉", "privacy"),
        ("辛苦了 第一个", "choose"),
        ("那太谢谢了 我嗓子很疼想挂号", "book"),
        ("谢谢你帮我挂号", "thanks"),
        ("药拿到了，谢谢", "thanks"),
        ("谢谢医生，我妈好多了", "thanks"),
    ],
)
def test_what_is_said_beside_the_thanks_is_heard(text: str, intent: str) -> None:
    assert understand(text, NOW, HOUSE).intent == intent


def test_the_day_beside_the_thanks_is_heard() -> None:
    heard = understand("好的谢谢 那周四上午呢", NOW, HOUSE)
    assert heard.intent != "thanks"
    assert heard.when


def test_a_polite_person_is_registered() -> None:
    text = "我叫李梅身份证330521199209123826手机13712340003谢谢"
    heard = understand(text, NOW, HOUSE, Context(asking="name"))
    assert heard.intent != "thanks"
    assert (heard.id_number, heard.phone) == ("330521199209123826", "13712340003")
    assert understand("钱七谢谢", NOW, HOUSE, Context(asking="name")).name == "钱七"
