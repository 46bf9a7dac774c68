"""
Whole conversations, through the real webhook, with the demo hospital and a real Redis.

A story is a Markdown file. `> 患者:` is what the patient types; every part between `|` of the
`< 机器人:` line after it must be in the answer, what follows `!` must not; `~ 60` lets 60 minutes
go by.
"""

from __future__ import annotations

from pathlib import Path

import pytest

STORIES = sorted(Path(__file__).parent.glob("*.md"))


@pytest.mark.story
@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_the_story_is_told_as_written(story, stage):
    answer = ""
    for line in story.read_text(encoding="utf-8").splitlines():
        if line.startswith("> "):
            answer = stage.patient.say(line.split(":", 1)[1].strip())
        elif line.startswith("~ "):
            stage.wait(int(line[2:]))
        elif line.startswith("< "):
            wanted, _, unwanted = line.split(":", 1)[1].partition(" ! ")
            for part in wanted.split(" | "):
                assert part.strip() in answer, f"{part.strip()}\n--- not in ---\n{answer}"
            assert not unwanted or unwanted.strip() not in answer, answer


def test_the_stories_are_all_there():
    assert len(STORIES) >= 10
