"""Forty patients of one clinic: their phones over HTTP, each with a number of its own."""

from __future__ import annotations

import contextlib
from datetime import date
from pathlib import Path

import requests
from sqlalchemy import select, update

from bot.demo import settings
from bot.house import open_house
from models import Doctor, Shift, Slot

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_NAMES = "甲乙丙丁戊己庚辛壬癸"


def widen(home: Path, doctor: str, day: date, places: int) -> None:
    """Let every slot of a doctor's day take so many patients, all of them by chat."""
    whose = (
        select(Shift.id).join(Doctor, Doctor.id == Shift.doctor_id).where(Doctor.name == doctor)
    )
    slots = Slot.shift_id.in_(whose), Slot.visit_on == day
    with (
        contextlib.closing(open_house(settings({}, home=home), with_redis=False)) as house,
        house.engine.begin() as conn,
    ):
        conn.execute(update(Slot).where(*slots).values(capacity=places, chat_capacity=places))


class Phones:
    """So many phones of one demo, and what each was told last."""

    def __init__(self, base: str, count: int) -> None:
        self._base = base
        self._last: dict[str, str] = {}
        self._cursor: dict[str, object] = {}
        who = {"openids": [openid(number) for number in range(count)], "wrote": True}
        requests.post(f"{base}/simulator/patients", json=who, timeout=30).raise_for_status()

    def say(self, number: int, words: str) -> str:
        sent = {"openid": openid(number), "text": words}
        requests.post(f"{self._base}/phone/api/send", json=sent, timeout=30).raise_for_status()
        return self.last(number)

    def last(self, number: int) -> str:
        """What this phone shows last, in the chat or as a card."""
        asked = {"params": self._cursor, "timeout": 30}
        found = requests.get(f"{self._base}/phone/api/timeline", **asked).json()
        for event in found["events"]:
            self._cursor = {"epoch": found["epoch"], "after": event["seq"]}
            if event["kind"] in ("official", "notice", "service"):
                self._last[event["openid"]] = str(event["body"])
        return self._last.get(openid(number), "")

    def book(self, number: int, wish: str) -> None:
        name = "张" + _NAMES[number // 10] + _NAMES[number % 10]
        known = f"{name} {document(number)} 139{number:08d}"
        for words in (wish, "1", "1", "1", known, "1", "1"):
            answer = self.say(number, words)
        assert "预约成功" in answer, answer


def openid(number: int) -> str:
    """The account of one of them."""
    return f"oForty{number:022d}"


def document(number: int) -> str:
    """A document number that nobody has, with its check digit."""
    born = f"19{70 + number % 30}0{1 + number % 9}{10 + number % 18}"
    body = f"110101{born}{100 + number:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]
