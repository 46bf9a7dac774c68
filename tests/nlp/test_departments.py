"""People name departments their own way; the desk must know which of its rooms they mean."""

from __future__ import annotations

import pytest

from nlp import departments
from nlp.heard import Named, Person
from nlp.vocabulary import DepartmentEntry, DoctorEntry, Vocabulary

HOSPITAL = (
    DepartmentEntry("GH-SN1", "神经内科一区", "GH", "03.03"),
    DepartmentEntry("GH-XN", "心血管内科", "GH", "03.04", ("心内科",)),
    DepartmentEntry("GH-PW", "普外科", "GH", "04.01"),
    DepartmentEntry("GH-RX", "乳腺外科", "GH", "04.01"),
    DepartmentEntry("GH-GC", "肛肠科", "GH", "04.01"),
    DepartmentEntry("GH-GK", "骨科", "GH", "04.03"),
    DepartmentEntry("GH-FK", "妇科", "GH", "05.01", sex="f"),
    DepartmentEntry("GH-EK", "儿科", "GH", "07", max_age_years=14),
    DepartmentEntry("GH-KQ", "口腔科", "GH", "12"),
    DepartmentEntry("GH-PF", "皮肤科", "GH", "13"),
    DepartmentEntry("GH-WK", "泌尿外科", "GH", "04.04"),
    DepartmentEntry("GH-JZ", "急诊科", "GH", "20", bookable=False),
)
CENTRE = (
    DepartmentEntry("CC-QK", "全科门诊", "CC", "02"),
    DepartmentEntry("CC-JZ", "预防接种门诊", "CC", "", ("打针",)),
    DepartmentEntry("CC-EB", "儿童保健科", "CC", "09", ("儿保",), max_age_years=6),
    DepartmentEntry("CC-ZY", "中医科", "CC", "50"),
)
DOCTORS = (DoctorEntry("D1", "白皮肤", "GH", "GH-PF"), DoctorEntry("D2", "骨科平", "GH", "GH-XN"))
ROSTER = Vocabulary(departments=HOSPITAL + CENTRE, doctors=DOCTORS)


def stated(text: str) -> list[str]:
    return [named.code for named in departments.stated(text, ROSTER)]


def at_sites(name: str, person: Person | None = None) -> list[str]:
    scored = [Named(departments.NATIONAL[name], name, 0.8)]
    return [n.code for n in departments.at_sites(scored, ROSTER, person or Person())]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("想挂骨科", "GH-GK"),
        ("帮我约下周一的心内", "GH-XN"),
        ("心内科专家号", "GH-XN"),
        ("神内", "GH-SN1"),
        ("挂神经内科一区", "GH-SN1"),
        ("看皮肤", "GH-PF"),
        ("我要看牙", "GH-KQ"),
        ("拔牙", "GH-KQ"),
        ("带孩子打疫苗", "CC-JZ"),
        ("打麻疹疫苗挂什么科", "CC-JZ"),
        ("想打HPV疫苗", "CC-JZ"),
        ("做儿保", "CC-EB"),
        ("挂个皮夫科", "GH-PF"),
        ("心血官内科", "GH-XN"),
        ("泌尿外课", "GH-WK"),
        ("急诊在哪", "GH-JZ"),
        ("找骨科的医生", "GH-GK"),
    ],
)
def test_spoken_names_find_the_room(text: str, code: str) -> None:
    assert stated(text)[0] == code


@pytest.mark.parametrize(
    "text",
    [
        "皮肤痒",
        "口腔溃疡",
        "挂什么科",
        "你好",
        "",
        "明天上午",
        "不挂骨科",
        "挂白皮肤医生",
        "找骨科平大夫的号",
        "咳嗽",
    ],
)
def test_a_complaint_a_question_or_a_doctor_names_no_department(text: str) -> None:
    assert stated(text) == []


def test_the_longest_name_wins() -> None:
    assert stated("乳腺外科") == ["GH-RX"]
    assert stated("神经外科") == []


def test_two_departments_may_be_named() -> None:
    assert set(stated("骨科或者皮肤科都行")) == {"GH-GK", "GH-PF"}


def test_a_refused_department_is_not_meant() -> None:
    assert stated("不要骨科，挂皮肤科") == ["GH-PF"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("挂耳鼻喉", "耳鼻咽喉科"),
        ("外科", "普外科"),
        ("大内科", "全科/普通内科"),
        ("产检", "产科"),
        ("呼及内科", "呼吸内科"),
        ("针灸", "中医科"),
    ],
)
def test_without_a_roster_the_national_names_are_heard(text: str, name: str) -> None:
    assert departments.national(text)[0].name == name


def test_obstetrics_and_gynaecology_are_both_meant_by_their_joint_name() -> None:
    assert {n.name for n in departments.national("挂妇产科")} == {"妇科", "产科"}


def test_all_37_national_names_are_known_with_their_codes() -> None:
    assert len(departments.NATIONAL) == 37
    assert departments.NATIONAL["心血管内科"] == "03.04"


def test_departments_that_share_a_national_code_are_told_apart_by_name() -> None:
    assert at_sites("肛肠科")[0] == "GH-GC"
    assert at_sites("乳腺外科")[0] == "GH-RX"
    assert at_sites("普外科")[0] == "GH-PW"


def test_a_site_without_the_department_offers_its_nearest_substitute() -> None:
    codes = at_sites("神经内科")
    assert codes[0] == "GH-SN1"
    assert "CC-QK" in codes
    assert at_sites("男科", Person(sex="m"))[0] == "GH-WK"


def test_age_and_sex_limits_are_kept() -> None:
    assert "GH-EK" not in at_sites("儿科", Person(age_years=40))
    assert "GH-EK" in at_sites("儿科", Person(age_years=14))
    assert "GH-FK" not in at_sites("妇科", Person(sex="m"))


def test_unbookable_departments_are_named_so_that_people_can_be_sent_there() -> None:
    assert at_sites("急诊科")[0] == "GH-JZ"


def test_an_empty_roster_names_nothing() -> None:
    assert departments.stated("骨科", Vocabulary()) == ()
    assert departments.at_sites([Named("04.03", "骨科", 1.0)], Vocabulary()) == ()


def test_a_clinic_of_its_own_kind_is_not_for_everybody() -> None:
    """慢病管理门诊 has the code of 全科; who feels weak was booked there."""
    house = Vocabulary(
        departments=(
            DepartmentEntry("QK", "全科医学科", "SQ", "02", aliases=("全科",)),
            DepartmentEntry("MB", "慢病管理门诊", "SQ", "02", aliases=("慢病", "高血压门诊")),
            DepartmentEntry("ZJ", "专家团队门诊", "XZ", "02"),
        )
    )
    found = departments.at_sites([Named("02", "全科/普通内科", 1.0)], house)
    assert [one.code for one in found] == ["QK", "ZJ"]
