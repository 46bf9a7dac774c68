"""Of a full hospital the acts of a day of tickets read as many rows as of a small one."""

import pytest
from sqlalchemy import event

from benchmarks.queue import Day
from models.database import connect

SMALL, GREAT = 80, 4_000
# How rows that were read are counted, from the beginning of a transaction to its end.
_BEGIN = {"mysql": "FLUSH STATUS"}
_READ = {
    "mysql": (
        "SELECT sum(variable_value) FROM information_schema.session_status "
        "WHERE variable_name LIKE 'Handler_read%%'"
    ),
    "postgresql": (
        "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) "
        "FROM pg_stat_xact_user_tables"
    ),
}


@pytest.fixture(params=["mariadb", "postgres"])
def day(request, fresh_database):
    """`day(size)`: acts on a day of so many tickets, each a function that returns its rows."""
    engines = []

    def make(size):
        engine = connect(fresh_database(request.param))
        engines.append(engine)
        found = []
        dialect = engine.dialect.name
        acts = Day(engine, size).acts()

        @event.listens_for(engine, "begin")
        def begin(conn):
            if dialect in _BEGIN:
                conn.exec_driver_sql(_BEGIN[dialect])

        @event.listens_for(engine, "rollback")
        def end(conn):
            found.append(int(conn.exec_driver_sql(_READ[dialect]).scalar()))

        def rows(act):
            act(0)  # the roster is read once
            act(1)
            return found[-1]

        return {what: lambda act=act: rows(act) for what, act in acts.items()}

    yield make
    for engine in engines:
        engine.dispose()


@pytest.mark.server
def test_a_greater_day_is_no_more_to_read(day):
    small, great = day(SMALL), day(GREAT)
    read = {what: (small[what](), great[what]()) for what in small}
    assert all(few > 0 for few, _ in read.values()), read
    # The hundred rooms' doctors fit on a page or two, which may be read whole; the day may not.
    assert all(many < GREAT / 4 for _, many in read.values()), read
