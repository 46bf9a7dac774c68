"""Who waits for a person of one site is that site's business, and nobody's of another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.turn import open_desk
from desk import attachments, calls, requests
from desk.accounts import ensure_account
from desk.work import Actor
from models import Appointment, HumanRequest, Outbox, Site, Staff
from tests.console.conftest import CONSOLE

WORDS = "我的发票丢了怎么办"


def text(answer) -> str:
    return answer.get_data(as_text=True)


def ask(house, site: str = "", words: str = WORDS, openid: str = "oPatient1") -> int:
    """Somebody asks for a person while a site is talked about; the number of the request."""
    with open_desk(house, Actor("chat", openid=openid)) as counter:
        requests.Requests(counter.work).ask_for_human(words, site)
        return newest(counter.work)


def newest(work) -> int:
    return work.conn.scalar(select(HumanRequest.id).order_by(HumanRequest.id.desc()).limit(1))


def site_of(house, number: int) -> str | None:
    """The code of a request's site."""
    with open_desk(house, CONSOLE) as counter:
        query = select(Site.code).join(HumanRequest, HumanRequest.site_id == Site.id)
        return counter.work.conn.scalar(query.where(HumanRequest.id == number))


def deeds(house, number: int) -> tuple:
    """What a refused act must not change, and how much was sent."""
    with open_desk(house, CONSOLE) as counter:
        row = counter.work.conn.execute(
            select(HumanRequest.state, HumanRequest.staff_id, HumanRequest.site_id).where(
                HumanRequest.id == number
            )
        ).one()
        sent = counter.work.conn.scalars(select(Outbox.id).where(Outbox.kind == "answer")).all()
        return (*row, len(sent))


def test_staff_of_a_site_see_theirs_and_what_belongs_to_none_yet(house, browser, enter):
    ask(house, "GH", "总院的事")
    ask(house, "SQ", "社区的事", "oPatient2")
    ask(house, "", "不知哪里的事", "oPatient3")
    enter(site="SQ")
    page = text(browser.get("/inbox"))
    assert "社区的事" in page
    assert "不知哪里的事" in page
    assert "总院的事" not in page
    browser.post("/logout")
    enter(name="全院护士")
    page = text(browser.get("/inbox"))
    assert all(words in page for words in ("社区的事", "不知哪里的事", "总院的事"))
    assert "云川市第一综合医院" in page, "whose it is, where all are seen"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("answer", {"words": "您好", "then": ""}),
        ("answer", {"words": "您好", "then": "close"}),
        ("close", {}),
        ("transfer", {"to": ""}),
        ("transfer", {"to": "me"}),
    ],
)
def test_another_sites_staff_cannot_act_on_it_by_its_address(house, browser, enter, path, fields):
    theirs, own = ask(house, "GH"), ask(house, "SQ", "社区的事", "oPatient2")
    enter(site="SQ")
    with open_desk(house, CONSOLE) as counter:
        me = counter.work.conn.scalar(select(Staff.id).where(Staff.name == "刘护士"))
    sent = {name: str(me) if value == "me" else value for name, value in fields.items()}
    browser.get(f"/inbox/{own}")
    before = deeds(house, theirs)

    assert browser.post(f"/inbox/{theirs}/{path}", **sent).status_code == 403
    assert deeds(house, theirs) == before
    assert browser.post(f"/inbox/{own}/{path}", **sent).status_code == 200, "her own she may"


def test_another_sites_staff_cannot_read_it_nor_what_was_sent_with_it(house, browser, enter):
    number = ask(house, "GH")
    with open_desk(house, Actor("chat", openid="oPatient1")) as counter:
        requests.Requests(counter.work).hand_in("［发来一张图片］", "image", "m")
        attachments.keep(counter.work, 1, b"\x89PNG\r\n\x1a\n picture")
        handed = newest(counter.work)
    assert site_of(house, handed) == "GH", "what is sent while one waits goes where one waits"
    enter(site="SQ")
    page = browser.get(f"/inbox/{number}")
    assert page.status_code == 403
    assert WORDS not in text(page)
    assert browser.get(f"/inbox/{number}/handed/1").status_code == 403
    assert "没有人在等" in text(browser.get("/inbox"))
    browser.post("/logout")
    enter(name="总院护士", site="GH")
    assert WORDS in text(browser.get(f"/inbox/{number}"))
    assert browser.client.get(f"/console/inbox/{number}/handed/1").status_code == 200


def test_what_is_left_to_somebody_of_another_site_is_that_sites_from_now_on(house, browser, enter):
    number = ask(house, "GH")
    enter(name="社区护士", site="SQ")
    browser.post("/logout")
    enter(name="总院护士", site="GH")
    with open_desk(house, CONSOLE) as counter:
        them = counter.work.conn.scalar(select(Staff.id).where(Staff.name == "社区护士"))
    browser.get(f"/inbox/{number}")
    assert "已办好" in text(browser.post(f"/inbox/{number}/transfer", to=str(them)))
    assert site_of(house, number) == "SQ"
    assert browser.get(f"/inbox/{number}").status_code == 403


def test_an_emergency_is_everybodys_until_somebody_has_seen_to_it(house, browser, enter):
    ask(house, "GH")
    with open_desk(house, Actor("chat", openid="oPatient1")) as counter:
        requests.Requests(counter.work).report_emergency("胸口疼得厉害")
        urgent = newest(counter.work)
    assert site_of(house, urgent) == "GH"
    enter(site="SQ")
    page = text(browser.get("/inbox"))
    assert "胸口疼得厉害" in page
    assert WORDS not in page
    assert browser.get(f"/inbox/{urgent}").status_code == 200
    browser.post(f"/inbox/{urgent}/close")
    assert browser.get(f"/inbox/{urgent}").status_code == 403


@pytest.fixture
def visit(house) -> tuple[int, str]:
    """An appointment of today that an account of ours has made; its number and its site."""
    with open_desk(house, Actor("chat", openid="oPatient1")) as counter:
        conn, mine = counter.work.conn, ensure_account(counter.work)
        number = conn.scalar(
            select(Appointment.id).where(
                Appointment.status == "booked", Appointment.visit_on == counter.now.date()
            )
        )
        conn.execute(
            update(Appointment).where(Appointment.id == number).values(wechat_user_id=mine)
        )
        seen = counter.catalogue.departments()
        view = next(v for v in counter.bookings.mine() if v.id == number)
        return number, next(w.site for w in seen if w.code == view.opening.department)


def test_without_a_site_in_the_talk_her_appointment_tells(house, visit):
    _, site = visit
    assert site_of(house, ask(house)) == site
    assert site_of(house, ask(house, openid="oPatient2")) is None, "who has no visit"


@pytest.mark.parametrize(
    ("status", "days", "is_known"),
    [("completed", 20, True), ("completed", 31, False), ("cancelled", 0, False)],
)
def test_of_visits_that_are_over_those_not_long_ago_tell(house, visit, status, days, is_known):
    number, site = visit
    with open_desk(house, CONSOLE) as counter:
        day = counter.now.date() - timedelta(days=days)
        moved = update(Appointment).where(Appointment.id == number)
        counter.work.conn.execute(moved.values(status=status, visit_on=day))
    assert site_of(house, ask(house)) == (site if is_known else None)


def test_visits_at_two_sites_tell_nothing(house, visit):
    _, site = visit
    with open_desk(house, CONSOLE) as counter:
        conn, columns = counter.work.conn, Appointment.__table__.c
        mine = conn.execute(select(*columns).where(columns.id == visit[0])).one()
        elsewhere = next(w for w in counter.catalogue.departments() if w.site != site)
        there = next(
            key
            for key, ward in counter.work.directory.wards.items()
            if ward.code == elsewhere.code
        )
        row = {name: value for name, value in mine._mapping.items() if name != "half_day_key"}
        row |= {"id": 987654, "code": "QQ", "department_id": there, "occupies": "else"}
        conn.execute(insert(Appointment), row)
    assert site_of(house, ask(house)) is None


def test_an_answer_that_found_no_way_is_rung_about_by_the_site(house, browser, enter):
    number = ask(house, "GH")
    with open_desk(house, CONSOLE) as counter:
        requests.answer(counter.work, number, "请到一楼补打")
        counter.work.conn.execute(
            update(Outbox).where(Outbox.kind == "answer").values(state="call", last_error="x")
        )
        outgoing = counter.work.conn.scalar(select(Outbox.id).where(Outbox.kind == "answer"))
    enter(site="SQ")
    assert "请到一楼补打" not in text(browser.get("/calls"))
    assert "没有找到" in text(browser.post(f"/calls/{outgoing}/done"))
    browser.post("/logout")
    enter(name="总院护士", site="GH")
    assert "请到一楼补打" in text(browser.get("/calls"))
    browser.post(f"/calls/{outgoing}/done")
    with open_desk(house, CONSOLE) as counter:
        assert outgoing not in [call.id for call in calls.waiting(counter.work)]


def test_a_doctor_of_the_site_sees_no_more_than_what_was_left_to_that_doctor(
    house, browser, enter
):
    number = ask(house, "GH")
    with open_desk(house, CONSOLE) as counter:
        doctor = next(d for d in counter.catalogue.doctors() if d.site == "GH")
    enter("doctor", doctor.code, name=doctor.name, site="GH")
    assert WORDS not in text(browser.get("/inbox"))
    assert browser.get(f"/inbox/{number}").status_code == 403
