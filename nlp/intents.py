"""
What somebody wants from one message: evidence rows of `lexicon/intents.tsv`, summed and compared.

Brief words, and answers to what was asked, are decided by these rows (grammar) where plain.
Everything longer is weighed together with a small linear model over characters and facts
(`lexicon/intents.bin`, made by `scripts/train_intents.py` from utterances written for this
project): new writers talk around a word a row knows (「谁不来把他的号给我」), and there the model
errs less than a row alone. What neither knows is left to the talk's open question.

A row says: if these facts hold and this pattern is found, the intent gains this weight (log-odds
against saying nothing; 2 a hint, 4 clear, 6 plain, 8 decisive). Synonyms must not count twice, so
of an intent's rows with a pattern only the heaviest counts; rows of facts alone add up, and so do
negative rows. The confidence is the winner's share of the exponentials.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from nlp import lexicon, moods, spellings, triage_model
from nlp.heard import Answer, Intent
from nlp.intent_rows import INTENTS, Table, standing, table

BRIEF = 6  # characters left once courtesy is taken off: an answer rather than a story
NOTHING_SAID = 1.5  # what evidence must beat to be more than `unknown`
STORY = 30  # characters from which a message tells rather than asks
HEAD, TAIL = 60, 40  # of a long story the request stands at its beginning or its end
MODEL_FILE = lexicon.HERE / "intents.bin"
# How much a grammar point weighs beside one of the model (log-odds): in a message of its own,
# chosen on writers left out of the training; in an answer, which the model never saw.
GRAMMAR_WEIGHT, ANSWER_WEIGHT = 0.25, 0.5
# Points that rule a wish out, whatever the model thinks (「胎动前面还有」 is no queue).
RULED_OUT = -6.0
# Any other wish that no row foresaw needs this probability (log) of the model's; the second where
# the message tells of an illness or a story, which may hold the words of any wish.
SURE, SURE_OF_THE_ILL = math.log(0.2), math.log(0.6)
# … and that this share of what the model sees was in the texts it learnt from.
FAMILIAR = 0.5
# Grammar alone decides brief words and answers where its points are plain and lead by this much.
PLAIN, LEAD = 6.0, 2.0
TORN = 0.9
# What starts something at the desk: not for who only speaks of it (`nlp.moods`). How much that
# weighs among the points of grammar and among log-probabilities, chosen on writers left out.
ACTS: frozenset[Intent] = frozenset(
    {"book", "cancel", "reschedule", "waitlist", "check_in", "add_patient", "human"}
)
MENTION_POINTS, MENTION_WEIGHT = 2.0, 1.0
# What an unfamiliar message may be without a row that says so: it asks the desk for nothing.
HARMLESS: frozenset[Intent] = frozenset({"symptom", "education", "unknown"})
# … and of who only speaks of an act: that is answered, and nothing is begun.
ANSWERED: frozenset[Intent] = frozenset({"clinic_info", "help", "deny", "my_appointments"})
# Acts that start something need this many points of grammar, or a fact that speaks for them, or a
# model as sure as this (log).
SURE_TO_START = math.log(0.5)
HINTED: dict[Intent, float] = {"book": 4.5, "reading": PLAIN, "cancel": 4.0}
HINTED_BY = {
    "book": frozenset({"doctors", "brief", "asked"}), "reading": frozenset({"readings"}),
    "cancel": frozenset({"brief", "asked"}),
}  # fmt: skip
_SHORT_OR_ASKED = frozenset({"brief", "asked"})
_TELLING = frozenset({"medical", "story"})

_PUNCTUATION = re.compile(r"[^\w/+.%:👌👍🙏💪-]+|(?<!\d)[.:/-]|[.:/-](?!\d)|_")
_ASCII_GAP = re.compile(r"\s+")
_SPACED = re.compile(
    r"\s*[\u4e00-\u9fff]{2,4}[\s,，:：]+\S"
)  # a clerk's command: verb, gap, object
# Whose turn it is, on which day and how many are the same wish: one mark for each in the model.
_ALIKE = re.compile(
    r"(?P<K>(?:[我俺咱你]家?)?(?:[老大小二]?[爸妈爹娘爷奶](?:[爸妈爹娘爷奶]|亲)?|老[伴公婆]|媳妇|爱人|[儿孙](?:子|女)|"
    r"闺女|孩子|娃娃?|宝宝|外[公婆]|姥[姥爷]|老人家?|婆婆|公公|岳[父母]|弟弟?|妹妹?|哥哥?|姐姐?|邻居|[父母]亲))"
    r"|(?P<N>[0-9]+(?:[.:/][0-9]+)*|[一二两三四五六七八九十百]+(?=[点号日月周年岁天位次]))"
    r"|(?P<D>(?:下+个?|这个?|上个?|本)?(?:周|星期|礼拜)[一二三四五六日天末]?|[今明后昨前大]+[天儿日晚朝]"
    r"|[上下]午|[早晚]上|中午|早晨|傍晚|夜里)"
)


@dataclass(frozen=True, slots=True)
class Cues:
    """
    What the other senses found in the message, and which answer the open question wants.

    `departments` is true only where one was named in words; `ailing` where the message speaks of a
    body or a disease in whatever words; `ordinal` is 1-based, -1 = last; `asking` as in
    `heard.Context`.
    """

    symptoms: bool = False
    doctors: bool = False
    departments: bool = False
    when: bool = False
    ordinal: int | None = None
    answer: Answer | None = None
    readings: bool = False
    ailing: bool = False
    asking: str | None = None


class Models(NamedTuple):
    """What weighs a message: which wish its words hold, and whether an act in it is wished."""

    wishes: triage_model.Model
    moods: triage_model.Model


def guess(
    text: str, cues: Cues, trained: Models | None = None, spoken: moods.Mentions | None = None
) -> tuple[Intent, float]:
    """
    Return the likeliest intent of `text` and its probability in 0..1.

    Never `emergency`: that is decided by red flags. Nothing recognised is `unknown`. `trained` are
    other models than the shipped ones; `spoken` is what `moods.find` heard, where it is known.
    """
    small = trained or models()
    rows = table()
    said = _normal(text)
    bare = _bare(said, rows)
    spoken = moods.find(text) if spoken is None else spoken
    facts = _facts(text, said, bare, cues, rows) | spoken.moods
    wished, mentioned = spoken.weigh(small.moods)
    scores = _grammar(said, bare, facts)
    for act in ACTS & scores.keys():
        scores[act] *= math.exp(MENTION_POINTS * wished) if scores[act] > 0 else 1.0
    best, second, *_ = (*sorted(scores.values(), reverse=True), 0.0)
    if best >= PLAIN and best - second >= LEAD and not _SHORT_OR_ASKED.isdisjoint(facts):
        return _winner(scores)
    seen = features(said, facts - spoken.moods)
    pooled = _with_model(small.wishes, scores, seen, facts, is_mentioned=mentioned > wished)
    for intent in pooled:
        pooled[intent] += MENTION_WEIGHT * (wished if intent in ACTS else mentioned)
    intent, share = _winner(pooled)
    # Where two wishes are said as plainly (「改时间还是退号」) the model's choice is a guess.
    return intent, min(share, TORN) if second >= PLAIN and best - second < LEAD else share


def _winner(scores: dict[Intent, float]) -> tuple[Intent, float]:
    """Return the intent with the most points and its share of the exponentials."""
    best = max(scores, key=lambda intent: scores[intent])
    return best, 1.0 / sum(math.exp(score - scores[best]) for score in scores.values())


def features(said: str, facts: set[str]) -> set[str]:
    """Return what the model sees of a message: 1-3 character sequences, its ends, the facts."""
    alike = _ALIKE.sub(lambda found: found.lastgroup or "", said.strip(","))
    return triage_model.grams(f"^{alike}$") | {f"<{fact}>" for fact in facts}


def traits(text: str, cues: Cues) -> set[str]:
    """Return the model's features of a message; the training script sees the same."""
    rows = table()
    said = _normal(text)
    return features(said, _facts(text, said, _bare(said, rows), cues, rows))


@lru_cache(maxsize=1)
def models() -> Models:
    """Return the shipped models, read once."""
    return Models(triage_model.load(MODEL_FILE), triage_model.load(moods.MODEL_FILE))


def _with_model(
    small: triage_model.Model,
    scores: dict[Intent, float],
    seen: set[str],
    facts: set[str],
    *,
    is_mentioned: bool,
) -> dict[Intent, float]:
    """Return grammar points and the model's log-probabilities together."""
    margins, known = small.margins(seen)
    margins = [small.curve.sharpness * margin for margin in margins]
    top = max(margins)
    rest = top + math.log(sum(math.exp(margin - top) for margin in margins))
    familiar = known >= FAMILIAR * len(seen) and "asked" not in facts
    least = SURE if _TELLING.isdisjoint(facts) else SURE_OF_THE_ILL
    weight = ANSWER_WEIGHT if "asked" in facts else GRAMMAR_WEIGHT
    pooled: dict[Intent, float] = {}
    for name, margin in zip(small.names, margins, strict=True):
        intent = INTENTS[name]
        points, likely = scores.get(intent, 0.0), margin - rest
        is_answer = intent in HARMLESS or (is_mentioned and intent in ANSWERED)
        if not is_answer and points <= 0 and not (familiar and likely >= least):
            continue
        if points <= RULED_OUT or not _may_start(intent, points, likely, facts):
            continue
        pooled[intent] = weight * points + likely
    return pooled


def _may_start(intent: Intent, points: float, likely: float, facts: set[str]) -> bool:
    """Tell whether enough speaks for an act that starts something; all other wishes may be."""
    if intent not in HINTED or points >= HINTED[intent] or likely >= SURE_TO_START:
        return True
    return not HINTED_BY[intent].isdisjoint(facts)


def _grammar(said: str, bare: str, facts: set[str]) -> dict[Intent, float]:
    """Return the points of the lexicon's rows."""
    scores: dict[Intent, float] = {"unknown": NOTHING_SAID}
    wholes = {bare, said.replace(",", "")}
    decided: set[Intent] = set()
    for rule, _ in table().sieve.left(*{said, *wholes}, among=standing(frozenset(facts))):
        if rule.adds:
            if rule.holds(said, wholes):
                scores[rule.intent] = scores.get(rule.intent, 0.0) + rule.weight
        elif rule.intent not in decided and rule.holds(said, wholes):
            scores[rule.intent] = rule.weight
            decided.add(rule.intent)
    return scores


def _normal(text: str) -> str:
    """Return the message in one width and case, punctuation as commas, long stories cut."""
    flat = _ASCII_GAP.sub(" ", unicodedata.normalize("NFKC", text).lower().strip())
    if len(flat) > HEAD + TAIL:
        flat = f"{flat[:HEAD]},{flat[-TAIL:]}"
    return _PUNCTUATION.sub(",", spellings.common(flat.replace(" ", "")))


def _bare(said: str, rows: Table) -> str:
    """Return what is left without courtesy at both ends; courtesy alone stays as it is."""
    core = rows.opening.sub("", said)
    core = rows.closing.sub("", core).replace(",", "")
    return core or said.strip(",").replace(",", "")


def _facts(text: str, said: str, bare: str, cues: Cues, rows: Table) -> set[str]:
    """Return the names of the facts that hold, as the lexicon's second column spells them."""
    facts = {
        name for name in ("symptoms", "doctors", "departments", "when", "readings", "ailing")
        if getattr(cues, name)
    }  # fmt: skip
    if cues.ordinal is not None:
        facts.add("ordinal")
    if cues.answer is not None:
        facts.add(cues.answer)
    if cues.asking is not None:
        facts.update(("asked", f"asked:{cues.asking}"))
    seen = {
        "brief": len(bare) <= BRIEF,
        "story": len(bare) >= STORY,
        "spaced": _SPACED.match(text),
    }
    facts.update(name for name, holds in seen.items() if holds)
    facts.update(rows.signs.found(said))
    if cues.symptoms:
        facts.add("medical")
    return facts
