"""A database that is used again is as good as new."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, insert, select, text

from models import Base, RosterVersion, Site
from tests.databases import Stock

pytestmark = pytest.mark.server
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SITE = {"code": "S", "name": "中心", "kind": "community"}


@pytest.fixture(params=["mariadb", "postgres"])
def stock(request: pytest.FixtureRequest, _stocks: Callable[[str], Stock]) -> Stock:
    return _stocks(request.param)


def test_it_is_empty_and_its_numbers_begin_at_one(stock: Stock, tmp_path: Path) -> None:
    url = stock.take("used_again", tmp_path)
    engine = create_engine(url)
    with engine.begin() as conn:
        conn.execute(insert(Site), [SITE | {"code": str(n)} for n in range(3)])
        conn.execute(insert(RosterVersion).values(id=1, version=7, changed_at=NOON))
    forgotten = engine.connect()
    forgotten.execute(insert(Site).values(SITE))  # taken back, but its number is gone

    stock.give_back(url)
    forgotten.invalidate()
    forgotten.close()
    engine.dispose()

    assert stock.take("a_new_one", tmp_path) == url
    with engine.begin() as conn:
        for table in Base.metadata.sorted_tables:
            assert conn.scalar(select(func.count()).select_from(table)) == 0, table
        assert conn.execute(insert(Site).values(SITE)).inserted_primary_key == (1,)
    engine.dispose()
    stock.give_back(url)


def test_one_whose_tables_were_changed_is_not_used_again(stock: Stock, tmp_path: Path) -> None:
    url = stock.take("changed", tmp_path)
    engine = create_engine(url)
    with engine.begin() as conn:
        conn.execute(text("ALTER TABLE site DROP COLUMN hours"))
    engine.dispose()

    stock.give_back(url)

    another = stock.take("a_new_one", tmp_path)
    assert another != url
    stock.give_back(another)
