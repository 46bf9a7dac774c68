"""The telephone rings at the desk: a patient is found, registered, booked, moved, cancelled."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from bot.turn import open_desk
from desk import window
from desk.work import Actor
from models import Appointment, AuditEvent, Patient, PatientLink, Slot
from scheduling.rota import Member
from scheduling.types import Registration
from tests.console.conftest import CONSOLE

NURSE = Member(1, "", "desk", None, None)
NEW = {
    "name": "李秀英",
    "kind": "resident_id",
    "number": "110101195003070021",
    "phone": "13800138000",
    "told": "1",
}


def text(answer) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def li(house):
    who = Registration("李秀英", "resident_id", NEW["number"], "self", phone=NEW["phone"])
    with open_desk(house, CONSOLE) as counter:
        return window.register(counter.work, who)


def acts(house) -> list[str]:
    with open_desk(house, CONSOLE) as counter:
        return list(counter.work.conn.scalars(select(AuditEvent.act).order_by(AuditEvent.id)))


def free_slots(house, day: int = 1) -> tuple[str, str, list[int]]:
    """A department with free slots in some days: its code, the day, the slots."""
    with open_desk(house, CONSOLE) as counter:
        when = (counter.now + timedelta(days=day)).date()
        for ward in window.departments(counter.work, NURSE):
            found = window.openings(counter.work, NURSE, ward.code, when)
            free = [o.opening.slot for o in found if o.free > 0]
            if len(free) > 1 and ward.min_age_years is None and not ward.sex:
                return ward.code, when.isoformat(), free
    raise AssertionError("the demo hospital is full")


def test_a_caller_is_found_and_masked(house, browser, enter, li):
    enter()
    page = text(browser.post("/patients", words="13800138000"))
    assert "李*英" in page
    assert "138****8000" in page
    assert "李秀英" not in page.replace('value="13800138000"', "")
    assert "没有找到" in text(browser.post("/patients", words="李秀兰"))
    assert acts(house).count("search") == 2


def test_all_of_it_is_shown_for_a_reason_only_and_the_reason_is_kept(house, browser, enter, li):
    enter()
    page = text(browser.get(f"/patients/{li}"))
    assert "李*英" in page
    assert NEW["number"] not in page
    assert "请写为什么" in text(browser.post(f"/patients/{li}/reveal", reason=" "))
    page = text(browser.post(f"/patients/{li}/reveal", reason="来电核对"))
    for one in ("李秀英", NEW["number"], NEW["phone"]):
        assert one in page
    assert acts(house).count("reveal") == 1


def test_a_new_patient_is_registered_with_papers_seen(house, browser, enter):
    enter()
    browser.get("/patients/new")
    assert "请把证件选好" in text(browser.post("/patients/new", **{**NEW, "told": ""}))
    wrong = text(browser.post("/patients/new", **{**NEW, "number": "110101195003070022"}))
    assert "核对不上" in wrong
    assert 'value="李秀英"' in wrong, "nothing has to be typed again"
    assert "没有预约" in text(browser.post("/patients/new", **NEW))
    again = text(browser.post("/patients/new", **{**NEW, "name": "王芳"}))
    assert "已登记在另一个姓名下" in again
    with open_desk(house, CONSOLE) as counter:
        row = counter.work.conn.execute(
            select(Patient.phone_proof, Patient.sex).where(Patient.document_kind == "resident_id")
        ).one()
    assert tuple(row) == ("desk", "f")


def test_a_passport_needs_what_it_does_not_tell(browser, enter):
    enter()
    browser.get("/patients/new")
    passport = {**NEW, "name": "John Smith", "kind": "passport", "number": "E1234567"}
    assert "请选男或女" in text(browser.post("/patients/new", **passport))
    assert "请填上" in text(browser.post("/patients/new", **passport, sex="m"))
    assert "要写成日期" in text(browser.post("/patients/new", **passport, sex="m", birth_on="1"))
    done = browser.post("/patients/new", **passport, sex="m", birth_on="1980-02-03")
    assert "J***" in text(done)


def test_from_the_call_to_the_cancelled_place(house, browser, enter, li):
    enter()
    ward, day, slots = free_slots(house)
    page = text(browser.get(f"/patients/{li}/book?department={ward}&day={day}"))
    assert f'value="{slots[0]}"' in page
    done = text(browser.post(f"/patients/{li}/book", slot=str(slots[0])))
    assert "已约好" in done
    with open_desk(house, CONSOLE) as counter:
        booked = counter.work.conn.execute(
            select(Appointment.id, Appointment.code, Appointment.channel).where(
                Appointment.patient_id == li
            )
        ).one()
    assert booked.channel == "window"
    assert booked.code in done

    path = f"/patients/{li}/appointments/{booked.id}"
    assert "已缴" in text(browser.post(f"{path}/paid", paid="1"))

    page = text(browser.get(f"/patients/{li}/book?moving={booked.id}&day={day}"))
    assert booked.code in page
    assert f'value="{slots[1]}"' in page, "the department is the old one"
    moved = text(browser.post(f"/patients/{li}/book", slot=str(slots[1]), moving=str(booked.id)))
    assert "已约好" in moved
    assert "已缴" in moved
    with open_desk(house, CONSOLE) as counter:
        new = counter.work.conn.scalar(
            select(Appointment.id).where(
                Appointment.patient_id == li, Appointment.status == "booked"
            )
        )
    path = f"/patients/{li}/appointments/{new}"
    assert "请另外办退费" in text(browser.get(f"{path}/cancel"))
    assert "已取消（窗口）：有事来不了" in text(browser.post(f"{path}/cancel", reason="busy"))
    assert browser.post(f"{path}/cancel").status_code == 409
    found = [act for act in acts(house) if act in {"book", "pay", "move", "cancel"}]
    assert found == ["book", "pay", "move", "cancel"]


def test_a_place_that_is_gone_leads_back_to_the_others(house, browser, enter, li):
    enter()
    ward, day, slots = free_slots(house)
    browser.get(f"/patients/{li}/book?department={ward}&day={day}")
    browser.post(f"/patients/{li}/book", slot=str(slots[0]), department=ward, day=day)
    again = browser.post(f"/patients/{li}/book", slot=str(slots[1]), department=ward, day=day)
    assert again.status_code == 409
    page = text(again)
    assert "同一个半天已经有号" in page
    assert f"department={ward}" in page
    assert browser.post(f"/patients/{li}/book", slot="999999").status_code == 409
    assert browser.post(f"/patients/{li}/book").status_code == 400


def test_the_papers_of_a_relative_are_seen_at_the_desk(house, browser, enter):
    with open_desk(house, Actor("chat", openid="oDaughter")) as counter:
        counter.patients.consent("registration")
        counter.patients.consent("relative")
        who = counter.patients.register(
            Registration("李秀英", "resident_id", NEW["number"], "mother", phone=NEW["phone"])
        )
        link = counter.work.conn.scalar(select(PatientLink.id))
    enter()
    assert "未核对" in text(browser.get(f"/patients/{who.id}"))
    assert "已核对" in text(browser.post(f"/patients/{who.id}/links/{link}"))
    with open_desk(house, CONSOLE) as counter:
        assert counter.work.conn.scalar(select(PatientLink.state)) == "verified"


def test_a_lost_telephone_is_cut_off_and_the_new_number_holds(house, browser, enter, li):
    """Registering anew with the new number changed nothing and said nothing."""
    enter()
    lost = Actor("chat", openid="oLost")
    with open_desk(house, lost) as counter:
        counter.patients.consent("registration")
        counter.patients.register(
            Registration("李秀英", "resident_id", NEW["number"], "self", phone=NEW["phone"])
        )
        link = counter.work.conn.scalar(select(PatientLink.id))
    again = text(browser.post("/patients/new", **{**NEW, "phone": "13755556666"}))
    assert "以前登记过" in again
    assert "138****8000" in again
    assert "137****6666" in text(browser.post(f"/patients/{li}/phone", phone="13755556666"))
    assert browser.post(f"/patients/{li}/phone", phone="12").status_code == 409
    assert "没有找到" in text(browser.post(f"/patients/{li + 1}/links/{link}/end"))
    assert "已解除" in text(browser.post(f"/patients/{li}/links/{link}/end"))
    with open_desk(house, lost) as counter:
        assert not counter.patients.linked()
    assert {"family vouched", "family unlinked"} <= set(acts(house))


def test_one_person_with_two_papers_becomes_one(house, browser, enter, li):
    passport = Registration(
        "Li Xiuying", "passport", "E7654321", "self", sex="f", birth_on=date(1950, 3, 7)
    )
    with open_desk(house, CONSOLE) as counter:
        second = window.register(counter.work, passport)
    enter()
    assert f"编号{second}，" in text(browser.get(f"/patients/{second}"))
    page = text(browser.post(f"/patients/{li}/merge", gone=str(second)))
    assert "是同一个人，合并" in page
    assert "E7654321" not in page
    assert "已办好" in text(browser.post(f"/patients/{li}/merge", gone=str(second), sure="1"))
    again = browser.post(f"/patients/{li}/merge", gone=str(second), sure="1")
    assert again.status_code == 409
    page = text(browser.post("/patients", words="E7654321"))
    assert f"/console/patients/{li}" in page, "the second paper leads to the same person"
    assert f"/console/patients/{second}" not in page
    assert f"编号{li}，" in text(browser.get(f"/patients/{second}"))
    assert browser.post(f"/patients/{li}/merge").status_code == 400


def test_a_doctor_looks_up_nobody(house, browser, enter, li):
    with open_desk(house, CONSOLE) as counter:
        mine = counter.catalogue.doctors()[0]
    enter("doctor", mine.code, name=mine.name)
    for path in ("/patients", "/patients/new", f"/patients/{li}", f"/patients/{li}/book"):
        assert browser.get(path).status_code == 403
    for path in ("/patients", "/patients/new", f"/patients/{li}/reveal", f"/patients/{li}/book"):
        assert browser.post(path, words="李秀英", reason="x").status_code == 403


def test_the_day_list_is_masked_until_somebody_says_why(house, browser, enter):
    enter()
    with open_desk(house, CONSOLE) as counter:
        row = counter.work.conn.execute(
            select(Appointment.visit_on, Appointment.code, Patient.name_enc)
            .join(Patient, Patient.id == Appointment.patient_id)
            .where(Appointment.status == "booked")
            .limit(1)
        ).one()
        name = counter.work.vault.open(row.name_enc)
        rooms = counter.work.conn.scalar(
            select(func.count(func.distinct(Slot.shift_id))).where(Slot.visit_on == row.visit_on)
        )
    page = text(browser.get(f"/print?day={row.visit_on}"))
    assert row.code in page
    assert name not in page
    assert 1 <= len(re.findall('class="sheet"', page)) <= rooms
    assert browser.post("/print", day=str(row.visit_on), reason="").status_code == 400
    assert name in text(browser.post("/print", day=str(row.visit_on), reason="叫号"))
    assert acts(house)[-1] == "reveal"
