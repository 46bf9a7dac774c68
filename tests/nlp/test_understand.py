"""The whole ear: it never stumbles, and it says what the contract's example says."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp import intent_rows, intents, lexicon
from nlp.heard import Context
from nlp.understand import alarms, understand, warm
from nlp.vocabulary import DepartmentEntry, DoctorEntry, SiteEntry, Vocabulary

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
HOUSE = Vocabulary(
    sites=(SiteEntry("GH", "总院"),),
    departments=(
        DepartmentEntry("GH-SJNK", "神经内科一区", "GH", "03.03"),
        DepartmentEntry("GH-GK", "骨科", "GH", "04.03"),
    ),
    doctors=(DoctorEntry("D017", "王建国", "GH", "GH-SJNK"),),
    version=1,
)
WORDS = (
    "我妈头晕挂号看科门诊骨神经内外医生王建国下周三上午明天号不没有了吗取消改疼的一二三3点:/.，。 "
)


def test_the_example_of_the_contract() -> None:
    heard = understand("我妈头晕三天了，想挂下周三上午神经内科王建国的号", NOW, HOUSE)

    assert heard.intent == "book"
    assert heard.departments[0].name == "神经内科"
    assert sum(d.score for d in heard.departments) <= 1.001
    assert heard.site_departments[0].code == "GH-SJNK"
    assert heard.doctors[0].code == "D017"
    assert heard.when[0].start.isoformat() == "2026-12-02T08:00:00+08:00"
    assert heard.when[0].end.isoformat() == "2026-12-02T12:00:00+08:00"
    assert heard.person.relation == "mother"
    assert heard.symptoms == ("头晕",)


@pytest.mark.parametrize(
    "text", ["", " ", "看", "膝盖疼想看看", "我的预约", "取消预约", "科", "挂", "约"]
)
def test_short_ends_do_not_trip_it(text: str, caplog: pytest.LogCaptureFixture) -> None:
    understand(text, NOW, HOUSE)

    assert caplog.records == []


@given(st.text(st.sampled_from(WORDS), max_size=30) | st.text(max_size=40))
def test_whatever_is_written_it_never_stumbles(text: str) -> None:
    stumbles: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = stumbles.append  # type: ignore[method-assign]
    log = logging.getLogger("nlp.understand")
    log.addHandler(handler)
    try:
        understand(text, NOW, HOUSE, Context(asking="choice", symptoms=("头晕",)))
    finally:
        log.removeHandler(handler)

    assert stumbles == []


def test_a_broken_lexicon_stops_the_start_and_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "words.tsv").write_text("word\tkind\n早\tpart\n晚\n", encoding="utf-8")
    monkeypatch.setattr(lexicon, "HERE", tmp_path)
    with pytest.raises(ValueError, match=r"words\.tsv:3: 1 columns, the header has 2"):
        lexicon.rows("words.tsv")


def test_all_is_loaded_before_the_first_message() -> None:
    warm(NOW)
    assert intents.models.cache_info().currsize == 1
    with pytest.raises(ValueError, match=r"intents\.tsv: '\(': "):
        intent_rows.compiled(["挂号", "("], "挂号|(")


@pytest.mark.parametrize(
    ("text", "department"),
    [
        ("我腰椎间盘突出，想挂下周一下午的号", "骨科"),
        ("我老婆老是紧张害怕，挂个号", "精神心理科"),
        ("我脖子上甲状腺有结节，12月8号下午能看吗", "内分泌科"),
        ("我要挂号", None),
        ("想挂明天上午的号", None),
        ("随便挂一个", None),
        ("您好，挂个号", None),
    ],
)
def test_a_complaint_in_no_list_is_heard_in_a_wish_to_book(text, department) -> None:
    found = understand(text, NOW, HOUSE).departments
    assert (found[0].name if found else None) == department


def test_chatter_beside_a_doctors_name_is_no_complaint() -> None:
    said = "你好，麻烦你了，我爸爸以前在你们医院看过，觉得挺好的，这次想挂王建国医生的号"
    heard = understand(said, NOW, HOUSE, Context())
    assert heard.doctors
    assert heard.departments == ()


@pytest.mark.parametrize("name", ["马凤霞", "王志刚", "马凤霞 440305196508236127", "我叫马凤霞"])
def test_a_name_that_was_asked_for_adds_nothing_to_an_illness_told_before(name: str) -> None:
    """马凤 sounds like a wasp: with a dizziness told before, a registration called 120."""
    context = Context(asking="name", symptoms=("头晕",))
    assert understand(name, NOW, Vocabulary(), context).urgency == "routine"
    assert not alarms(name, context)


def test_who_answers_the_question_for_a_name_with_danger_is_heard() -> None:
    for text in ("晕倒了", "胸口疼出一身汗", "没有心跳了", "马蜂蜇了，喘不上气"):
        assert alarms(text, Context(asking="name", symptoms=("头晕",))), text
