"""What hurts, and what does not, in the patient's own words."""

from __future__ import annotations

import pytest

from nlp import segment, symptoms


@pytest.mark.parametrize(
    ("text", "present", "denied"),
    [
        ("我妈头晕三天了，想挂下周三上午神经内科王建国的号", ("头晕",), ()),
        ("我头疼三天了", ("头疼",), ()),
        ("不发烧也不喘", (), ("发烧", "喘")),
        ("没有胸痛、气短，就是有点头晕", ("头晕",), ("胸痛", "气短")),
        ("脚脖子崴了", ("脚脖子崴了",), ()),
        ("头有点疼，恶心想吐", ("头疼", "恶心", "想吐"), ()),
        ("肚子左下边疼，拉稀", ("肚子疼", "拉稀"), ()),
        ("咳嗽，没有痰", ("咳嗽",), ("有痰",)),
        ("晚上老起夜，尿不净", ("老起夜", "尿不净"), ()),
        ("膝盖上下楼疼", ("膝盖疼",), ()),
        ("没劲", ("没劲",), ()),
        ("颈椎不好", ("颈椎不好",), ()),
        ("我爱人肾不太好", ("肾不太好",), ()),
        ("睡眠不好，没有力气", ("睡眠不好", "没有力气"), ()),
        ("血糖控制不好", ("血糖控制不好",), ()),
        ("这个时间不好", (), ()),
        ("没有头晕", (), ("头晕",)),
        ("睡不着", ("睡不着",), ()),
        ("我要挂号", (), ()),
        ("", (), ()),
        ("医院地址在哪", (), ()),
    ],
)
def test_symptoms_are_heard_as_said(
    text: str, present: tuple[str, ...], denied: tuple[str, ...]
) -> None:
    assert symptoms.find(text) == (present, denied)


def test_a_symptom_claimed_and_denied_is_present() -> None:
    assert symptoms.find("昨天没有发烧，现在发烧") == (("发烧",), ())


def test_the_longest_wording_wins() -> None:
    assert symptoms.find("胸闷气短") == (("胸闷气短",), ())


def test_lay_symptom_words_are_not_cut() -> None:
    assert "尿不净" in segment.words("晚上尿不净怎么办")
    assert segment.words("") == []
