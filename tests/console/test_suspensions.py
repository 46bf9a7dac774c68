"""Patient by patient: the plan before the act, answers by telephone, and numbers that add up."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from bot.turn import open_desk
from desk import calls, rebooking, staff
from desk.departing import Circumstances
from desk.dispatch import lease, start_page
from desk.work import Actor
from models import Appointment, Outbox, Shift, Slot, Suspension, SuspensionLine
from tests.console.conftest import CONSOLE, PASSWORD
from tests.console.test_console import busiest, text

COURIER = Actor("job", name="courier")
COUNTS = re.compile(r"<dt>([^<]+)</dt><dd>([0-9]+)</dd>")


def counts(page: str) -> dict[str, int]:
    return {name: int(number) for name, number in COUNTS.findall(page)}


@pytest.fixture
def suspended(house, browser, enter):
    """A suspension whose patients have been given places: its number and its patients."""
    enter()
    shift, booked = busiest(house)
    browser.get(f"/shifts/{shift}/suspend")
    browser.post(f"/shifts/{shift}/suspend")
    with open_desk(house, COURIER) as counter:
        number = counter.work.conn.scalar(select(Suspension.id))
        rebooking.carry_out(counter.work, number)
    browser.get(f"/suspensions/{number}")
    return number, booked


def lines(house, *, held: bool) -> list:
    query = select(SuspensionLine.id, SuspensionLine.appointment_id).order_by(SuspensionLine.id)
    some = SuspensionLine.target_id.is_not(None) if held else SuspensionLine.target_id.is_(None)
    with open_desk(house, CONSOLE) as counter:
        return list(counter.work.conn.execute(query.where(some)))


def test_the_plan_is_shown_patient_by_patient_before_anything_happens(house, browser, enter):
    enter()
    shift, booked = busiest(house)
    page = text(browser.get(f"/shifts/{shift}/suspend"))
    table = page.partition("每位患者的安排</h2>")[2]
    assert table.count("<tr>") == booked + 1
    assert re.search(r"同一个半天|同一天|往后[0-9]+天|没有合适的空号", table), table
    assert re.search(r"同级医生|职称|还是这位医生|没有合适的空号", table), table
    with open_desk(house, CONSOLE) as counter:
        state = counter.work.conn.scalar(select(Shift.state).where(Shift.id == shift))
    assert state == "published"


def test_what_is_shown_first_is_what_is_done(house, browser, enter):
    """Who has as many visits as anybody may have was promised a place and got none."""
    enter()
    shift, _ = busiest(house)
    shown = counts(text(browser.get(f"/shifts/{shift}/suspend")))
    browser.post(f"/shifts/{shift}/suspend")
    with open_desk(house, COURIER) as counter:
        rebooking.carry_out(counter.work, counter.work.conn.scalar(select(Suspension.id)))
    assert len(lines(house, held=True)) == shown["可平移"] + shown["改期"]
    # Whom no message reaches is rung, too, whatever place is kept.
    assert len(lines(house, held=False)) <= shown["需打电话"] <= shown["影响患者"]


def test_what_is_decided_on_the_telephone_moves_the_numbers(house, browser, suspended):
    number, booked = suspended
    held = lines(house, held=True)
    before = counts(text(browser.get(f"/suspensions/{number}")))
    assert before["患者"] == booked
    taken = text(browser.post(f"/suspensions/{number}/lines/{held[0].id}", answer="take"))
    assert "已约好" in taken
    back = text(browser.post(f"/suspensions/{number}/lines/{held[1].id}", answer="return"))
    assert "不算患者取消" in back
    after = counts(back)
    assert (after["接受新号"], after["不看了"]) == (1, 1)
    assert sum(after[name] for name in after if name not in ("患者", "已通知")) == booked
    assert "还有" in back.partition("</dl>")[2]
    again = browser.post(f"/suspensions/{number}/lines/{held[1].id}", answer="take")
    assert again.status_code == 409


def test_another_place_is_booked_and_the_kept_one_is_free_again(house, browser, suspended):
    number, _ = suspended
    line = lines(house, held=True)[0]
    with open_desk(house, CONSOLE) as counter:
        conn = counter.work.conn
        target = conn.scalar(select(SuspensionLine.target_id).where(SuspensionLine.id == line.id))
        patient = conn.scalar(
            select(Appointment.patient_id).where(Appointment.id == line.appointment_id)
        )
        slot = conn.scalar(select(Appointment.slot_id).where(Appointment.id == target))
    page = text(browser.get(f"/patients/{patient}/book?line={line.id}"))
    assert "停诊的是" in page
    # The very slot that is held for her: what is held does not stand in its own way.
    done = text(browser.post(f"/patients/{patient}/book", slot=str(slot), line=str(line.id)))
    assert "已约好" in done, done
    with open_desk(house, CONSOLE) as counter:
        conn = counter.work.conn
        state = conn.scalar(select(SuspensionLine.state).where(SuspensionLine.id == line.id))
        held = conn.scalar(select(Appointment.status).where(Appointment.id == target))
    assert (state, held) == ("other", "expired")
    assert counts(text(browser.get(f"/suspensions/{number}")))["另选"] == 1


def test_nobody_is_on_the_call_list_twice_and_who_was_rung_is_counted(house, browser, suspended):
    """Who has no WeChat stood on it once for the notice and once for the silence."""
    number, booked = suspended
    with open_desk(house, COURIER) as counter:
        work = counter.work
        work.conn.execute(update(SuspensionLine).values(call_at=work.now))
        work.conn.execute(
            update(Outbox).where(Outbox.kind == "suspended").values(not_before=work.now)
        )
        for one in work.conn.scalars(select(SuspensionLine.id)).all():
            rebooking.silence(work, one)
    for _ in range(4):
        with open_desk(house, COURIER) as counter:
            leased = lease(counter.work, 200, counter.work.policy.undo)
        with open_desk(house, COURIER) as counter:
            start_page(counter.work, leased, Circumstances(counter.work.policy.undo))
    with open_desk(house, COURIER) as counter:
        wanted = [c for c in calls.waiting(counter.work) if c.kind.startswith("suspended")]
        per_patient = counter.work.conn.execute(
            select(Outbox.appointment_id).where(
                Outbox.kind.in_(("suspended", "suspended_call")), Outbox.state == "call"
            )
        ).all()
    assert len(per_patient) == len(set(per_patient)) == len(wanted) == booked
    before = counts(text(browser.get(f"/suspensions/{number}")))
    assert before["要打电话"] == booked
    browser.post(f"/calls/{wanted[0].id}/done")
    after = counts(text(browser.get(f"/suspensions/{number}")))
    assert (after["要打电话"], after["打过电话，还没定"]) == (booked - 1, 1)


def test_how_long_it_took_until_everybody_had_decided(house, browser, suspended):
    number, booked = suspended
    for held, answer in ((True, "take"), (False, "return")):
        for line in lines(house, held=held):
            browser.post(f"/suspensions/{number}/lines/{line.id}", answer=answer)
    page = text(browser.get(f"/suspensions/{number}"))
    assert f"全部{booked}位都已答复，用了" in page
    assert counts(page)["等答复"] == 0


def test_taking_back_is_shown_in_numbers_first(house, browser, suspended):
    number, booked = suspended
    line = lines(house, held=True)[0]
    browser.post(f"/suspensions/{number}/lines/{line.id}", answer="take")
    page = text(browser.get(f"/suspensions/{number}/resume"))
    assert counts(page)["拿回原来的号"] == booked - 1
    assert counts(page)["已另有安排，不动"] == 1
    with open_desk(house, CONSOLE) as counter:
        standing = select(Suspension.undone_at).where(Suspension.id == number)
        assert counter.work.conn.scalar(standing) is None


def test_who_may_not_touch_the_shift_writes_no_answers_for_its_patients(house, browser, suspended):
    number, _ = suspended
    line = lines(house, held=True)[0]
    with open_desk(house, CONSOLE) as counter:
        doctor = counter.catalogue.doctors()[0]
    assert browser.post("/logout").status_code == 200

    with open_desk(house, CONSOLE) as counter:
        code = staff.invite(counter.work, doctor.name, "doctor", doctor.code)
    browser.get("/join")
    browser.post("/join", code=code, password=PASSWORD)
    answer = browser.post(f"/suspensions/{number}/lines/{line.id}", answer="take")
    assert answer.status_code == 403


def of_half_day(house, shift: int) -> list[Shift]:
    """The clinic of a shift with all its parts, by time."""
    with open_desk(house, CONSOLE) as counter:
        columns = Shift.__table__.c
        whole = counter.work.conn.execute(select(columns).where(columns.id == shift)).one()
        same = (columns.visit_on, columns.doctor_id, columns.half_day, columns.department_id)
        query = select(columns).where(*(column == whole._mapping[column] for column in same))
        return list(counter.work.conn.execute(query.order_by(columns.starts_at)))


def clock(counter, at) -> str:
    """9:30, local."""
    at = counter.work.local(at)
    return f"{at.hour}:{at.minute:02d}"


def later_ones(house, shift: int, since) -> int:
    with open_desk(house, CONSOLE) as counter:
        visits = select(Appointment.id).where(
            Appointment.shift_id == shift,
            Appointment.status == "booked",
            Appointment.starts_at >= since,
        )
        return len(counter.work.conn.scalars(visits).all())


def test_the_rest_of_a_clinic_is_suspended_as_in_the_chat(house, browser, enter):
    """The page knew the whole clinic alone."""
    enter()
    shift, booked = busiest(house)
    (whole,) = of_half_day(house, shift)
    page = text(browser.get(f"/shifts/{shift}/suspend"))
    times = re.findall(r'<option value="([0-9]+:[0-9]{2})">\1以后', page)
    assert times
    with open_desk(house, CONSOLE) as counter:
        query = select(Slot.starts_at).where(Slot.shift_id == shift)
        slots = {clock(counter, at): at for at in counter.work.conn.scalars(query)}
        assert clock(counter, whole.starts_at) not in times, "that is the whole"
    said = next(one for one in times if 0 < later_ones(house, shift, slots[one]) < booked)
    later = later_ones(house, shift, slots[said])
    preview = text(browser.get(f"/shifts/{shift}/suspend?since={said}"))
    assert counts(preview)["影响患者"] == later
    assert f"停{said}以后的" in preview
    assert f"确认停诊（{said}以后）" in preview
    assert preview.partition("每位患者的安排</h2>")[2].count("<tr>") == later + 1
    assert of_half_day(house, shift) == [whole], "nothing before the button"

    done = text(browser.post(f"/shifts/{shift}/suspend", since=said))
    assert counts(done)["患者"] == later
    assert f"{said}–" in done
    first, second = of_half_day(house, shift)
    assert (first.id, first.state) == (shift, "published")
    with open_desk(house, CONSOLE) as counter:
        assert (second.state, clock(counter, second.starts_at)) == ("suspended", said)
    kept = text(browser.get(f"/shifts/{shift}"))
    assert f"–{said}" in kept, "the page of what takes place says until when"

    number = re.search(r"/suspensions/([0-9]+)/resume", done)[1]
    assert "已办好" in text(browser.post(f"/suspensions/{number}/resume"))
    assert len(of_half_day(house, shift)) == 1
    assert later_ones(house, shift, slots[said]) == later


@pytest.mark.parametrize("since", ["7:59", "9:00x", "09:00", "0:00", "<b>"])
def test_a_time_that_the_page_does_not_offer_is_a_bad_request(house, browser, enter, since):
    """A forged or an old page must not suspend more than it said."""
    enter()
    shift, _ = busiest(house)
    browser.get(f"/shifts/{shift}/suspend")
    assert browser.get(f"/shifts/{shift}/suspend?since={since}").status_code == 400
    browser.get(f"/shifts/{shift}/suspend")
    assert browser.post(f"/shifts/{shift}/suspend", since=since).status_code == 400
    (whole,) = of_half_day(house, shift)
    assert whole.state == "published"


def test_of_a_clinic_that_is_under_way_only_what_is_ahead_can_be_meant(
    house, browser, enter, shift
):
    enter()
    page = text(browser.get(f"/shifts/{shift}/suspend"))
    with open_desk(house, CONSOLE) as counter:
        now = counter.now
    offered = [tuple(map(int, one)) for one in re.findall(r'value="([0-9]+):([0-9]+)"', page)]
    assert all(one > (now.hour, now.minute) for one in offered)
