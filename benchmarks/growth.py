"""
A schedule of any size, made inside the database: set-based, from two small tables of numbers.

Every day has the same clinic: each department sees people in 16 slots of 4 places, 3 of them
taken. Two weeks lie ahead, as many as needed behind; more appointments are more history.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, Engine, insert, text

import migrations
from models import Department, Patient, Site, WechatUser

DEPARTMENTS = 20
SLOTS, TAKEN, PLACES = 16, 3, 4
A_DAY = DEPARTMENTS * SLOTS * TAKEN
DAYS_AHEAD = 14
_HALF = SLOTS // 2
_MINUTES = 15

_SHIFTS = """
INSERT INTO shift (natural_key, site_id, department_id, label, visit_on, half_day, starts_at,
  ends_at, slot_minutes, room, service_type, mode, fee_fen, state)
SELECT {key}, 1, d.id, '', t.visit_on, t.half_day, t.starts_at, t.ends_at, 15, '', 'general',
  'clinic', 1000, 'published'
FROM bench_time t CROSS JOIN department d WHERE t.k IN (0, 8) AND t.n >= :since AND t.n < :until
"""
_SLOTS = """
INSERT INTO slot (shift_id, department_id, visit_on, starts_at, ends_at, capacity, chat_capacity,
  reserve, booked, chat_booked, is_open)
SELECT h.id, h.department_id, h.visit_on, t.starts_at, t.ends_at, 4, 4, 0, 3, 3, TRUE
FROM shift h JOIN bench_time t ON t.visit_on = h.visit_on AND t.half_day = h.half_day
WHERE h.id > :shifts
"""
_APPOINTMENTS = """
INSERT INTO appointment (code, status, patient_id, wechat_user_id, slot_id, shift_id,
  department_id, visit_on, half_day, starts_at, ends_at, fee_fen, service_type, channel,
  created_at, late_cancel, version, occupies)
SELECT {code}, CASE WHEN t.n < 14 THEN 'booked' ELSE 'completed' END, 1 + t.k * 3 + p.n, 1, s.id,
  s.shift_id, s.department_id, s.visit_on, t.half_day, s.starts_at, s.ends_at, 1000, 'general',
  'chat', s.starts_at, FALSE, 1, {occupies}
FROM slot s JOIN bench_time t ON t.starts_at = s.starts_at
CROSS JOIN bench_place p WHERE s.id > :slots
"""
_CONCAT = {"mysql": "CONCAT({})", "mariadb": "CONCAT({})"}


class Growing:
    """One database whose history grows; it never shrinks."""

    def __init__(self, engine: Engine, today: date) -> None:
        self._engine = engine
        self._today = today
        self._days = 0
        migrations.upgrade(engine)
        with engine.begin() as conn:
            _prepare(conn)

    def grow(self, appointments: int) -> int:
        """Add days until there are that many appointments; returns how many there are."""
        wanted = max(DAYS_AHEAD, -(-appointments // A_DAY))
        concat = _CONCAT.get(self._engine.dialect.name)
        statements = (
            _SHIFTS.format(key=_joined(concat, "d.id", "'-'", "t.n", "'-'", "t.k")),
            _SLOTS,
            _APPOINTMENTS.format(
                code=_joined(concat, "s.id", "'-'", "p.n"),
                occupies=_joined(concat, "t.k", "'-'", "p.n", "'-'", "s.id"),
            ),
        )
        while self._days < wanted:
            until = min(wanted, self._days + 250)
            with self._engine.begin() as conn:
                _hurry(conn)
                conn.execute(text(_TIME), _times(self._today, range(self._days, until)))
                # By keys and from there: the planner knows nothing yet of rows this young, and
                # read all the shifts of years for the slots of some days (MariaDB, 1e7: an hour).
                values = {"since": self._days, "until": until, **_newest(conn)}
                for statement in statements:
                    conn.execute(text(statement), values)
            self._days = until
        self._analyse()
        return wanted * A_DAY

    def _analyse(self) -> None:
        tables = "shift, slot, appointment"
        with self._engine.begin() as conn:
            if conn.dialect.name == "sqlite":
                conn.execute(text("ANALYZE"))
            else:
                table = "TABLE " if conn.dialect.name in ("mysql", "mariadb") else ""
                conn.execute(text(f"ANALYZE {table}{tables}"))


_TIME = (
    "INSERT INTO bench_time (n, k, visit_on, half_day, starts_at, ends_at) "
    "VALUES (:n, :k, :visit_on, :half_day, :starts_at, :ends_at)"
)


def _hurry(conn: Connection) -> None:
    """What is made here refers to what is made here: nobody need look it up row by row."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("SET LOCAL session_replication_role = replica"))
    if conn.dialect.name in ("mysql", "mariadb"):
        conn.execute(text("SET GLOBAL innodb_buffer_pool_size = 2147483648"))
        conn.execute(text("SET SESSION foreign_key_checks = 0, SESSION unique_checks = 0"))


def _newest(conn: Connection) -> dict[str, int]:
    newest = {"shifts": "shift", "slots": "slot"}
    return {
        name: conn.execute(text(f"SELECT COALESCE(MAX(id), 0) FROM {table}")).scalar_one()
        for name, table in newest.items()
    }


def _joined(concat: str | None, *parts: str) -> str:
    return concat.format(", ".join(parts)) if concat else " || ".join(parts)


def _prepare(conn: Connection) -> None:
    conn.execute(
        text(
            "CREATE TABLE bench_time (n INTEGER, k INTEGER, visit_on DATE, half_day VARCHAR(8), "
            f"starts_at {_instant(conn)}, ends_at {_instant(conn)}, PRIMARY KEY (n, k))"
        )
    )
    conn.execute(text("CREATE UNIQUE INDEX bench_start ON bench_time (starts_at)"))
    conn.execute(text("CREATE INDEX bench_day ON bench_time (visit_on, half_day)"))
    conn.execute(text("CREATE TABLE bench_place (n INTEGER PRIMARY KEY)"))
    conn.execute(text("INSERT INTO bench_place VALUES (:n)"), [{"n": n} for n in range(TAKEN)])
    conn.execute(insert(Site).values(id=1, code="S", name="中心", kind="general"))
    departments = [
        {"id": n, "site_id": 1, "code": f"D{n}", "name": f"科室{n}"}
        for n in range(1, DEPARTMENTS + 1)
    ]
    conn.execute(insert(Department), departments)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    account = {"id": 1, "openid_hash": "h", "openid_enc": b"s", "followed": True}
    conn.execute(insert(WechatUser).values(**account, created_at=now))
    conn.execute(insert(Patient), [_patient(n, now) for n in range(1, SLOTS * TAKEN + 1)])


def _instant(conn: Connection) -> str:
    return {"postgresql": "TIMESTAMP", "sqlite": "DATETIME"}.get(conn.dialect.name, "DATETIME(6)")


def _patient(number: int, now: datetime) -> dict[str, object]:
    return {
        "id": number,
        "public_id": f"p{number}",
        "name_enc": b"s",
        "document_kind": "passport",
        "document_hash": f"{number}",
        "document_enc": b"s",
        "sex": "f",
        "birth_on": date(1960, 5, 1),
        "created_at": now,
    }


def _times(today: date, days: Sequence[int]) -> list[dict[str, object]]:
    """Day 0 is the last of the two weeks ahead; they go backwards from there."""
    rows: list[dict[str, object]] = []
    for n in days:
        day = today + timedelta(days=DAYS_AHEAD - 1 - n)
        for k in range(SLOTS):
            hour = 0 if k < _HALF else 6  # UTC: 08:00 and 14:00 in Shanghai
            start = datetime(day.year, day.month, day.day, hour)  # noqa: DTZ001 - as stored: UTC
            start += timedelta(minutes=_MINUTES * (k % _HALF))
            rows.append(
                {
                    "n": n,
                    "k": k,
                    "visit_on": day.isoformat(),
                    "half_day": "am" if k < _HALF else "pm",
                    "starts_at": start.isoformat(" ", "microseconds"),
                    "ends_at": (start + timedelta(minutes=_MINUTES)).isoformat(
                        " ", "microseconds"
                    ),
                }
            )
    return rows
