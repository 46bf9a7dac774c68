"""Every call against the simulator, and everything a network and WeChat can answer instead."""

from __future__ import annotations

import base64
import contextlib
import logging
import socket
import threading
import time
import traceback
from collections.abc import Callable
from types import SimpleNamespace

import pytest
import requests

from bot import transport
from bot.transport import Deadline, Request, Transport
from bot.wechat import OFFICIAL, WechatClient, qr_image
from bot.wechat_errors import (
    BAD_TOKEN,
    CODES,
    PermanentError,
    TransientError,
    UnreachableError,
    WechatError,
    raise_for,
)
from models.vault import Vault
from tests.bot.hospital import KEYS
from tests.bot.stand_in import (
    PATIENT,
    SECRET,
    TEXT_CALL,
    TOKEN_CALL,
    StandIn,
    at_once,
    client_of,
    errcode,
    raw_server,
    tls_proxy,
    tls_server,
)

VAULT = Vault(KEYS["DATA_KEY"], KEYS["LOOKUP_KEY"])
CARD = {"thing1": "神经内科", "time2": "12月2日 9:00"}
Serve = Callable[[socket.socket, threading.Event], None]


@pytest.fixture
def ours(wechat: StandIn) -> WechatClient:
    return client_of(wechat.url, None, VAULT)


def shown(wechat: StandIn) -> list[str]:
    """Kinds of what the patient's phone shows."""
    return [event.body["kind"] for event in wechat.board.exchange.timeline(PATIENT)]


# -- what arrives


def test_a_text_arrives_with_its_own_characters(wechat: StandIn, ours: WechatClient) -> None:
    ours.send_text(PATIENT, "号已约好 👌")

    latest = wechat.board.exchange.timeline(PATIENT)[-1]
    assert "号已约好 👌" in str(latest.body)


def test_a_template_repeated_under_its_key_arrives_once(
    wechat: StandIn, ours: WechatClient
) -> None:
    first = ours.send_template(PATIENT, "T1", CARD, client_msg_id="appointment-1-v1")
    again = ours.send_template(PATIENT, "T1", CARD, client_msg_id="appointment-1-v1")
    ours.send_template(PATIENT, "T1", CARD, client_msg_id="appointment-1-v2")

    assert first == again
    assert first.isdecimal()
    assert shown(wechat).count("notice") == 2


def test_a_one_off_subscription_carries_one_notice(wechat: StandIn, ours: WechatClient) -> None:
    wechat.board.exchange.accept_subscription(PATIENT, "S1")

    ours.send_subscription(PATIENT, "S1", CARD, page="https://hospital.example/appointments")

    with pytest.raises(PermanentError, match="43101"):
        ours.send_subscription(PATIENT, "S1", CARD)
    assert shown(wechat).count("notice") == 1


def test_a_template_whose_answer_was_lost_arrives_once_all_the_same(
    wechat: StandIn, ours: WechatClient
) -> None:
    wechat.board.faults.add("/cgi-bin/message/template/send", "lost", 1)

    with pytest.raises(TransientError) as told:
        ours.send_template(PATIENT, "T1", CARD, client_msg_id="appointment-1-v1")
    ours.send_template(PATIENT, "T1", CARD, client_msg_id="appointment-1-v1")

    assert told.value.is_uncertain
    assert shown(wechat).count("notice") == 1


def test_a_visit_notice_arrives(wechat: StandIn, ours: WechatClient) -> None:
    info = {"pat_name": "张*芳", "doc_name": "王建国", "department_name": "神经内科"}

    ours.send_visit_notice(PATIENT, status=1501001, order_id="A1", msg_id="A1-v1", info=info)

    assert "王建国" in str(wechat.board.exchange.services(PATIENT)[-1].body)


def test_the_menu_is_published(wechat: StandIn, ours: WechatClient) -> None:
    ours.create_menu([{"type": "click", "name": "挂号", "key": "book"}])

    assert [button["name"] for button in wechat.board.exchange.menu()] == ["挂号"]


def test_a_qr_code_has_a_ticket_and_a_picture(wechat: StandIn, ours: WechatClient) -> None:
    code = ours.create_qr("dept:S:SJ", 3600)

    assert code.ticket
    assert code.image_url.startswith(f"{wechat.url}/cgi-bin/showqrcode?ticket=")
    with pytest.raises(WechatError, match="4005"):
        ours.create_qr("dept:S:SJ", 2_592_001)


def test_at_wechat_itself_pictures_have_a_host_of_their_own() -> None:
    assert qr_image(OFFICIAL, "a/b=") == (
        "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=a%2Fb%3D"
    )


# -- what WeChat refuses


@pytest.mark.parametrize("code", sorted(CODES.keys() - BAD_TOKEN))
def test_a_code_means_later_or_never_as_the_table_says(
    wechat: StandIn, ours: WechatClient, code: int
) -> None:
    wechat.faults[TEXT_CALL] = errcode(code)

    with pytest.raises(WechatError, match="rid: 1a2b3c4d-5e6f") as told:
        ours.send_text(PATIENT, "您好")

    assert told.value.code == code
    wait = CODES[code].wait
    if wait is None:
        assert isinstance(told.value, PermanentError)
    else:
        assert isinstance(told.value, TransientError)
        assert (told.value.retry_after, told.value.is_uncertain) == (wait, False)
    assert wechat.calls[TEXT_CALL] == 1


def test_a_code_nobody_knows_is_not_repeated(wechat: StandIn, ours: WechatClient) -> None:
    wechat.faults[TEXT_CALL] = errcode(99999)

    with pytest.raises(PermanentError, match="99999"):
        ours.send_text(PATIENT, "您好")


def test_an_address_not_on_the_ip_list_is_told_loudly(
    wechat: StandIn, ours: WechatClient, caplog: pytest.LogCaptureFixture
) -> None:
    wechat.faults[TOKEN_CALL] = errcode(40164, "invalid ip 1.2.3.4, not in whitelist")

    with pytest.raises(TransientError, match=r"1\.2\.3\.4"):
        ours.send_text(PATIENT, "您好")

    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "IP list" in caplog.text
    assert wechat.calls == {TOKEN_CALL: 1}


def test_the_name_of_a_patient_is_cut_out_of_what_wechat_says() -> None:
    with pytest.raises(PermanentError) as told:
        raise_for({"errcode": 40003, "errmsg": "invalid openid oUpF8uMuAJO_M2pxb1Q9zNjWeS6o rid"})

    assert "oUpF8" not in str(told.value)
    assert str(told.value).endswith("rid")


# -- what the network does


def answering(raw: bytes) -> Serve:
    """Read the request, send these bytes, hang up."""

    def serve(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(raw)

    return serve


def hanging(connection: socket.socket, over: threading.Event) -> None:
    """Never answer."""
    over.wait()


def resetting(connection: socket.socket, over: threading.Event) -> None:
    """Send RST instead of an answer."""
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


def trickling(head: bytes) -> Serve:
    """After `head`, a byte now and then, for ever."""

    def serve(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(head)
        while not over.wait(0.05):
            connection.sendall(b"x")

    return serve


def page(status: str, kind: str, body: bytes) -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


BAD_ANSWERS: dict[str, Serve] = {
    "HTML with 200": answering(page("200 OK", "text/html", b"<html>busy</html>")),
    "502": answering(page("502 Bad Gateway", "text/html", b"<html>502</html>")),
    "a redirect": answering(page("302 Found\r\nLocation: http://127.0.0.1:9/", "text/plain", b"")),
    "nothing": answering(b""),
    "half an answer": answering(page("200 OK", "application/json", b"{}" * 50)[:-20]),
    "no object": answering(page("200 OK", "application/json", b"[1]")),
    "a wordy errcode": answering(page("200 OK", "application/json", b'{"errcode": "many"}')),
    "no HTTP": answering(b"\x15\x03\x01\x00\x02\x02\x16"),
    "reset": resetting,
    "hanging": hanging,
    "headers for ever": trickling(b"HTTP/1.1 200 OK\r\nX: "),
    "a body for ever": trickling(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"),
}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "READ_SECONDS", 0.4)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("trouble", BAD_ANSWERS)
def test_bad_weather_ends_as_try_again(trouble: str) -> None:
    with raw_server(BAD_ANSWERS[trouble]) as url, pytest.raises(TransientError) as told:
        Transport(url).call(Request("/cgi-bin/x", b"{}"), Deadline(1.0), "a token")

    assert told.value.retry_after > 0
    assert told.value.is_uncertain == (trouble != "a redirect")


@pytest.mark.parametrize("trouble", ["headers for ever", "a body for ever"])
def test_control_requests_alone_never_ends(trouble: str) -> None:
    def ask(url: str) -> None:
        with contextlib.suppress(requests.RequestException):
            requests.get(url, timeout=1.0)

    with raw_server(BAD_ANSWERS[trouble]) as url:
        asking = threading.Thread(target=ask, args=(url,), daemon=True)
        asking.start()
        asking.join(2.5)
        assert asking.is_alive()
    asking.join()


def test_a_closed_door_is_certain_and_tried_again() -> None:
    with raw_server(hanging) as url:
        pass  # nobody listens there any more

    with pytest.raises(TransientError) as told:
        Transport(url).call(Request("/cgi-bin/x", b"{}"), Deadline(1.0))

    assert not told.value.is_uncertain


def test_a_host_nobody_knows_is_certain_too() -> None:
    with pytest.raises(TransientError) as told:
        Transport("http://wechat.invalid").call(Request("/cgi-bin/x", b"{}"), Deadline(1.0))

    assert not told.value.is_uncertain


def test_a_refused_certificate_is_certain_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with tls_server(b"") as (url, _), pytest.raises(TransientError) as told:
        Transport(url).call(Request("/cgi-bin/x", b"{}"), Deadline(1.0))

    assert not told.value.is_uncertain


def test_tls_that_breaks_after_the_request_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """What WeChat has read it may have done, whatever is told of the line that broke."""
    with tls_server(b"no TLS record at all") as (url, certificate):
        monkeypatch.setenv("SSL_CERT_FILE", certificate)
        with pytest.raises(TransientError) as told:
            Transport(url).call(Request("/cgi-bin/x", b"{}"), Deadline(1.0))

    assert "SSLError" in str(told.value)
    assert told.value.is_uncertain


def test_the_proxy_of_the_site_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def serve(connection: socket.socket, over: threading.Event) -> None:
        asked.append(connection.recv(65536))
        connection.sendall(page("200 OK", "application/json", b'{"errcode": 0}'))

    with raw_server(serve) as url:
        monkeypatch.setenv("http_proxy", url.replace("http://", "http://nurse:s%40y@"))
        Transport("http://wechat.invalid").call(Request("/cgi-bin/x", b"{}"), Deadline(1.0))
        monkeypatch.setenv("no_proxy", "wechat.invalid")
        with pytest.raises(TransientError):
            Transport("http://wechat.invalid").call(Request("/cgi-bin/x", b"{}"), Deadline(1.0))

    (head,) = asked
    assert head.startswith(b"POST http://wechat.invalid/cgi-bin/x ")
    assert b"Basic " + base64.b64encode(b"nurse:s@y") in head


def test_a_tunnel_that_has_ended_is_dug_anew_however_long_ago_its_last_answer_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    later = 0.0
    passing = SimpleNamespace(monotonic=lambda: time.monotonic() + later)
    last = page("200 OK\r\nConnection: close", "application/json", b'{"errcode": 0}')
    with tls_proxy(last) as (url, certificate):
        monkeypatch.setenv("https_proxy", url)
        monkeypatch.setenv("SSL_CERT_FILE", certificate)
        monkeypatch.setattr(transport, "time", passing)
        calls = Transport("https://127.0.0.1:9")
        for _ in range(2):
            told = calls.call(Request("/cgi-bin/x", b"{}"), Deadline(5.0))
            assert told == {"errcode": 0}
            later += 60.0


def test_a_tunnel_that_breaks_after_the_request_is_uncertain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with tls_proxy(b"") as (url, certificate):
        monkeypatch.setenv("https_proxy", url)
        monkeypatch.setenv("SSL_CERT_FILE", certificate)
        with pytest.raises(UnreachableError) as told:
            Transport("https://127.0.0.1:9").call(Request("/cgi-bin/x", b"{}"), Deadline(5.0))

    assert told.value.is_uncertain


def test_a_proxy_that_is_away_is_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with pytest.raises(TransientError) as told:
        Transport("http://wechat.invalid").call(Request("/cgi-bin/x", b"{}"), Deadline(1.0))

    assert not told.value.is_uncertain


@pytest.mark.parametrize("lanes", [1, 4])
def test_a_connection_is_kept_for_each_who_calls(lanes: int) -> None:
    connections = []

    def serve(connection: socket.socket, over: threading.Event) -> None:
        connections.append(connection)
        asked = connection.makefile("rb")
        for line in asked:
            if line == b"\r\n" and asked.read(2) == b"{}":
                connection.sendall(page("200 OK", "application/json", b'{"errcode": 0}'))

    with raw_server(serve) as url:
        transport = Transport(url)
        for _ in range(3):
            calls = at_once(
                lanes, lambda _: transport.call(Request("/cgi-bin/x", b"{}"), Deadline(5.0))
            )
            assert calls == [{"errcode": 0}] * lanes
        transport._connections.clear()

    assert len(connections) <= lanes


@pytest.mark.usefixtures("impatient")
def test_a_hanging_token_call_ends_and_the_next_does_not_wait_for_it() -> None:
    asked = []

    def serve(connection: socket.socket, over: threading.Event) -> None:
        asked.append(time.monotonic())
        over.wait()

    with raw_server(serve) as url:
        ours = client_of(url, None, VAULT)
        for _ in range(5):
            with pytest.raises(TransientError) as told:
                ours.send_text(PATIENT, "您好")
            assert not told.value.is_uncertain  # the text itself was never sent

    assert len(asked) == 1


# -- what must not be told


def test_neither_token_nor_secret_nor_patient_is_ever_logged(
    wechat: StandIn, ours: WechatClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = []
    for fault in (None, errcode(40164), errcode(45015), errcode(40001)):
        if fault:
            wechat.faults[TEXT_CALL] = fault
        with contextlib.suppress(WechatError):
            ours.send_text(PATIENT, "您好")
    with raw_server(resetting) as url:
        ours._http = Transport(url)
        try:
            ours.send_text(PATIENT, "您好")
        except WechatError as error:
            told = traceback.format_exception(error)

    assert told
    token = wechat.stable_token()
    for private in (token, SECRET, PATIENT):
        assert private not in caplog.text
        assert private not in "".join(told)
