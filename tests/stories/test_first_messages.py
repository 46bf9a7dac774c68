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
