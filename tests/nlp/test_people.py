"""Doctors by name, as people hear, mistype and shorten them."""

from __future__ import annotations

import pytest

from nlp import people
from nlp.vocabulary import DoctorEntry, SiteEntry, Vocabulary

NAMES = [
    "王建国",
    "王丽华",
    "李志强",
    "张伟",
    "张伟",
    "周一鸣",
    "曾晓燕",
    "贺丽",
    "黄宁",
    "欧阳明",
    "陈静",
]
HOUSE = Vocabulary(
    sites=(
        SiteEntry("GH", "市第一综合医院", ("总院",)),
        SiteEntry("CH", "和平社区卫生服务中心", ("和平社区",)),
    ),
    doctors=tuple(DoctorEntry(f"D{n}", name, "GH", "X") for n, name in enumerate(NAMES)),
)


def named(text):
    return [d.name for d in people.scan(text, HOUSE).doctors]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("想挂王建国的号", "王建国"),
        ("周一鸣医生周几上班", "周一鸣"),
        ("王建果医生", "王建国"),
        ("找李智强大夫", "李志强"),
        ("挂曾小燕医生", "曾晓燕"),
        ("李医生在吗", "李志强"),
        ("欧阳主任", "欧阳明"),
        ("贺丽医生", "贺丽"),
        ("挂黄宁的号", "黄宁"),
    ],
)
def test_the_doctor_meant_is_heard(text, name):
    assert named(text)[:1] == [name]


def test_two_of_the_same_name_are_both_heard():
    assert [d.code for d in people.scan("张伟医生", HOUSE).doctors] == ["D3", "D4"]


def test_a_title_read_out_with_the_name_tells_which_of_two_is_meant():
    house = Vocabulary(
        doctors=(
            DoctorEntry("D1", "张伟", site="GH", department="A", title="副主任医师"),
            DoctorEntry("D2", "张伟", site="SQ", department="B", title="主治医师"),
        )
    )
    assert [d.code for d in people.scan("张伟 主治医师", house).doctors] == ["D2"]
    assert [d.code for d in people.scan("换张伟副主任医师", house).doctors] == ["D1"]
    assert [d.code for d in people.scan("张伟主任", house).doctors] == ["D1", "D2"]


def test_a_common_surname_is_not_sure():
    found = people.scan("王医生", HOUSE).doctors

    assert {d.name for d in found} == {"王建国", "王丽华"}
    assert all(d.score < 0.9 for d in found)


@pytest.mark.parametrize(
    "text",
    ["合理安排时间", "头晕想吐", "今天天气好", "我想挂号", "周一上午", "安静的地方", "张伟大的人"],
)
def test_ordinary_words_are_no_doctors(text):
    assert named(text) == []


def test_the_span_of_a_name_is_told_so_that_no_weekday_is_heard_in_it():
    assert people.scan("挂周一鸣医生的号", HOUSE).spans == ((1, 4),)


def test_sites_by_name_and_alias():
    assert [s.code for s in people.sites("去总院看", HOUSE)] == ["GH"]
    assert [s.code for s in people.sites("和平社区能看吗", HOUSE)] == ["CH"]
