"""
The schema's history, oldest first, as Alembic runs it; `upgrade` is `flask db upgrade`.

A new one: change the models, copy the newest file in `versions/`, write what changed by hand, and
let tests/models/test_migrations.py tell whether models and history agree on all three back-ends.
"""

from migrations.commands import downgrade, upgrade

__all__ = ["downgrade", "upgrade"]
