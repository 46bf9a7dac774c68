"""The demo hospital, loaded once and copied for every test that wants it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from desk import demo
from desk.work import Actor
from models.vault import Vault
from tests.desk.busy import BusyHospital
from tests.desk.clinic import Clinic
from tests.desk.hospital import Hospital
from tests.desk.visit_day import VisitDay


@pytest.fixture(scope="session")
def _demo_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Vault]:
    """A SQLite file with the demo hospital, closed, and the vault that opens it."""
    file = tmp_path_factory.mktemp("demo") / "demo.sqlite"
    clinic = Clinic(f"sqlite:///{file}")
    with clinic.work(Actor("window")) as work:
        demo.load(work)
    clinic.engine.dispose()
    return file, clinic.vault


@pytest.fixture
def demo_clinic(_demo_file: tuple[Path, Vault], sqlite_url: str) -> Iterator[Clinic]:
    """The demo hospital on Tuesday 2026-11-24 at nine, for one test alone."""
    file, vault = _demo_file
    copy = make_url(sqlite_url).database
    assert copy is not None
    with closing(sqlite3.connect(file)) as full, closing(sqlite3.connect(copy)) as empty:
        full.backup(empty)
    clinic = Clinic(sqlite_url)
    clinic.vault = vault
    yield clinic
    clinic.engine.dispose()


@pytest.fixture
def hospital(database_url):
    """A small hospital, on every engine in turn."""
    hospital = Hospital(database_url)
    yield hospital
    hospital.close()


@pytest.fixture
def small(sqlite_url):
    """The same on SQLite alone, where the engine does not matter."""
    hospital = Hospital(sqlite_url)
    yield hospital
    hospital.close()


@pytest.fixture
def day(database_url):
    """A hospital on the day of the visit, on every engine in turn."""
    day = VisitDay(database_url)
    yield day
    day.close()


@pytest.fixture
def small_day(sqlite_url):
    """The same on SQLite alone."""
    day = VisitDay(sqlite_url)
    yield day
    day.close()


@pytest.fixture
def busy(database_url):
    """A hospital in which people wait, on every engine in turn."""
    hospital = BusyHospital(database_url)
    yield hospital
    hospital.close()


@pytest.fixture
def small_busy(sqlite_url):
    """The same on SQLite alone."""
    hospital = BusyHospital(sqlite_url)
    yield hospital
    hospital.close()
