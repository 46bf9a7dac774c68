"""The programs that are killed on purpose die at whatever age they are killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.broken.works import Process


@pytest.mark.parametrize("again", range(5))
@pytest.mark.timeout(20)
def test_a_program_is_killed_before_it_has_done_anything(tmp_path: Path, again: int) -> None:
    program = Process(f"young{again}", ["http.server", "0"], {}, tmp_path)
    program.start()
    program.kill()
    assert not program.lives
    assert program.deaths == 1
