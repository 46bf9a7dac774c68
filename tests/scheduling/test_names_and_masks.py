"""Names as people type them, telephone numbers, and what is shown of both."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.masking import mask_document, mask_name, mask_phone
from scheduling.names import clean_name, name_key
from scheduling.phones import clean_phone, takes_messages


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" 王 芳 ", "王芳"),
        ("王\u200b芳", "王芳"),
        ("买买提．艾力", "买买提·艾力"),
        ("买买提 • 艾力", "买买提·艾力"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("Ｊｏｈｎ  Ｓｍｉｔｈ", "John Smith"),
        ("J. R. Smith", "J R Smith"),
        ("Seán O’Neil", "Seán O'Neil"),
        ("Anne-Marie", "Anne-Marie"),
        ("〇小", "〇小"),
        ("𠮷田", "𠮷田"),
        ("王䶮", "王䶮"),
        ("王\ue863", "王\ue863"),  # 䶮 as older systems write it
    ],
)
def test_a_real_name_is_kept_as_on_the_document(typed, kept):
    assert clean_name(typed) == kept


@pytest.mark.parametrize("typed", ["", "  ", "王1", "😀", "·", "-", "王芳！", "王" * 51])
def test_what_is_no_name_is_asked_again(typed):
    assert clean_name(typed) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("买买提·艾力", "买买提•艾力"),
        ("买买提·艾力", "买买提 ．艾力"),
        ("JOHN SMITH", "john  smith"),
        ("ＪＯＨＮ SMITH", "JohnSmith"),
        ("O'Neil", "O’NEIL"),
        ("葛\U000e0100城", "葛城"),
    ],
)
def test_two_spellings_of_one_name_are_the_same(one, other):
    assert name_key(one) == name_key(other)


def test_two_people_are_not_the_same():
    assert name_key("王芳") != name_key("王方")
    assert name_key("买买提·艾力") != name_key("买买提艾力")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("李小明", "李*明"),
        ("王芳", "王*"),
        ("欧阳芳", "欧阳*"),
        ("欧阳小芳", "欧阳*芳"),
        ("司马相如", "司马*如"),
        ("欧阳", "欧*"),
        ("李小小明", "李**明"),
        ("王", "*"),
        ("买买提·艾力", "买**·艾*"),
        ("阿卜杜拉江", "阿****"),
        ("John Smith", "J*** S****"),
        ("Madonna", "M******"),
    ],
)
def test_a_name_is_shown_as_on_hospital_slips(name, shown):
    assert mask_name(name) == shown


@given(st.text(st.characters(categories=["Lo"]), min_size=1, max_size=8))
def test_a_masked_name_always_hides_something(name):
    assert "*" in mask_name(name)
    assert mask_name(name) != name


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("110105194912311234", "110***********1234"),
        ("CAN110078030101", "CAN********0101"),
        ("H12345678", "H******78"),
        ("00123456", "0*****56"),
    ],
)
def test_a_document_is_shown_by_its_ends(number, shown):
    assert mask_document(number) == shown


def test_phones_are_shown_by_their_ends():
    assert mask_phone("13812341234") == "138****1234"
    assert mask_phone("+85261234567") == "********4567"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138 1234 1234", "13812341234"),
        ("+86 138-1234-1234", "13812341234"),
        ("8613812341234", "13812341234"),
        ("１３８１２３４１２３４", "13812341234"),
        ("（010）6512 3456", "01065123456"),
        ("+852 6123 4567", "+85261234567"),
        ("00852 61234567", "+85261234567"),
        ("12345678901", None),
        ("1381234123", None),
        ("没有", None),
    ],
)
def test_a_phone_is_kept_in_one_form_or_asked_again(typed, kept):
    assert clean_phone(typed) == kept


def test_a_landline_takes_no_messages():
    assert takes_messages("13812341234")
    assert takes_messages("+85261234567")
    assert not takes_messages("01065123456")
