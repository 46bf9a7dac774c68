"""The `understand` command: texts in, what was heard out; needs no settings and no server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TextIO
from zoneinfo import ZoneInfo

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.spoken import as_json
from bot.vocabulary import Vocabularies
from desk.work import Actor, Work
from models import clock, database
from models.vault import Vault, make_key
from nlp.understand import understand
from nlp.vocabulary import Vocabulary
from scheduling.policy import Policy

_ZONE = "Asia/Shanghai"
_DATABASE = "sqlite:///var/desk.sqlite"


def listen(
    texts: BinaryIO, out: TextIO, now: datetime | None, environment: Mapping[str, str | None]
) -> None:
    """Answer each line at once; `now` without an offset is local."""
    zone = ZoneInfo(environment.get("HOSPITAL_ZONE") or _ZONE)
    fixed = environment.get("FIXED_NOW")
    present = now or (datetime.fromisoformat(fixed) if fixed else clock.system_now())
    local = present.replace(tzinfo=zone) if present.tzinfo is None else present.astimezone(zone)
    vocabulary = _vocabulary(environment, local)
    for line in texts:
        text = line.decode("utf-8", errors="replace").lstrip("\ufeff").rstrip("\r\n")
        heard = understand(text, local, vocabulary)
        out.write(json.dumps(as_json(heard), ensure_ascii=False) + "\n")
        out.flush()


def _vocabulary(environment: Mapping[str, str | None], now: datetime) -> Vocabulary:
    """Return the roster's names, none where there is no database."""
    url = environment.get("DATABASE_URL") or _DATABASE
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        return Vocabulary()
    engine = database.connect(url)
    # Names are not sealed: a passing key opens nothing and seals nothing.
    vault = Vault(make_key(), make_key())
    try:
        with engine.connect().execution_options(read_only=True) as conn:
            zone = ZoneInfo(environment.get("HOSPITAL_ZONE") or _ZONE)
            work = Work(conn, now, zone, Policy(), vault, Actor("window", name="ear"))
            return Vocabularies().of(work.directory)
    except (SQLAlchemyError, OSError):
        return Vocabulary()
    finally:
        engine.dispose()
