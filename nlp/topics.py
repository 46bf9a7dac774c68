"""What a question to the hospital is about: fee, parking, invoice … (`lexicon/topics.tsv`)."""

from __future__ import annotations

import re

from nlp import lexicon
from nlp.sieve import Sieve

_TOPICS = Sieve((row["topic"], re.compile(row["pattern"])) for row in lexicon.rows("topics.tsv"))


def find(text: str) -> tuple[str, ...]:
    """Return the topics a message touches, in the order of the table."""
    return tuple(_TOPICS.found(text))
