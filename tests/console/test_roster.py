"""The roster of a week: read, written by hand, and brought in from a file, seen before it is."""

from __future__ import annotations

import base64
import io
import re

import openpyxl
import pytest
from sqlalchemy import func, select

from bot.turn import open_desk
from desk import roster_week, window
from models import Appointment, AuditEvent, Shift, Slot
from scheduling.rota import Member
from scheduling.types import PatientId, Registration
from tests.console.conftest import CONSOLE

BOSS = Member(1, "", "admin", None, None)


def text(answer) -> str:
    return answer.get_data(as_text=True)


def shifts(house) -> int:
    with open_desk(house, CONSOLE) as counter:
        return counter.work.conn.scalar(select(func.count()).select_from(Shift))


@pytest.fixture
def free(house):
    """A shift ahead nobody has a place of."""
    with open_desk(house, CONSOLE) as counter:
        work = counter.work
        used = select(Appointment.shift_id)
        number = work.conn.scalar(
            select(Shift.id)
            .where(
                Shift.starts_at > work.now,
                Shift.id.not_in(used),
                Shift.state == "published",
                Shift.doctor_id.is_not(None),
            )
            .order_by(Shift.id)
        )
        return roster_week.one(work, BOSS, number)


def form(cell, **changes):
    given = {name: str(value) for name, value in roster_week.columns(cell).items()}
    return {**given, "shift": str(cell.id), **changes}


def test_a_week_shows_who_sees_patients_when(browser, enter, free):
    enter()
    page = text(browser.get(f"/roster?day={free.day}&department={free.department}"))
    assert free.doctor_name in page
    assert f"/console/shifts/{free.id}" in page
    assert "加班次" not in page, "the desk reads, an administrator writes"
    assert browser.get("/roster/import").status_code == 403
    assert browser.post("/roster/shift", **form(free)).status_code == 403


def test_a_file_that_was_exported_changes_nothing_when_it_comes_back(house, browser, enter, free):
    enter("admin", name="管理员")
    book = browser.client.get("/console/roster.xlsx?days=20").data
    rows = list(openpyxl.load_workbook(io.BytesIO(book)).active.iter_rows(values_only=True))
    assert len(rows) > 100
    browser.get("/roster/import")
    assert "没有要改的" in text(
        browser.post("/roster/import", file=(io.BytesIO(book), "排班.xlsx"))
    )


def test_what_a_file_changes_is_seen_first_and_then_done(house, browser, enter, free):
    enter("admin", name="管理员")
    before = shifts(house)
    book = openpyxl.Workbook()
    book.active.title = "排班"
    columns = roster_week.columns(free)
    book.active.append(list(columns))
    book.active.append([*{**columns, "room": "新诊室"}.values()])
    book.active.append(
        [
            *{
                **columns,
                "doctor": "",
                "label": "夜间普通号",
                "start": "19:00",
                "end": "21:00",
            }.values()
        ]
    )
    file = io.BytesIO()
    book.save(file)
    browser.get("/roster/import")
    page = text(browser.post("/roster/import", file=(io.BytesIO(file.getvalue()), "新.xlsx")))
    assert "新诊室" in page
    assert "新增班次" in page
    assert shifts(house) == before, "only seen"
    asked = dict(re.findall(r'name="(name|mark|content)" value="([^"]*)"', page))
    done = browser.post("/roster/apply", **asked)
    assert "已办好" in text(done)
    assert shifts(house) == before + 1
    with open_desk(house, CONSOLE) as counter:
        room = counter.work.conn.scalar(select(Shift.room).where(Shift.id == free.id))
        acts = list(counter.work.conn.scalars(select(AuditEvent.act)))
    assert (room, acts[-1]) == ("新诊室", "import")
    again = browser.post("/roster/apply", **asked)
    assert again.status_code == 409, "the same again is another change: none"


def test_what_has_changed_meanwhile_is_shown_again(house, browser, enter, free):
    enter("admin", name="管理员")
    columns = roster_week.columns(free)
    line = ",".join(columns) + "\n" + ",".join(map(str, {**columns, "room": "新诊室"}.values()))
    browser.get("/roster/import")
    page = text(browser.post("/roster/import", file=(io.BytesIO(line.encode()), "shifts.csv")))
    asked = dict(re.findall(r'name="(name|mark|content)" value="([^"]*)"', page))
    with open_desk(house, CONSOLE) as counter:
        counter.shift_changes.move_room(BOSS, free.id, "别的诊室")
    answer = browser.post("/roster/apply", **asked)
    assert answer.status_code == 409
    assert "请再核对" in text(answer) or "没有要改的" in text(answer)


def test_what_is_wrong_in_a_file_is_told_and_nothing_done(house, browser, enter, free):
    enter("admin", name="管理员")
    before = shifts(house)
    browser.get("/roster/import")
    wrong = browser.post("/roster/import", file=(io.BytesIO(b"site,code\nX,Y\n"), "shifts.csv"))
    assert wrong.status_code == 409
    assert "缺少这一列" in text(wrong)
    assert browser.post("/roster/import", file=(io.BytesIO(b"x"), "a.exe")).status_code == 400
    assert browser.post("/roster/import", file=(io.BytesIO(b""), "a.csv")).status_code == 400
    big = base64.b64encode(b"x" * 1_900_000).decode()
    answer = browser.post("/roster/apply", name="shifts.csv", mark="", content=big)
    assert answer.status_code == 409, "read, and wrong: not too long to be read"
    assert shifts(house) == before


def test_a_shift_is_added_changed_and_taken_away_by_hand(house, browser, enter, free):
    enter("admin", name="管理员")
    page = text(browser.get(f"/roster/shift?shift={free.id}"))
    assert f'value="{free.room}"' in page
    done = browser.post("/roster/shift", **form(free, room="9诊室", capacity_per_slot="7"))
    assert "已办好" in text(done)
    with open_desk(house, CONSOLE) as counter:
        conn = counter.work.conn
        kept = conn.execute(select(Shift.room, Shift.overridden).where(Shift.id == free.id)).one()
        capacity = conn.scalar(select(func.max(Slot.capacity)).where(Slot.shift_id == free.id))
    assert tuple(kept) == ("9诊室", "places room")
    assert capacity == 7
    wrong = browser.post("/roster/shift", **form(free, end="07:00", fee_fen="x"))
    assert wrong.status_code == 409
    assert "费用分" in text(wrong)
    assert "已办好" in text(browser.post(f"/roster/shift/{free.id}/remove"))
    before = shifts(house)
    assert "已办好" in text(browser.post("/roster/shift", **form(free)))
    assert shifts(house) == before + 1


def test_a_shift_with_patients_is_not_taken_away_nor_cut_below_them(house, browser, enter, free):
    who = Registration("李秀英", "resident_id", "110101195003070021", "self")
    with open_desk(house, CONSOLE) as counter:
        patient = PatientId(window.register(counter.work, who))
        slot = counter.work.conn.scalar(select(Slot.id).where(Slot.shift_id == free.id))
        code = window.book(counter.work, BOSS, patient, slot).code
    enter("admin", name="管理员")
    browser.get("/roster")
    assert "有过患者" in text(browser.post(f"/roster/shift/{free.id}/remove"))
    wrong = browser.post("/roster/shift", **form(free, slot_minutes="45"))
    assert wrong.status_code == 409
    assert code in text(wrong)
