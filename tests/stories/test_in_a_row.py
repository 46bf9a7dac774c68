"""Messages as phones send them: two at once, the same three times, the older one last."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

pytestmark = pytest.mark.story


def test_two_quick_messages_in_a_row_are_both_heard(stage):
    stage.patient.say("挂骨科")
    with ThreadPoolExecutor(2) as phones:
        answers = list(phones.map(stage.patient.say, ("明天上午的", "不要特需，便宜点的")))

    assert all("骨科" in answer for answer in answers)
    now = stage.patient.say("再说一遍")
    assert "11月25日 周三 上午" in now
    assert "专家号" not in now.split("2.")[0]


def test_one_message_tried_three_times_at_once_is_one_step(stage):
    stage.patient.say("挂骨科")
    body = stage.patient.message("1")
    with ThreadPoolExecutor(3) as tries:
        answers = set(tries.map(stage.patient.deliver, [body] * 3))

    assert len(answers) == 1
    assert "选几点" in answers.pop()
    assert "选几点" in stage.patient.say("再说一遍")


def test_an_older_message_that_comes_late_is_heard_and_undoes_nothing(stage):
    stage.patient.say("挂骨科")
    older = stage.patient.message("下午的", CreateTime=1_700_000_001)
    newer = stage.patient.message("明天", CreateTime=1_700_000_002)

    assert "11月25日" in stage.patient.deliver(newer)
    assert "11月25日 周三 下午" in stage.patient.deliver(older)
    assert "11月25日" in stage.patient.deliver(newer), "a retry is replayed"
    assert "11月25日 周三 下午" in stage.patient.say("再说一遍")
