"""What the small model adds to the rules of emergencies, and that it can be made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp import hunches, lexicon, redflags
from scripts import train_redflags

SIXTH, EIGHTH, TWELFTH = map(train_redflags.table, train_redflags.JUDGES)


@pytest.mark.parametrize(
    ("texts", "least_caught", "most_false"),
    [(SIXTH, 0.98, 0.04), (EIGHTH, 0.96, 0.02), (TWELFTH, 0.98, 0.02)],
)
def test_writers_who_never_taught_are_caught_and_their_twins_left_alone(
    texts: list[dict[str, str]], least_caught: float, most_false: float
) -> None:
    fired = [(r["expected"], bool(redflags.check(r["text"]))) for r in texts]
    caught = [hit for level, hit in fired if level != "none"]
    false = [hit for level, hit in fired if level == "none"]
    assert sum(caught) / len(caught) >= least_caught
    assert sum(false) / len(false) <= most_false


def test_an_ordinary_complaint_is_no_emergency() -> None:
    # One in eighteen of new writers fired before they taught what is no danger: they guard that.
    paths = (*train_redflags.EVERYDAY, *sorted(train_redflags.WRITTEN.glob("*.tsv")))
    said = [r["text"] for path in paths for r in train_redflags.table(path)]
    alarms = [text for text in said if redflags.alarm(redflags.check(text))]
    assert len(alarms) <= 0.01 * len(said), alarms


def test_no_teaching_text_is_one_of_those_that_judge() -> None:
    judging = {r["text"] for r in (*SIXTH, *EIGHTH)}
    assert judging.isdisjoint(text.text for text in train_redflags.taught())


@pytest.mark.parametrize(
    "text",
    [
        "看了报告嘴都笑歪了，指标全正常哈哈",
        "我也说不清楚该挂哪个科，你给参谋参谋",
        "你们这小程序难用得我头都要炸了",
        "家里水管破水漫金山，今天来不了，能改期吗",
        "听见价钱我差点晕过去",
        "量了三遍都是145/91，不头疼不头晕，要紧不",
    ],
)
def test_a_figure_of_speech_is_no_emergency(text: str) -> None:
    assert not redflags.alarm(redflags.check(text))


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("唞唔到气啊，讲句嘢都要停几次", "rf03"),
        ("媳妇刚才站起来哗一下裤子全湿了，是水不是尿，才35周", "rf12"),
        ("打出来一百九十八一百二十二，吐了两回，脑壳痛惨了，眼睛也看不清", "rf10"),
        ("我爸刚才哇一口，半脸盆红的，他肝不好", "rf09"),
    ],
)
def test_what_no_wording_foresaw_is_heard(text: str, row: str) -> None:
    assert row in {flag.id for flag in redflags.check(text)}


def test_every_row_of_the_model_is_a_row_of_the_table() -> None:
    rows = {(r["id"], r["urgency"]) for r in lexicon.rows("redflags.tsv")}
    assert {tuple(name.split(":")) for name in hunches.rows_model().names} <= rows


def test_both_models_together_stay_small() -> None:
    size = sum(file.stat().st_size for file in (hunches.DANGER_FILE, hunches.ROWS_FILE))
    assert size <= 400_000


def test_the_script_makes_the_same_files_twice(tmp_path: Path) -> None:
    few = train_redflags.taught()[::8]
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        train_redflags.train(few, tmp_path / name)
        made.append([file.read_bytes() for file in sorted((tmp_path / name).iterdir())])
    assert len(made[0]) == 2
    assert made[0] == made[1]


def test_rows_come_in_the_same_order_whatever_the_hash_of_a_word_is() -> None:
    for judged in (*SIXTH, *EIGHTH):
        _, alone = redflags.traits(judged["text"])
        by_action: dict[str, list[str]] = {}
        for flag in alone:
            by_action.setdefault(flag.action, []).append(flag.id)
        assert all(rows == sorted(rows) for rows in by_action.values()), judged["text"]
