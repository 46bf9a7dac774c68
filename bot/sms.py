"""
Text messages through Tencent Cloud SMS: SendSms, version 2021-01-11, signed with TC3-HMAC-SHA256.

Sources: https://cloud.tencent.com/document/api/382/55981 (SendSms), …/382/52071 (signature),
…/382/52075 (error codes). The provider knows no key of ours, so sending twice is two messages.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.transport import Deadline, Request, Transport
from bot.wechat_errors import PermanentError, TransientError
from models import clock

_LOG = logging.getLogger(__name__)

OFFICIAL = "https://sms.tencentcloudapi.com"
_SERVICE, _VERSION, _ALGORITHM = "sms", "2021-01-11", "TC3-HMAC-SHA256"
_CONTENT_TYPE = "application/json; charset=utf-8"
_CALL_SECONDS = 15.0
_APPROVED = 0
_CHINA = "+86"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a code means: seconds to wait; whether it may have gone out; who must act."""

    wait: float
    is_uncertain: bool = False
    operator: bool = False


# By the longest prefix; every other code is final.
CODES: Mapping[str, Verdict] = {
    "RequestLimitExceeded": Verdict(5.0),
    "LimitExceeded.PhoneNumberThirtySecondLimit": Verdict(30.0),
    "LimitExceeded.DeliveryFrequencyLimit": Verdict(60.0),
    "LimitExceeded.PhoneNumberOneHourLimit": Verdict(3600.0),
    "LimitExceeded.AppDailyLimit": Verdict(3600.0, operator=True),
    "LimitExceeded.DailyLimit": Verdict(3600.0, operator=True),
    "InternalError": Verdict(30.0, is_uncertain=True),
    "InternalError.RequestTimeException": Verdict(600.0, operator=True),  # our clock is wrong
    "InternalError.Sig": Verdict(600.0, operator=True),
    "AuthFailure": Verdict(600.0, operator=True),
    "UnauthorizedOperation": Verdict(600.0, operator=True),
    "FailedOperation.InsufficientBalanceInSmsPackage": Verdict(600.0, operator=True),
}


@dataclass(frozen=True, slots=True)
class SmsAccount:
    """Whose messages they are: keys of the API, application, signature shown as 【…】."""

    secret_id: str
    secret_key: str
    app_id: str
    sign: str
    region: str = "ap-guangzhou"
    base_url: str = OFFICIAL


class SmsClient:
    """
    One account's calls; every one may raise

    Raises:
        TransientError: busy, unreachable, or an operator has to act first.
        PermanentError: this message will never be delivered this way.
    """

    def __init__(
        self, account: SmsAccount, now: Callable[[], datetime] = clock.system_now
    ) -> None:
        self._account = account
        self._now = now
        self._http = Transport(account.base_url)

    def send(self, phone: str, template: str, values: Sequence[str]) -> str:
        """Send a template with its values in order; returns the provider's serial number."""
        body = {
            "PhoneNumberSet": [phone if phone.startswith("+") else _CHINA + phone],
            "SmsSdkAppId": self._account.app_id,
            "SignName": self._account.sign,
            "TemplateId": template,
            "TemplateParamSet": list(values),
        }
        told = self._call("SendSms", body)
        status = _first(told.get("SendStatusSet"))
        _raise_for(str(status.get("Code", "")))
        return str(status.get("SerialNo", ""))

    def unapproved(self, templates: Sequence[str]) -> list[str]:
        """Return those of the templates that Tencent has not approved."""
        body = {"International": 0, "TemplateIdSet": [int(t) for t in templates]}
        told = self._call("DescribeSmsTemplateList", body)
        states = told.get("DescribeTemplateStatusSet") or []
        good = {str(s.get("TemplateId")) for s in states if s.get("StatusCode") == _APPROVED}
        return [template for template in templates if template not in good]

    def _call(self, action: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        data = json.dumps(body, ensure_ascii=False).encode()
        headers = self._headers(action, data)
        told = self._http.call(Request("/", data, headers=headers), Deadline(_CALL_SECONDS))
        answer = told.get("Response")
        if not isinstance(answer, dict):
            raise TransientError(0, "no Response in the answer", is_uncertain=True)
        error = answer.get("Error")
        if isinstance(error, dict):
            _raise_for(str(error.get("Code", "")))
        return answer

    def _headers(self, action: str, body: bytes) -> dict[str, str]:
        account, now = self._account, self._now()
        stamp = str(int(now.timestamp()))
        host = urlsplit(account.base_url).netloc
        scope = f"{now:%Y-%m-%d}/{_SERVICE}/tc3_request"
        signature = sign(account.secret_key, host, stamp, scope, body)
        return {
            "Content-Type": _CONTENT_TYPE,
            "Host": host,
            "X-TC-Action": action,
            "X-TC-Version": _VERSION,
            "X-TC-Region": account.region,
            "X-TC-Timestamp": stamp,
            "Authorization": f"{_ALGORITHM} Credential={account.secret_id}/{scope}, "
            f"SignedHeaders=content-type;host, Signature={signature}",
        }


def sign(secret_key: str, host: str, stamp: str, scope: str, body: bytes) -> str:
    """Return the TC3-HMAC-SHA256 signature of a POST to `/`; `scope` is date/service/request."""
    canonical = "\n".join(
        (
            "POST",
            "/",
            "",
            f"content-type:{_CONTENT_TYPE}\nhost:{host}\n",
            "content-type;host",
            hashlib.sha256(body).hexdigest(),
        )
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"TC3{secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, f"{_ALGORITHM}\n{stamp}\n{scope}\n{digest}".encode(), "sha256").hex()


def _first(states: object) -> Mapping[str, Any]:
    if isinstance(states, list) and states and isinstance(states[0], dict):
        return states[0]
    raise TransientError(0, "no status in the answer", is_uncertain=True)


def _raise_for(code: str) -> None:
    """Raise what a code means; their messages may quote the phone, so only the code is kept."""
    if code.lower() == "ok":
        return
    told = f"SMS {code[:80]}"
    known = max((prefix for prefix in CODES if code.startswith(prefix)), key=len, default=None)
    if known is None:
        raise PermanentError(0, told)
    verdict = CODES[known]
    if verdict.operator:
        _LOG.error("the SMS provider refuses us until somebody acts: %s", told)
    raise TransientError(0, told, verdict.wait, is_uncertain=verdict.is_uncertain)
