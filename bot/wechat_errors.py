"""
What WeChat's error codes mean for us: later, never, or a person has to act. One table.

Sources, all under https://developers.weixin.qq.com/doc/ : the list of return codes
(offiaccount/Getting_Started/Global_Return_Code.html), Customer_Service_Messages (45015, 45047),
Template_Message_Interface (43004, 40037, 47003), service/Subscription_Messages (43101, 41030),
API_Call_Limits (45009), api_masssend (40032, 40130, 45065-45067). 40164 and the IP list:
https://developers.weixin.qq.com/community/develop/doc/000c0a702601f81a17403940f6ec00
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_LOG = logging.getLogger(__name__)

# The token is bad: refreshed once, then tried once more.
BAD_TOKEN = frozenset({40001, 40014, 42001})
# What WeChat knows of a patient and we did not: she took a subscription back or has used it up;
# she does not follow any more; nothing more may be written to her until she does something.
NOT_SUBSCRIBED, NOT_FOLLOWING, TOO_LATE, TOO_MANY = 43101, 43004, 45015, 45047
# A mass send of this key has gone out; the answer names its number.
SENT_BEFORE = 45065

_SOON, _MINUTE, _TEN_MINUTES, _HOUR = 5.0, 60.0, 600.0, 3600.0
_UNREACHABLE_SECONDS = 30.0
_LONGEST_MESSAGE = 160
# A follower's id is "o" and 27 more; tokens are longer. Neither belongs in a log.
_PERSONAL = re.compile(r"\bo[\w-]{27}\b|[\w-]{40,}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a code means; `wait` in seconds or None: never again; `operator`: who must act."""

    meaning: str
    wait: float | None = None
    operator: bool = False


CODES: Mapping[int, Verdict] = {
    -1: Verdict("WeChat is busy", _SOON),
    # Quotas end at midnight, or when somebody clears them: asking every hour finds both.
    45009: Verdict("the quota of this call is used up", _HOUR),
    45011: Verdict("too many calls this minute", _MINUTE),
    45066: Verdict("repeated too fast", _MINUTE),
    # The token or the account: nothing is wrong with the message, so it waits for the operator.
    40001: Verdict("the token is refused although it is new", _MINUTE, operator=True),
    40014: Verdict("the token is refused although it is new", _MINUTE, operator=True),
    42001: Verdict("the token is refused although it is new", _MINUTE, operator=True),
    40013: Verdict("WECHAT_APP_ID is wrong", _TEN_MINUTES, operator=True),
    40125: Verdict("WECHAT_APP_SECRET is wrong", _TEN_MINUTES, operator=True),
    40243: Verdict("the AppSecret is frozen", _TEN_MINUTES, operator=True),
    40164: Verdict("this server's address is not in the IP list", _TEN_MINUTES, operator=True),
    89501: Verdict("this server waits for the administrator's yes", _TEN_MINUTES, operator=True),
    89506: Verdict("the administrator refused this server: a day", _HOUR, operator=True),
    89507: Verdict("the administrator refused this server: an hour", _HOUR, operator=True),
    89503: Verdict("the administrator must confirm this server", _TEN_MINUTES, operator=True),
    50002: Verdict("the account is frozen or limited", _HOUR, operator=True),
    # This message will never be delivered this way.
    TOO_LATE: Verdict("the patient has not written for 48 hours"),
    SENT_BEFORE: Verdict("this mass send has gone out before"),
    40130: Verdict("a mass send goes to two accounts at least"),
    40032: Verdict("a mass send goes to 10,000 accounts at most"),
    45067: Verdict("a key too long"),
    TOO_MANY: Verdict("no more messages until the patient writes"),
    NOT_FOLLOWING: Verdict("the patient does not follow the account"),
    43019: Verdict("the patient is on the account's block list"),
    NOT_SUBSCRIBED: Verdict("the patient has not subscribed to this notice"),
    40003: Verdict("no such patient in this account"),
    40007: Verdict("no such media, or older than three days"),
    40037: Verdict("no such template"),
    41030: Verdict("no such page"),
    44004: Verdict("an empty text"),
    45002: Verdict("a text too long"),
    47001: Verdict("not the JSON this call takes"),
    47003: Verdict("a value does not fit the template"),
    40200: Verdict("not for this type of account"),
    48001: Verdict("the account may not use this call"),
    48004: Verdict("this call was taken from the account"),
}
_UNKNOWN = Verdict("refused")


class WechatError(Exception):
    """
    A call failed.

    `code` is WeChat's errcode, or 0 where it never got that far. The text holds WeChat's `rid`,
    which its support asks for, and nothing personal.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code} {message}".strip())
        self.code = code


class TransientError(WechatError):
    """
    Worth another try after `retry_after` seconds.

    `is_uncertain`: the request had left us and no answer came, so WeChat may have acted on it.
    """

    def __init__(
        self,
        code: int,
        message: str,
        retry_after: float = _UNREACHABLE_SECONDS,
        *,
        is_uncertain: bool = False,
    ) -> None:
        super().__init__(code, message)
        self.retry_after = retry_after
        self.is_uncertain = is_uncertain


class UnreachableError(TransientError):
    """No answer came, or none that a working server gives: the next message would fare alike."""


class PermanentError(WechatError):
    """
    Trying again changes nothing: out of window, out of quota, refused.

    `number` is WeChat's of an earlier message, where it names one.
    """

    def __init__(self, code: int, message: str, number: str = "") -> None:
        super().__init__(code, message)
        self.number = number


def raise_for(answer: Mapping[str, Any]) -> None:
    """
    Raise what an answer of WeChat's says went wrong, if anything did.

    Raises:
        TransientError: later it may work; loudly logged where an operator has to act.
        PermanentError: it never will.
    """
    code = _code(answer)
    if code == 0:
        return
    verdict = CODES.get(code, _UNKNOWN)
    told = _PERSONAL.sub("…", str(answer.get("errmsg", "")))[:_LONGEST_MESSAGE]
    message = f"{verdict.meaning}: {told}"
    if verdict.wait is None:
        raise PermanentError(code, message, str(answer.get("msg_id") or ""))
    if verdict.operator and code not in BAD_TOKEN:
        _LOG.error("WeChat refuses us until somebody acts: %d %s", code, message)
    raise TransientError(code, message, verdict.wait)


def _code(answer: Mapping[str, Any]) -> int:
    code = answer.get("errcode") or 0
    if not isinstance(code, int):
        raise UnreachableError(0, "an errcode that is no number", is_uncertain=True)
    return code
