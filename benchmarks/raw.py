"""
The statements a turn and a booking need, on the bare driver: the floor the house is held against.

Each statement stands once, as a careful programmer would write it by hand: nothing is sealed,
checked or explained, and no layer is between them and the driver.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Self

import psycopg
import pymysql
from sqlalchemy import make_url

_NOW = {
    "postgresql": "SELECT clock_timestamp() AT TIME ZONE 'UTC'",
    "mysql": "SELECT UTC_TIMESTAMP(6)",
    "sqlite": "SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')",
}
_SEALED = b"s" * 400
_SHORT = b"s" * 60


def connect(url: str) -> Any:
    """Return a connection of the bare driver, set up as `models.database` does it."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        host = str(parsed.query["host"])
        return psycopg.connect(host=host, user=parsed.username, dbname=parsed.database)
    if parsed.get_backend_name() == "mysql":
        return pymysql.connect(
            unix_socket=str(parsed.query["unix_socket"]),
            user=parsed.username,
            database=parsed.database,
            charset="utf8mb4",
            init_command="SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        )
    connection = sqlite3.connect(
        str(parsed.database), timeout=30, isolation_level=None, check_same_thread=False
    )
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


class RawDesk:
    """One connection, and the acts on it; each act is one transaction."""

    def __init__(self, url: str) -> None:
        self._backend = make_url(url).get_backend_name()
        self._connection = connect(url)
        self._cursor = self._connection.cursor()
        self._lock = "" if self._backend == "sqlite" else " FOR UPDATE"

    def __enter__(self) -> Self:
        """Close it when done."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close cursor and connection."""
        self._cursor.close()
        self._connection.close()

    def run(self, statement: str, *values: object) -> None:
        """Execute one statement with `?` for its values."""
        if self._backend != "sqlite":
            statement = statement.replace("?", "%s")
        self._cursor.execute(statement, values)

    def rows(self, statement: str, *values: object) -> Sequence[Any]:
        """Execute a query and fetch everything."""
        self.run(statement, *values)
        found: Sequence[Any] = self._cursor.fetchall()
        return found

    def insert(self, table: str, **values: object) -> int:
        """Insert a row; returns its key."""
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        returning = " RETURNING id" if self._backend == "postgresql" else ""
        self.run(f"INSERT INTO {table} ({names}) VALUES ({marks}){returning}", *values.values())
        return int(self._cursor.fetchone()[0] if returning else self._cursor.lastrowid)

    def begin(self) -> datetime:
        """Open a transaction (the other drivers do it themselves) and ask for the time."""
        if self._backend == "sqlite":
            self.run("BEGIN IMMEDIATE")
        ((value,),) = self.rows(_NOW[self._backend])
        return datetime.fromisoformat(value) if isinstance(value, str) else value

    def commit(self) -> None:
        """End the transaction."""
        self._connection.commit()

    # -- acts

    def journal(self, openid_hash: str, key_hash: str, seq: int) -> None:
        """Journal one message and its answer."""
        now = self.begin()
        self.rows("SELECT seq, reply_enc, reply_via FROM inbox WHERE key_hash = ?", key_hash)
        self.rows(
            "SELECT seq, state_enc, received_at FROM inbox WHERE openid_hash = ? "
            "ORDER BY seq DESC LIMIT 1",
            openid_hash,
        )
        self.rows("SELECT id FROM wechat_user WHERE openid_hash = ?", openid_hash)
        self.run(
            "UPDATE wechat_user SET last_message_at = ?, followed = TRUE WHERE openid_hash = ?",
            now,
            openid_hash,
        )
        self.insert(
            "inbox",
            key_hash=key_hash,
            openid_hash=openid_hash,
            seq=seq,
            received_at=now,
            reply_enc=_SEALED,
            reply_via="passive",
            text_enc=_SHORT,
            state_enc=_SEALED,
        )
        self.commit()

    def hold(self, account: int, patient: int, slot: int) -> int:
        """Take a place for five minutes; returns the appointment, 0 where the slot is full."""
        held = self._hold(self.begin(), account, patient, slot)
        self.commit()
        return held

    def confirm(self, appointment: int, account: int) -> None:
        """Turn the hold into an appointment, and lay two reminders into the outbox."""
        self._confirm(self.begin(), appointment, account)
        self.commit()

    def book(self, account: int, patient: int, slot: int) -> int:
        """Hold and confirm in one transaction; returns the appointment, 0 for a full slot."""
        now = self.begin()
        held = self._hold(now, account, patient, slot)
        if held:
            self._confirm(now, held, account)
        self.commit()
        return held

    def rush(self, account: int, patient: int, slot: int) -> int:
        """Try a conditional update at once, as the simplest correct programme does."""
        now = self.begin()
        held = 0
        if self._take(slot):
            held = self._place(now, self._wanted(slot), account, patient, slot)
        self.commit()
        return held

    def _hold(self, now: datetime, account: int, patient: int, slot: int) -> int:
        self.rows("SELECT id FROM patient_link WHERE active_key = ?", f"{account}:{patient}")
        wanted = self._wanted(slot)
        self.rows(f"SELECT id, sex, birth_on FROM patient WHERE id = ?{self._lock}", patient)
        self.rows(
            "SELECT id, slot_id FROM appointment "
            "WHERE wechat_user_id = ? AND status = 'held' AND held_until > ?",
            account,
            now,
        )
        self.rows(
            "SELECT id, slot_id FROM appointment "
            "WHERE slot_id = ? AND status = 'held' AND held_until <= ?",
            slot,
            now,
        )
        self.rows(
            "SELECT code, department_id, visit_on, half_day, starts_at, ends_at FROM appointment "
            "WHERE patient_id = ? AND visit_on >= ? AND status IN ('held','booked','checked_in')",
            patient,
            now.date(),
        )
        return self._place(now, wanted, account, patient, slot) if self._take(slot) else 0

    def _wanted(self, slot: int) -> Sequence[Any]:
        (wanted,) = self.rows(
            "SELECT s.shift_id, s.department_id, s.doctor_id, s.visit_on, s.starts_at, s.ends_at, "
            "h.half_day, h.fee_fen, h.service_type, h.state, d.name, d.bookable "
            "FROM slot s JOIN shift h ON h.id = s.shift_id "
            "JOIN department d ON d.id = s.department_id WHERE s.id = ?",
            slot,
        )
        found: Sequence[Any] = wanted
        return found

    def _take(self, slot: int) -> bool:
        self.run(
            "UPDATE slot SET booked = booked + 1, chat_booked = chat_booked + 1 "
            "WHERE id = ? AND is_open AND booked < capacity AND chat_booked < chat_capacity",
            slot,
        )
        return bool(self._cursor.rowcount)

    def _place(
        self, now: datetime, wanted: Sequence[Any], account: int, patient: int, slot: int
    ) -> int:
        shift, department, doctor, visit_on, starts_at, ends_at, half_day, fee, service = wanted[
            :9
        ]
        until = now + timedelta(minutes=5)
        appointment = self.insert(
            "appointment",
            code=f"{patient:x}",
            status="held",
            patient_id=patient,
            wechat_user_id=account,
            slot_id=slot,
            shift_id=shift,
            department_id=department,
            doctor_id=doctor,
            visit_on=visit_on,
            half_day=half_day,
            starts_at=starts_at,
            ends_at=ends_at,
            fee_fen=fee,
            service_type=service,
            channel="chat",
            held_until=until,
            created_at=now,
            late_cancel=False,
            version=1,
            words_enc=_SHORT,
            occupies=f"{patient}:{department}:{visit_on}:{half_day}",
        )
        self._record(appointment, None, "held", now)
        self.insert(
            "job",
            kind="expire_hold",
            dedupe_key=f"expire_hold:{appointment}",
            payload=f'{{"appointment": {appointment}}}',
            state="due",
            due_at=until,
            attempts=0,
            last_error="",
        )
        return appointment

    def _confirm(self, now: datetime, appointment: int, account: int) -> None:
        (row,) = self.rows(
            "SELECT a.code, a.version, a.status, a.starts_at, s.name, d.name, d.location, o.name, "
            "h.room, p.name_enc FROM appointment a JOIN shift h ON h.id = a.shift_id "
            "JOIN department d ON d.id = a.department_id JOIN site s ON s.id = d.site_id "
            "JOIN patient p ON p.id = a.patient_id LEFT JOIN doctor o ON o.id = a.doctor_id "
            "WHERE a.id = ? AND a.wechat_user_id = ?",
            appointment,
            account,
        )
        self.run(
            "UPDATE appointment SET status = 'booked', confirmed_at = ?, held_until = NULL, "
            "version = version + 1 WHERE id = ? AND status = 'held' AND held_until > ?",
            now,
            appointment,
            now,
        )
        self._record(appointment, "held", "booked", now)
        for which in ("evening", "hours"):
            self.insert(
                "outbox",
                kind="reminder",
                dedupe_key=f"reminder:{appointment}:2:{which}",
                wechat_user_id=account,
                appointment_id=appointment,
                appointment_version=row[1] + 1,
                payload_enc=_SEALED,
                state="due",
                not_before=row[3],
                attempts=0,
                last_error="",
                created_at=now,
            )

    def _record(self, appointment: int, before: str | None, after: str, now: datetime) -> None:
        self.insert(
            "appointment_event",
            appointment_id=appointment,
            from_status=before,
            to_status=after,
            actor="chat",
            reason="",
            at=now,
        )
