"""
Whether a message speaks of a body, a disease, a finding or a treatment at all.

No list holds all complaints (漏斗胸, 忘性大, 白细胞低), so a small linear model over the same
sequences as the department model says it: patients' titles and clauses against what people say to
a desk and the words of everyday Chinese (`lexicon/ailing.bin`, made by `scripts/train_ailing.py`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from nlp import lexicon, triage_model

MODEL_FILE = lexicon.HERE / "ailing.bin"
# Log-odds from which a whole message, or one clause of it, speaks of an ailment: among the own
# utterances that hold no complaint 1 in 50 is above, of the complaints 1 in 20 below.
WHOLE, CLAUSE = -0.3, 1.0
# A message further below holds no such clause.
_HOPELESS = -2.5
LEAST_CHARACTERS = 4
# Who it is about says nothing of a body, and patients' titles are full of children.
_WHO = re.compile(
    r"(?:大|小|二)?(?:宝宝|宝贝|孩子|孩儿|小孩|娃娃|娃儿|娃|婴儿|幼儿|儿童|儿子|女儿|闺女|孙子|孙女|外孙|小朋友|崽崽|妈妈?|爸爸?|母亲|父亲|"
    r"老公|老婆|老伴|爱人|爷爷|奶奶|外公|外婆|姥姥|姥爷|老人|男士?|女士?)"
)
# 「就是您好挂个号」: what a voice begins with before it has thought.
_HESITANT = re.compile(r"^(?:嗯+|呃+|额+|哎+|那个|这个|就是)+")
# 阿巴阿巴, 叽叽喳喳: sounds that mean nothing.
_BABBLE = re.compile(r"\W*(?:(.)\1+|(.)(.)(?:\2\3)+|(.)\4(.)\5)\W*")
_CLAUSES = re.compile(r"[,，。;；!！?？\s、…]+")


@lru_cache(maxsize=1)
def model() -> triage_model.Model:
    """Return the shipped model, read once."""
    return triage_model.load(MODEL_FILE)


def features(text: str) -> set[str]:
    """Return what the model sees; the training script sees the same."""
    return triage_model.grams(triage_model.normalise(_WHO.sub(" ", text)))


def log_odds(text: str) -> float:
    """Return how much speaks for an ailment; words it never saw speak against."""
    margins, known = model().margins(features(text))
    return margins[0] if known else -1.0


def speaks(text: str) -> bool:
    """Tell whether a message, or a clause beside its wish, speaks of an ailment."""
    if _BABBLE.fullmatch(text):
        return False
    text = _HESITANT.sub("", text)
    whole = log_odds(text)
    if whole >= WHOLE or whole < _HOPELESS:
        return whole >= WHOLE
    clauses = [c for c in _CLAUSES.split(text) if len(c) >= LEAST_CHARACTERS]
    return len(clauses) > 1 and any(log_odds(clause) >= CLAUSE for clause in clauses)
