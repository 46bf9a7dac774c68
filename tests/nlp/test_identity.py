"""Who a patient is, as people write it down."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp import identity

TODAY = date(2026, 11, 24)


def find(text, asking=None):
    return identity.find(text, asking, TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X",
        "身份证：110105 1949 1231 002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        "我妈的是11010519491231002X谢谢",
    ],
)
def test_a_resident_number_is_found_however_it_is_written(text):
    assert find(text).id_number == "11010519491231002X"


@given(st.text("0123456789", min_size=17, max_size=17), st.sampled_from("0123456789Xx"), st.data())
def test_blanks_inside_a_number_do_not_matter(digits, check, data):
    number = digits + check
    cut = data.draw(st.integers(1, 16))

    assert find(f"{number[:cut]} {number[cut:]}").id_number == number.upper()


@pytest.mark.parametrize(
    "number", ["H12345678", "M1234567890", "E12345678", "12345678", "A123456789", "123"]
)
def test_other_documents_only_when_asked(number):
    assert find(number).id_number is None
    if len(number) > 3:
        assert find(number, "id_number").id_number == number


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("李秀英", "李秀英"),
        ("我叫李秀英", "李秀英"),
        ("是王伟。", "王伟"),
        ("阿卜杜拉·买买提", "阿卜杜拉·买买提"),
        ("John Smith", "John Smith"),
        ("㛃𬭸", "㛃𬭸"),
        ("欧阳娜娜", "欧阳娜娜"),
    ],
)
def test_a_name_when_asked(text, name):
    assert find(text, "name").name == name


@pytest.mark.parametrize(
    "text",
    ["返回", "人工", "不同意", "为什么要姓名", "挂号", "我要退出", "头疼", "好的", "12345", "王"],
)
def test_what_is_no_name(text):
    assert find(text, "name").name is None


def test_a_bare_name_is_none_unless_asked_for():
    assert find("李秀英").name is None
    assert find("她叫李秀英，头晕").name == "李秀英"


def test_a_mobile_number_is_always_found_but_not_inside_another_number():
    assert find("电话138 0013 8000").phone == "13800138000"
    assert find("110105194912310021").phone is None
    assert find("010-12345678").phone is None
    assert find("010-12345678", "phone").phone == "01012345678"


@pytest.mark.parametrize(
    "text",
    [
        "1950年3月7日",
        "1950-3-7",
        "1950.03.07",
        "19500307",
        "五零年三月七号",
        "50年3月7日",
        "一九五〇年三月七日",
    ],
)
def test_a_birth_date_when_asked(text):
    assert find(text, "birth_date").birth_date == date(1950, 3, 7)


@pytest.mark.parametrize("text", ["2027年1月1日", "1850-1-1", "1950年13月1日", "1950年2月30日"])
def test_impossible_birth_dates(text):
    assert find(text, "birth_date").birth_date is None


@pytest.mark.parametrize(
    "text",
    ["我妈", "改到后天", "添加就诊人", "还没起名字", "你们会不会把我信息卖了", "换个时间", "老伴"],
)
def test_what_is_said_instead_of_a_name_is_no_name(text):
    assert identity.find(text, "name", TODAY).name is None


@pytest.mark.parametrize("text", ["张会有", "阿不都热依木", "王还喜", "周到", "李有才"])
def test_rare_names_are_names(text):
    assert identity.find(text, "name", TODAY).name == text


def test_a_name_with_a_number_and_a_telephone_behind_it():
    found = identity.find("陈一 110101195803070011 13800000000", "name", TODAY)

    assert (found.name, found.id_number, found.phone) == (
        "陈一", "110101195803070011", "13800000000",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("护照", "passport"),
        ("出生证", "birth_certificate"),
        ("用我身份证", "guardian"),
        ("回乡证", "hm_permit"),
        ("身份证", "resident_id"),
        ("头晕", None),
    ],
)
def test_a_document_by_its_name(text, document):
    assert identity.find(text, None, TODAY).document == document
