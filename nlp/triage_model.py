"""
A linear model over 1-3 character sequences, scored in pure Python.

A file holds one header line (JSON), then, deflated, the vocabulary, one rarity and one reach per
feature, one signed byte per feature and department. Each feature's row is read as one long integer
whose 32-bit lanes are the departments, so adding rows adds all departments at once; a row's reach
says what one step of its bytes is worth. What means something else in a letter than in a message
has a second row for long texts. Made by `scripts/train_triage.py`.
"""

from __future__ import annotations

import json
import math
import re
import struct
import unicodedata
import zlib
from dataclasses import dataclass, fields
from pathlib import Path

from nlp import departments, persons
from nlp.sieve import Guarded

FALLBACK = departments.FALLBACK
MAX_CHARACTERS = 400
# A text of so many characters is read by the rows for long texts, where a feature has one.
LONG_CHARACTERS = 20
CHILD_FEATURE = "<child>"
# What is known of the patient beside the words: the decade of life, the last one open.
AGE_FEATURES = tuple(f"<age{decade}>" for decade in range(0, 80, 10))
PERSON_FEATURES = frozenset({CHILD_FEATURE, *AGE_FEATURES})
_DECADE_YEARS = 10
# The number of known features at which `Curve.sharpness` was measured.
TYPICAL_FEATURES = 30
# exp() of more would overflow.
_STEEPEST = 700.0
# What the fallback gets when not one feature is known.
_NOTHING_KNOWN = 0.9
# What asks for a department instead of describing a complaint; longer forms first.
_ASKING = Guarded(
    re.compile(
        r"(请问一?下?|您好|你好|大夫|医生们?|老师|麻烦|谢谢|求助|急急+|"
        r"(我?(们|家)?(想|要|该|应该|需要|得|能|可以|帮我?|给我?))*"
        r"(去|来)?(挂|看|找|查|预约|约|去|属于|是)(个|一下|下)?(什么|哪个|哪一个|啥|哪|那个|几个?)(科室?|门诊|号|医生)(室|的号|好|呢|啊|呀|的|看|比较好)*|"
        r"(什么|哪个|啥|哪)科室?|"
        r"(应该|要|该|需要)?(怎么办|咋办|咋整|怎么弄|怎么治疗?|如何治疗?|咋治|怎么回事|咋回事|怎么了|咋了|"
        r"是什么原因|什么原因|是怎么搞的|什么情况|要紧吗|严重吗|是什么病|怎样治疗)(呢|啊|呀)?|"
        r"(我|帮我?)?(想|要)?(挂|预约|约|看)(个|一个|一下)?(号|门诊|医生|病)(吧|呢|啊)?|挂号|预约|"
        r"希望(得到)?帮助|想得到(怎样)?的帮助)"
    )
)
# How people start to speak; it says nothing (「那里疼」 does).
_LEAD = re.compile(
    r"^((那么|那(?![里个边儿种些])|嗯|呃|哦|噢|啊|哎|唉|就是说?|其实|然后|还有|我) *)+(?=\S{2})"
)
# A child who sends or helps is grown and not the patient.
_SENT_BY = re.compile(
    r"(?:我|俺)?(?:家)?的?(?:大|小|二)?(?:女儿|儿子|闺女|姑娘|孙子|孙女|外孙女?|孩子|娃儿?)们?"
    r"(?=(?:都|非|老|又|一直|今天)?(?:让|叫|喊|劝|要|催|教|带着?|陪|帮|替)我|给我(?:挂|约|查|买|弄))"
)
_BREAK = re.compile(r"[^0-9a-z\u3400-\u9fff]+")
_DIGITS = re.compile(r"[0-9]+")
_CHILD_WORDS = re.compile(
    r"宝宝|宝贝|小孩|孩子|娃|小儿|婴|新生儿|幼儿|儿童|儿子|女儿|闺女|孙子|孙女|外孙|崽|囡|小朋友|"
    r"小伢|细伢|(?<!\d)([0-9]|1[0-3]|[一二两三四五六七八九十])岁(?!数)|个月大|[0-9一二三四五六七八九十]个?多?月的?(宝|娃|孩)"
)


def normalise(text: str) -> str:
    """Return the text as the model reads it: half-width, lower case, no question, no grown-up."""
    plain = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).lower()
    plain = persons.unnamed(_SENT_BY.sub(" ", plain))
    plain = _BREAK.sub(" ", _ASKING.sub(" ", plain)).strip()
    return _DIGITS.sub("0", _LEAD.sub("", plain))


def grams(text: str) -> set[str]:
    """Return the distinct 1-3 character sequences of a normalised text, none across a break."""
    found: set[str] = set()
    for piece in text.split():
        size = len(piece)
        found.update(piece[i : i + n] for n in (1, 2, 3) for i in range(size - n + 1))
    return found


def speaks_of_child(text: str) -> bool:
    """Tell whether the words themselves speak of a child."""
    return _CHILD_WORDS.search(persons.unnamed(_SENT_BY.sub(" ", text))) is not None


def is_long(text: str) -> bool:
    """Tell whether the rows for long texts read this one."""
    return len(text) >= LONG_CHARACTERS


def features(text: str, *, child: bool = False, age_years: float | None = None) -> set[str]:
    """Return what the model looks at: the words, and the age as far as it is known."""
    found = grams(normalise(text))
    if not found:
        return found
    if age_years is not None:
        decade = min(int(age_years) // _DECADE_YEARS, len(AGE_FEATURES) - 1)
        found.add(AGE_FEATURES[decade])
        child = child or not decade
    if child or speaks_of_child(text):
        found.add(CHILD_FEATURE)
    return found


@dataclass(frozen=True, slots=True)
class Curve:
    """
    Four fitted numbers: a department weighs sigmoid(sharpness · (margin - offset)) ** power.

    Past the margin the training asked for, more of it means nothing, so the curve levels off.
    `growth` sharpens it with how much was said: a long complaint with the same margin is more
    often right.
    """

    sharpness: float
    growth: float
    power: float = 1.0
    offset: float = 0.0

    def weights(self, margins: list[float], known: int) -> list[float]:
        """Return what each margin weighs, the best 1, when so many features were known."""
        sharpness = self.sharpness * (known / TYPICAL_FEATURES) ** self.growth
        falls = [
            math.log1p(math.exp(min(-sharpness * (m - self.offset), _STEEPEST))) for m in margins
        ]
        least = min(falls)
        return [math.exp(self.power * (least - fall)) for fall in falls]


@dataclass(frozen=True, slots=True)
class Model:
    """
    A loaded model; `rows` holds `len(names)` 32-bit lanes per feature, offset by 128.

    `index` names each feature's row, `long_index` the one that counts in long texts; `curve` turns
    margins into calibrated probabilities.
    """

    names: tuple[str, ...]
    bias: tuple[float, ...]
    index: dict[str, int]
    long_index: dict[str, int]
    weight: tuple[float, ...]
    reach: bytes
    rows: bytes
    unit: float
    curve: Curve

    def margins(self, features: set[str], *, long: bool = False) -> tuple[list[float], int]:
        """Return one raw score per name and how many features were known."""
        index = self.long_index if long else self.index
        width, data, reach = len(self.names), self.rows, self.reach
        known = [row for row in map(index.get, features) if row is not None]
        if not known:
            return list(self.bias), 0
        stride = 4 * width
        total = offset = 0
        norm = 0.0
        for i in known:
            start = i * stride
            total += int.from_bytes(data[start : start + stride], "little") * reach[i]
            offset += 128 * reach[i]
            norm += self.weight[i]
        lanes = struct.unpack(f"<{width}I", total.to_bytes(stride, "little"))
        factor = self.unit / math.sqrt(norm)
        return [
            b + factor * (lane - offset) for lane, b in zip(lanes, self.bias, strict=True)
        ], len(known)

    def probabilities(
        self, text: str, *, child: bool = False, age_years: float | None = None
    ) -> dict[str, float]:
        """Return calibrated probabilities of all names; the fallback takes what nothing fits."""
        seen = features(text, child=child, age_years=age_years)
        margins, known = self.margins(seen, long=is_long(text))
        if not known:
            rest = (1 - _NOTHING_KNOWN) / (len(self.names) - 1)
            return {n: _NOTHING_KNOWN if n == FALLBACK else rest for n in self.names}
        raw = self.curve.weights(margins, known)
        total = sum(raw)
        return {n: r / total for n, r in zip(self.names, raw, strict=True)}


def load(source: Path) -> Model:
    """
    Read a model file.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no triage model.
    """
    head, _, packed = source.read_bytes().partition(b"\n")
    try:
        about = json.loads(head)
        size, width = about["features"], len(about["names"])
        start = about["vocabulary_bytes"]
        body = zlib.decompress(packed)
        words = body[:start].decode().split("\n")
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise ValueError(f"{source} is no triage model, or cut off: {error!r}") from error
    if len(words) != size or len(body) != start + 2 * size + size * width:
        raise ValueError(f"{source} is no triage model: its parts do not fit together")
    rarity, reach = body[start : start + size], body[start + size : start + 2 * size]
    short = size - about.get("long", 0)
    index = {word: i for i, word in enumerate(words[:short])}
    lanes = bytearray(4 * size * width)
    lanes[::4] = body[start + 2 * size :]
    return Model(
        names=tuple(about["names"]),
        bias=tuple(about["bias"]),
        index=index,
        long_index=index | {word: i for i, word in enumerate(words[short:], short)},
        weight=tuple((r * about["rarity_step"]) ** 2 for r in rarity),
        reach=reach,
        rows=bytes(lanes),
        unit=about["unit"],
        curve=Curve(**{f.name: about[f.name] for f in fields(Curve) if f.name in about}),
    )
