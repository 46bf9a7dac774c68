"""Faults on demand, over real HTTP as another program would set and meet them."""

from __future__ import annotations

import time

import pytest
import requests

from tests.simulator.conftest import APP, LI, MENU, serving

SEND = "/cgi-bin/message/custom/send"
TEXT = {"touser": LI, "msgtype": "text", "text": {"content": "您好"}}


class Program:
    """A program that knows the simulator by its address only."""

    def __init__(self, base):
        self.base = base
        self.token = ""
        self.renew()

    def renew(self):
        answer = requests.get(f"{self.base}/cgi-bin/token", params=APP, timeout=5).json()
        self.token = answer.get("access_token", "")
        return answer

    def call(self, path, body, timeout=5):
        url, query = self.base + path, {"access_token": self.token}
        return requests.post(url, params=query, json=body, timeout=timeout)

    def turn(self, knob, body):
        return requests.post(f"{self.base}/simulator/{knob}", json=body, timeout=5)

    def fault(self, kind, path=SEND, **details):
        assert self.turn("faults", {"path": path, "kind": kind, **details}).ok


@pytest.fixture
def program(app, board):
    board.say(LI, "在吗")
    with serving(app) as base:
        yield Program(base)


def shown(board):
    return [e for e in board.exchange.timeline(LI) if e.kind == "official"]


def test_a_fault_ends_after_its_count(program, board):
    program.fault("errcode", errcode=-1, count=2)
    codes = [program.call(SEND, TEXT).json()["errcode"] for _ in range(3)]
    assert codes == [-1, -1, 0]
    assert len(shown(board)) == 1


def test_a_fault_without_a_count_lasts_until_it_is_cleared(program):
    program.fault("errcode", errcode=45009)
    assert {program.call(SEND, TEXT).json()["errcode"] for _ in range(5)} == {45009}
    assert requests.delete(f"{program.base}/simulator/faults", timeout=5).json() == []
    assert program.call(SEND, TEXT).json()["errcode"] == 0


def test_one_of_several_faults_can_be_cleared(program):
    program.fault("errcode", errcode=-1)
    program.fault("http", path="/cgi-bin/menu/*")
    first = requests.get(f"{program.base}/simulator/state", timeout=5).json()["faults"][0]
    left = requests.delete(f"{program.base}/simulator/faults/{first['number']}", timeout=5).json()
    assert [fault["kind"] for fault in left] == ["http"]
    assert program.call(SEND, TEXT).json()["errcode"] == 0
    assert program.call("/cgi-bin/menu/create", MENU).status_code == 502


def test_a_page_of_html_comes_with_200_and_does_nothing(program, board):
    program.fault("html", count=1)
    answer = program.call(SEND, TEXT)
    assert (answer.status_code, answer.text[:5]) == (200, "<!DOC")
    assert shown(board) == []


def test_a_reset_connection_does_nothing_and_a_lost_answer_was_done(program, board):
    for kind, done in [("reset", 0), ("lost", 1)]:
        program.fault(kind, count=1)
        with pytest.raises(requests.ConnectionError):
            program.call(SEND, TEXT)
        assert len(shown(board)) == done


def test_a_slow_answer_comes_late_and_was_done(program, board):
    program.fault("slow", count=1, seconds=0.5)
    with pytest.raises(requests.Timeout):
        program.call(SEND, TEXT, timeout=0.1)
    deadline = time.monotonic() + 5
    while not shown(board) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(shown(board)) == 1


def test_40001_for_ever_leaves_the_token_calls_alone(program):
    program.fault("errcode", path="/cgi-bin/*", errcode=40001)
    assert program.renew()["access_token"]
    assert program.call(SEND, TEXT).json()["errcode"] == 40001
    assert program.call("/cgi-bin/menu/create", MENU).json()["errcode"] == 40001


def test_a_token_taken_by_another_program_is_wrong_and_an_old_one_expired(program):
    program.turn("tokens", {"do": "expire"})
    assert program.call(SEND, TEXT).json()["errcode"] == 42001
    program.renew()
    program.turn("tokens", {"do": "kill"})
    assert program.call(SEND, TEXT).json()["errcode"] == 40001
    program.renew()
    assert program.call(SEND, TEXT).json()["errcode"] == 0


def test_switches_are_turned_over_http_all_or_none(program, config):
    state = program.turn("switches", {"test_account": True, "public_hospital": True}).json()
    assert state["test_account"]
    menu = {"head_content": "满意吗", "list": [{"id": "1", "content": "满意"}]}
    refused = program.call(SEND, TEXT | {"msgtype": "msgmenu", "msgmenu": menu}).json()
    assert refused["errcode"] == 40200
    wrong = program.turn("switches", {"test_account": False, "token": "mine"})
    assert (wrong.status_code, config.test_account, config.token) == (400, True, "tok")
    assert program.turn("switches", {"ip_list": ["10.0.0.7"]}).ok
    assert program.renew()["errcode"] == 40164


def test_patients_and_subscriptions_can_be_made_over_http(program, board):
    openids = [f"oMade{number:023d}" for number in range(3)]
    assert program.turn("patients", {"openids": openids}).ok
    assert board.exchange.patient(openids[2]).following
    asked = {"openid": openids[0], "templates": ["S1"]}
    assert program.turn("subscriptions", asked).json() == {"status": "accept"}
    assert board.exchange.patient(openids[0]).subscriptions == {"S1": 1}


@pytest.mark.parametrize(
    ("knob", "body"),
    [
        ("faults", {"path": SEND, "kind": "dance"}),
        ("faults", {"kind": "slow"}),
        ("faults", {"path": SEND, "kind": "slow", "count": 0}),
        ("faults", {"path": SEND, "kind": "slow", "count": "two"}),
        ("faults", {"path": SEND, "kind": "slow", "seconds": "long"}),
        ("tokens", {"do": "dance"}),
        ("subscriptions", {"openid": LI, "templates": []}),
        ("patients", {"openids": "all"}),
        ("push", {"openid": LI}),
        ("push", {"openid": LI, "fields": {"Event": "x"}}),
        ("clock", {}),
        ("clock", {"at": "soon"}),
        ("clock", {"at": "2026-11-25T10:00:00"}),
        ("clock", {"forward": "a day"}),
        ("clock", []),
    ],
)
def test_a_knob_turned_wrongly_says_why(program, knob, body):
    answer = program.turn(knob, body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_any_message_can_be_pushed_and_what_became_of_it_is_told(program, bot):
    fields = {"MsgType": "event", "Event": "kf_create_session", "KfAccount": "a@b"}
    told = program.turn("push", {"openid": LI, "fields": fields}).json()
    assert [one["outcome"] for one in told["tries"]] == ["answered"]
    assert bot.fields()["KfAccount"] == "a@b"
    bot.answer = lambda raw: "<broken"
    told = program.turn("push", {"openid": LI, "fields": fields}).json()
    assert told["fault"]
    assert told["violations"][0].startswith("malformed")
    assert program.turn("push", {"openid": "nobody", "fields": fields}).status_code == 404


def test_the_address_can_be_verified_over_http(program, config):
    assert program.turn("verify", {}).json() == {"verified": True}
    config.webhook_url = "http://127.0.0.1:9/wechat"
    assert program.turn("verify", {}).json() == {"verified": False}


def test_every_call_is_counted_by_how_it_ended(program):
    program.fault("html", count=1)
    program.fault("errcode", errcode=-1, count=2)
    for _ in range(6):
        program.call(SEND, TEXT)
    counted = requests.get(f"{program.base}/simulator/state", timeout=5).json()["calls"]
    assert counted[SEND] == {"html": 1, "-1": 2, "0": 3}


def test_a_form_of_another_site_cannot_turn_a_knob(program):
    answer = requests.post(f"{program.base}/simulator/tokens", data={"do": "kill"}, timeout=5)
    assert answer.status_code == 415
    assert program.call(SEND, TEXT).json()["errcode"] == 0
