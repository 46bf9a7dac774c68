"""Whatever a patient writes first leads somewhere: a department, a question, or help at once."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest

from handlers.texts import common

DATA = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
LEADS = ("？", "：", "【紧急】", "不用预约，直接去", "约满了")


@pytest.mark.story
def test_300_real_first_messages_lead_somewhere(stage):
    path = DATA / "triage" / "dev_short.jsonl"
    if not path.exists():
        pytest.fail(f"real patients' messages are missing: {path}")
    texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
    lost = []
    for number, text in enumerate(random.Random(11).sample(texts, 300)):
        stage.patient.openid = f"oFirst{number}"
        answer = stage.patient.say(text)
        if answer in ("", "success", common.TROUBLE) or not any(sign in answer for sign in LEADS):
            lost.append((text, answer))

    assert lost == []


# What is said, what the last answer must hold, and what it must not.
OPENINGS = (
    ("手被狗咬了，出血", "犬伤门诊不用预约", "发热门诊"),
    ("猫抓伤 想打狂犬疫苗", "犬伤门诊不用预约", "不能代替医生"),
    ("昨天被老鼠咬了一口", "犬伤门诊不用预约", "没听明白"),
    ("开点降压药", "慢病管理门诊可以约的号", "不能代替医生"),
    ("给孩子打疫苗", "预防接种门诊可以约的号", "没听明白"),
    ("上次那个医生再约一次", "没有找到您在这里看过的医生", "没听明白"),
    ("我婆婆血糖高，想看内分泌，最好是女医生", "内分泌科可以约的号", "想挂谁的号"),
    ("不是我，是我妹妹，她月经两个月没来了", "妇产科可以约的号", "告诉我哪里不舒服"),
    ("我妈心慌 胸闷 好几天了；没有 都没有", "心血管内科可以约的号", "没听明白"),
    ("胸口疼；没这些", "心血管内科可以约的号", "没听明白"),
    ("头很晕；有，恶心想吐", "【紧急】", "先问一句"),
    ("细路仔发烧，听日得唔得睇医生", "先问一句要紧的", "再问一句"),
    ("我发烧两天了", "再问一句", "肝"),
    ("乙肝复查", "可以约的号", "发热门诊"),
)


@pytest.mark.story
@pytest.mark.parametrize(("said", "wanted", "unwanted"), OPENINGS, ids=[o[0] for o in OPENINGS])
def test_an_opening_leads_where_it_should(stage, said, wanted, unwanted):
    *_, answer = [stage.patient.say(text) for text in said.split("；")]

    assert wanted in answer
    assert unwanted not in answer
