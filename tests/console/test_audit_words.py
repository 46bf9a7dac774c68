"""Every act and every detail that is written down is shown in Chinese to whoever audits."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from handlers.texts import console as texts
from scheduling import quotas

HOME = Path(__file__).parents[2]
FAMILY = {"registered", "linked", "verified", "unlinked", "renamed", "phone", "default",
          "exported", "erased", "merged"}  # fmt: skip


def recorded() -> Iterator[ast.Call]:
    """All calls of `audit.record` in the rooms that write events."""
    for room in ("desk", "console", "bot"):
        for path in (HOME / room).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                    yield node


def test_every_act_has_a_name():
    written = {n.args[1].value for n in recorded() if isinstance(n.args[1], ast.Constant)}
    assert len(written) > 40
    written |= {f"family {act}" for act in FAMILY}
    written |= {f"{kind} {act}" for kind in quotas.GRANTED for act in ("granted", "ended")}
    assert written - texts.ACTS.keys() == set()


def test_every_detail_has_a_name():
    given = [arg for call in recorded() for arg in call.args[3:] if isinstance(arg, ast.Dict)]
    keys = {key.value for one in given for key in one.keys if isinstance(key, ast.Constant)}
    assert len(keys) > 15
    assert [key for key in sorted(keys) if f"{key}：" in texts.details({key: "x"})] == []
