"""
Reading the roster files: CSV (UTF-8, with or without BOM) and XLSX into checked lines.

What a file is follows from its name, or a sheet's name in a workbook: sites, villages,
departments, doctors, shifts or 机构, 村居, 科室, 医生, 排班. All errors of all files are collected
before anybody is told: a hospital should not have to import twenty times to find twenty mistakes.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path
from typing import Any

from desk.roster_fields import FIELDS, KINDS, Field

_MIDNIGHT = time(0)
_SUFFIXES = (".csv", ".xlsx")
# A workbook of a few kilobytes may unpack to gigabytes: what a roster never needs is not unpacked.
_MOST_UNPACKED = 50_000_000
_MOST_ROWS, _MOST_COLUMNS = 50_000, 100
# What a file that is no table, or half of one, makes of its readers.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, csv.Error, OSError, EOFError, LookupError, SyntaxError,
    ValueError, TypeError, AttributeError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RosterError:
    """One thing that is wrong, in Chinese: file (and sheet), row as a table program shows it."""

    file: str
    row: int | None
    column: str | None
    message: str

    def __str__(self) -> str:
        """Return one line for the person who has to correct it."""
        row = f"第{self.row}行" if self.row is not None else ""
        column = f"“{self.column}”列" if self.column else ""
        place = " ".join(filter(None, (self.file, row, column)))
        return f"{place}：{self.message}"


class RosterErrors(Exception):
    """The roster cannot be imported; nothing of it has been."""

    def __init__(self, errors: Sequence[RosterError]) -> None:
        super().__init__("\n".join(str(error) for error in errors))
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True)
class Line:
    """
    One line of a roster file.

    `values` has the columns the file has; one left empty has its default. `headers` tells how
    the file calls each column.
    """

    file: str
    row: int
    values: Mapping[str, Any]
    headers: Mapping[str, str]

    def get(self, name: str) -> Any:  # noqa: ANN401 - what the column's parser returns
        """Return a value; None when the file has no such column."""
        return self.values.get(name)

    def error(self, column: str | None, message: str) -> RosterError:
        """Return an error at this line, naming the column as the file names it."""
        shown = self.headers.get(column, column) if column else None
        return RosterError(self.file, self.row, shown, message)


@dataclass(slots=True)
class RosterTables:
    """The lines of all files by kind, and what was wrong while reading."""

    lines: dict[str, list[Line]] = field(default_factory=lambda: {kind: [] for kind in FIELDS})
    errors: list[RosterError] = field(default_factory=list)


class _TooLargeError(Exception):
    """A workbook holds more than any roster."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One table as text: rows from the header on, numbered as the reader sees them."""

    file: str
    name: str
    rows: Sequence[tuple[int, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class _Table:
    """One table whose header has been understood."""

    file: str
    columns: Mapping[str, tuple[int, str]]
    fields: Mapping[str, Field]


def read_tables(paths: Iterable[Path]) -> RosterTables:
    """Read files, and the known files of directories; never raises for what is in them."""
    tables = RosterTables()
    for path in _files(paths, tables.errors):
        for sheet in _sheets(path, tables.errors):
            kind = KINDS.get(sheet.name.strip().lower())
            if kind is None:
                known = "、".join(KINDS)
                message = f"不知道这是什么表：文件名或工作表名应为 {known} 之一"
                tables.errors.append(RosterError(sheet.file, None, None, message))
            else:
                _read(sheet, kind, tables)
    return tables


def _files(paths: Iterable[Path], errors: list[RosterError]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            inside = [p for p in sorted(path.iterdir()) if p.suffix.lower() in _SUFFIXES]
            if not inside:
                errors.append(RosterError(path.name, None, None, "目录中没有 CSV 或 XLSX 文件"))
            yield from inside
        else:
            yield path


def _sheets(path: Path, errors: list[RosterError]) -> Iterator[_Sheet]:
    try:
        if path.suffix.lower() == ".csv":
            yield _csv(path)
        elif path.suffix.lower() == ".xlsx":
            yield from _xlsx(path)
        else:
            errors.append(RosterError(path.name, None, None, "只能导入 CSV 或 XLSX 文件"))
    except UnicodeDecodeError:
        message = "不是 UTF-8 编码，请在表格软件中另存为“CSV UTF-8”"
        errors.append(RosterError(path.name, None, None, message))
    except _TooLargeError:
        message = f"内容太大：展开后不要超过{_MOST_UNPACKED // 1_000_000}兆、{_MOST_ROWS}行"
        errors.append(RosterError(path.name, None, None, message))
    except _BROKEN as problem:
        errors.append(RosterError(path.name, None, None, f"打不开：{type(problem).__name__}"))


def _csv(path: Path) -> _Sheet:
    text = path.read_bytes().decode("utf-8-sig")
    reader = csv.reader(io.StringIO(text, newline=""))
    rows = []
    # A quoted cell may span lines: the number is that of the line on which the record begins.
    begins = 1
    for cells in reader:
        rows.append((begins, cells))
        begins = reader.line_num + 1
    return _Sheet(path.name, path.stem, rows)


def _xlsx(path: Path) -> list[_Sheet]:
    import openpyxl  # noqa: PLC0415 - only who has a workbook needs it, a server hardly ever

    # A file of our own: one that cannot be read is left open by its reader.
    with path.open("rb") as file:
        with zipfile.ZipFile(file) as packed:
            if sum(part.file_size for part in packed.infolist()) > _MOST_UNPACKED:
                raise _TooLargeError
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        alone = len(book.worksheets) == 1
        sheets = []
        for sheet in book.worksheets:
            rows = [
                (number, [_text(value) for value in row])
                for number, row in enumerate(_cells(sheet), start=1)
            ]
            by_file = alone and sheet.title.strip().lower() not in KINDS
            name = path.stem if by_file else sheet.title
            sheets.append(_Sheet(f"{path.name}[{sheet.title}]", name, rows))
        book.close()
        return sheets


def _cells(sheet: Any) -> Iterator[Sequence[object]]:  # noqa: ANN401 - openpyxl's
    """The rows of a sheet; one that claims a million is read no further than a roster goes."""
    for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=_MOST_COLUMNS)):
        if number >= _MOST_ROWS:
            raise _TooLargeError
        yield row


def _text(value: object) -> str:
    """Return a workbook's cell as the text a CSV would have."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == _MIDNIGHT else value.isoformat(" ")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _read(sheet: _Sheet, kind: str, tables: RosterTables) -> None:
    rows = [(row, [cell.strip() for cell in cells]) for row, cells in sheet.rows]
    rows = [(row, cells) for row, cells in rows if any(cells)]
    if not rows:
        tables.errors.append(RosterError(sheet.file, None, None, "表是空的，连表头也没有"))
        return
    header_row, header = rows[0]
    columns = _columns(sheet.file, header_row, header, FIELDS[kind], tables.errors)
    if columns is None:
        return
    table = _Table(sheet.file, columns, FIELDS[kind])
    for row, cells in rows[1:]:
        line = _line(table, row, cells, tables.errors)
        if line is not None:
            tables.lines[kind].append(line)


def _columns(
    file: str,
    row: int,
    header: Sequence[str],
    fields: Mapping[str, Field],
    errors: list[RosterError],
) -> dict[str, tuple[int, str]] | None:
    """Return where each column stands and how the file calls it; None when the header is wrong."""
    names = {alias: name for name, spec in fields.items() for alias in (name, *spec.headers)}
    found: dict[str, tuple[int, str]] = {}
    before = len(errors)
    for at, title in enumerate(header):
        name = names.get(title) or names.get(title.lower())
        if not title:
            continue
        if name is None:
            errors.append(RosterError(file, row, title, "不认识的列"))
        elif name in found:
            errors.append(RosterError(file, row, title, f"与“{found[name][1]}”列重复"))
        else:
            found[name] = (at, title)
    for name, spec in fields.items():
        if spec.required and name not in found:
            errors.append(RosterError(file, row, f"{name}/{spec.headers[0]}", "缺少这一列"))
    return found if len(errors) == before else None


def _line(table: _Table, row: int, cells: Sequence[str], errors: list[RosterError]) -> Line | None:
    before = len(errors)
    values: dict[str, Any] = {}
    known = {at for at, _ in table.columns.values()}
    for at, cell in enumerate(cells):
        if cell and at not in known:
            errors.append(RosterError(table.file, row, f"第{at + 1}列", "没有表头的列里有内容"))
    for name, (at, title) in table.columns.items():
        cell = cells[at] if at < len(cells) else ""
        spec = table.fields[name]
        if cell:
            try:
                values[name] = spec.parse(cell)
            except ValueError as problem:
                errors.append(RosterError(table.file, row, title, str(problem)))
        elif spec.required:
            errors.append(RosterError(table.file, row, title, "不能为空"))
        else:
            values[name] = spec.default
    if len(errors) > before:
        return None
    headers = {name: title for name, (_, title) in table.columns.items()}
    return Line(table.file, row, values, headers)
