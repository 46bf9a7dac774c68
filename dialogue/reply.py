"""What goes back to the person: one text, at most a handful of numbered choices."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Option:
    """One choice as shown (`label`, and `detail` below it) and what a tap on it says (`say`)."""

    label: str
    say: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """
    One answer.

    `question` names the open question, so that a tap on an old list is recognised; options are
    numbered from 1 by whoever renders them. `footer` stands below the options. After one that
    `is_last`, a good-bye, the open question rests until it is come back to.
    """

    text: str
    options: tuple[Option, ...] = ()
    question: str = ""
    footer: str = ""
    is_last: bool = False

    def after(self, text: str) -> Reply:
        """Return this reply with another text in front of it."""
        return (
            replace(self, text=f"{text}\n\n{self.text}" if self.text else text) if text else self
        )
