"""Only departments that may well be meant are named, and who it is for counts."""

from __future__ import annotations

import pytest

# What is said, what the last answer must hold (parts between |), and what it must not.
TALKS = (
    ("你好，我想先问问，血压高一点点挂哪个科好？", "心血管内科可以约的号", "肿瘤科"),
    (
        "您好，我是一名听障人士，我最近一周左边耳朵里面一直有嗡嗡的声音，没有疼痛，也没有流脓，挂哪个科室？",
        "耳鼻咽喉科",
        "儿科",
    ),
    ("就是心情不好，睡不好，想挂号", "精神心理科", "心血管"),
    ("妈老是忘事 刚说过的话就忘 挂哪", "神经内科", "咳嗽"),
    ("睡不着 学校那边课很多 周末能看吗", "精神心理科", "普外科"),
    ("发烧", "发热门诊", "肝"),
    ("发烧；38.5", "已经记下", "没听明白"),
    ("发烧；明天上午；我儿子", "先问一句要紧的|抽过", "再问一句"),
    ("发烧；我儿子；都没有", "儿科可以约的号", "呼吸内科"),
    ("下面不太舒服；男性私处", "您选了“男性私处”", "您说"),
    ("那里痒，长了几颗小东西；男的", "皮肤科", "妇产科"),
    ("那里痒，长了几颗小东西；我是男的，不好意思", "皮肤科", "妇产科"),
)


@pytest.mark.story
@pytest.mark.parametrize(("said", "wanted", "unwanted"), TALKS, ids=[talk[0] for talk in TALKS])
def test_a_talk_about_the_department(stage, said, wanted, unwanted):
    *_, answer = [stage.patient.say(text) for text in said.split("；")]

    for part in wanted.split("|"):
        assert part in answer
    assert unwanted not in answer
