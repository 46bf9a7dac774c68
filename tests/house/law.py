"""
The house law as checks over source text: who may import whom, where commits and sentences live.

Every check takes the root of a tree and returns its violations as sentences `file:line what`, so
each can be shown to fail on a small broken tree (tests/house/test_law.py). Rooms that are not
there yet have nothing to violate.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

# What a room may import of ours besides itself (the table of DESIGN section 2).
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "wsgi": ("bot",),
    "bot": (
        "console", "api", "simulator", "handlers", "dialogue", "nlp", "desk", "scheduling",
        "models",
    ),
    "console": (
        "desk", "scheduling.rota", "scheduling.types", "scheduling.errors",
        "scheduling.staff_errors", "scheduling.advice", "scheduling.visit",
        "scheduling.broadcasting", "handlers.texts",
    ),
    "api": ("desk", "scheduling.types", "scheduling.errors", "handlers.texts"),
    "handlers": (
        "dialogue", "nlp.heard", "scheduling.rota", "scheduling.types", "scheduling.offers",
        "scheduling.errors", "scheduling.staff_errors", "scheduling.policy",
        "scheduling.waiting", "scheduling.distance", "scheduling.advice",
        "scheduling.disciplines", "scheduling.queueing", "scheduling.visit",
        "scheduling.broadcasting",
    ),
    "desk": ("scheduling", "models"),
    "dialogue": ("nlp.heard",),
    "nlp": (),
    "scheduling": (),
    "models": (),
    "simulator": (),
}  # fmt: skip

# Libraries a room must not know. The pure rooms get the time and the data as arguments.
CLOCK_AND_IO = {
    "time", "os", "socket", "subprocess", "sqlite3", "threading", "asyncio", "tempfile", "shutil",
    "http", "urllib", "requests", "flask", "sqlalchemy", "redis", "pymysql", "psycopg", "wechatpy",
}  # fmt: skip
FILES = {"pathlib", "io", "importlib"}  # the ear alone may read files: its lexicon
NEVER: dict[str, set[str]] = {
    "handlers": {"flask", "sqlalchemy", "redis"},
    "desk": {"flask", "redis"},
    "nlp": CLOCK_AND_IO,
    "dialogue": CLOCK_AND_IO | FILES,
    "scheduling": CLOCK_AND_IO | FILES,
}
# Rooms whose libraries are few enough to be listed in full; the standard library is free.
ONLY_LIBRARIES = {"dialogue": set[str](), "models": {"sqlalchemy", "cryptography"}}

# Where a turn, the courier, a command or an edge request ends.
MAY_COMMIT = ("bot/turn.py", "bot/courier.py", "bot/cli.py", "api/", "console/")

CLOCK_METHODS = {"now", "utcnow", "today"}
PURE_ROOMS = ("dialogue", "nlp", "scheduling")
SENTENCE = re.compile(r"[，。？！；：]|[㐀-鿿]{5,}")  # a keyword is at most four characters long


@dataclass(frozen=True)
class Module:
    """One source file of ours, parsed."""

    name: str
    path: str  # relative to the root, with forward slashes
    tree: ast.Module

    @property
    def room(self) -> str:
        """The top-level package."""
        return self.name.partition(".")[0]


def modules(root: Path) -> dict[str, Module]:
    """All modules of all rooms under `root`, by dotted name."""
    found = {}
    for room in MAY_IMPORT:
        for file in [root / f"{room}.py", *sorted((root / room).rglob("*.py"))]:
            if file.is_file():
                path = file.relative_to(root)
                name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
                tree = _parsed(file.read_text(encoding="utf-8"), str(path))
                found[name] = Module(name, path.as_posix(), tree)
    return found


@cache
def _parsed(source: str, path: str) -> ast.Module:
    """Each check looks at every file."""
    return ast.parse(source, filename=path)


def imported(module: Module, ours: dict[str, Module], node: ast.AST) -> list[str]:
    """
    Dotted names that an import statement reaches; empty for any other node.

    `from nlp import heard` reaches `nlp.heard` where that is a module, else `nlp`.
    """
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = node.module or ""
    if node.level:
        package = module.name.split(".")
        up = node.level - module.path.endswith("__init__.py")
        base = ".".join([*package[: len(package) - up], *([base] if base else [])])
    inner = [f"{base}.{alias.name}" for alias in node.names]
    return [name if name in ours else base for name in inner]


def imports(root: Path) -> Iterator[tuple[Module, int, str]]:
    """Every import: the importing module, the line, the name reached."""
    ours = modules(root)
    for module in ours.values():
        for node in ast.walk(module.tree):
            for name in imported(module, ours, node):
                yield module, getattr(node, "lineno", 0), name


def within(name: str, prefixes: tuple[str, ...]) -> bool:
    """Whether `name` is one of `prefixes` or lies inside one."""
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def forbidden_imports(root: Path) -> list[str]:
    """Imports the table of rooms does not allow, of ours and of libraries."""
    wrong = set()
    for module, line, name in imports(root):
        top = name.partition(".")[0]
        if top in MAY_IMPORT:
            lawful = within(name, (module.room, *MAY_IMPORT[module.room]))
        else:
            only = ONLY_LIBRARIES.get(module.room)
            foreign = only is not None and top not in only | sys.stdlib_module_names
            lawful = top not in NEVER.get(module.room, ()) and not foreign
        if not lawful:
            wrong.add(f"{module.path}:{line} {module.room} may not import {name}")
    return sorted(wrong)


def import_cycles(root: Path) -> list[str]:
    """One cycle of modules, if there is any; imports for type checkers only do not count."""
    ours = modules(root)
    graph: dict[str, set[str]] = {}
    for module in ours.values():
        for_types = {
            id(inner)
            for node in ast.walk(module.tree)
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
            for inner in ast.walk(node)
        }
        reached = {
            name
            for node in ast.walk(module.tree)
            if id(node) not in for_types
            for name in imported(module, ours, node)
        }
        graph[module.name] = (reached & ours.keys()) - {module.name}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return ["cycle: " + " < ".join(error.args[1])]
    return []


def imports_inside_functions(root: Path) -> list[str]:
    """Imports of ours that hide in a function, where the table of contents cannot show them."""
    ours = modules(root)
    wrong = set()
    for module in ours.values():
        for outer in ast.walk(module.tree):
            if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef):
                for node in ast.walk(outer):
                    for name in imported(module, ours, node):
                        if name.partition(".")[0] in MAY_IMPORT:
                            line = getattr(node, "lineno", 0)
                            wrong.add(f"{module.path}:{line} {name} imported in a function")
    return sorted(wrong)


def calls(root: Path) -> Iterator[tuple[Module, ast.Call]]:
    """Every call in every module."""
    for module in modules(root).values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call):
                yield module, node


def impure_calls(root: Path) -> list[str]:
    """Clocks read and files opened in a pure room, whatever name they came in under."""
    wrong = []
    for module, call in calls(root):
        name = ast.unparse(call.func)
        clock = name.rpartition(".")[2] in CLOCK_METHODS and "." in name
        reads = name in {"open", "input", "print"} and (module.room, name) != ("nlp", "open")
        if module.room in PURE_ROOMS and (clock or reads):
            wrong.append(f"{module.path}:{call.lineno} {name}() in a pure room")
    return wrong


def stray_commits(root: Path) -> list[str]:
    """Transactions begun or committed elsewhere than at the end of a turn, command or request."""
    return [
        f"{module.path}:{call.lineno} .{call.func.attr}() here"
        for module, call in calls(root)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"commit", "begin"}
        and not module.path.startswith(MAY_COMMIT)
    ]


def stray_sentences(root: Path) -> list[str]:
    """Chinese sentences of handlers and dialogue outside handlers/texts, docstrings excepted."""
    wrong = []
    for module in modules(root).values():
        if module.room not in {"handlers", "dialogue"} or within(module.name, ("handlers.texts",)):
            continue
        documentation = {
            id(node.body[0].value)
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        wrong += [
            f"{module.path}:{node.lineno} a sentence outside handlers/texts: {node.value}"
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documentation
            and SENTENCE.search(node.value)
        ]
    return wrong


REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(\[[a-z,]+\])?==[^=;\s*]+(\s*;.*)?")
DOCUMENTED = re.compile(r"^\| `([A-Za-z0-9._-]+)` \|", re.MULTILINE)


def requirement_lines(root: Path) -> list[str]:
    """Lines of both requirements files that name a package."""
    text = "\n".join(
        (root / file).read_text(encoding="utf-8")
        for file in ("requirements.txt", "requirements-dev.txt")
    )
    lines = [line.partition(" #")[0].strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith(("#", "-r"))]


def loose_pins(root: Path) -> list[str]:
    """Requirements without an exact version."""
    return [
        f"{line}: no exact pin"
        for line in requirement_lines(root)
        if not REQUIREMENT.fullmatch(line)
    ]


def undocumented_requirements(root: Path) -> list[str]:
    """Requirements without a line in docs/dependencies.md, and lines there without one."""
    required = {re.split(r"[\[=<>~;\s]", line)[0].lower() for line in requirement_lines(root)}
    page = (root / "docs" / "dependencies.md").read_text(encoding="utf-8")
    documented = {name.lower() for name in DOCUMENTED.findall(page)}
    missing = [f"{name}: not in docs/dependencies.md" for name in sorted(required - documented)]
    return missing + [
        f"{name}: documented, not required" for name in sorted(documented - required)
    ]
