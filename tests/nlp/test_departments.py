"""Departments, as patients say them and as sites call them."""

from __future__ import annotations

import pytest

from nlp import departments
from nlp.heard import Named, Person
from nlp.vocabulary import DepartmentEntry, SiteEntry, Vocabulary

HOUSE = Vocabulary(
    sites=(SiteEntry("GH", "总院"), SiteEntry("CH", "社区")),
    departments=(
        DepartmentEntry("G1", "神经内科一区", "GH", "03.03"),
        DepartmentEntry("G2", "普外科", "GH", "04.01", ("肛肠科",)),
        DepartmentEntry("G3", "耳鼻咽喉科", "GH", "11", ("五官科",)),
        DepartmentEntry("G4", "妇科", "GH", "05.01", sex="f"),
        DepartmentEntry("G5", "儿科", "GH", "07", max_age_years=14),
        DepartmentEntry("G6", "急诊科", "GH", "20", bookable=False),
        DepartmentEntry("G7", "呼吸内科", "GH", "03.01", min_age_years=14),
        DepartmentEntry("C1", "全科医学科", "CH", "02", ("全科",)),
        DepartmentEntry("C2", "慢病门诊", "CH", "02"),
        DepartmentEntry("C3", "口腔科", "CH", "12", ("看牙",)),
    ),
)
ADULT = Person(age_years=40)


def stated(text):
    return [d.code for d in departments.stated(text, HOUSE)]


def placed(name, person=ADULT):
    found = departments.at_sites((Named("", name, 0.9),), HOUSE, person)
    return [d.code for d in found]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("想挂神经内科的号", "G1"),
        ("挂神内", "G1"),
        ("耳鼻喉", "G3"),
        ("五官科在几楼", "G3"),
        ("看牙", "C3"),
        ("挂肛肠科", "G2"),
        ("急诊怎么走，急诊科", "G6"),
        ("耳鼻炎喉科", "G3"),
        ("全科", "C1"),
    ],
)
def test_a_department_named_is_heard(text, code):
    assert stated(text)[:1] == [code]


@pytest.mark.parametrize("text", ["呼吸困难", "头晕", "不想挂妇科", "我是本科毕业", "皮肤有点痒"])
def test_a_complaint_names_no_department(text):
    assert stated(text) == []


def test_a_site_without_the_department_offers_the_nearest_at_a_lower_score():
    found = departments.at_sites((Named("", "耳鼻咽喉科", 0.9),), HOUSE, ADULT)

    assert [d.code for d in found] == ["G3", "C1"]
    assert found[1].score < found[0].score


def test_of_two_with_one_code_the_one_that_is_called_so_is_meant():
    assert "C2" not in placed("全科/普通内科")
    assert placed("肛肠科")[0] == "G2"


def test_age_and_sex_are_hard_limits():
    assert "G4" not in placed("妇科", Person(sex="m", age_years=40))
    assert "G5" not in placed("儿科")
    assert "G5" in placed("儿科", Person(age_years=14))
    assert "G7" not in placed("呼吸内科", Person(age_years=5))


def test_only_the_emergency_room_is_named_though_it_cannot_be_booked():
    assert placed("急诊科")[0] == "G6"


def test_national_names_without_a_roster():
    assert [d.name for d in departments.national("挂妇产科")] == ["妇科", "产科"]
    assert len(departments.NATIONAL) == 37
