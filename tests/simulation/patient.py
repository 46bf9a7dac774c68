"""
A patient with a purpose, a temper and a telephone: she reads what it shows, and answers.

She knows herself, her family and what she wants; of the program she knows what is on the screen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from tests.simulation import speech
from tests.simulation.answers import Answers
from tests.simulation.hands import Message
from tests.simulation.people import KIN
from tests.simulation.screen import Screen, read

MOST_MESSAGES = 30
_NOTICE_AGAIN = "9 after a notice"
_A_PERSON = re.compile(r"工作人员|人工|电话|窗口")


class Patient(Answers):
    """One conversation for one purpose."""

    def begin(self) -> Message:
        """The first message."""
        words = self._purpose()
        self._queue = words[1:]
        return self._typed(words[0])

    def answer(self, text: str, now: datetime) -> Message | None:
        """What she does about a message; None when she puts the phone away."""
        self._check_key(text)
        if self._pressed == _NOTICE_AGAIN:  # she has heard it once more, and is coming
            self._pressed, self.means_notice = "", True
            return self._sent("1")
        self._pressed, self._shown = "", text
        if self._queue:
            return self._typed(self._queue.pop(0), hurry=True)
        screen = read(text)
        if self._is_over(screen):
            return None
        reply = self._react(screen, now)
        if reply is None:
            return None
        if screen.kind and self.character.silent_at == screen.kind:
            self.character.silent_at = ""
            return Message(reply.text, timedelta(minutes=self.rng.randint(35, 120)), reply.tap)
        return reply

    def noticed(self, notice: str, answer: Message) -> Message:
        """A reminder comes while she is typing `answer`; what she sends now."""
        self.notice = notice
        if self.in_care and self.rng.random() < 0.5:
            self.sent -= 1
            again = self._press("9")
            self._pressed = _NOTICE_AGAIN
            return again
        if not self.character.heeds or answer.tap:
            return answer
        self.means_notice = True
        return Message("1", answer.pause)

    def _check_key(self, text: str) -> None:
        """What the keys promise: 9 says the last message again, 0 gets a person."""
        if not self.in_care:
            return
        first = self.notice.splitlines()[0] if self.notice else ""
        if self._pressed == _NOTICE_AGAIN and first not in text:
            self.broken.append("9 did not say the notice again")
        if self._pressed == "9" and text != self._shown:
            self.broken.append("9 did not say the last message again")
        if self._pressed == "0" and not _A_PERSON.search(text):
            self.broken.append("0 got no person")

    # -- the course of the talk

    def _purpose(self) -> list[str]:
        words = self._wish()
        if self.character.care != "asks":
            return words
        self._after_care = words
        return [self.rng.choice(speech.CARE)]

    def _wish(self) -> list[str]:
        if self.goal.task == "book":
            return speech.opening(self.goal, self.rng, self.character.temperament)
        who = KIN[self.goal.person.kin].plain[-1]
        whose = "" if self.goal.person.kin == "self" else f"{who}的"
        if self.goal.task == "cancel":
            return [self.rng.choice((f"取消{whose}预约", f"{whose}号不去了，退掉", "取消预约"))]
        when = self.goal.when.plain.removesuffix("的")
        named = (f"{whose}号改到{when}", f"想把{whose}预约改到{when}") if when else ()
        return [self.rng.choice(("改时间", *named))]

    def _is_over(self, screen: Screen) -> bool:
        done = {"book": "booked", "move": "moved", "cancel": "cancelled"}[self.goal.task]
        if screen.kind == done:
            self.outcome = "done"
        elif self.sent >= MOST_MESSAGES:
            self.outcome = "stuck"
        self.misunderstood += screen.is_lost
        self.asked.append(screen.kind)
        return bool(self.outcome)

    def _react(self, screen: Screen, now: datetime) -> Message | None:
        changed = self._change_of_mind(screen)
        if changed is not None:
            return changed
        if self._after_care:
            first, *self._queue = self._after_care
            self._after_care = []
            # The menu is before her: who can say what she wants need not press a digit.
            if not self._is("digits") or screen.kind != "menu" or self.goal.task != "book":
                return self._typed(first)
        if screen.kind and self.character.key_at == screen.kind:
            self.character.key_at = ""
            return self._press(self.character.key)
        if screen.kind and self.character.aside_at == screen.kind:
            self.character.aside_at = ""
            sayings = speech.IMPATIENCE if self._is("impatient") else speech.ASIDES
            return self._typed(self.rng.choice(sayings))
        handler: Callable[[Screen, datetime], Message | None] | None = getattr(
            self, f"_on_{screen.kind}", None
        )
        answer = handler(screen, now) if handler else None
        if answer is not None or self.outcome:
            return answer
        return self._at_a_loss(screen)

    def _change_of_mind(self, screen: Screen) -> Message | None:
        character = self.character
        self.is_correcting = bool(character.changed) and screen.kind == character.change_at
        if not character.changed or not self.is_correcting:
            return None
        self.goal, character.changed = character.changed, None
        return self._typed(speech.correction(self.rng, character.change_of, self.goal))

    def _at_a_loss(self, screen: Screen) -> Message | None:
        """Nothing fits: say it in other words, then ask for it again, then for a person."""
        again, person = ("9", "0") if self.in_care else ("再说一遍", "人工")
        for words in (*self._other_words(screen), again, person):
            if self._said[words] == 0:
                if words == person:
                    # With choices before her she lacks the right one; without, there is no way on.
                    self.outcome = "human" if screen.options else "stuck"
                    return None
                return self._typed(words)
        self.outcome = "stuck"
        return None

    def _other_words(self, screen: Screen) -> Sequence[str]:
        if self.goal.task == "cancel":
            return ("取消预约",)
        if self.goal.task == "move":
            return ("改时间",)
        lacking = "when" if screen.kind in ("offers", "time") else "matter"
        return (
            speech.restated(self.goal, self.character.temperament, lacking=lacking),
            f"挂{self.goal.matter.ward_name or '号'}",
        )
