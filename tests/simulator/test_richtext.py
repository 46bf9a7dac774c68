"""Chat text becomes safe pieces: three kinds of link, everything else as written."""

from __future__ import annotations

import pytest

from simulator.richtext import lines


def test_a_tappable_answer_keeps_its_words_and_its_question():
    (line,) = lines('1. <a href="weixin://bizmsgmenu?msgmenucontent=1&msgmenuid=q7">王医生</a>')
    assert line[0] == {"kind": "text", "text": "1. "}
    assert line[1] == {"kind": "menu", "text": "王医生", "content": "1", "menu_id": "q7"}


@pytest.mark.parametrize("content", ["%E6%8C%82%E5%8F%B7", "挂号"])
@pytest.mark.parametrize("mark", ["&", "&amp;"])
def test_link_words_may_be_url_encoded_or_not(content, mark):
    href = f"weixin://bizmsgmenu?msgmenucontent={content}{mark}msgmenuid=1"
    assert lines(f"<a href='{href}'>挂</a>")[0][0]["content"] == "挂号"


def test_phone_numbers_and_web_addresses_are_links():
    (line,) = lines('打<a href="tel:021-12345">电话</a>看<a href="https://a.cn/x?y=1">网页</a>')
    assert [piece["kind"] for piece in line] == ["text", "tel", "text", "web"]


@pytest.mark.parametrize(
    "text",
    [
        '<a href="javascript:alert(1)">x</a>',
        '<a href="weixin://dl/chat?x">x</a>',
        '<a href="weixin://bizmsgmenu?msgmenuid=1">x</a>',
        '<a href="data:text/html,x">x</a>',
        "<script>alert(1)</script>",
        "3 < 5 & 7 > 6",
    ],
)
def test_everything_else_is_shown_as_written(text):
    assert lines(text) == [[{"kind": "text", "text": text}]]


def test_newlines_and_empty_lines_are_kept():
    rows = lines("一\n\n三\n")
    assert [[piece["text"] for piece in row] for row in rows] == [["一"], [], ["三"]]


def test_an_option_on_every_line_stays_on_its_line():
    link = '<a href="weixin://bizmsgmenu?msgmenucontent=1&msgmenuid=q">甲</a>'
    rows = lines(f"选：\n1. {link}\n2. {link}\n好")
    assert [len(row) for row in rows] == [1, 2, 2, 1]
