"""A page asks the database as often for two hundred rows as for ten."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import event, insert, select, update

from bot.turn import open_desk
from desk import audiences
from desk.rows import insert_row
from models import (
    Appointment,
    Broadcast,
    CannedAnswer,
    HumanRequest,
    Outbox,
    Patient,
    PatientGroup,
    PatientLink,
    Shift,
    Slot,
    Staff,
    WaitlistEntry,
    WechatUser,
)
from scheduling.broadcasting import Audience
from tests.console.conftest import CONSOLE

PAGES = (
    "/", "/shifts/{shift}", "/shifts/{shift}/quotas", "/shifts/{shift}/suspend",
    "/print?day={day}",
    "/patients/1", "/patients/1/book?department={ward}&day={day}", "/roster?department={ward}",
    "/waitlists", "/calls", "/inbox", "/inbox/1", "/canned", "/staff", "/audit", "/account",
    "/planning?day={day}", "/planning/sites", "/shifts/{shift}/template",
    "/broadcasts", "/broadcasts/new", "/broadcasts/1", "/groups", "/moves",
)  # fmt: skip


@pytest.fixture
def asked(house):
    """The statements of the database since the list was cleared."""
    found: list[str] = []

    @event.listens_for(house.engine, "before_cursor_execute")
    def note(conn, cursor, statement, *rest) -> None:
        found.append(statement)

    yield found
    event.remove(house.engine, "before_cursor_execute", note)


def fill(house, first: int, last: int) -> dict[str, object]:
    """Patients of one shift, callers, people in line and the rest, numbered; one row of each."""
    with open_desk(house, CONSOLE) as counter:
        work = counter.work
        conn, sealed, now = work.conn, work.vault.seal("李秀英"), work.now
        shift = conn.execute(
            select(Shift.__table__)
            .where(Shift.visit_on > work.local(now).date(), Shift.state == "published")
            .order_by(Shift.id)
        ).first()
        other = conn.scalar(select(Shift.id).where(Shift.id != shift.id))
        slot = conn.scalar(select(Slot.id).where(Slot.shift_id == shift.id).order_by(Slot.id))
        conn.execute(update(Slot).where(Slot.id == slot).values(capacity=900, booked=last))
        for n in range(first, last):
            account = insert_row(
                conn,
                insert(WechatUser),
                {"openid_hash": f"h{n}", "openid_enc": sealed, "created_at": now},
            )
            patient = insert_row(
                conn,
                insert(Patient),
                {
                    "public_id": f"q{n}", "name_enc": sealed, "document_kind": "passport",
                    "document_hash": f"q{n}", "document_enc": sealed, "sex": "f",
                    "birth_on": date(1960, 5, 1), "phone_enc": sealed, "created_at": now,
                },
            )  # fmt: skip
            conn.execute(
                insert(PatientLink).values(
                    wechat_user_id=account, patient_id=patient, relation="self", state="own",
                    pair=f"{account}:{patient}", created_at=now,
                )
            )  # fmt: skip
            for whose, visit in ((patient, shift.visit_on), (1, shift.visit_on + timedelta(n))):
                appointment = insert_row(
                    conn,
                    insert(Appointment),
                    {
                        "code": f"Q{whose}X{n}", "status": "booked", "patient_id": whose,
                        "slot_id": slot, "channel": "window",
                        "shift_id": shift.id if whose == patient else other,
                        "department_id": shift.department_id, "doctor_id": shift.doctor_id,
                        "visit_on": visit, "half_day": "am", "starts_at": shift.starts_at,
                        "ends_at": shift.ends_at, "fee_fen": 100, "service_type": "general",
                        "created_at": now, "occupies": f"{whose}:{n}", "wechat_user_id": account,
                    },
                )  # fmt: skip
            request = insert_row(
                conn,
                insert(HumanRequest),
                {
                    "openid_hash": f"h{n}", "openid_enc": sealed, "words_enc": sealed,
                    "kind": "human", "created_at": now,
                },
            )  # fmt: skip
            for kind, payload in (("reminder", {}), ("answer", {"request": request})):
                conn.execute(
                    insert(Outbox).values(
                        dedupe_key=f"{kind}{n}", kind=kind, state="call", not_before=now,
                        payload_enc=work.vault.seal(json.dumps(payload)), created_at=now,
                        appointment_id=appointment if kind == "reminder" else None, last_error="",
                    )
                )  # fmt: skip
            conn.execute(
                insert(WaitlistEntry).values(
                    patient_id=patient, wechat_user_id=account, department_id=shift.department_id,
                    first_on=shift.visit_on, last_on=shift.visit_on, joined_at=now, wish=f"q{n}",
                    closes_at=now + timedelta(days=1),
                )
            )  # fmt: skip
            conn.execute(insert(CannedAnswer).values(title=f"题{n}", words="答"))
            conn.execute(insert(Staff).values(name=f"员工{n}", role="desk", created_at=now))
            conn.execute(insert(PatientGroup).values(name_enc=sealed, created_at=now))
            insert_row(
                conn,
                insert(Broadcast),
                {
                    "way": "personal", "state": "sending", "staff_id": 1, "words_enc": sealed,
                    "audience": audiences.kept(Audience(shifts=(shift.id,))),
                    "not_before": now, "created_at": now,
                },
            )  # fmt: skip
            conn.execute(
                insert(Outbox).values(
                    dedupe_key=f"news{n}", kind="visit_news", state="sent", not_before=now,
                    payload_enc=sealed, created_at=now, appointment_id=appointment,
                    last_error="", broadcast_id=1,
                )
            )  # fmt: skip
        ward = next(w.code for k, w in work.directory.wards.items() if k == shift.department_id)
    return {"shift": shift.id, "day": shift.visit_on.isoformat(), "ward": ward}


def test_every_page_asks_as_often_for_many_rows_as_for_few(
    house, browser, enter, asked, monkeypatch
):
    # What is dear is counted seldom, on a busy machine hardly: here it is counted every time.
    monkeypatch.setattr("console.glances._SHARE", 1e12)
    enter("admin", name="管理员")
    counts = []
    for first, last in ((1, 11), (11, 201)):
        about = fill(house, first, last)
        found = {}
        for page in PAGES:
            path = page.format(**about)
            browser.get(path)  # whatever is read once and kept is kept by now
            asked.clear()
            answer = browser.get(path)
            assert answer.status_code == 200, path
            found[page] = len(asked)
        counts.append(found)
    few, many = counts
    assert few == many
    assert max(many.values()) <= 20


def test_control_a_query_for_each_row_would_be_seen(house, browser, enter, asked):
    enter("admin", name="管理员")
    fill(house, 1, 4)
    browser.get("/inbox")
    asked.clear()
    browser.get("/inbox")
    once = len(asked)
    with open_desk(house, CONSOLE) as counter:
        for number in counter.work.conn.scalars(select(HumanRequest.id)).all():
            counter.work.conn.scalar(select(HumanRequest.kind).where(HumanRequest.id == number))
    assert len(asked) >= once + 3
