"""A QR code on a poster, scanned: the booking opens where the code points, through the webhook."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot import wechat
from bot.house import House
from handlers import scans
from handlers.scans import Scan
from models import Appointment
from simulator.config import DEMO_PATIENTS
from tests.bot.hospital import ID_NUMBER, Patient
from tests.bot.together import together

_CODES = st.text(min_size=1, max_size=80)


def scan(patient: Patient, scene: str) -> str:
    """Somebody who follows us scans a code."""
    return patient.say("", MsgType="event", Event="SCAN", EventKey=scene, Ticket="t")


def follow(patient: Patient, scene: str) -> str:
    """Somebody new scans a code and follows us by that."""
    key = f"qrscene_{scene}"
    return patient.say("", MsgType="event", Event="subscribe", EventKey=key, Ticket="t")


def statuses(house: House) -> list[str]:
    with house.engine.connect() as conn:
        return list(conn.execute(select(Appointment.status)).scalars())


def test_a_department_code_lists_its_places(patient: Patient) -> None:
    answer = scan(patient, "dept:SJ")

    assert "神经内科" in answer
    assert "王建国" in answer


def test_a_doctor_code_lists_the_doctor(patient: Patient) -> None:
    assert "神经内科王建国" in scan(patient, "doctor:D1")


def test_a_site_code_asks_where_it_hurts_and_books_there(patient: Patient) -> None:
    assert "不舒服" in scan(patient, "site:S")
    assert "王建国" in patient.say("手麻")


def test_who_follows_by_a_code_is_greeted_and_asked_at_once(patient: Patient) -> None:
    answer = follow(patient, "dept:SJ")

    assert answer.startswith("您好，这里是")
    assert "王建国" in answer


def test_a_scan_leads_to_a_booking(patient: Patient, hospital: tuple[House, object]) -> None:
    scan(patient, "doctor:D1")
    answers = [patient.say(text) for text in ("1", "1", "1", "1", "张桂芳", ID_NUMBER, *"111")]

    assert "预约成功" in answers[-1], answers
    assert statuses(hospital[0]) == ["booked"]


def test_a_poster_we_made_is_scanned_by_somebody_new(
    tmp_path: Path, sqlite_url: str, redis_url: str
) -> None:
    """There and back over HTTP: our call makes the code, WeChat pushes the scan of its scene."""
    with together(sqlite_url, redis_url, tmp_path, {}) as both:
        wechat.connect(both.house).create_qr(Scan("doctor", "D1").scene(), None)
        (code,) = both.board.qrcodes.scannable()
        delivery = both.board.scan(DEMO_PATIENTS[2][0], code.scene)

    assert delivery.reply is not None
    assert "神经内科王建国" in str(delivery.reply)


def test_a_scan_in_the_middle_of_a_booking_gives_the_place_back(
    patient: Patient, hospital: tuple[House, object]
) -> None:
    patient.walk_to_the_last_question()

    assert statuses(hospital[0]) == ["held"]

    assert "王建国" in scan(patient, "dept:SJ")

    assert statuses(hospital[0]) == ["expired"]


def test_who_has_no_visit_today_is_told_what_to_do(patient: Patient) -> None:
    assert "今天没有要签到的号" in scan(patient, "checkin:S")


def test_the_code_of_a_doctor_who_left_helps_on(patient: Patient) -> None:
    assert "挂号" in scan(patient, "doctor:D999")
    assert follow(patient, "doctor:D999").startswith("您好，这里是")


@pytest.mark.parametrize("scene", ["shop-17", "17", "dept:", "bed:3", ""])
def test_the_code_of_another_program_is_none_of_ours(patient: Patient, scene: str) -> None:
    assert scan(patient, scene) == "success"
    assert "看病挂号" in follow(patient, scene)


@given(kind=st.sampled_from(["site", "dept", "doctor", "checkin"]), code=_CODES)
def test_what_is_written_is_read_back(kind: scans.Kind, code: str) -> None:
    written = Scan(kind, code)
    if len(f"{kind}:{code}") > scans.MOST_CHARACTERS:
        with pytest.raises(ValueError, match="64"):
            written.scene()
        return
    assert scans.read(written.scene()) == written
    assert scans.read(f"qrscene_{written.scene()}") == written
