"""What a failed statement tells a log must not be what a patient told us."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.database import connect


def test_an_error_of_the_database_does_not_quote_the_values(database_url):
    engine = connect(database_url)
    with engine.connect() as conn, pytest.raises(DBAPIError) as failed:
        conn.execute(text("SELECT :name FROM nowhere"), {"name": "张桂芳"})
    engine.dispose()

    assert "张桂芳" not in str(failed.value)
