"""Patients who answer what they are asked, repeat themselves when nobody answers, and remember."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass, field

from handlers.texts import appointments, booking, common
from tests.broken.phones import FAULT, Phone, Wechat

MOST_MESSAGES = 40  # for one purpose; eight or nine are enough on a good day
LOOK = "我的预约"
_CODE = re.compile(r"预约号[:：]?\s*(\w+)")
_LIST_HEAD = "您已约的号："
_MOVED = "已改好"
_CANCELLED = "已取消："
# What she does for one purpose: the sentence she opens with, and how she knows that it is done.
OPENINGS = {
    "book": ("头晕，想挂明天下午的号", "挂神经内科后天上午的号", "皮肤痒，想挂明天上午的号"),
    "cancel": ("取消预约",),
    "move": ("改时间",),
    "register": ("添加就诊人",),
}
# What she comes for, and how often that is.
PURPOSES = (
    (("book",), ("book", "cancel"), ("book", "move"), ("register",), ("book", "cancel", "book")),
    (4, 2, 3, 1, 1),
)
DONE = {"book": booking.BOOKED, "cancel": _CANCELLED, "move": _MOVED, "register": "登记好了"}
# Asked this, she answers that; the first that fits. None: one of the numbers.
ANSWERS: tuple[tuple[str, str | None], ...] = (
    ("您的回复是答哪一个", "2"),  # a notice came in between: she goes on with what she was doing
    ("还要继续吗", "1"),
    ("先问一句要紧的", "1"),  # none of the red flags
    ("请核对", "1"),
    ("确定取消这个号吗", "1"),
    ("同意请回复1", "1"),
    ("真实姓名", "name"),
    ("请发身份证号", "document"),
    ("请发一个手机号", "1"),
    ("什么人？", "1"),
    ("给谁挂号", "1"),
    ("选几点", None),
    ("请选最像的", "1"),
    ("回复数字选一个", None),
    ("可以改到", None),
    ("要取消哪一个", "1"),
    ("要改哪一个", "1"),
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
_SURNAMES, _GIVEN = "赵钱孙李周吴郑王冯陈", "芳敏静丽强磊军洋勇艳"


def document(number: int) -> str:
    """A valid resident identity number of nobody, another for each number."""
    stem = f"1101011960{1 + number // 28 % 12:02d}{1 + number % 28:02d}{100 + number // 336:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(stem, _WEIGHTS, strict=True))
    return stem + "10X98765432"[total % 11]


@dataclass
class Memory:
    """What a patient has been told: codes of the appointments she believes in."""

    codes: set[str] = field(default_factory=set)
    sent: int = 0
    unanswered: int = 0
    wrong: list[str] = field(default_factory=list)
    talk: list[str] = field(default_factory=list)


class Patient:
    """
    One conversation: some purposes one after the other, then a look at what is booked.

    `is_retried`: many of her messages WeChat delivers again after they were answered. `wish`: she
    comes to book with these words, for nothing else.
    """

    def __init__(
        self, wechat: Wechat, number: int, seed: int, *, is_retried: bool, wish: str = ""
    ) -> None:
        self._rng = random.Random(seed * 100_003 + number)
        self.openid = f"oBroken{seed % 1000:03d}{number:05d}0000000000000"
        self._phone = Phone(wechat, self.openid)
        self._name = (
            _SURNAMES[number % 10] + _GIVEN[number // 10 % 10] + _GIVEN[number // 100 % 10]
        )
        self._document = document(number)
        self._purposes = ("book",) if wish else self._rng.choices(*PURPOSES)[0]
        self._wishes = (wish,) if wish else OPENINGS["book"]
        self.memory = Memory()
        self._is_retried = is_retried
        self._is_sure = True

    def talk(self) -> None:
        """The whole conversation; it ends with the list of what she has."""
        for purpose in self._purposes:
            self._pursue(purpose)
        self._look()

    def ask_until(self, question: str) -> None:
        """Talk until she is asked this, and fall silent."""
        text = self._wishes[0]
        for _ in range(MOST_MESSAGES):
            reply = self._say(text)
            if question in reply:
                return
            if not self._nobody_heard(reply):
                text = self._answer(reply) or self._wishes[0]

    def _pursue(self, purpose: str) -> None:
        opening = self._rng.choice(self._wishes if purpose == "book" else OPENINGS[purpose])
        text = opening
        for _ in range(MOST_MESSAGES):
            reply = self._say(text)
            if DONE[purpose] in reply:
                return
            if self._nobody_heard(reply):
                continue
            answer = self._answer(reply)
            if answer is None and self._has(purpose):
                return
            text = answer or opening
        self.memory.wrong.append(f"{self.openid} never got to {purpose}: {self.memory.talk[-6:]}")

    def _has(self, purpose: str) -> bool:
        """In doubt she looks: a reply got lost, but what she wanted may be done."""
        self._look()
        return {"book": bool(self.memory.codes), "cancel": not self.memory.codes}.get(
            purpose, True
        )

    def _look(self) -> None:
        """「我的预约」, until it is answered; it must be what she has been told."""
        for _ in range(MOST_MESSAGES):
            told, was_sure = set(self.memory.codes), self._is_sure
            reply = self._say(LOOK)
            if self._nobody_heard(reply):
                continue
            if _LIST_HEAD not in reply and appointments.NONE not in reply:
                continue
            if was_sure and told != self.memory.codes:
                self.memory.wrong.append(f"{self.openid} was told {told}, then {reply!r}")
            return
        self.memory.wrong.append(
            f"{self.openid} was never shown her list: {self.memory.talk[-4:]}"
        )

    def _say(self, text: str) -> str:
        time.sleep(self._rng.uniform(0.0, 0.5))
        self.memory.sent += 1
        reply, notices = self._phone.say(text)
        self.memory.talk += [f"> {text}", *(f"! {n}" for n in notices), reply]
        if self._nobody_heard(reply):
            self.memory.unanswered += 1
            self._is_sure = False
            time.sleep(self._rng.uniform(0.2, 1.0))
            return reply
        self._remember(reply)
        if self._is_retried and (self._rng.random() < 0.4 or "预约号" in reply):
            self.memory.wrong += self._phone.repeat()
        return reply

    def _remember(self, reply: str) -> None:
        codes = set(_CODE.findall(reply))
        if _LIST_HEAD in reply or appointments.NONE in reply:
            self.memory.codes, self._is_sure = codes, True
        elif booking.BOOKED in reply:
            self.memory.codes |= codes
        elif _MOVED in reply:
            self.memory.codes = codes
        elif _CANCELLED in reply:
            self.memory.codes = set()

    def _answer(self, reply: str) -> str | None:
        """What to answer; None: she does not know."""
        for asked, answer in ANSWERS:
            if asked in reply:
                if answer is None:
                    numbers = re.findall(r"^(\d)\.", reply, re.MULTILINE) or ["1"]
                    return self._rng.choice(numbers)
                return {"name": self._name, "document": self._document}.get(answer, answer)
        return None

    @staticmethod
    def _nobody_heard(reply: str) -> bool:
        return reply in {"", FAULT} or reply.startswith(common.TROUBLE)
