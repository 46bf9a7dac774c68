"""Whoever tries the console's addresses and forms by hand: other sites, more rights, bad files."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import select, update

from bot.turn import open_desk
from desk import roster_files, second_step, staff
from models import Appointment, AuditEvent, Department, Patient, Shift, Site, Staff
from tests.console.conftest import CONSOLE, PASSWORD
from tests.console.test_console import text


def number_of(house, name: str) -> int:
    with open_desk(house, CONSOLE) as counter:
        (one,) = [m for m in staff.everybody(counter.work) if m.name == name]
        return one.id


@pytest.fixture
def chief(house, browser, enter) -> int:
    """An administrator of the whole hospital, who has logged out; the number."""
    enter("admin", name="院长")
    browser.post("/logout")
    number = number_of(house, "院长")
    with open_desk(house, CONSOLE) as counter:
        counter.work.conn.execute(
            update(Staff)
            .where(Staff.id == number)
            .values(totp_enc=counter.work.vault.seal("JBSWY3DPEHPK3PXP"))
        )
    return number


@pytest.mark.parametrize("act", ["code", "totp-off", "remove"])
def test_an_administrator_of_one_site_has_no_power_over_the_whole_hospitals(
    house, browser, enter, chief, act
):
    """With a one-time code for that account she would have been administrator of everything."""
    enter("admin", name="社区管理员", site="SQ")
    page = text(browser.get("/staff"))
    assert "院长" not in page
    answer = browser.post(f"/staff/{chief}/{act}")
    assert answer.status_code == 409
    assert "一次性码：" not in text(answer)
    with open_desk(house, CONSOLE) as counter:
        assert staff.by_number(counter.work, chief) is not None
        assert second_step.is_on(counter.work, chief)


def test_an_administrator_of_one_site_invites_for_that_site_alone(house, browser, enter):
    enter("admin", name="社区管理员", site="SQ")
    browser.get("/staff")
    assert browser.post("/staff", name="内应", role="admin", site="GH").status_code == 409
    browser.get("/staff")
    assert "一次性码：" in text(browser.post("/staff", name="新同事", role="desk", site=""))
    with open_desk(house, CONSOLE) as counter:
        sites = {one.name: one.site for one in staff.everybody(counter.work)}
    assert sites == {"社区管理员": "SQ", "新同事": "SQ"}
    own = number_of(house, "新同事")
    assert "一次性码：" in text(browser.post(f"/staff/{own}/code"))
    assert "已移除" in text(browser.post(f"/staff/{own}/remove"))


@pytest.mark.parametrize("path", ["/policy", "/roster/import"])
def test_what_concerns_every_site_is_not_one_sites(browser, enter, path):
    enter("admin", name="社区管理员", site="SQ")
    assert browser.get(path).status_code == 403
    browser.get("/staff")
    assert browser.post(path).status_code == 403
    assert browser.post("/roster/apply", name="a.csv").status_code == 403


def test_an_administrator_of_one_site_reads_what_its_people_did(house, browser, enter):
    enter(name="总院护士", site="GH")
    browser.get("/calls")
    browser.post("/logout")
    enter("admin", name="社区管理员", site="SQ")
    browser.get("/inbox")
    page = text(browser.get("/audit"))
    assert "社区管理员" in page
    assert "总院护士" not in page
    other = number_of(house, "总院护士")
    assert "总院护士" not in text(browser.get(f"/audit?who=window:staff:{other}"))


def test_the_audit_tells_who_has_looked_at_a_patient_and_why(house, browser, enter):
    """The newest hundred acts of all were the only ones to be seen, without the reason."""
    with open_desk(house, CONSOLE) as counter:
        patient = counter.work.conn.scalar(select(Patient.id))
    enter(name="好奇的人")
    browser.get(f"/patients/{patient}")
    browser.post(f"/patients/{patient}/reveal", reason="核对身份 <script>")
    browser.post("/logout")
    enter("admin", name="管理员")
    page = text(browser.get(f"/audit?subject=patient:{patient}"))
    assert page.count("<td>好奇的人</td>") == 3
    assert "为什么：核对身份 &lt;script&gt;" in page
    assert "谁看过" in text(browser.get(f"/patients/{patient}"))
    assert "没有找到" in text(browser.get("/audit?day=2001-01-01"))
    assert browser.get("/audit?day=nonsense").status_code == 404
    looker = number_of(house, "好奇的人")
    assert "<td>管理员</td>" not in text(browser.get(f"/audit?who=window:staff:{looker}"))


def test_the_audit_is_read_back_to_its_beginning(house, browser, enter, monkeypatch):
    monkeypatch.setattr("console.crew._SHOWN", 2)
    enter("admin", name="管理员")
    with open_desk(house, CONSOLE) as counter:
        known = len(counter.work.conn.scalars(select(AuditEvent.id)).all())
    path, seen = "/audit", 0
    while path:
        page = text(browser.get(path))
        seen += page.count("<tr><td>")
        older = re.search(r'href="/console(/audit\?before=[^"]+)">再早的', page)
        path = older[1].replace("&amp;", "&") if older else ""
    assert seen == known


def another_sites(house, site: str) -> dict[str, int]:
    """A shift and an appointment ahead that are not of this site, and the patient's number."""
    with open_desk(house, CONSOLE) as counter:
        row = counter.work.conn.execute(
            select(Appointment.id, Appointment.shift_id, Appointment.patient_id)
            .join(Department, Department.id == Appointment.department_id)
            .join(Site, Site.id == Department.site_id)
            .where(Site.code != site, Appointment.status == "booked")
            .where(Appointment.starts_at > counter.work.now)
        ).first()
    return {"shift": row.shift_id, "visit": row.id, "patient": row.patient_id}


GETS = (
    "/shifts/{shift}", "/shifts/{shift}/suspend", "/shifts/{shift}/quotas",
    "/shifts/{shift}/template", "/rooms/{shift}",
    "/patients/{patient}/appointments/{visit}/cancel", "/patients/{patient}/book?moving={visit}",
    "/roster/shift?shift={shift}",
)  # fmt: skip
POSTS = (
    ("/shifts/{shift}/suspend", {}),
    ("/shifts/{shift}/arrived/{visit}", {}),
    ("/shifts/{shift}/quotas", {}),
    ("/rooms/{shift}/next", {"inside": "0"}),
    ("/rooms/{shift}/close", {"inside": "0"}),
    ("/patients/{patient}/appointments/{visit}/cancel", {}),
    ("/patients/{patient}/appointments/{visit}/paid", {"paid": "1"}),
    ("/patients/{patient}/walk-in", {"shift": "{shift}"}),
    ("/roster/shift/{shift}/remove", {}),
    ("/broadcasts/new", {"audience": "shift", "shift": "{shift}", "words": "请空腹"}),
)


@pytest.mark.parametrize("path", GETS)
def test_another_sites_pages_are_not_opened_by_their_numbers(house, browser, enter, path):
    enter("admin", name="社区管理员", site="SQ")
    known = another_sites(house, "SQ")
    assert browser.get(path.format(**known)).status_code in (403, 404, 409)


@pytest.mark.parametrize(("path", "fields"), POSTS, ids=[path for path, _ in POSTS])
def test_nothing_of_another_site_is_done_by_a_form_made_by_hand(
    house, browser, enter, path, fields
):
    enter("admin", name="社区管理员", site="SQ")
    known = another_sites(house, "SQ")

    def states():
        with open_desk(house, CONSOLE) as counter:
            visits = select(Appointment.id, Appointment.status, Appointment.paid_fen)
            shifts = select(Shift.id, Shift.state)
            return [counter.work.conn.execute(q.order_by("id")).all() for q in (visits, shifts)]

    before = states()
    sent = {name: value.format(**known) for name, value in fields.items()}
    answer = browser.post(path.format(**known), **sent)
    assert answer.status_code in (400, 403, 404, 409), text(answer)
    assert states() == before


def test_a_sites_desk_sees_no_visit_to_another_one_on_a_patients_card(house, browser, enter):
    known = another_sites(house, "SQ")
    with open_desk(house, CONSOLE) as counter:
        code = counter.work.conn.scalar(
            select(Appointment.code).where(Appointment.id == known["visit"])
        )
    enter(site="SQ")
    page = text(browser.get(f"/patients/{known['patient']}"))
    assert "编号" in page
    assert code not in page
    browser.post("/logout")
    enter(name="全院护士")
    assert code in text(browser.get(f"/patients/{known['patient']}"))


def test_a_new_password_ends_the_sessions_of_the_old_one(house, browser, enter):
    """Whoever had the cookie of a colleague kept it for a month."""
    enter()
    stolen = {cookie.key: cookie.value for cookie in browser.client._cookies.values()}
    nurse = number_of(house, "刘护士")
    with open_desk(house, CONSOLE) as counter:
        code = staff.new_code(counter.work, nurse)
    browser.post("/logout")
    browser.get("/join")
    browser.post("/join", code=code, password=PASSWORD + "!")
    assert "出诊" in text(browser.get("/")), "her own goes on"
    for name, value in stolen.items():
        browser.client.set_cookie(name, value)
    assert "登录" in text(browser.get("/"))


def test_a_session_lasts_a_days_work(browser, enter):
    enter()
    assert browser.client.application.permanent_session_lifetime.total_seconds() == 12 * 3600


def test_nobody_fills_the_disk_before_the_door(browser, enter):
    """A form of any size was taken in, and only then it was asked who sent it."""
    many = "multipart/form-data; boundary=x"
    answer = browser.client.post("/console/login", data=b"0" * 200_000, content_type=many)
    assert answer.status_code == 413
    enter("admin", name="管理员")
    assert browser.get("/roster/import").status_code == 200
    path = "/console/roster/import"
    answer = browser.client.post(path, data=b"0" * 5_000_000, content_type=many)
    assert answer.status_code == 413
    assert "内容太大" in text(answer)


def bomb() -> bytes:
    """A workbook of some kilobytes whose one sheet unpacks to sixty megabytes."""
    small = io.BytesIO()
    openpyxl.Workbook().save(small)
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(small) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for part in source.infolist():
            content = source.read(part)
            if part.filename.startswith("xl/worksheets/"):
                content = content.replace(b"<sheetData", b" " * 60_000_000 + b"<sheetData")
            target.writestr(part.filename, content)
    return packed.getvalue()


def entities() -> bytes:
    """A workbook whose sheet is made of entities that multiply."""
    small = io.BytesIO()
    openpyxl.Workbook().save(small)
    packed = io.BytesIO()
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE x [<!ENTITY a0 "lol">{levels}]>'
    cell = '<sheetData><row><c t="str"><v>&a9;</v></c></row></sheetData>'
    sheet = f'<?xml version="1.0"?>{doctype}<worksheet>{cell}</worksheet>'
    with zipfile.ZipFile(small) as source, zipfile.ZipFile(packed, "w") as target:
        for part in source.infolist():
            is_sheet = part.filename.startswith("xl/worksheets/")
            target.writestr(part.filename, sheet if is_sheet else source.read(part))
    return packed.getvalue()


def many_rows() -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("shifts")
    for _ in range(6):
        sheet.append(["机构"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bomb, "内容太大"),
        (entities, "打不开"),
        (lambda: b"PK\x03\x04 and nothing else", "打不开"),
        (lambda: b"no workbook at all", "打不开"),
        (many_rows, "内容太大"),
    ],
    ids=["bomb", "entities", "half", "none", "rows"],
)
def test_a_bad_workbook_is_refused_in_words(browser, enter, monkeypatch, content, said):
    monkeypatch.setattr(roster_files, "_MOST_ROWS", 5)
    enter("admin", name="管理员")
    browser.get("/roster/import")
    sent = {"csrf_token": browser.token, "file": (io.BytesIO(content()), "shifts.xlsx")}
    answer = browser.client.post("/console/roster/import", data=sent)
    assert answer.status_code == 409
    assert said in text(answer)


def test_a_name_that_is_a_script_or_a_formula_is_text_wherever_it_is_shown(house, browser, enter):
    evil = "=cmd|'/C calc'!A1<img src=x onerror=alert(1)>"
    with open_desk(house, CONSOLE) as counter:
        work = counter.work
        row = work.conn.execute(
            select(
                Appointment.id, Appointment.patient_id, Appointment.shift_id, Appointment.visit_on
            ).where(Appointment.status == "booked", Appointment.starts_at > work.now)
        ).first()
        sealed = work.vault.seal(evil)
        work.conn.execute(
            update(Patient).where(Patient.id == row.patient_id).values(name_enc=sealed)
        )
    enter("admin", name="<b>管理员")
    day = row.visit_on.isoformat()
    pages = [
        browser.get(path)
        for path in (
            "/", f"/shifts/{row.shift_id}", f"/shifts/{row.shift_id}/suspend",
            f"/patients/{row.patient_id}", f"/print?day={day}", "/audit", "/staff",
        )
    ]  # fmt: skip
    pages.append(browser.post(f"/patients/{row.patient_id}/reveal", reason="核对"))
    for page in pages:
        assert page.status_code == 200
        assert "<img src=x" not in text(page)
        assert "<b>管理员" not in text(page)
    browser.get("/reconcile")
    out = text(browser.post("/reconcile/out", first=day, last=day))
    line = next(one for one in out.splitlines() if "cmd|" in one)
    assert ",=cmd" not in line
    assert "'=cmd" in line


@pytest.mark.parametrize(
    "path", ["/login?next=//evil.example", "/login?next=https://evil.example", "/join?next=//x"]
)
def test_nobody_is_sent_elsewhere_after_the_door(house, browser, enter, path):
    enter()
    browser.post("/logout")
    browser.get(path)
    answer = browser.client.post(
        f"/console{path}",
        data={"csrf_token": browser.token, "name": "刘护士", "password": PASSWORD},
    )
    assert "evil" not in answer.headers.get("Location", "")
    assert "//x" not in answer.headers.get("Location", "")


def test_the_register_is_not_copied_one_by_one(house, browser, enter, monkeypatch):
    """Each look was written down, and nothing stopped a thousand of them."""
    monkeypatch.setattr("desk.patient_search.MOST_REVEALED", 2)
    with open_desk(house, CONSOLE) as counter:
        some = counter.work.conn.scalars(select(Patient.id).limit(3)).all()
    enter()
    for patient in some[:2]:
        browser.get(f"/patients/{patient}")
        assert browser.post(f"/patients/{patient}/reveal", reason="核对").status_code == 200
    browser.get(f"/patients/{some[2]}")
    answer = browser.post(f"/patients/{some[2]}/reveal", reason="核对")
    assert answer.status_code == 409
    assert "一小时里看了2位" in text(answer)
    browser.post("/logout")
    enter(name="同事")
    browser.get(f"/patients/{some[2]}")
    assert browser.post(f"/patients/{some[2]}/reveal", reason="核对").status_code == 200
    with open_desk(house, CONSOLE) as counter:
        hour_ago = counter.now - timedelta(hours=1, minutes=1)
        counter.work.conn.execute(update(AuditEvent).values(at=hour_ago))
    browser.post("/logout")
    browser.post("/login", name="刘护士", password=PASSWORD)
    browser.get(f"/patients/{some[2]}")
    assert browser.post(f"/patients/{some[2]}/reveal", reason="核对").status_code == 200
