"""
A patient with a purpose, a temper and a telephone: she reads what it shows, and answers.

She knows herself, her family and what she wants; of the program she knows what is on the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from tests.simulation import speech
from tests.simulation.answers import Answers
from tests.simulation.hands import Message
from tests.simulation.people import KIN
from tests.simulation.screen import Screen, read

MOST_MESSAGES = 30


class Patient(Answers):
    """One conversation for one purpose."""

    def begin(self) -> Message:
        """The first message."""
        words = self._purpose()
        self._queue = words[1:]
        return self._typed(words[0])

    def answer(self, text: str, now: datetime) -> Message | None:
        """What she does about a message; None when she puts the phone away."""
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

    # -- the course of the talk

    def _purpose(self) -> list[str]:
        if self.goal.task == "book":
            return speech.opening(self.goal, self.rng, self.character.temperament)
        who = KIN[self.goal.person.kin].plain[-1]
        whose = "" if self.goal.person.kin == "self" else f"{who}的"
        if self.goal.task == "cancel":
            return [self.rng.choice((f"取消{whose}预约", f"{whose}号不去了，退掉", "取消预约"))]
        when = self.goal.when.plain.removesuffix("的")
        return [self.rng.choice(("改时间", f"{whose}号改到{when}", f"想把{whose}预约改到{when}"))]

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
        if not character.changed or screen.kind != character.change_at:
            return None
        self.goal, character.changed = character.changed, None
        return self._typed(speech.correction(self.rng, character.change_of, self.goal))

    def _at_a_loss(self, screen: Screen) -> Message | None:
        """Nothing fits: say it in other words, then ask for it again, then for a person."""
        for words in (*self._other_words(screen), "再说一遍", "人工"):
            if self._said[words] == 0:
                if words == "人工":
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
