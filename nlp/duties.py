"""
What a member of staff wants by words that are a patient's, too: `lexicon/duties.tsv`.

「李静下午还有号吗」 asks for a place, from a nurse how many are left. Unlike an order nothing here
keeps the message from being heard as a patient's: it counts where the desk knows the writer.
"""

from __future__ import annotations

from datetime import datetime

from nlp import colleagues, commands, orders, people
from nlp.heard import Heard, Order
from nlp.sieve import Sieve
from nlp.vocabulary import Vocabulary

_WAITING = "asked"
_TABLE = orders.table("duties.tsv")
_FREE = Sieve((row, row.pattern) for row in _TABLE if row.needs != _WAITING)
_ASKED = Sieve((row, row.pattern) for row in _TABLE if row.needs == _WAITING)


def find(
    text: str, asking: str | None, vocabulary: Vocabulary, heard: Heard, now: datetime
) -> Order | None:
    """Return it; beside a preview that waits (`asking` is order), what was said to it."""
    if asking != "order":
        if heard.order is not None:
            return None
        text = commands.righted(text)
        said = colleagues.mentions(text, vocabulary.doctors)
        return orders.read(_FREE, text, said, heard.stated_departments, now)
    text = commands.righted(text)
    said = colleagues.mentions(text, vocabulary.doctors)
    said = said or orders.heard_as(people.scan(text, vocabulary), 0)
    text, left = commands.kept(text, said)
    return orders.read(_ASKED, text, left, heard.stated_departments, now)
