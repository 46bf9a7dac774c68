"""What a question to the hospital is about, and what it asks for that is not there."""

from __future__ import annotations

import pytest

from nlp import missing, topics
from nlp.departments import national, stated
from nlp.vocabulary import DepartmentEntry, Vocabulary

ROSTER = Vocabulary(departments=(DepartmentEntry("GK", "骨科", "S", "04.03"),))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("挂号费多少", ("fee",)),
        ("怎么退款", ("refund",)),
        ("可以打印发票吗", ("invoice",)),
        ("停车方便吗", ("parking",)),
        ("要空腹吗", ("fasting",)),
        ("医保能用吗", ("insurance",)),
        ("要带什么", ("papers",)),
        ("医院电话", ("phone",)),
        ("怎么走", ("address",)),
        ("有核磁吗", ()),
        ("头晕", ()),
    ],
)
def test_the_topics_of_a_question(text, found):
    assert topics.find(text) == found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我想看血液科", "血液内科"),
        ("整形美容科有吗", "整形美容科"),
        ("挂高压氧科", "高压氧科"),
        ("有没有高压氧科", "高压氧科"),
        ("挂骨科", ""),
        ("挂哪个科", ""),
        ("换个科", ""),
        ("挂什么科好", ""),
        ("看专科医院好吗", ""),
    ],
)
def test_a_department_the_roster_lacks(text, name):
    assert missing.find(text, ROSTER, stated(text, ROSTER), national(text)) == name


def test_an_empty_roster_lacks_nothing():
    assert missing.find("挂骨科", Vocabulary(), (), national("挂骨科")) == ""
