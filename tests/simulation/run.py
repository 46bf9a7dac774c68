"""Many conversations in one hospital at one time: everybody speaks when it is her turn."""

from __future__ import annotations

import heapq
import itertools
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.simulation import casting
from tests.simulation.hands import Message
from tests.simulation.hospital import SCARCE, STARTS, Hospital, Hospitals
from tests.simulation.judge import Verdict, verdict
from tests.simulation.patient import Patient
from tests.simulation.screen import without_links

AT_ONCE = 100  # patients of one hospital, who come within
_ARRIVALS = timedelta(minutes=45)


@dataclass
class Talk:
    """One conversation as it went."""

    patient: Patient
    is_first_time: bool
    lines: list[str] = field(default_factory=list)
    misled: list[str] = field(default_factory=list)
    verdict: Verdict = field(default_factory=lambda: Verdict(""))

    @property
    def turns(self) -> int:
        """Messages the patient needed."""
        return self.patient.sent


class Ward:
    """Lets patients talk, the one whose time has come first; alone or in several threads."""

    def __init__(self, hospital: Hospital, talks: list[Talk]) -> None:
        self._hospital = hospital
        self._lock = threading.Lock()
        self._order = itertools.count()
        self._waiting: list[tuple[datetime, int, Talk, Message]] = []
        for talk in talks:
            start = hospital.clock() + talk.patient.rng.random() * _ARRIVALS
            self._wait(start, talk, talk.patient.begin())

    def run(self, threads: int) -> None:
        """Until everybody has put the phone away."""
        if threads == 1:
            self._work()
            return
        workers = [threading.Thread(target=self._work) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    def _wait(self, at: datetime, talk: Talk, message: Message) -> None:
        with self._lock:
            heapq.heappush(self._waiting, (at, next(self._order), talk, message))

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    return
                at, _, talk, message = heapq.heappop(self._waiting)
            self._hospital.clock.reach(at)
            self._turn(talk, message)

    def _turn(self, talk: Talk, message: Message) -> None:
        patient, clock = talk.patient, self._hospital.clock
        shown = self._hospital.send(patient.openid, message)
        mark = " (tap)" if message.tap else ""
        talk.lines += [f"{clock():%d %H:%M:%S} > {message.text}{mark}", without_links(shown)]
        settled = len(patient.gave_up)
        answer = patient.answer(shown, clock())
        answer = self._with_notice(talk, answer) if answer is not None else None
        for what, told in patient.gave_up[settled:]:
            goal = patient.goal
            if what == "doctor":
                goal = goal.changed()
            if self._hospital.has_room(goal, told):
                talk.misled.append(f"told there is nothing for {what}, but there was")
        if answer is not None:
            self._wait(clock() + answer.pause, talk, answer)

    def _with_notice(self, talk: Talk, answer: Message) -> Message:
        """Remind her of another visit while she types, where that is due."""
        patient = talk.patient
        character = patient.character
        is_due = character.visit and patient.asked[-1:] == [character.notice_at]
        if not is_due or patient.is_correcting:  # what she has to say first, she says
            return answer
        character.notice_at = ""
        self._hospital.clock.reach(self._hospital.clock() + timedelta(seconds=1))
        notice = self._hospital.remind(patient.openid, character.visit)
        if not notice:
            return answer
        talk.lines.append(f"<<< {notice}")
        return patient.noticed(notice, answer)


def conversations(hospitals: Hospitals, count: int, seed: int, threads: int = 1) -> Iterator[Talk]:
    """Yield `count` judged conversations, in hospitals of at most a hundred patients each."""
    for number, first in enumerate(range(0, count, AT_ONCE)):
        rng = random.Random(f"{seed}-{number}")
        with hospitals.opened(STARTS[number % len(STARTS)]) as hospital:
            cast = casting.Cast(rng, hospital, SCARCE)
            talks = [
                Talk(*cast.patient(f"oSimulated{seed:04d}{first + n:08d}xxxx"))
                for n in range(min(AT_ONCE, count - first))
            ]
            Ward(hospital, talks).run(threads)
            rows = hospital.appointments()
            for talk in talks:
                talk.verdict = verdict(talk.patient, hospital, rows, talk.misled)
            problems = hospital.unbalanced()
            if problems:
                raise AssertionError(problems)
        yield from talks
