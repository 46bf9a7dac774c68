"""Texts through Tencent Cloud: what is sent, how it is signed, what its codes mean."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, jsonify, request
from sqlalchemy import select, update

from bot.channels import open_channels
from bot.chores import TASKS
from bot.courier import Courier
from bot.sms import SmsAccount, SmsClient, sign
from bot.turn import open_desk
from bot.wechat_errors import PermanentError, TransientError
from desk import outbox
from desk.work import Actor
from models import Patient as Patients
from models import PatientLink
from tests.bot.conftest import MakeHospital, poster
from tests.bot.hospital import ID_NUMBER, Patient
from tests.simulator.conftest import serving

SECRET_ID, SECRET_KEY = "AKID-made-up", "a made-up key"
NOW = datetime(2026, 11, 24, 1, 0, 7, tzinfo=UTC)


class Provider:
    """
    A server that checks every signature from the printed recipe, without a line of ours.

    It answers the codes it is told to, then `Ok`.
    """

    def __init__(self) -> None:
        self.codes: list[str] = []
        self.errors: list[str] = []
        self.texts: list[dict[str, Any]] = []
        self.app = Flask("provider")
        self.app.add_url_rule("/", view_func=self.answer, methods=["POST"])
        self.url = ""

    def answer(self):
        if not self._is_signed():
            return self._error("AuthFailure.SignatureFailure")
        if self.errors:
            return self._error(self.errors.pop(0))
        body = json.loads(request.get_data())
        if request.headers["X-TC-Action"] == "DescribeSmsTemplateList":
            states = [{"TemplateId": t, "StatusCode": t - 100} for t in body["TemplateIdSet"]]
            return jsonify(Response={"DescribeTemplateStatusSet": states, "RequestId": "r"})
        code = self.codes.pop(0) if self.codes else "Ok"
        if code == "Ok":
            self.texts.append(body)
        status = {
            "SerialNo": f"s{len(self.texts)}",
            "Code": code,
            "Message": body["PhoneNumberSet"],
        }
        return jsonify(Response={"SendStatusSet": [status], "RequestId": "r"})

    def _error(self, code: str):
        return jsonify(Response={"Error": {"Code": code, "Message": "no"}, "RequestId": "r"})

    def _is_signed(self) -> bool:
        headers = request.headers
        stamp = headers["X-TC-Timestamp"]
        day = datetime.fromtimestamp(int(stamp), UTC).strftime("%Y-%m-%d")
        hashed = hashlib.sha256(request.get_data()).hexdigest()
        canonical = (
            "POST\n/\n\n"
            f"content-type:{headers['Content-Type']}\nhost:{headers['Host']}\n\n"
            f"content-type;host\n{hashed}"
        )
        scope = f"{day}/sms/tc3_request"
        to_sign = (
            f"TC3-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        )
        key = ("TC3" + SECRET_KEY).encode()
        for part in (day, "sms", "tc3_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        wanted = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
        return headers["Authorization"] == (
            f"TC3-HMAC-SHA256 Credential={SECRET_ID}/{scope}, "
            f"SignedHeaders=content-type;host, Signature={wanted}"
        )


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    with serving(provider.app) as url:
        provider.url = url
        yield provider


def account(provider: Provider, key: str = SECRET_KEY) -> SmsAccount:
    return SmsAccount(SECRET_ID, key, "1400000000", "测试医院", base_url=provider.url)


@pytest.fixture
def ours(provider: Provider) -> SmsClient:
    return SmsClient(account(provider), lambda: NOW)


def test_a_text_is_signed_and_says_what_the_template_wants(
    provider: Provider, ours: SmsClient
) -> None:
    assert ours.send("13800000000", "100", ["李*英", "9:00"]) == "s1"
    assert provider.texts == [
        {
            "PhoneNumberSet": ["+8613800000000"],
            "SmsSdkAppId": "1400000000",
            "SignName": "测试医院",
            "TemplateId": "100",
            "TemplateParamSet": ["李*英", "9:00"],
        }
    ]


def test_a_number_abroad_keeps_its_country(provider: Provider, ours: SmsClient) -> None:
    ours.send("+85298765432", "100", [])
    assert provider.texts[0]["PhoneNumberSet"] == ["+85298765432"]


def test_control_another_key_is_refused(provider: Provider) -> None:
    wrong = SmsClient(account(provider, "another key"))
    with pytest.raises(TransientError, match="SignatureFailure"):
        wrong.send("13800000000", "100", [])
    assert provider.texts == []


def test_the_signature_depends_on_every_part_of_the_request() -> None:
    known = ("key", "sms.example", "1", "2026-11-24/sms/tc3_request", b"{}")
    others = [
        (*known[:n], b"{ }" if n == 4 else "other", *known[n + 1 :]) for n in range(len(known))
    ]
    signed = {sign(*parts) for parts in (known, *others)}  # type: ignore[arg-type]
    assert len(signed) == 1 + len(others)


@pytest.mark.parametrize(
    ("code", "seconds", "uncertain"),
    [
        ("LimitExceeded.PhoneNumberThirtySecondLimit", 30, False),
        ("LimitExceeded.PhoneNumberOneHourLimit", 3600, False),
        ("InternalError.Timeout", 30, True),
        ("InternalError.RequestTimeException", 600, False),
        ("UnauthorizedOperation.SerivceSuspendDueToArrears", 600, False),
        ("FailedOperation.InsufficientBalanceInSmsPackage", 600, False),
    ],
)
def test_codes_that_may_pass(
    provider: Provider, ours: SmsClient, code: str, seconds: float, *, uncertain: bool
) -> None:
    provider.codes = [code]
    with pytest.raises(TransientError, match=code) as refused:
        ours.send("13800000000", "100", [])
    assert (refused.value.retry_after, refused.value.is_uncertain) == (seconds, uncertain)


@pytest.mark.parametrize(
    "code",
    [
        "FailedOperation.PhoneNumberInBlacklist",
        "LimitExceeded.PhoneNumberDailyLimit",
        "InvalidParameterValue.IncorrectPhoneNumber",
        "FailedOperation.TemplateIncorrectOrUnapproved",
        "Something.New",
    ],
)
def test_codes_that_are_final_and_no_error_quotes_the_phone(
    provider: Provider, ours: SmsClient, code: str
) -> None:
    provider.codes = [code]
    with pytest.raises(PermanentError, match=code) as refused:
        ours.send("13800000000", "100", [])
    assert "138" not in str(refused.value)


def test_a_whole_request_may_be_refused_too(provider: Provider, ours: SmsClient) -> None:
    provider.errors = ["RequestLimitExceeded"]
    with pytest.raises(TransientError, match="RequestLimitExceeded"):
        ours.send("13800000000", "100", [])


def test_nobody_listening_is_certain_and_transient(ours: SmsClient) -> None:
    nobody = SmsClient(SmsAccount("i", "k", "a", "s", base_url="http://127.0.0.1:9"))
    with pytest.raises(TransientError) as refused:
        nobody.send("13800000000", "100", [])
    assert not refused.value.is_uncertain


def test_templates_that_are_not_approved_are_named(ours: SmsClient) -> None:
    assert ours.unapproved(["100", "101"]) == ["101"]


# -- in the house

FILE = (
    '[sms.link_code]\nid = "100"\ndata = ["{code}", "{minutes}"]\n'
    '[sms.reminder]\nid = "200"\ndata = ["{patient}", "{when}", "{department}"]\n'
)


def sms_hospital(
    make_hospital: MakeHospital, urls: tuple[str, str], provider: Provider, folder: Path
):
    """A hospital that can send texts, and says so."""
    file = folder / "channels.toml"
    file.write_text(FILE, encoding="utf-8")
    return make_hospital(
        *urls,
        CHANNELS_FILE=str(file),
        SMS_SECRET_ID=SECRET_ID,
        SMS_SECRET_KEY=SECRET_KEY,
        SMS_APP_ID="1400000000",
        SMS_SIGN="测试医院",
        SMS_BASE_URL=provider.url,
        WECHAT_LINKS="off",
    )


REGISTRATION = ("添加就诊人", "2", "1", "张桂芳", ID_NUMBER, "13800000000", "1")


def test_the_phone_of_somebody_new_is_proved_by_the_code_that_comes_back(
    make_hospital: MakeHospital,
    sqlite_url: str,
    redis_url: str,
    tmp_path: Path,
    provider: Provider,
) -> None:
    house, client = sms_hospital(make_hospital, (sqlite_url, redis_url), provider, tmp_path)
    her, hasty = Patient(poster(client)), Patient(poster(client), "oPatient2")
    answers = [her.say(text) for text in REGISTRATION]
    assert "验证码正在发往138****0000" in answers[-1]
    Courier(house, open_channels(house), TASKS).run_once()
    code, _ = provider.texts[0]["TemplateParamSet"]
    wrong = f"{(int(code) + 1) % 1_000_000:06}"

    assert "验证码不对" in her.say(wrong)
    done = her.say(code)

    assert "登记好了" in done
    assert "还没有验证" not in done
    other = ("添加就诊人", "1", "1", "李秀兰", "110101198001011224",
             "13900000000", "1")  # fmt: skip
    answers = [hasty.say(text) for text in other]
    assert "还没有验证过" in hasty.say("1"), answers
    with house.engine.connect() as conn:
        assert list(conn.scalars(select(Patients.phone_proof).order_by(Patients.id))) == [
            "code",
            None,
        ]


def test_a_stranger_to_the_patient_is_offered_a_code_that_is_really_sent(
    make_hospital: MakeHospital,
    sqlite_url: str,
    redis_url: str,
    tmp_path: Path,
    provider: Provider,
) -> None:
    house, client = sms_hospital(make_hospital, (sqlite_url, redis_url), provider, tmp_path)
    first, second = Patient(poster(client)), Patient(poster(client), "oPatient2")
    for text in (*REGISTRATION, "没收到"):
        first.say(text)
    Courier(house, open_channels(house), TASKS).run_once()
    provider.texts.clear()
    with house.engine.begin() as conn:  # the desk has seen that the phone is hers
        conn.execute(update(Patients).values(phone_proof="desk"))
    answers = [second.say(text) for text in REGISTRATION]
    assert "要往登记时留的手机发验证码吗" in answers[-1]

    said = second.say("1")
    Courier(house, open_channels(house), TASKS).run_once()

    assert "验证码正在发往138****0000，10分钟内有效" in said
    (text,) = provider.texts
    assert text["PhoneNumberSet"] == ["+8613800000000"]
    code, minutes = text["TemplateParamSet"]
    assert minutes == "10"
    second.say(code)
    with house.engine.connect() as conn:
        states = conn.scalars(select(PatientLink.state).order_by(PatientLink.id)).all()
    assert states == ["own", "verified"]


def test_a_text_names_no_sensitive_department(
    make_hospital: MakeHospital,
    sqlite_url: str,
    redis_url: str,
    tmp_path: Path,
    provider: Provider,
) -> None:
    house, _ = sms_hospital(make_hospital, (sqlite_url, redis_url), provider, tmp_path)
    payload = {
        "patient": "李*英", "site": "测试医院", "department": "精神心理科", "doctor": None,
        "room": "心理诊室", "starts_at": "2026-12-02T09:00:00+08:00", "code": "ABC",
        "phone": "13800000000",
    }  # fmt: skip
    with open_desk(house, Actor("job")) as counter:
        outbox.put(counter.work, outbox.Notice("reminder", "r", payload))
    Courier(house, open_channels(house), TASKS).run_once()
    assert provider.texts[0]["TemplateParamSet"] == ["李*英", "2026年12月2日 09:00", "门诊"]
