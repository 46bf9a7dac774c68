"""Somebody waits for a person: read, answered in turns, handed over, closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.turn import open_desk
from desk import attachments, requests, staff
from desk.work import Actor
from models import AuditEvent, HumanRequest, Outbox, Staff
from tests.console.conftest import CONSOLE


def text(answer) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def number(house):
    with open_desk(house, Actor("chat", openid="oPatient1")) as counter:
        requests.Requests(counter.work).ask_for_human("我的发票丢了怎么办")
        return counter.work.conn.scalar(select(HumanRequest.id))


def sent(house) -> int:
    with open_desk(house, CONSOLE) as counter:
        return len(
            list(counter.work.conn.scalars(select(Outbox.id).where(Outbox.kind == "answer")))
        )


def test_a_talk_of_two_answers_and_an_end(house, browser, enter, number):
    enter()
    page = text(browser.get("/inbox"))
    assert "我的发票丢了怎么办" in page
    assert f"/console/inbox/{number}" in page
    assert "发出并结束" in text(browser.get(f"/inbox/{number}"))
    page = text(browser.post(f"/inbox/{number}/answer", words="哪一天的发票？", then=""))
    assert "哪一天的发票？" in page, "it stands in the talk"
    assert "刘护士" in page
    browser.post(f"/inbox/{number}/answer", words="请到收费处补打。", then="close")
    assert sent(house) == 2
    assert "没有人在等" in text(browser.get("/inbox"))
    assert "没有找到" in text(browser.post(f"/inbox/{number}/answer", words="再说一遍"))
    assert sent(house) == 2
    page = text(browser.get(f"/inbox/{number}"))
    assert "已结束" in page
    assert "发出并结束" not in page


@pytest.mark.parametrize("words", ["", " ", "字" * 601])
def test_an_answer_without_words_or_too_long_is_none(house, browser, enter, number, words):
    enter()
    browser.get(f"/inbox/{number}")
    assert browser.post(f"/inbox/{number}/answer", words=words).status_code == 400
    assert sent(house) == 0


def test_what_needs_no_answer_is_closed(house, browser, enter, number):
    enter()
    browser.get(f"/inbox/{number}")
    assert "已办好" in text(browser.post(f"/inbox/{number}/close"))
    assert "没有找到" in text(browser.post(f"/inbox/{number}/close"))
    assert sent(house) == 0
    assert browser.get("/inbox/999").status_code == 404


def test_a_question_for_the_doctor_is_the_doctors_alone(house, browser, enter, number):
    with open_desk(house, CONSOLE) as counter:
        doctor = counter.catalogue.doctors()[0]
        staff.invite(counter.work, doctor.name, "doctor", doctor.code)
        them = counter.work.conn.scalar(select(Staff.id))
    enter()
    browser.get(f"/inbox/{number}")
    assert browser.post(f"/inbox/{number}/transfer", to="999").status_code == 400
    page = text(browser.post(f"/inbox/{number}/transfer", to=str(them)))
    assert f"已转给{doctor.name}" in page
    assert "没有人在等" in text(browser.get("/inbox?mine=1"))
    with open_desk(house, Actor("chat", openid="oPatient2")) as counter:
        requests.Requests(counter.work).ask_for_human("别的事")
    browser.post("/logout")
    enter("doctor", doctor.code, name="另一位")
    assert browser.get(f"/inbox/{number}").status_code == 403, "a doctor of the same name"
    with open_desk(house, CONSOLE) as counter:
        me = counter.work.conn.scalar(select(Staff.id).where(Staff.name == "另一位"))
        requests.leave_to(counter.work, number, me)
    page = text(browser.get("/inbox"))
    assert "我的发票" in page
    assert "别的事" not in page
    assert browser.post(f"/inbox/{number + 1}/close").status_code == 403
    assert "已办好" in text(browser.post(f"/inbox/{number}/answer", words="您好", then="close"))
    assert browser.get("/canned").status_code == 403


def test_what_is_said_often_is_kept(house, browser, enter, number):
    enter()
    browser.get("/canned")
    assert browser.post("/canned", title="", words="x").status_code == 400
    browser.post("/canned", title="补打发票", words="请到一楼收费处补打。")
    assert browser.post("/canned", title="补打发票", words="另一句").status_code == 400
    page = text(browser.get(f"/inbox/{number}"))
    assert '<option value="请到一楼收费处补打。">补打发票</option>' in page
    assert "还没有" in text(browser.post("/canned/1/drop"))
    assert "没有找到" in text(browser.post("/canned/1/drop"))


def test_a_picture_is_shown_to_who_may_read_the_request_and_that_is_kept(
    house, browser, enter, number
):
    picture = b"\x89PNG\r\n\x1a\n picture"
    with open_desk(house, Actor("chat", openid="oPatient1")) as counter:
        for _ in range(2):
            requests.Requests(counter.work).hand_in("［发来一张图片］", "image", "m")
        attachments.keep(counter.work, 1, picture)
    enter()
    page = text(browser.get(f"/inbox/{number}"))
    assert f'<img src="/console/inbox/{number}/handed/1"' in page
    assert "图片，正在取" in page
    seen = browser.client.get(f"/console/inbox/{number}/handed/1")
    assert (seen.data, seen.mimetype) == (picture, "image/png")
    assert seen.headers["X-Content-Type-Options"] == "nosniff"
    with open_desk(house, CONSOLE) as counter:
        looked = counter.work.conn.scalars(select(AuditEvent.subject)).all()
    assert "attachment:1" in looked
    assert browser.get(f"/inbox/{number}/handed/2").status_code == 404, "not here yet"
    with open_desk(house, Actor("chat", openid="oPatient2")) as counter:
        requests.Requests(counter.work).ask_for_human("别人的事")
        other = counter.work.conn.scalar(select(func.max(HumanRequest.id)))
    assert browser.get(f"/inbox/{other}/handed/1").status_code == 404, "another patient's"
    browser.post("/logout")
    with open_desk(house, CONSOLE) as counter:
        doctor = counter.catalogue.doctors()[0]
    enter("doctor", doctor.code, name=doctor.name)
    assert browser.get(f"/inbox/{number}/handed/1").status_code == 403


def test_what_is_sent_after_a_matter_was_closed_is_not_shown_with_it(
    house, browser, enter, number
):
    with open_desk(house, CONSOLE) as counter:
        doctor = counter.catalogue.doctors()[0]
    enter("doctor", doctor.code, name=doctor.name)
    with open_desk(house, CONSOLE) as counter:
        me = counter.work.conn.scalar(select(Staff.id).where(Staff.name == doctor.name))
        requests.leave_to(counter.work, number, me)
    browser.get(f"/inbox/{number}")
    browser.post(f"/inbox/{number}/close")
    later = replace(house.settings, fixed_now=house.settings.fixed_now + timedelta(days=7))
    with open_desk(replace(house, settings=later), Actor("chat", openid="oPatient1")) as counter:
        requests.Requests(counter.work).hand_in("［发来一张图片］", "image", "m")
        attachments.keep(counter.work, 1, b"\x89PNG\r\n\x1a\n picture")

    assert browser.get(f"/inbox/{number}").status_code == 200
    assert browser.get(f"/inbox/{number}/handed/1").status_code == 404
