"""Many reminders that are due now, laid straight into the tables: people, visits, notices."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from bot.house import House
from models import Appointment, Outbox, Patient, Slot, WechatUser, clock
from tests.broken.patients import document

# Two ways out: one knows a message again, the other does not.
KEYED, KEYLESS = "template", "customer"
TEMPLATES = """
[template.reminder]
id = "a reminder"
data = { thing1 = "就诊提醒", thing2 = "{patient}", character_string3 = "{code}" }

[template.news]
id = "news"
data = { thing1 = "就诊提醒", thing2 = "{text}" }
"""
_MOST_ROWS = 1000


def channels_file(home: Path, channel: str) -> str:
    """`CHANNELS_FILE` of a hospital that has this channel."""
    file = home / "channels.toml"
    file.write_text(TEMPLATES if channel == KEYED else "", encoding="utf-8")
    return str(file)


def openid_of(number: int) -> str:
    """The account of the person with this number."""
    return f"oReminded{number:06d}000000000000"


def lay(house: House, count: int) -> None:
    """Write `count` people with a visit tomorrow and a reminder that is due now."""
    with house.engine.begin() as conn:
        now = clock.now(conn)
        slot = conn.execute(
            select(*Slot.__table__.c).order_by(Slot.starts_at.desc()).limit(1)
        ).one()
        full = {"capacity": count, "chat_capacity": count, "booked": count, "chat_booked": count}
        conn.execute(update(Slot).where(Slot.id == slot.id).values(full))
        for start in range(0, count, _MOST_ROWS):
            numbers = range(start, min(count, start + _MOST_ROWS))
            conn.execute(insert(WechatUser), [_account(house, n, now) for n in numbers])
            conn.execute(insert(Patient), [_patient(house, n, now) for n in numbers])
            conn.execute(insert(Appointment), [_appointment(n, slot, now) for n in numbers])
            conn.execute(insert(Outbox), [_notice(house, n, slot, now) for n in numbers])


def _account(house: House, number: int, now: Any) -> dict[str, Any]:
    openid = openid_of(number)
    return {
        "id": number + 1,
        "openid_hash": house.vault.lookup(openid),
        "openid_enc": house.vault.seal(openid),
        "created_at": now,
        "last_message_at": now - timedelta(hours=1),
    }


def _patient(house: House, number: int, now: Any) -> dict[str, Any]:
    paper = f"{document(number % 3000)}-{number}"
    return {
        "id": number + 1,
        "public_id": f"p{number}",
        "name_enc": house.vault.seal("王芳"),
        "document_kind": "resident_id",
        "document_hash": house.vault.lookup(paper),
        "document_enc": house.vault.seal(paper),
        "sex": "f",
        "birth_on": now.date() - timedelta(days=20_000),
        "created_at": now,
    }


def _appointment(number: int, slot: Any, now: Any) -> dict[str, Any]:
    return {
        "id": number + 1,
        "code": f"C{number}",
        "status": "booked",
        "patient_id": number + 1,
        "wechat_user_id": number + 1,
        "slot_id": slot.id,
        "shift_id": slot.shift_id,
        "department_id": slot.department_id,
        "doctor_id": slot.doctor_id,
        "visit_on": slot.visit_on,
        "half_day": "pm",
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "fee_fen": 3000,
        "service_type": "expert",
        "channel": "chat",
        "created_at": now,
        "confirmed_at": now,
        "occupies": f"{number + 1}:{slot.department_id}:{slot.visit_on}:pm",
    }


def _notice(house: House, number: int, slot: Any, now: Any) -> dict[str, Any]:
    payload = {
        "patient": "王*芳",
        "site": "测试医院",
        "department": "皮肤科",
        "doctor": "孙丽",
        "room": "1诊室",
        "starts_at": slot.starts_at.astimezone(house.settings.zone).isoformat(),
        "code": f"C{number}",
    }
    return {
        "kind": "reminder",
        "dedupe_key": f"reminder:{number + 1}:1:evening",
        "payload_enc": house.vault.seal(json.dumps(payload, ensure_ascii=False)),
        "wechat_user_id": number + 1,
        "appointment_id": number + 1,
        "appointment_version": 1,
        "state": "due",
        "not_before": now,
        "attempts": 0,
        "last_error": "",
        "created_at": now,
    }
