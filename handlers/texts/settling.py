"""The sentences of what follows a settled matter: the second wish, and who else is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.texts import wording
from scheduling.types import PatientView

LATER_CHOICES: list[tuple[str, Any]] = [("接着办", True), ("先不办", False)]
NOT_NOW = "好的，先不办。要办的时候随时告诉我。"
SHARE_CHOICES: list[tuple[str, Any]] = [("要，也发给家里人", True), ("不用", False)]
SHARED = "好的，以后的就诊通知也发给家里人。不想发了，说“别再通知家里人”。"
NOT_SHARED = "好的，只发给约号的人。想发了，说“也通知家里人”。"
NOBODY_TO_TELL = "您还没有核对过身份的家人。请家人带证件到窗口核对，以后就能通知您。"
VERIFY_FIRST = "这项要先核对身份，请带证件到医院窗口办理。"


def one_by_one(whom: str | None, others: Sequence[str | None]) -> str:
    """There were several wishes: the first comes first; the others are named where they can be."""
    then = [_named(other) for other in others]
    after = f"给{'、'.join(then)}挂" if all(then) and _named(whom) not in then else "办另一个"
    return f"一件一件来，先给{_named(whom) or '您'}挂，挂好了再{after}。"


def _named(whom: str | None) -> str:
    """Return a relation in words; who is a mother by marriage has a word of her own."""
    return wording.RELATIONS.get(whom, whom) if whom else ""


def number_of(name: str) -> str:
    """挂骨科的号."""
    return f"挂{name}的号" if name else "挂号"


def later(relation: str | None, what: str, whom: str = "") -> str:
    """The second wish, now that the first is settled; `whom` says it better than the relation."""
    whom = whom or _named(relation)
    return f"还有一件：{f'给{whom}' if whom else ''}{what}。现在接着办吗？回复数字："


# Two children, or two people, in one message.
OTHER_CHILD = "另一个孩子"
FIRST_ONE = "好的，先把这一个挂好，马上再给另一个挂。"


def one_then_other(*, is_of_children: bool) -> str:
    """Two were spoken of: one is booked for after the other."""
    one = "一个孩子" if is_of_children else "一位"
    return f"一次只能给一个人挂，先给{one}挂，挂好了再给另{one}挂。"


def share(patient: PatientView | None) -> str:
    """Asked once, after a booking: others of the family could be told as well."""
    whose = f"{wording.patient(patient)}的" if patient else ""
    return f"{whose}就诊通知，要不要也发给登记过的家里人？回复数字："


def told_others(relation: str, whose: Sequence[PatientView], *, on: bool) -> str:
    """From now on, or no more."""
    names = "、".join(one.masked_name for one in whose)
    other = wording.RELATIONS.get(relation, "家里人")
    how = f"也会发给{other}" if on else f"不再发给{other}"
    return f"好的，以后{names}的就诊通知{how}。"


def told_me(whose: Sequence[PatientView], *, on: bool) -> str:
    """From now on, or no more, she who writes is told."""
    names = "、".join(one.masked_name for one in whose)
    return f"好的，以后{names}的就诊通知{'也会发给您' if on else '不再发给您'}。"


def not_there(relation: str) -> str:
    """No account of that member of the family has been verified."""
    other = wording.RELATIONS.get(relation, "家里人")
    return (
        f"没有找到{other}核对过的微信。请{other}在自己的微信里登记就诊人，"
        "再带证件到窗口核对，就能收到通知。"
    )


# 「也发给他」, and nobody was spoken of.
WHO_IS_THAT = "要发给谁？请说是您的什么人，例如“也通知我女儿”。"
