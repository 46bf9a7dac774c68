"""A nurse at her desk, a doctor, an administrator, and somebody who should not be there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.turn import open_desk
from desk import calls, outbox, rebooking, shifts, staff
from desk.work import Actor
from models import Appointment, AuditEvent, Department, Outbox, Shift, Site, Suspension
from scheduling.rota import Member
from tests.console.conftest import CONSOLE, PASSWORD


def text(answer) -> str:
    return answer.get_data(as_text=True)


def busiest(house) -> tuple[int, int]:
    """The shift ahead with most patients, and how many."""
    booked = func.count(Appointment.id).label("booked")
    with open_desk(house, CONSOLE) as counter:
        row = counter.work.conn.execute(
            select(Shift.id, booked)
            .join(Appointment, Appointment.shift_id == Shift.id)
            .where(Appointment.status == "booked", Shift.starts_at > counter.work.now)
            .where(Shift.state == "published")
            .group_by(Shift.id)
            .order_by(booked.desc(), Shift.id)
        ).first()
    return row.id, row.booked


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/calls",
        "/inbox",
        "/staff",
        "/audit",
        "/shifts/1",
        "/shifts/1/suspend",
        "/suspensions/1",
        "/patients",
        "/patients/new",
        "/patients/1",
        "/patients/1/book",
        "/patients/1/appointments/1/cancel",
        "/print",
        "/inbox/1",
        "/canned",
        "/account",
    ],
)
def test_nobody_sees_a_page_before_the_door(browser, path):
    assert "登录" in text(browser.get(path))
    assert browser.get(path, follow=False).status_code == 302


def test_a_form_that_another_page_made_does_nothing(house, browser, enter):
    enter()
    shift, _ = busiest(house)
    browser.token = "forged"
    assert browser.post(f"/shifts/{shift}/suspend").status_code == 400
    with open_desk(house, CONSOLE) as counter:
        assert counter.work.conn.scalar(select(func.count()).select_from(Suspension)) == 0


def test_five_wrong_passwords_lock_the_door_for_a_while(house, browser, enter):
    enter()
    browser.post("/logout")
    for _ in range(5):
        assert browser.post("/login", name="刘护士", password="wrong one").status_code == 403
    assert browser.post("/login", name="刘护士", password=PASSWORD).status_code == 403
    with open_desk(house, CONSOLE) as counter:
        acts = list(counter.work.conn.scalars(select(AuditEvent.act)))
    assert acts[-1] == "locked"


def test_she_comes_back_the_next_day_with_her_password(browser, enter):
    enter()
    browser.post("/logout")
    assert "登录" in text(browser.get("/"))
    assert "出诊" in text(browser.post("/login", name="刘护士", password=PASSWORD))
    assert browser.post("/login", name="谁", password=PASSWORD).status_code == 403


def test_a_short_password_does_not_use_up_the_code(house, browser):
    with open_desk(house, CONSOLE) as counter:
        code = staff.invite(counter.work, "王护士", "desk")
    browser.get("/join")
    assert "太短" in text(browser.post("/join", code=code, password="short"))
    assert "出诊" in text(browser.post("/join", code=code, password=PASSWORD))
    assert "不对" in text(browser.post("/join", code=code, password=PASSWORD))


def test_every_page_says_that_it_is_not_to_be_framed_kept_or_scripted(browser, enter):
    answer = enter().get("/")
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    cookie = browser.get("/login", follow=False).headers.get(
        "Set-Cookie", "HttpOnly; SameSite=Lax"
    )
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_shift_is_suspended_and_its_numbers_move(house, browser, enter):
    enter()
    shift, booked = busiest(house)
    page = text(browser.get(f"/shifts/{shift}"))
    assert "停诊……" in page
    assert re.search(r"[一-鿿]\*", page), "names are masked"
    preview = text(browser.get(f"/shifts/{shift}/suspend"))
    assert f"<dd>{booked}</dd>" in preview
    progress = text(browser.post(f"/shifts/{shift}/suspend"))
    assert "停诊进度" in progress
    assert f"<dt>等答复</dt><dd>{booked}</dd>" in progress
    assert browser.post(f"/shifts/{shift}/suspend").status_code == 409
    with open_desk(house, Actor("job", name="courier")) as counter:
        number = counter.work.conn.scalar(select(Suspension.id))
        rebooking.carry_out(counter.work, number)
    assert "等答复" in text(browser.get(f"/suspensions/{number}?part=1"))
    assert "已办好" in text(browser.post(f"/suspensions/{number}/resume"))
    with open_desk(house, CONSOLE) as counter:
        state = counter.work.conn.scalar(select(Shift.state).where(Shift.id == shift))
        count = select(func.count()).where(
            Appointment.shift_id == shift, Appointment.status == "booked"
        )
        assert (state, counter.work.conn.scalar(count)) == ("published", booked)


def test_a_doctor_sees_the_own_shifts_and_neither_calls_nor_staff(house, browser, enter):
    with open_desk(house, CONSOLE) as counter:
        doctors = counter.catalogue.doctors()
        mine, other = doctors[0], doctors[1]
    enter("doctor", mine.code, name=mine.name)
    everybody = Member(0, "", "desk", None, None)
    with open_desk(house, CONSOLE) as counter:
        ahead = shifts.ahead(counter.work, everybody)
    theirs = next(one for one in ahead if one.doctor not in (None, mine.code))
    assert browser.get(f"/shifts/{theirs.id}").status_code == 409
    assert browser.post(f"/shifts/{theirs.id}/suspend").status_code == 409
    assert other.name not in text(browser.get("/"))
    for path in ("/calls", "/canned", "/staff", "/audit"):
        assert browser.get(path).status_code == 403


def test_an_administrator_invites_and_removes_and_sees_what_was_done(browser, enter):
    enter("admin", name="管理员")
    page = text(browser.get("/staff"))
    assert "邀请" in page
    assert "一次性码" in text(browser.post("/staff", name="王护士", role="desk"))
    assert "医生代码" in text(browser.post("/staff", name="王医生", role="doctor"))
    assert "已移除" in text(browser.post("/staff/2/remove"))
    assert "不能移除自己" in text(browser.post("/staff/1/remove"))
    assert "邀请员工" in text(browser.get("/audit"))


def test_an_invitation_with_a_slip_keeps_what_was_written_and_says_which(house, browser, enter):
    enter("admin", name="管理员")
    with open_desk(house, CONSOLE) as counter:
        doctor = counter.catalogue.doctors()[0]
        elsewhere = next(s.code for s in counter.catalogue.sites() if s.code != doctor.site)
    slips = [
        ({"name": "王医生", "role": "doctor", "doctor": "ZZ-9"}, "代码要和排班里的一样"),
        ({"name": "王护士", "role": "desk", "site": "QQ"}, "没有这个机构代码"),
        ({"name": "王护士", "role": ""}, "请选角色"),
        ({"name": "管理员", "role": "desk"}, "同名"),
        (
            {"name": "王医生", "role": "doctor", "doctor": doctor.code, "site": elsewhere},
            "不在这个机构",
        ),
    ]
    for slip, said in slips:
        page = browser.post("/staff", **slip)
        assert page.status_code == 400
        assert said in text(page)
        assert all(f'value="{given}"' in text(page) for given in slip.values() if given)


def test_a_page_that_is_not_ones_own_says_so_in_chinese_with_the_way_back(house, browser, enter):
    with open_desk(house, CONSOLE) as counter:
        doctor = counter.catalogue.doctors()[0]
    enter("doctor", doctor.code, name="张医生")
    no = browser.get("/staff")
    assert no.status_code == 403
    assert "不归您的角色看" in text(no)
    assert "回到今日出诊" in text(no)
    assert "Forbidden" not in text(no)


def test_who_was_removed_is_out_at_the_next_click(house, browser, enter):
    enter()
    with open_desk(house, CONSOLE) as counter:
        assert staff.remove(counter.work, 1)
    assert "登录" in text(browser.get("/"))


def test_a_patient_who_is_here_is_marked_once(house, browser, enter):
    enter()
    with open_desk(house, CONSOLE) as counter:
        work = counter.work
        today = work.local(work.now).date()
        row = work.conn.execute(
            select(Appointment.id, Appointment.shift_id)
            .where(Appointment.status == "booked", Appointment.visit_on == today)
            .limit(1)
        ).one()
        later = work.conn.execute(
            select(Appointment.id, Appointment.shift_id)
            .where(Appointment.status == "booked", Appointment.visit_on > today)
            .limit(1)
        ).one()
    browser.get(f"/shifts/{row.shift_id}")
    path = f"/shifts/{row.shift_id}/arrived/{row.id}"
    label = re.search(r"已签到，排队号([A-Z]+001)", text(browser.post(path)))
    assert label, "the first of the day in that department"
    assert f"已签到，排队号{label[1]}" in text(browser.post(path)), "the same number again"
    assert "不是今天" in text(browser.post(f"/shifts/{later.shift_id}/arrived/{later.id}"))


def test_other_days_are_a_click_away_and_nonsense_is_not_found(house, browser, enter):
    enter()
    with open_desk(house, CONSOLE) as counter:
        tomorrow = (counter.now + timedelta(days=1)).date()
    assert "前一天" in text(browser.get(f"/?day={tomorrow.isoformat()}"))
    assert browser.get("/?day=yesterday").status_code == 404
    assert browser.get("/suspensions/999").status_code == 404


def test_who_works_at_one_site_sees_the_calls_of_that_site_alone(house, browser, enter):
    with open_desk(house, CONSOLE) as counter:
        work = counter.work
        rows = work.conn.execute(
            select(Appointment.id, Site.code)
            .join(Department, Department.id == Appointment.department_id)
            .join(Site, Site.id == Department.site_id)
            .where(Appointment.status == "booked", Appointment.starts_at > work.now)
        ).all()
        number, home = rows[0]
        outbox.put(work, outbox.Notice("suspended_call", "a", {}, appointment_id=number))
        outbox.put(work, outbox.Notice("news", "b", {"text": "", "name": "王小明"}))
        work.conn.execute(
            update(Outbox).where(Outbox.dedupe_key.in_(["a", "b"])).values(state="call")
        )
        away = next(code for code in ("GH", "SQ", "XZ") if code != home)
        seen = {site: len(calls.waiting(work, site)) for site in (None, home, away)}
        call = work.conn.scalar(select(Outbox.id).where(Outbox.dedupe_key == "a"))
        assert not calls.done(work, call, away)
        assert calls.done(work, call, home)
    assert seen == {None: 2, home: 2, away: 1}


def test_somebody_is_invited_for_one_site(house, browser, enter):
    enter("admin", name="管理员")
    browser.get("/staff")
    browser.post("/staff", name="赵护士", role="desk", site="SQ")
    with open_desk(house, CONSOLE) as counter:
        (one,) = [m for m in staff.everybody(counter.work) if m.name == "赵护士"]
    assert one.site == "SQ"
    assert browser.post("/staff", name="钱护士", role="desk", site="??").status_code == 400
