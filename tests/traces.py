"""Where a house keeps an account's id: every table is read, every seal opened, and Redis too."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from bot.house import House
from models import Base
from models.vault import VaultError

_IDS, _HASHES = re.compile(r"\bo[\w-]{20,}"), re.compile(r"\b[0-9a-f]{64}\b")


def of(house: House, openids: Collection[str]) -> set[str]:
    """Where the id of one of these accounts, or its hash, stands: `table.column`, or `redis`."""
    wanted = {*openids, *(house.vault.lookup(one) for one in openids)}
    return {
        where
        for where, text in _everything(house)
        if not wanted.isdisjoint([*_IDS.findall(text), *_HASHES.findall(text)])
    }


def _everything(house: House) -> Iterator[tuple[str, str]]:
    with house.engine.connect().execution_options(read_only=True) as conn:
        for table in Base.metadata.tables.values():
            for row in conn.execute(table.select()).mappings():
                for name, value in row.items():
                    yield f"{table.name}.{name}", _opened(house, value)
    if house.redis is not None:
        for key in house.redis.scan_iter():
            yield "redis", key.decode(errors="replace")
            if house.redis.type(key) == b"string":
                yield "redis", _opened(house, house.redis.get(key))


def _opened(house: House, value: object) -> str:
    if not isinstance(value, bytes):
        return str(value)
    try:
        return house.vault.open(value)
    except (VaultError, ValueError):
        return value.decode(errors="replace")
