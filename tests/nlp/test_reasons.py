"""Why somebody does not come, as people say it; and what only sounds like a reason."""

import pytest

from nlp.preferences import reason


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("临时有事取消预约", "busy"), ("家里有事走不开", "busy"), ("取消预约，孩子要考试", "busy"),
        ("感冒好了不来了", "well"), ("我病好了，号退了吧", "well"), ("烧退了，不去了", "well"),
        ("我妈不疼了", "well"), ("好多了", "well"), ("不去了，太远了", "travel"),
        ("下雨不想去了", "travel"), ("没人陪我去", "travel"), ("挂错科了，退号", "mistake"),
        ("时间不合适", "mistake"), ("已经在别的医院看了，取消", "elsewhere"),
        ("换了家医院", "elsewhere"), ("不想说", "untold"), ("没有原因", "untold"),
    ],
)  # fmt: skip
def test_a_reason_is_heard(text, why):
    assert reason(text) == why


@pytest.mark.parametrize(
    "text",
    ["取消预约", "号不去了，退掉", "把号改好了吗", "挂好了", "取消错了", "确定", "第一个", "恢复"],
)
def test_no_reason_is_made_up(text):
    assert reason(text) is None
