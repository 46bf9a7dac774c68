"""The house law holds in our tree, and each check finds what is wrong in a broken one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house import law

OURS = Path(__file__).parents[2]
CHECKS = [
    law.forbidden_imports,
    law.import_cycles,
    law.imports_inside_functions,
    law.impure_calls,
    law.stray_commits,
    law.stray_sentences,
    law.loose_pins,
    law.undocumented_requirements,
]
Tree = Callable[[dict[str, str]], Path]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """`tree({"bot/turn.py": "import desk"})`: a toy house with these files."""

    def build(files: dict[str, str]) -> Path:
        for name, text in files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return tmp_path

    return build


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_our_house_keeps_the_law(check: Callable[[Path], list[str]]) -> None:
    assert check(OURS) == []


def test_our_house_is_not_empty() -> None:
    """A law over no files would always hold."""
    rooms = {module.room for module in law.modules(OURS).values()}

    assert {"handlers", "nlp", "scheduling", "desk", "models"} <= rooms


LAWFUL = {
    "nlp/heard.py": "import re",
    "nlp/lexicon/__init__.py": "from pathlib import Path\nopen(Path('a'))",
    "scheduling/types.py": "import numpy",
    "models/tables.py": "import sqlalchemy\nfrom . import tables",
    "desk/counter.py": "from models import tables\nimport scheduling.types",
    "dialogue/engine.py": "from nlp.heard import Heard",
    "handlers/book.py": "from dialogue import engine\nfrom handlers.texts import book",
    "handlers/texts/book.py": "ASK = '想看哪个科？'",
    "bot/turn.py": "from desk import counter\nconnection.commit()",
    "wsgi.py": "from bot.turn import app",
    "requirements.txt": "flask==3.1.3\npsycopg[binary]==3.3.9  # why\n",
    "requirements-dev.txt": "# tools\n-r requirements.txt\nruff==0.17.6 ; os_name == 'nt'\n",
    "docs/dependencies.md": "| `flask` | x |\n| `psycopg` | x |\n| `ruff` | x |\n",
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_lawful_toy_house_passes(check: Callable[[Path], list[str]], tree: Tree) -> None:
    assert check(tree(LAWFUL)) == []


@pytest.mark.parametrize(
    ("check", "file", "text", "found"),
    [
        (law.forbidden_imports, "handlers/a.py", "from desk import counter", "desk.counter"),
        (law.forbidden_imports, "handlers/a.py", "import sqlalchemy.orm", "sqlalchemy"),
        (law.forbidden_imports, "handlers/a.py", "from nlp import lexicon", "nlp.lexicon"),
        (law.forbidden_imports, "dialogue/a.py", "import pydantic", "pydantic"),
        (law.forbidden_imports, "dialogue/a.py", "from handlers.texts import book", "handlers"),
        (law.forbidden_imports, "nlp/a.py", "from ..scheduling import types", "scheduling.types"),
        (law.forbidden_imports, "scheduling/a.py", "from time import time", "time"),
        (law.forbidden_imports, "scheduling/a.py", "import pathlib", "pathlib"),
        (law.forbidden_imports, "models/a.py", "import flask", "flask"),
        (law.forbidden_imports, "console/a.py", "import models.tables", "models"),
        (law.forbidden_imports, "api/a.py", "from scheduling import rules", "scheduling"),
        (law.forbidden_imports, "simulator/a.py", "import bot.turn", "bot.turn"),
        (law.forbidden_imports, "wsgi.py", "import desk.counter", "desk.counter"),
        (law.imports_inside_functions, "bot/a.py", "def f():\n  from desk import b", "bot/a.py:2"),
        (law.impure_calls, "nlp/a.py", "clock = datetime.now()", "datetime.now"),
        (law.impure_calls, "scheduling/a.py", "dt.date.today()", "dt.date.today"),
        (law.impure_calls, "dialogue/a.py", "open('x')", "open"),
        (law.stray_commits, "desk/a.py", "def f(c):\n  c.commit()", "desk/a.py:2"),
        (law.stray_commits, "bot/webhook.py", "with engine.begin(): ...", "begin"),
        (law.stray_sentences, "handlers/a.py", "def f():\n  return '哪天来？'", "哪天来"),
        (law.stray_sentences, "dialogue/a.py", "'''好。'''\nX = f'{1}没有号源了'", "没有号源了"),
        (law.loose_pins, "requirements.txt", "flask>=3", "flask>=3"),
        (law.loose_pins, "requirements.txt", "tzdata", "tzdata"),
        (law.loose_pins, "requirements.txt", "flask==3.*", "flask"),
        (law.undocumented_requirements, "requirements-dev.txt", "mypy==2.4.1", "mypy"),
        (law.undocumented_requirements, "docs/dependencies.md", "| `celery` | x |", "celery"),
    ],
)
def test_a_broken_toy_house_is_found_out(
    check: Callable[[Path], list[str]], file: str, text: str, found: str, tree: Tree
) -> None:
    violations = check(tree({**LAWFUL, file: text}))

    assert found in "\n".join(violations)


def test_a_circle_of_imports_is_found_but_not_one_for_types(tree: Tree) -> None:
    circle = {"nlp/a.py": "import nlp.b", "nlp/b.py": "from nlp.c import x", "nlp/c.py": ""}
    for_types = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  import nlp.a"

    assert law.import_cycles(tree({**circle, "nlp/c.py": for_types})) == []
    assert "nlp.a" in law.import_cycles(tree({**circle, "nlp/c.py": "import nlp.a"}))[0]


def test_keywords_and_transcripts_may_be_chinese(tree: Tree) -> None:
    text = "def f(word):\n  '''患者：还是后天吧。'''\n  return word == '确认停诊'"

    assert law.stray_sentences(tree({"handlers/suspend.py": text})) == []
