"""A morning in a waiting room: a patient's phone, the pages of nurse and doctor, the board."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from sqlalchemy import select

from bot import demo as demo_command
from bot.house import open_house
from bot.turn import open_desk
from desk import calling, tickets
from desk.work import Actor
from models import Appointment
from scheduling.rota import Member
from scheduling.types import AppointmentId
from tests.phone.conftest import TUESDAY, Visitor, running_demo, visiting
from tests.phone.for_all import LARGEST, SMALLEST, fits, unreached, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]

THURSDAY = "2026-11-26T10:00:00+08:00"
A_VISIT = 360  # seconds
DOCTOR, CODE, ROOM, BOARD = "石振东", "GH-D045", "22-1诊室", "board/GH"
LATE, NEAR = "8:30", "10:30"
CONSOLE = Actor("window", name="console")
NURSE = Member(0, "刘护士", "desk", None, None)
SPY = """window.spoken = [];
    speechSynthesis.speak = (said) => window.spoken.push([said.lang, said.text])"""


@pytest.fixture(scope="module")
def demo(folder):
    with running_demo(folder, FIXED_NOW=TUESDAY) as base:
        yield base


@pytest.fixture(scope="module")
def patient(demo):
    """Who has the last place of the morning with that doctor."""
    with visiting(demo) as visitor:
        visitor.wait(lambda: "您好" in visitor.last(), "no welcome")
        visitor.write(f"挂{DOCTOR}后天上午的号", "您的什么人")
        visitor.write("1", "同意请回复1")
        visitor.write("1", "真实姓名")
        visitor.write("李秀英", "身份证号")
        visitor.write("110101195003070021", "手机号")
        visitor.write("13800138000", "请核对登记信息")
        visitor.write("1", "上午11:00")
        visitor.write("1", "预约成功")
        yield visitor


@pytest.fixture(scope="module")
def staff(demo, folder):
    """A nurse's computer; she lets the doctor in when the patients have come."""
    code = re.search(r"code: (\w{8})", (folder / "log").read_text()).group(1)
    with visiting(demo) as visitor:
        fits(visitor, LARGEST)
        join(visitor, demo, code)
        yield visitor


@pytest.fixture(scope="module")
def cable(demo):
    """Between the board on the wall and the hospital; it can be pulled out."""
    with Cable(urlsplit(demo).port) as between:
        yield between


@pytest.fixture(scope="module")
def board(cable):
    with visiting(f"http://127.0.0.1:{cable.port}") as visitor:
        fits(visitor, LARGEST)
        visitor.browser.get(f"http://127.0.0.1:{cable.port}/{BOARD}")
        visitor.browser.execute_script(SPY)
        visitor.tap_element("#speak")
        yield visitor


class Cable:
    """Passes bytes on to a port of this machine until it is pulled out."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._is_in = threading.Event()
        self._is_in.set()
        self._ends: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.pull()
        self._door.close()

    def pull(self) -> None:
        self._is_in.clear()
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def put_back(self) -> None:
        self._is_in.set()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            if not self._is_in.is_set():
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self._to))
            self._ends += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    @staticmethod
    def _carry(one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def turn_clock(demo: str, **how: object):
    requests.post(f"{demo}/simulator/clock", json=how, timeout=5).raise_for_status()


def scan(visitor: Visitor, scene: str):
    """Hold the phone before a code, as the developer drawer lets one."""
    script = """document.getElementById("scene").value = arguments[0];
        document.getElementById("scan").requestSubmit()"""
    visitor.browser.execute_script(script, scene)


def join(visitor: Visitor, demo: str, code: str):
    visitor.browser.get(f"{demo}/console/join")
    visitor.browser.switch_to.active_element.send_keys(code, Keys.TAB)
    visitor.browser.switch_to.active_element.send_keys("a phrase of some length", Keys.ENTER)
    visitor.shows("h1", "出诊")


@contextlib.contextmanager
def turning(visitor: Visitor):
    """What is done here brings another page."""
    visitor.browser.execute_script("window.isOld = true")
    yield
    script = "return !window.isOld && document.readyState === 'complete'"
    visitor.wait(lambda: visitor.browser.execute_script(script), "the page stays")


def press(visitor: Visitor, key: str, shows: str):
    """One key of the doctor's page, and what it shows then."""
    with turning(visitor):
        visitor.browser.find_element(By.TAG_NAME, "body").send_keys(key)
    visitor.shows(".told", shows)


def inside(visitor: Visitor) -> str:
    return visitor.browser.find_element(By.ID, "inside").text.split()[0]


def check_in(nurse: Visitor, time: str, how_many: int, rank: str = ""):
    """The nurse checks in so many booked patients of a time, by keyboard."""
    for _ in range(how_many):
        row = nurse.browser.find_element(
            By.XPATH, f"//tr[td[1]='{time}'][.//button[text()='签到']][1]"
        )
        if rank:
            row.find_element(By.TAG_NAME, "select").send_keys(rank)
        with turning(nurse):
            row.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
        nurse.shows(".told", "已签到")


def see_earlier_patients(folder: Path, shift: int, count: int):
    """What the morning was before anybody looked: so many visits, one after the other."""
    house = open_house(demo_command.settings({}, home=folder / "var"), with_redis=False)
    at = [datetime.fromisoformat(THURSDAY) - timedelta(hours=1)]
    house = replace(house, simulated_now=lambda: at[0])
    booked = select(Appointment.id).where(
        Appointment.shift_id == shift, Appointment.status == "booked"
    )
    with open_desk(house, CONSOLE) as counter:
        first = booked.order_by(Appointment.starts_at, Appointment.id).limit(count)
        for number in list(counter.work.conn.scalars(first)):
            tickets.check_in(counter.work, AppointmentId(number), by_desk=True)
    for _ in range(count):
        with open_desk(house, CONSOLE) as counter:
            calling.call_next(counter.work, NURSE, shift)
        at[0] += timedelta(seconds=A_VISIT)
    with open_desk(house, CONSOLE) as counter:
        calling.finish(counter.work, NURSE, shift)
    house.close()


@pytest.fixture(scope="module")
def doctor(demo, folder, staff, patient, board):
    """It is Thursday, five visits are over, four more have come; the first of them is inside."""
    turn_clock(demo, at=THURSDAY)
    staff.browser.get(f"{demo}/console/")
    staff.browser.find_element(By.PARTIAL_LINK_TEXT, DOCTOR).send_keys(Keys.ENTER)
    staff.shows("h1", DOCTOR)
    path = staff.browser.find_element(By.LINK_TEXT, "叫号").get_attribute("href")
    see_earlier_patients(folder, int(path.rpartition("/")[2]), 5)
    staff.browser.refresh()
    check_in(staff, LATE, 1)
    check_in(staff, NEAR, 2)
    check_in(staff, NEAR, 1, "军人")
    board.shows(".next", "军")
    staff.picture("visit-desk")
    staff.browser.get(f"{demo}/console/staff")
    staff.browser.find_element(By.NAME, "name").send_keys(DOCTOR)
    staff.browser.find_element(By.NAME, "role").send_keys("医生")
    staff.browser.find_element(By.NAME, "doctor").send_keys(CODE)
    staff.browser.find_element(By.CSS_SELECTOR, "main form.narrow button").send_keys(Keys.ENTER)
    staff.shows(".told", "一次性码")
    code = staff.browser.find_element(By.CSS_SELECTOR, ".told strong").text
    staff.browser.find_element(By.CSS_SELECTOR, "header button.plain").send_keys(Keys.ENTER)
    staff.shows("h1", "登录")
    join(staff, demo, code)
    staff.browser.get(path)
    staff.shows("#inside", "诊室里没有患者")
    press(staff, "n", "已叫")
    board.shows("#latest", inside(staff))
    board.picture("visit-board")
    turn_clock(demo, forward=A_VISIT)
    return staff


def test_from_the_code_at_the_door_to_the_end_of_the_visit(demo, patient, doctor, board):
    scan(patient, "checkin:GH")
    patient.wait(lambda: "签到好了" in patient.last(), "not checked in")
    label = re.search(r"([A-Z]+\d{3})号", patient.last()).group(1)
    # What she writes opens the long window for notices; the scan alone opens a minute.
    patient.write("还要等多久", label)
    assert re.search(r"前面3位，大约\d+–\d+分钟", patient.last()), patient.last()
    # Much too early for her slot, she hears one time to be back, not that one may stroll until 11.
    arrived = next(said for said in patient.bubbles() if "签到好了" in said)
    assert "前回到" in arrived, arrived
    assert "可以先走走" not in arrived, arrived
    patient.picture("visit-phone")
    doctor.shows("ol.line", label)

    for _ in range(3):
        press(doctor, "n", "已叫")
        turn_clock(demo, forward=A_VISIT)
    patient.wait(lambda: any("前面还有1位" in said for said in patient.bubbles()), "not told")
    press(doctor, "n", f"已叫{label}号")
    assert inside(doctor) == label
    patient.wait(lambda: ROOM in patient.last() and label in patient.last(), "not called")
    board.shows("#latest", f"请 {label} 李*英 到")
    board.shows(".now", label)
    doctor.picture("visit-room")
    spoken = board.browser.execute_script("return window.spoken")
    assert spoken[0][0] == "zh-CN"
    assert spoken[-1][1].endswith("就诊。")
    assert "李" not in spoken[-1][1]

    doctor.browser.find_element(By.TAG_NAME, "body").send_keys("t")
    rooms = doctor.browser.switch_to.active_element
    assert rooms.get_attribute("name") == "to"
    rooms.send_keys("m")  # in a list of rooms it is a letter like any other
    assert inside(doctor) == label
    doctor.browser.refresh()
    press(doctor, "m", "已记过号")
    board.shows(".missed", label)
    patient.write("我回来了", "接着给您排")
    doctor.shows("ol.line", label)
    press(doctor, "n", f"已叫{label}号")
    press(doctor, "f", "已看完")
    press(doctor, "z", f"已撤销，{label}号")
    assert inside(doctor) == label, "ended by mistake, the visit goes on"
    press(doctor, "f", "已看完")
    board.wait(lambda: not board.browser.find_elements(By.CSS_SELECTOR, ".missed"), "still missed")
    patient.write("还要等多久", "没有在排的号")


def test_a_board_whose_line_is_cut_says_so_and_catches_up(doctor, board, cable):
    cable.pull()
    lost = board.browser.find_element(By.ID, "lost")
    board.wait(lost.is_displayed, "it shows the past as if it were now")
    doctor.browser.find_element(By.XPATH, "//summary[text()='离开一会儿']").send_keys(Keys.ENTER)
    with turning(doctor):
        button = doctor.browser.find_element(By.XPATH, "//button[text()='通知在等的患者']")
        button.send_keys(Keys.ENTER)
    assert "医生有事离开" not in board.browser.find_element(By.ID, "live").text
    cable.put_back()
    board.wait(lambda: not lost.is_displayed(), "still cut off")
    board.shows(".now.none", "医生有事离开")


@pytest.mark.parametrize("width", [SMALLEST, LARGEST])
def test_the_pages_of_the_day_are_for_everybody(doctor, board, width):
    path = doctor.browser.current_url
    doctor.browser.get(path.replace("/rooms/", "/shifts/"))
    for visitor in (board, doctor):
        assert fits(visitor, width)
        assert violations(visitor) == []
    doctor.browser.get(path)
    assert fits(doctor, width)
    assert violations(doctor) == []
    assert unreached(doctor) == 0
