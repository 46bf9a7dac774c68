"""
Which departments a complaint belongs to: a linear model over 1-3 character sequences.

The shipped file `lexicon/triage.bin` is made by `scripts/train_triage.py`: one header line (JSON),
the vocabulary, one rarity weight per feature, one signed byte per feature and department. Scoring
is pure Python: each feature's row is one long integer whose 32-bit lanes are the departments, so
adding rows adds all departments at once.
"""

from __future__ import annotations

import json
import math
import re
import struct
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from nlp import departments, lexicon
from nlp.heard import Named, Person

SHIPPED = lexicon.HERE / "triage.bin"
NOBODY = Person()
FALLBACK = departments.FALLBACK
CHILD_AGE_YEARS = 14.0
ADULT_AGE_YEARS = 18.0
MAX_CHARACTERS = 400
CHILD_FEATURE = "<child>"
_ADULTS = frozenset({"mother", "father", "spouse", "grandparent"})
# What asks for a department instead of describing a complaint; longer forms first.
_ASKING = re.compile(
    r"(请问一?下?|您好|你好|大夫|医生们?|老师|麻烦|谢谢|求助|急急+|"
    r"(我?(们|家)?(想|要|该|应该|需要|得|能|可以|帮我?|给我?))*"
    r"(去|来)?(挂|看|找|查|预约|约|去|属于|是)(个|一下|下)?(什么|哪个|哪一个|啥|哪|那个|几个?)(科室?|门诊|号|医生)(室|的号|好|呢|啊|呀|的|看|比较好)*|"
    r"(什么|哪个|啥|哪)科室?|"
    r"(应该|要|该|需要)?(怎么办|咋办|咋整|怎么弄|怎么治疗?|如何治疗?|咋治|怎么回事|咋回事|怎么了|咋了|"
    r"是什么原因|什么原因|是怎么搞的|什么情况|要紧吗|严重吗|是什么病|怎样治疗)(呢|啊|呀)?|"
    r"(我|帮我?)?(想|要)?(挂|预约|约|看)(个|一个|一下)?(号|门诊|医生|病)(吧|呢|啊)?|挂号|预约|"
    r"希望(得到)?帮助|想得到(怎样)?的帮助)"
)
_BREAK = re.compile(r"[^0-9a-z\u3400-\u9fff]+")
_DIGITS = re.compile(r"[0-9]+")
_CHILD_WORDS = re.compile(
    r"宝宝|宝贝|小孩|孩子|娃|小儿|婴|新生儿|幼儿|儿童|儿子|女儿|闺女|孙子|孙女|外孙|崽|囡|小朋友|"
    r"小伢|细伢|(?<!\d)([0-9]|1[0-3]|[一二两三四五六七八九十])岁(?!数)|个月大|[0-9一二三四五六七八九十]个?多?月的?(宝|娃|孩)"
)


def normalise(text: str) -> str:
    """Return the text as the model reads it: half-width, lower case, question words gone."""
    plain = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).lower()
    plain = _ASKING.sub(" ", plain)
    return _DIGITS.sub("0", _BREAK.sub(" ", plain)).strip()


def grams(text: str) -> set[str]:
    """Return the distinct 1-3 character sequences of a normalised text, none across a break."""
    found: set[str] = set()
    for piece in text.split():
        size = len(piece)
        found.update(piece[i : i + n] for n in (1, 2, 3) for i in range(size - n + 1))
    return found


def speaks_of_child(text: str) -> bool:
    """Tell whether the words themselves speak of a child."""
    return _CHILD_WORDS.search(text) is not None


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded model; `rows` holds `len(names)` 32-bit lanes per feature, offset by 128."""

    names: tuple[str, ...]
    bias: tuple[float, ...]
    index: dict[str, int]
    rarity: tuple[float, ...]
    rows: bytes
    scale: float
    sharpness: float
    doubt: float

    def margins(self, features: set[str]) -> tuple[list[float], int]:
        """Return one raw score per name and how many features were known."""
        index, width, data = self.index, len(self.names), self.rows
        known = [index[f] for f in features if f in index]
        if not known:
            return list(self.bias), 0
        stride = 4 * width
        total = 0
        norm = 0.0
        for i in known:
            total += int.from_bytes(data[i * stride : (i + 1) * stride], "little")
            norm += self.rarity[i] ** 2
        lanes = struct.unpack(f"<{width}I", total.to_bytes(stride, "little"))
        factor = self.scale / math.sqrt(norm)
        offset = 128 * len(known)
        return [
            b + factor * (lane - offset) for lane, b in zip(lanes, self.bias, strict=True)
        ], len(known)

    def probabilities(self, text: str, *, child: bool) -> dict[str, float]:
        """Return calibrated probabilities of all names; the fallback takes what nothing fits."""
        features = grams(normalise(text))
        if child and features:
            features.add(CHILD_FEATURE)
        margins, known = self.margins(features)
        top = max(margins)
        raw = [math.exp(self.sharpness * (m - top)) for m in margins]
        total = sum(raw)
        unsure = self.doubt * (1 - 1 / total) if known else 0.9
        found = {n: (1 - unsure) * r / total for n, r in zip(self.names, raw, strict=True)}
        found[FALLBACK] = unsure
        return found


def load(path: Path | None = None) -> Model:
    """
    Read a model file; None means the shipped one.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no triage model.
    """
    source = path or SHIPPED
    head, _, body = source.read_bytes().partition(b"\n")
    try:
        about = json.loads(head)
        size, width = about["features"], len(about["names"])
        start = about["vocabulary_bytes"]
        words = body[:start].decode().split("\n")
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{source} is no triage model: {error!r}") from error
    if len(words) != size or len(body) != start + size + size * width:
        raise ValueError(f"{source} is cut off")
    rarity, weights = body[start : start + size], body[start + size :]
    lanes = bytearray(4 * size * width)
    lanes[::4] = weights
    return Model(
        names=tuple(about["names"]),
        bias=tuple(about["bias"]),
        index={word: i for i, word in enumerate(words)},
        rarity=tuple(r * about["rarity_step"] for r in rarity),
        rows=bytes(lanes),
        scale=about["scale"],
        sharpness=about["sharpness"],
        doubt=about["doubt"],
    )


_MODEL = load()


def score(
    text: str, person: Person = NOBODY, k: int | None = None, model: Model | None = None
) -> tuple[Named, ...]:
    """
    Return all 37 national departments, best first, with probabilities that sum to about 1.

    Args:
        text: the patient's words; several symptoms may be joined with commas.
        person: whom they are about; age, sex and pregnancy re-weigh the departments.
        k: how many to return; None means all.
        model: another model than the shipped one, from `load`.
    """
    age = person.age_years
    young = person.relation in {"son", "daughter", "child", "grandchild"} and age is None
    child = age < CHILD_AGE_YEARS if age is not None else young or speaks_of_child(text)
    chances = (model or _MODEL).probabilities(text, child=child)
    chances = _reweigh(chances, person)
    codes = departments.NATIONAL
    ranked = sorted(chances.items(), key=lambda item: -item[1])
    return tuple(Named(codes[name], name, round(p, 4)) for name, p in ranked[:k])


def _barred(person: Person) -> set[str]:
    """Return the departments that this person's age, sex or role rule out."""
    barred: set[str] = set()
    if person.sex == "m":
        barred |= {"妇科", "产科"}
    elif person.sex == "f":
        barred.add("男科")
    if person.age_years is not None and person.age_years < CHILD_AGE_YEARS:
        barred |= {"老年科", "产科"}
    elif (
        (person.age_years or 0) >= ADULT_AGE_YEARS
        or person.pregnant
        or (person.age_years is None and person.relation in _ADULTS)
    ):
        barred.add("儿科")
    return barred


def _reweigh(chances: dict[str, float], person: Person) -> dict[str, float]:
    """Apply what age, sex and pregnancy decide, and bring the sum back to 1."""
    barred = _barred(person)
    kept = {name: 0.0 if name in barred else p for name, p in chances.items()}
    favourite = None
    if person.pregnant and "产科" not in barred:
        favourite = "产科"
    elif person.age_years is not None and person.age_years < CHILD_AGE_YEARS:
        favourite = "儿科"
    elif person.relation == "self" and person.age_years is None:
        # Children seldom write to the desk themselves.
        kept["儿科"] *= 0.3
    total = sum(kept.values())
    kept = {name: p / total for name, p in kept.items()}
    if favourite and kept[favourite] < max(kept.values()) + 0.01:
        # Half of the certainty goes to the department that sees this patient first.
        kept = {name: p / 2 for name, p in kept.items()}
        kept[favourite] += 0.5
    return kept
