"""Short answers, as people give them."""

from __future__ import annotations

import pytest

from nlp import answers


@pytest.mark.parametrize(
    "text",
    [
        "好",
        "好的",
        "嗯嗯",
        "可以呀",
        "行吧",
        "对对对",
        "是的。",
        "中",
        "要得",
        "没问题！",
        "确认",
        "OK",
        "好的，就这个",
        "同意",
    ],
)
def test_yes(text):
    assert answers.yes_no(text) == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "不",
        "不要",
        "不用了",
        "不是这个",
        "不行啊",
        "没有",
        "不同意",
        "算不上",
        "不对，是周四",
        "不去了",
    ],
)
def test_no(text):
    assert answers.yes_no(text) == "no"


@pytest.mark.parametrize(
    "text",
    [
        "头晕",
        "不舒服",
        "好像发烧了",
        "对面的医院在哪",
        "好多天了",
        "是不是要空腹",
        "行动不便",
        "没劲",
    ],
)
def test_neither(text):
    assert answers.yes_no(text) is None


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("1", 1),
        ("３", 3),
        ("第三个", 3),
        ("三", 3),
        ("选2", 2),
        ("我要第二个", 2),
        ("②", 2),
        ("最后一个", -1),
        ("倒数第一个", -1),
        ("2.", 2),
        ("十", 10),
        ("第一个吧", 1),
        ("就2吧", 2),
    ],
)
def test_which_one(text, n):
    assert answers.ordinal(text) == n


@pytest.mark.parametrize(
    "text", ["头晕3天", "1950年", "13800000000", "下午3点", "二十五号", "0", "第一次来", "3号楼"]
)
def test_not_a_choice(text):
    assert answers.ordinal(text) is None


def test_two_hao_is_a_choice_only_when_a_list_was_shown():
    assert answers.ordinal("2号", "choice") == 2
    assert answers.ordinal("2号") is None


@pytest.mark.parametrize(
    "text",
    ["得嘞", "系啊", "管", "妥了", "嗯哪", "对头", "阔以", "好嘞", "就恁个", "👌",
     "没得问题", "冇问题", "好伐",
     "约吧", "就挂这个", "确定预约", "好的好的没问题", "嗯，就这样吧", "没错是我", "那就这个吧"],
)  # fmt: skip
def test_yes_in_many_tongues(text):
    assert answers.yes_no(text) == "yes"


@pytest.mark.parametrize(
    "text",
    ["唔要", "冇", "弗要", "不得行", "要不得", "不中", "算了吧", "还是算了", "没得",
     "不必了", "先不了", "不方便",
     "都不合适", "不是我", "达咩", "👎", "那不行", "不不不，不要"],
)  # fmt: skip
def test_no_in_many_tongues(text):
    assert answers.yes_no(text) == "no"


@pytest.mark.parametrize(
    "text", ["可能吧", "别的医生", "嗯？", "好不好", "要不要空腹", "不知道", "有没有号"]
)
def test_what_only_sounds_like_an_answer(text):
    assert answers.yes_no(text) is None


@pytest.mark.parametrize(
    ("text", "n"),
    [("头一个", 1), ("打头那个", 1), ("最上面那个", 1), ("最下面的", -1), ("末尾那个", -1),
     ("倒数第二个", -2), ("第二行", 2), ("那就2", 2), ("2谢谢", 2), ("3吧谢谢", 3),
     ("拣第二个", 2), ("No.2", 2), ("❷", 2), ("选B", 2)],
)  # fmt: skip
def test_which_one_in_other_words(text, n):
    assert answers.ordinal(text, "choice") == n


def test_a_letter_is_a_choice_only_of_a_list():
    assert answers.ordinal("b") is None
