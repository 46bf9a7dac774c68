"""
What every table shares: names of constraints, UTC instants, keys.

Instants are stored in UTC and come back aware; `*_at` columns are instants, `*_on` columns local
dates. Columns ending in `_enc` hold bytes sealed by `models.vault.Vault`, columns ending in
`_hash` its keyed look-up hash.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored as naive UTC with microseconds on every back-end."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        """MariaDB drops fractions of a second unless told otherwise."""
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive instants: a naive one has lost its zone somewhere."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a naive datetime was about to be stored"
            raise ValueError(message)
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Come back aware."""
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Base of all tables, with constraint names that migrations can refer to."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )

    def __init_subclass__(cls) -> None:
        """
        Compare texts byte by byte on MariaDB too, as the other two do.

        Its default collation takes all rare characters beyond the first plane for the same one.
        """
        super().__init_subclass__()
        cls.metadata.tables[cls.__tablename__].kwargs.update(
            mysql_engine="InnoDB", mysql_charset="utf8mb4", mysql_collate="utf8mb4_bin"
        )


# SQLite autoincrements only INTEGER primary keys.
Key = Annotated[
    int,
    mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
]
Code = Annotated[str, mapped_column(String(64))]
Label = Annotated[str, mapped_column(String(120))]
Prose = Annotated[str, mapped_column(Text, default="")]
Hash = Annotated[str, mapped_column(String(64))]
# MariaDB's plain BLOB ends at 64 kB, less than a full dialogue state may need once sealed.
_BYTES = LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")
Sealed = Annotated[bytes, mapped_column(_BYTES)]
SealedOrNone = Annotated[bytes | None, mapped_column(_BYTES)]
Instant = Annotated[datetime, mapped_column(UtcDateTime)]
InstantOrNone = Annotated[datetime | None, mapped_column(UtcDateTime)]
