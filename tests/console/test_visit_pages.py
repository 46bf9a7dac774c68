"""The day of the visit on the staff's pages and on the board: everything but the browser."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import event, insert, select

from bot.turn import open_desk
from desk import calling, standing, tickets
from desk.rows import insert_row
from handlers.texts import wording
from models import Appointment, AuditEvent, Doctor, Patient, Shift, Ticket
from scheduling.rota import Member
from scheduling.types import AppointmentId
from tests.console.conftest import CONSOLE

NURSE = Member(0, "刘护士", "desk", None, None)
FORBIDDEN = re.compile(r"1[3-9]\d{9}|\d{15,}|openid|patient_id|appointment")


def text(answer) -> str:
    return answer.get_data(as_text=True)


@contextmanager
def counting(house):
    """How many statements the database sees meanwhile."""
    seen: list[str] = []

    def note(_conn, _cursor, statement, *_):
        seen.append(statement)

    event.listen(house.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(house.engine, "before_cursor_execute", note)


def patients(house, shift: int) -> list[int]:
    with open_desk(house, CONSOLE) as counter:
        rows = select(Appointment.id).where(
            Appointment.shift_id == shift, Appointment.status == "booked"
        )
        return list(
            counter.work.conn.scalars(rows.order_by(Appointment.starts_at, Appointment.id))
        )


@pytest.fixture
def here(house, shift) -> list[str]:
    """Four of them have come: their labels, in the order of the line."""
    booked = patients(house, shift)[:4]
    with open_desk(house, CONSOLE) as counter:
        for number in booked:
            tickets.check_in(counter.work, AppointmentId(number), by_desk=True)
        return [one.label for one in standing.room(counter.work, NURSE, shift).line]


def site_of(house, shift: int) -> str:
    with open_desk(house, CONSOLE) as counter:
        return standing.room(counter.work, NURSE, shift).shift.site


def inside(page: str) -> str:
    return re.search(r'id="inside">(?:<strong>)?([A-Z]+\d+|[^<]*)', page)[1]


def test_who_gives_up_at_the_desk_leaves_the_line_with_it(house, enter, shift, here):
    with open_desk(house, CONSOLE) as counter:
        first = standing.room(counter.work, NURSE, shift).line[0].appointment
        patient = counter.work.conn.scalar(
            select(Appointment.patient_id).where(Appointment.id == first)
        )
    browser = enter("desk")
    where = f"/patients/{patient}/appointments/{first}/cancel"
    assert where in text(browser.get(f"/patients/{patient}"))
    assert "排队号作废" in text(browser.get(where))

    browser.post(where)

    with open_desk(house, CONSOLE) as counter:
        line = [one.label for one in standing.room(counter.work, NURSE, shift).line]
    assert line == here[1:]
    page = text(browser.get(f"/shifts/{shift}"))
    assert "已退号" in page or here[0] not in page


def test_a_visit_ended_by_mistake_is_taken_back_from_the_page(house, enter, shift, here):
    browser = enter("desk")
    page = press(browser, shift, "next", text(browser.get(f"/rooms/{shift}")))
    page = press(browser, shift, "finish", page)
    number = re.search(r'/resume" name="ticket" value="(\d+)"', page)[1]
    assert "没看完，撤销" in page

    page = text(browser.post(f"/rooms/{shift}/resume", ticket=number))
    assert f"已撤销，{here[0]}号" in page
    assert inside(page) == here[0]
    assert "没看完，撤销" not in page
    assert "刚刚有变化" in text(browser.post(f"/rooms/{shift}/resume", ticket=number))


def press(browser, shift: int, act: str, page: str, **more: str) -> str:
    """Press one of the keys on a page: it sends whom the page shows."""
    shown = re.search(r'name="inside" value="(\d+)"', page)[1]
    return text(browser.post(f"/rooms/{shift}/{act}", inside=shown, **more))


def test_a_doctor_calls_by_the_page_from_the_first_to_the_last(house, enter, shift, here):
    with open_desk(house, CONSOLE) as counter:
        doctor = counter.work.conn.execute(
            select(Doctor.code, Doctor.name).join(Shift, Shift.doctor_id == Doctor.id)
            .where(Shift.id == shift)
        ).one()  # fmt: skip
    browser = enter("doctor", doctor.code, name=doctor.name)
    page = text(browser.get(f"/rooms/{shift}"))
    assert "还没开始叫号" in page
    assert "叫号规则：每叫2位初诊" in page
    page = press(browser, shift, "next", page)
    assert inside(page) == here[0]
    page = press(browser, shift, "again", page)
    assert "又叫了一次" in page
    page = press(browser, shift, "missed", page)
    assert "已记过号" in page
    assert re.search(rf"<h2>过号</h2>.*{here[0]}", page, re.DOTALL)
    page = press(browser, shift, "next", page)
    page = press(browser, shift, "results", page)
    assert re.search(rf"<h2>去检查</h2>.*{here[1]}", page, re.DOTALL)
    ticket = re.search(r'name="ticket" value="(\d+)"', page)[1]
    page = text(browser.post(f"/rooms/{shift}/back", ticket=ticket))
    assert "过号回来" in page
    page = press(browser, shift, "next", page)
    page = press(browser, shift, "finish", page)
    assert inside(page) == "诊室里没有患者"
    assert "没有执行" in text(browser.post(f"/rooms/{shift}/back", ticket=ticket)), "is back"
    assert "没有找到这一页" in press(browser, shift, "nonsense", page)


def test_a_key_pressed_twice_acts_once(browser, enter, shift, here):
    enter()
    page = text(browser.get(f"/rooms/{shift}"))
    first = press(browser, shift, "next", page)
    again = press(browser, shift, "next", page)
    assert inside(first) == inside(again) == here[0]
    assert "已经是另一位患者" in again
    finished = press(browser, shift, "finish", again)
    assert "已经是另一位患者" in press(browser, shift, "missed", again)
    assert inside(finished) == "诊室里没有患者"


def test_a_doctor_calls_in_no_other_room_and_has_no_desk(house, enter, shift, here):
    with open_desk(house, CONSOLE) as counter:
        theirs = counter.work.conn.scalar(select(Shift.doctor_id).where(Shift.id == shift))
        other = counter.work.conn.execute(
            select(Doctor.code, Doctor.name).where(Doctor.id != theirs).order_by(Doctor.id)
        ).first()
    browser = enter("doctor", other.code, name=other.name)
    assert browser.get(f"/rooms/{shift}").status_code == 409
    assert browser.post(f"/rooms/{shift}/next", inside="0").status_code == 409
    for path in ("/moves", "/patients/1/walk-in"):
        assert browser.get(path).status_code == 403
    for act in ("arrived", "leave", "back"):
        assert browser.post(f"/shifts/{shift}/{act}/1").status_code == 403
    assert browser.post(f"/shifts/{shift}/rank/1", rank="soldier").status_code == 403


@pytest.mark.parametrize("path", ["/rooms/1", "/moves", "/patients/1/walk-in"])
def test_nobody_sees_them_before_the_door(browser, path):
    assert "登录" in text(browser.get(path))


def test_a_form_that_another_page_made_calls_nobody(house, browser, enter, shift, here):
    enter()
    browser.token = "forged"
    assert browser.post(f"/rooms/{shift}/next", inside="0").status_code == 400
    with open_desk(house, CONSOLE) as counter:
        assert standing.room(counter.work, NURSE, shift).inside is None


def test_the_desk_checks_in_and_says_who_goes_before(house, browser, enter, shift):
    enter()
    first, second = patients(house, shift)[:2]
    page = text(browser.get(f"/shifts/{shift}"))
    assert page.count("签到</button>") == len(patients(house, shift))
    assert "已签到，排队号" in text(browser.post(f"/shifts/{shift}/arrived/{first}"))
    page = text(browser.post(f"/shifts/{shift}/arrived/{second}", rank="soldier"))
    ticket = re.findall(rf"/shifts/{shift}/rank/(\d+)", page)[1]
    with open_desk(house, CONSOLE) as counter:
        line = standing.room(counter.work, NURSE, shift).line
        assert [one.rank and one.rank.name for one in line] == ["soldier", None]
    page = text(browser.post(f"/shifts/{shift}/rank/{ticket}", rank=""))
    assert "不优先" in page
    refused = browser.post(f"/shifts/{shift}/rank/{ticket}", rank="king")
    assert refused.status_code == 409
    assert "没有这种优先" in text(refused)
    with open_desk(house, CONSOLE) as counter:
        acts = set(counter.work.conn.scalars(select(AuditEvent.act)))
    assert {"arrive", "rank"} <= acts


def test_who_has_no_phone_steps_out_and_is_back_by_the_desk(house, enter, shift, here):
    browser = enter()
    page = text(browser.get(f"/shifts/{shift}"))
    ticket = re.search(rf"/shifts/{shift}/leave/(\d+)", page)[1]

    page = text(browser.post(f"/shifts/{shift}/leave/{ticket}"))
    assert "已记暂时离开" in page
    assert f"/shifts/{shift}/back/{ticket}" in page
    with open_desk(house, CONSOLE) as counter:
        room = standing.room(counter.work, NURSE, shift)
        assert [one.id for one in room.away] == [int(ticket)]
        assert len(room.line) == len(here) - 1
    assert "已接着排" in text(browser.post(f"/shifts/{shift}/back/{ticket}"))
    with open_desk(house, CONSOLE) as counter:
        assert len(standing.room(counter.work, NURSE, shift).line) == len(here)


def somebody(work, number: int) -> int:
    """A new patient."""
    document = f"E{number:08d}"
    return insert_row(
        work.conn,
        insert(Patient).values(
            public_id=f"walks-in-{number}",
            name_enc=work.vault.seal("李秀英"),
            document_kind="passport",
            document_hash=work.vault.lookup(document),
            document_enc=work.vault.seal(document),
            sex="f",
            birth_on=date(1990, 1, 1),
            created_at=work.now,
        ),
    )


def test_who_walks_in_takes_a_place_that_is_left(house, browser, enter):
    enter()
    with open_desk(house, CONSOLE) as counter:
        patient = somebody(counter.work, 1)
    page = text(browser.get(f"/patients/{patient}/walk-in"))
    shift = re.search(r'<option value="(\d+)">', page)[1]
    page = text(browser.post(f"/patients/{patient}/walk-in", shift=shift, rank="pregnant"))
    assert "已签到，排队号" in page
    with open_desk(house, CONSOLE) as counter:
        row = counter.work.conn.execute(
            select(Appointment.channel, Ticket.rank, Ticket.state)
            .join(Ticket, Ticket.appointment_id == Appointment.id)
            .where(Appointment.patient_id == patient)
        ).one()
    assert tuple(row) == ("window", "pregnant", "waiting")


def test_who_is_asked_and_agrees_is_called_sooner_in_another_room(house, browser, enter):
    enter()
    with open_desk(house, CONSOLE) as counter:
        work = counter.work
        row = work.conn.execute(
            select(*Shift.__table__.c)
            .where(Shift.visit_on == counter.now.date(), Shift.starts_at <= work.now)
            .where(Shift.doctor_id.is_(None), Shift.service_type == "general")
            .where(Shift.state == "published", Shift.ends_at > work.now)
            .order_by(Shift.id)
        ).first()
        for number in range(12):
            tickets.walk_in(work, somebody(work, number), row.id)
        copy = {**row._mapping, "id": None, "natural_key": "another", "room": "乙诊室"}
        other = insert_row(work.conn, insert(Shift).values(**copy))
    assert "1位患者换个诊室能早看" in text(browser.get("/")), "where everybody looks first"
    page = text(browser.get("/moves"))
    assert "→ 乙诊室" in page
    ticket, leaving, to = (
        re.search(pattern, page)[1]
        for pattern in (r"/moves/(\d+)", r'name="from" value="(\d+)"', r'name="to" value="(\d+)"')
    )
    assert (int(leaving), int(to)) == (row.id, other)
    with open_desk(house, CONSOLE) as counter:
        standing_there = standing.room(counter.work, NURSE, other).line
    assert standing_there == (), "looking moves nobody"
    assert "→ 乙诊室" in text(browser.post(f"/moves/{ticket}", **{"from": leaving, "to": to}))
    with open_desk(house, CONSOLE) as counter:
        (moved,) = standing.room(counter.work, NURSE, other).line
    assert moved.id == int(ticket)
    assert browser.post(f"/moves/{ticket}").status_code == 400


def test_a_doctor_is_late_and_then_ends_early(house, browser, enter, shift, here):
    enter()
    page = press(browser, shift, "next", text(browser.get(f"/rooms/{shift}")))
    assert "正在通知" in press(browser, shift, "delay", page, minutes="20")
    page = text(browser.get(f"/rooms/{shift}"))
    assert "已告知患者：预计" in page
    assert browser.post(f"/rooms/{shift}/delay", inside="0", minutes="7").status_code == 400
    page = press(browser, shift, "close", text(browser.get(f"/rooms/{shift}")))
    assert "已结束叫号" in page
    assert "<kbd>N</kbd>" not in page


def test_who_says_in_the_morning_that_he_is_late_is_late_for_the_afternoon(house, browser, enter):
    enter()
    with open_desk(house, CONSOLE) as counter:
        now = counter.now
        afternoon = counter.work.conn.execute(
            select(Shift.id, Shift.starts_at)
            .where(Shift.visit_on == now.date(), Shift.starts_at > counter.work.now)
            .where(Shift.state == "published")
            .order_by(Shift.starts_at.desc())
        ).first()
    browser.get(f"/rooms/{afternoon.id}")
    page = press(
        browser, afternoon.id, "delay", text(browser.get(f"/rooms/{afternoon.id}")), minutes="20"
    )

    begins = afternoon.starts_at.astimezone(now.tzinfo) + timedelta(minutes=20)
    assert f"已告知患者：预计{wording.clock(begins)}开始" in page


# -- the board


def watch(browser, house, shift: int, seen: str = "") -> tuple[str, dict]:
    """One answer of the stream as who has no plain socket gets it: its id and state."""
    path = f"/board/{site_of(house, shift)}/events"
    said = text(browser.client.get(path, headers={"Last-Event-ID": seen}))
    assert said.startswith("retry: ")
    if "event: still" in said:
        return seen, {}
    return re.search("^id: (.+)$", said, re.MULTILINE)[1], json.loads(
        re.search("^data: (.+)$", said, re.MULTILINE)[1]
    )


@pytest.fixture
def quick(monkeypatch):
    """A board is as new as the question, for tests that do not wait a second."""
    monkeypatch.setattr("console.boards._FRESH_SECONDS", 0.0)


@pytest.mark.usefixtures("quick")
def test_the_board_shows_labels_and_masked_names_to_everybody(house, browser, shift, here):
    page = text(browser.client.get(f"/board/{site_of(house, shift)}"))
    assert "还没开始叫号" in page
    for label in here[:3]:
        assert re.search(rf"{label}</span>[^<]\*", page), label
    assert here[3] not in page, "the next three only"
    assert "候诊4位" in page
    assert not FORBIDDEN.search(page)
    assert "叫号规则：每叫2位初诊" in page


@pytest.mark.usefixtures("quick")
def test_the_board_calls_marks_and_speaks(house, browser, enter, shift, here):
    enter()
    number, state = watch(browser, house, shift)
    assert state["calls"] == []
    assert watch(browser, house, shift, number) == (number, {}), "nothing new, nothing sent"
    with open_desk(house, CONSOLE) as counter:
        second = standing.room(counter.work, NURSE, shift).line[1]
        calling.set_rank(counter.work, NURSE, second.id, "pregnant")
        calling.call_next(counter.work, NURSE, shift)
    other, state = watch(browser, house, shift, number)
    assert other != number
    (call,) = state["calls"]
    assert call["shown"].startswith(f"请 {here[1]} ")
    digits = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
    spelt = " ".join(digits.get(char, char) for char in here[1])
    assert call["aloud"].startswith(f"请{spelt}号，到")
    assert "*" not in call["aloud"], "nobody is called by a name with holes"
    assert re.search(rf'{here[1]}</span>[^<]+<span class="mark">优</span>', state["html"])
    with open_desk(house, CONSOLE) as counter:
        calling.call_again(counter.work, NURSE, shift)
    _, again = watch(browser, house, shift, other)
    assert again["calls"][0]["key"] != call["key"], "a second call is spoken again"


def test_a_site_there_is_not_has_no_board(browser):
    assert browser.client.get("/board/NOWHERE").status_code == 404
    assert browser.client.get("/board/NOWHERE/events").status_code == 404


def test_many_who_watch_ask_the_database_once(house, browser, shift, here):
    watch(browser, house, shift)
    path = f"/board/{site_of(house, shift)}/events"
    with counting(house) as seen:
        for _ in range(50):
            assert browser.client.get(path).status_code == 200
    assert len(seen) <= 8, seen


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "page", ["/board/{site}/events", "/console/rooms/{shift}", "/console/shifts/{shift}"]
)
def test_a_look_costs_as_much_with_one_ticket_as_with_many(house, enter, shift, page):
    browser = enter()
    path = page.format(site=site_of(house, shift), shift=shift)
    counts = []
    for some in (patients(house, shift)[:1], patients(house, shift)[1:]):
        with open_desk(house, CONSOLE) as counter:
            for number in some:
                tickets.check_in(counter.work, AppointmentId(number), by_desk=True)
        browser.client.get(path)  # what is read once
        with counting(house) as seen:
            assert browser.client.get(path).status_code == 200
        counts.append(len(seen))
    assert len(patients(house, shift)) == 0
    assert counts[0] == counts[1]


@pytest.mark.usefixtures("quick")
def test_a_database_that_is_away_makes_no_board_of_the_past(
    house, browser, shift, here, monkeypatch
):
    watch(browser, house, shift)
    path = f"/board/{site_of(house, shift)}"

    def away(*_):
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr(standing, "board_version", away)
        assert browser.client.get(f"{path}/events").status_code == 503
        assert browser.client.get(path).status_code == 200, (
            "the page itself says that it is cut off"
        )
    assert watch(browser, house, shift)[1]["html"]
