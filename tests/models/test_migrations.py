"""A hospital installs, upgrades and, if it must, goes back: history and models agree."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, Table, inspect, text

from migrations import downgrade, upgrade
from models import Base
from models.database import connect
from tests.conftest import BACKENDS

NOON = "2026-11-24 12:00:00"


def differences(engine, metadata=Base.metadata):
    with engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        return compare_metadata(context, metadata)


@pytest.fixture(params=BACKENDS)
def engine(request, fresh_database):
    engine = connect(fresh_database(request.param))
    yield engine
    engine.dispose()


def test_the_history_ends_at_the_models(engine):
    upgrade(engine)
    assert differences(engine) == []


def test_control_a_column_only_the_models_know_is_found(engine):
    upgrade(engine)
    metadata = MetaData()
    for table in Base.metadata.tables.values():
        table.to_metadata(metadata)
    Table("site", metadata, Column("forgotten", Integer), extend_existing=True)
    assert [d[0] for d in differences(engine, metadata)] == ["add_column"]


def test_constraints_of_the_history_are_those_of_the_models(engine, fresh_database):
    # Autogenerate does not look at checks, and they are what keeps a slot from being oversold.
    upgrade(engine)
    checks = {
        table: {c["name"] for c in inspect(engine).get_check_constraints(table)}
        for table in Base.metadata.tables
    }
    other = connect(fresh_database(engine.dialect.name.replace("mysql", "mariadb").replace(
        "postgresql", "postgres")))  # fmt: skip
    Base.metadata.create_all(other)
    assert checks == {
        table: {c["name"] for c in inspect(other).get_check_constraints(table)}
        for table in Base.metadata.tables
    }
    assert "ck_slot_booked" in checks["slot"]
    other.dispose()


def test_upgrading_twice_changes_nothing(engine):
    upgrade(engine)
    before = inspect(engine).get_table_names()
    upgrade(engine)
    assert inspect(engine).get_table_names() == before


def test_going_back_to_the_start_leaves_nothing_of_ours(engine):
    upgrade(engine)
    downgrade(engine, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    upgrade(engine)
    assert differences(engine) == []


def test_what_could_not_be_sent_before_is_on_the_call_list_now(engine):
    upgrade(engine, "20261124_first")
    columns = "dedupe_key, kind, payload_enc, state, not_before, attempts, last_error, created_at"
    with engine.begin() as conn:
        for kind, state in (("reminder", "dead"), ("reply", "dead"), ("reminder", "sent")):
            row = f"('{kind}{state}', '{kind}', 'x', '{state}', '{NOON}', 1, '', '{NOON}')"
            conn.execute(text(f"INSERT INTO outbox ({columns}) VALUES {row}"))

    upgrade(engine)

    with engine.connect() as conn:
        found = conn.execute(text("SELECT state, channel FROM outbox ORDER BY id")).all()
    assert [tuple(row) for row in found] == [("call", None), ("dead", None), ("sent", "customer")]
