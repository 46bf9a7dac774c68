"""Every document a patient may show: which are believed, which are asked again, and why."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling import documents
from scheduling.errors import BadDocument

TODAY = date(2026, 11, 24)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # printed in GB 11643-1999


def with_check_digit(body: str) -> str:
    """The 17 places and their check digit, computed as the standard prints it."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True))
    return body + "10X98765432"[total % 11]


def reason(kind: str, number: str) -> str:
    with pytest.raises(BadDocument) as refused:
        documents.facts(kind, number, TODAY)
    assert refused.value.facts["kind"] == kind
    return str(refused.value.facts["reason"])


bodies = st.builds(
    lambda region, born, order: f"{region}{born:%Y%m%d}{order:03}",
    st.sampled_from(["110105", "440304", "810000", "820000", "830000", "931156"]),
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
)


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("resident_id", "11010519491231002X", "11010519491231002X"),
        ("resident_id", " 110105 19491231 002x ", "11010519491231002X"),
        ("resident_id", "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        ("resident_id", "11010519491231002*", "11010519491231002X"),  # a number pad has no X
        ("resident_id", "11010519491231002Х", "11010519491231002X"),
        ("hmt_residence", "810000199408230021", "810000199408230021"),
        ("hm_permit", "h12345678", "H12345678"),
        ("hm_permit", "M1234567802", "M12345678"),  # renewed twice, still the same person
        ("tw_permit", "00123456", "00123456"),
        ("tw_permit", "0012345601(B)", "00123456"),
        ("tw_permit", "0012345601", "00123456"),
        ("tw_permit", "T012345678", "T012345678"),
        ("foreign_permanent", "CAN110078030101", "CAN110078030101"),
        ("passport", "E 1234 5678", "E12345678"),
        ("passport", "123456789", "123456789"),
        ("birth_certificate", "x320101001", "X320101001"),
        ("guardian", "11010519491231002x", "11010519491231002X"),
        ("guardian", "H1234567801", "H12345678"),
    ],
)
def test_a_number_is_kept_in_one_form_however_it_is_typed(kind, typed, kept):
    assert documents.normalise(kind, typed) == kept


@pytest.mark.parametrize(
    ("kind", "typed", "why"),
    [
        ("resident_id", "110105194912310021", "check_digit"),
        ("resident_id", "1101051949123100", "length"),
        ("resident_id", "110105491231002", "length"),  # the 15 places of before 2013
        ("resident_id", "A1010519491231002X", "shape"),
        ("resident_id", "810000199408230021", "shape"),  # that is a residence permit
        ("resident_id", with_check_digit("99010519491231002"), "shape"),
        ("resident_id", with_check_digit("11010519490231002"), "date"),
        ("resident_id", with_check_digit("11010520991231002"), "date"),
        ("resident_id", with_check_digit("11010518941231002"), "date"),
        ("hmt_residence", "11010519491231002X", "shape"),
        ("hm_permit", "A12345678", "shape"),
        ("hm_permit", "H123456", "length"),
        ("tw_permit", "1234567", "length"),
        ("tw_permit", "A1234567", "shape"),
        ("foreign_permanent", "11010519491231002X", "shape"),
        ("foreign_permanent", "CA1110078030101", "shape"),
        ("passport", "ABCDEFG", "shape"),
        ("passport", "12345", "length"),
        ("birth_certificate", "1234567890", "shape"),
        ("passport", "E١٢٣٤٥٦٧٨", "shape"),  # digits of another script would be another number
        ("resident_id", "١" * 18, "shape"),
        ("guardian", "你好", "shape"),
        ("library_card", "12345678", "shape"),
    ],
)
def test_a_number_that_cannot_be_right_is_refused_with_the_reason(kind, typed, why):
    assert reason(kind, typed) == why


@pytest.mark.parametrize(
    ("typed", "kinds"),
    [
        ("11010519491231002X", ("resident_id",)),
        ("110105194912310021", ("resident_id",)),  # mistyped: to be asked again as what it is
        ("1101051949123100", ("resident_id",)),
        ("810000199408230021", ("hmt_residence",)),
        (with_check_digit("93115619900101001"), ("foreign_permanent",)),
        ("H12345678", ("hm_permit", "passport")),
        ("00123456", ("tw_permit", "passport")),
        ("X320101001", ("birth_certificate", "tw_permit", "passport")),
        ("CAN110078030101", ("foreign_permanent", "passport")),
        ("E12345678", ("passport",)),
        ("没有", ()),
    ],
)
def test_a_number_tells_which_documents_it_may_be(typed, kinds):
    assert documents.guess_kinds(typed) == kinds


@given(bodies)
def test_every_number_built_to_the_standard_tells_sex_and_birth_date(body):
    number = with_check_digit(body)
    (kind,) = documents.guess_kinds(number)
    born = date(int(body[6:10]), int(body[10:12]), int(body[12:14]))
    sex = "m" if int(body[16]) % 2 else "f"
    assert documents.facts(kind, number, TODAY) == (sex, born)


@given(bodies, st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_noticed(body, place, digit):
    number = with_check_digit(body)
    (kind,) = documents.guess_kinds(number)
    wrong = number[:place] + digit + number[place + 1 :]
    if wrong != number:
        assert reason(kind, wrong) in {"check_digit", "shape", "date"}


@given(bodies, st.integers(0, 15))
def test_two_neighbours_swapped_are_always_noticed(body, place):
    number = with_check_digit(body)
    (kind,) = documents.guess_kinds(number)
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if wrong != number:
        assert reason(kind, wrong) in {"check_digit", "shape", "date"}


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("passport", "E12345678"),
        ("hm_permit", "H12345678"),
        ("foreign_permanent", "CAN110078030101"),
        ("birth_certificate", "X320101001"),
        ("guardian", "11010519491231002X"),  # the guardian's birthday is not the child's
    ],
)
def test_other_documents_tell_neither_sex_nor_birth_date(kind, number):
    assert documents.facts(kind, number, TODAY) == (None, None)


def test_born_today_is_possible_and_tomorrow_is_not():
    assert documents.is_birth_date(TODAY, TODAY)
    assert not documents.is_birth_date(TODAY + timedelta(days=1), TODAY)
    assert documents.is_birth_date(date(1896, 1, 1), TODAY)
    assert not documents.is_birth_date(date(1895, 11, 24), TODAY)


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (date(2012, 11, 24), 14),
        (date(2012, 11, 25), 13),
        (date(2026, 11, 24), 0),
        (date(2024, 2, 29), 2),
    ],
)
def test_age_counts_birthdays(born, age):
    assert documents.age_years(born, TODAY) == age
