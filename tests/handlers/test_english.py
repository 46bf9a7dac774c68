"""The line in English belongs to a question that is asked, and no digit is written into it."""

from __future__ import annotations

import re

from handlers.forms import BY_NAME
from handlers.texts import english


def test_every_line_belongs_to_a_question_of_a_form():
    for form, slot in english.HINTS:
        assert slot in {one.name for one in BY_NAME[form].slots if one.ask}, (form, slot)


def test_what_a_digit_means_stands_on_the_choice_alone():
    """The order of choices is not the translator's: care mode and a house may change it."""
    counted = [hint for hint in english.HINTS.values() if re.search(r"\b\d for\b", hint)]
    assert counted == []
