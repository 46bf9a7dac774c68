"""What may be dangerous is asked about first, and what is answered to that is understood."""

from __future__ import annotations

import pytest

# What is said, what the last answer must hold (parts between |), and what it must not.
TALKS = (
    ("糖尿病 手抖出冷汗", "【紧急】|120|低血糖", "不要吃东西"),
    ("小孩腹泻三天 今天没精神 尿少", "先问一句要紧的|大半天没尿", "可以约的号"),
    ("小孩腹泻三天 今天没精神 尿少；有", "【紧急】|急诊", "可以约的号"),
    ("便秘好几天了 肚子胀得厉害 吐了 不放屁", "先问一句要紧的|不放屁也不大便", "可以约的号"),
    ("便秘好几天了 肚子胀得厉害 吐了 不放屁；都没有", "消化内科可以约的号", "先问一句"),
    ("大便出血有点不好意思", "先问一句要紧的|大便发黑", "可以约的号"),
    ("屁股那里疼 上厕所有血；没有", "普外科可以约的号", "先问一句"),
)


@pytest.mark.story
@pytest.mark.parametrize(("said", "wanted", "unwanted"), TALKS, ids=[talk[0] for talk in TALKS])
def test_a_talk_about_danger(stage, said, wanted, unwanted):
    *_, answer = [stage.patient.say(text) for text in said.split("；")]

    for part in wanted.split("|"):
        assert part in answer
    assert unwanted not in answer
