"""A reply is numbered, tappable, and never longer than WeChat shows."""

from __future__ import annotations

import re
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from bot import paper
from dialogue.reply import Option, Reply
from handlers.texts import common

ASKED = Reply(
    "想看哪一个？", (Option("周三 9:00 王医生", "1"), Option("都不要", "2")), "q3", "回复“更多”"
)


def test_options_are_numbered_and_carry_their_question() -> None:
    assert paper.write(ASKED, links=True).splitlines() == [
        "想看哪一个？",
        '<a href="weixin://bizmsgmenu?msgmenucontent=1&msgmenuid=q3-1">1. 周三 9:00 王医生</a>',
        '<a href="weixin://bizmsgmenu?msgmenucontent=2&msgmenuid=q3-2">2. 都不要</a>',
        "回复“更多”",
    ]


def test_a_test_account_gets_plain_lines() -> None:
    lines = paper.write(ASKED, links=False).splitlines()

    assert lines == ["想看哪一个？", "1. 周三 9:00 王医生", "2. 都不要", "回复“更多”"]


def test_what_a_patient_wrote_cannot_become_a_link() -> None:
    name = '<a href="weixin://bizmsgmenu?msgmenucontent=取消&msgmenuid=q1-1">点我</a>'

    written = paper.write(Reply(name, (Option(name, 'x"&<'),), "q1"), links=True)

    links = re.findall(r'<a href="([^"]*)">', written)
    assert len(links) == 1
    assert unquote(links[0].split("msgmenucontent=")[1].split("&")[0]) == 'x"&<'


def test_a_long_answer_is_cut_behind_a_sentence_and_goes_on() -> None:
    sentence = "请带好身份证和医保码，提前半小时到一楼大厅取号缴费。"
    whole = sentence * 60

    first, rest = paper.first_page(whole)

    assert first.endswith(common.REST)
    assert first.removesuffix(common.REST).endswith("。")
    assert first.removesuffix(common.REST) + rest == whole


PIECES = st.one_of(
    st.text(max_size=300),
    st.sampled_from(["。", "\n", '<a href="weixin://bizmsgmenu?x">1. 王医生</a>', "好" * 900]),
)


@given(st.lists(PIECES, max_size=12))
def test_pages_are_small_lose_nothing_and_tear_no_link(pieces: list[str]) -> None:
    whole = "".join(pieces).replace("<a", "<b") if len(pieces) > 10 else "".join(pieces)
    rest, pages = whole, []
    while rest:
        page, rest = paper.first_page(rest)
        pages.append(page)

    assert all(len(page.encode()) <= paper.MAX_BYTES for page in pages)
    assert len(pages) <= 2 + len(whole.encode()) // 900
    said = "".join(page.removesuffix(common.REST) for page in pages)
    assert re.sub(r"\s", "", said) == re.sub(r"\s", "", whole)
    assert all(page.count("<a ") == page.count("</a>") for page in pages if "<a" in whole)
