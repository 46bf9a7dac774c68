"""
How people word the signs of danger: one spelling for a text, and the wordings found in it.

The words are data: redflag_words.tsv (wordings of each sign), redflag_parts.tsv (their
interchangeable parts), redflag_typos.tsv (slips written out) and redflag_sounds.tsv (terms known
by their sound, for voice input: 凶闷 is 胸闷).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from nlp import lexicon, numerals, persons, sounds
from nlp.sieve import Guarded

MAX_CHARACTERS = 2000
_PART = re.compile("<([a-z]+)>")
_JOINT = re.compile("~~|[~-]")
_SPECIAL = re.compile("[~<-]")
_PARTS = {r["part"]: tuple(r["forms"].split()) for r in lexicon.rows("redflag_parts.tsv")}
# What turns a wording around is matched as neighbours in a corner of the private use area where no
# emoji of old phones lives: a set of characters far apart compiles slowly, and these are many.
_TURNS = str.maketrans("不没无未", "\uf8f0\uf8f1\uf8f2\uf8f3")
# What may stand in a gap: nothing that turns the wording around.
_GAP = "[^|\uf8f0-\uf8f3]{0,%d}?"
_GAPS = {"~~": _GAP % 16, "~": _GAP % 8, "-": f"(?:{_GAP % 8}|[|])"}


def _any_of(part: re.Match[str]) -> str:
    """Return the pattern of a `<part>`: any of its forms, the longest first."""
    forms = sorted(_PARTS[part[1]], key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, forms))})"


def _pattern(word: str) -> str:
    """Return the pattern of a wording; see `_read_words`."""
    whole = _PART.sub(_any_of, word.replace(".", r"\.")).translate(_TURNS)
    return _JOINT.sub(lambda joint: _GAPS[joint[0]], whole)


def _openings(word: str) -> set[str]:
    """Return what a wording may begin with: two characters, or one where a gap follows it."""
    part = _PART.match(word)
    if part is None:
        return {word[:2] if not _SPECIAL.search(word[:2]) else word[0]}
    bare = not word[part.end() :] or word[part.end()] in "~-<"
    after = "" if bare else word[part.end()]
    return {(form + after)[:2] for form in _PARTS[part[1]]}


def _orders(word: str) -> tuple[str, ...]:
    """Return a wording with `&`, whose halves may come in either order, as two."""
    first, both, second = word.partition("&")
    return (f"{first}~{second}", f"{second}~{first}") if both else (word,)


def _read_words() -> dict[str, tuple[tuple[str, re.Pattern[str]], ...]]:
    """
    Return for each opening the signs worded from there, each with the one pattern of the sign.

    In the table `~` is a gap of up to eight characters in one clause (`~~` sixteen), `-` such a
    gap or a bare pause (胸口，疼), `&` a gap whose two sides may change places, `<part>` any form
    of redflag_parts.tsv.
    """
    words: dict[str, list[str]] = defaultdict(list)
    for r in lexicon.rows("redflag_words.tsv"):
        words[r["sign"]] += [order for word in r["words"].split() for order in _orders(word)]
    opened: dict[str, dict[str, re.Pattern[str]]] = defaultdict(dict)
    for sign, orders in words.items():
        longest_first = sorted(dict.fromkeys(orders), key=len, reverse=True)
        pattern = re.compile("|".join(map(_pattern, longest_first)))
        for opening in {opening for order in orders for opening in _openings(order)}:
            opened[opening][sign] = pattern
    return {
        opening: tuple((opened.get(opening[0], {}) | signs).items())
        for opening, signs in opened.items()
    }


_WORDS = _read_words()
_SLIPS = {r["wrong"]: r["right"] for r in lexicon.rows("redflag_typos.tsv")}
_LETTERS = str.maketrans({wrong: right for wrong, right in _SLIPS.items() if len(wrong) == 1})
_TYPOS = {wrong: right for wrong, right in _SLIPS.items() if len(wrong) > 1}
_TYPO = Guarded(re.compile("|".join(map(re.escape, sorted(_TYPOS, key=len, reverse=True)))))
_PLACES = re.compile(
    r"(胸痛|卒中|犬伤|狗咬伤?|猫抓伤?|过敏|烧伤|烫伤|中毒|头痛|发热|发烧)(中心|门诊|科|专科)|急诊科?"
)
# 疼的厉害 is a frequent slip of 疼得厉害.
_COMPLEMENT = re.compile(
    "(?<=[痛喘闷晕吐烧抽咳黄肿麻流痒憋渴])的"
    "(?=厉害|不行|慌|受不了|要命|要死|很|难受|直|说|打滚|满|站|睡不|要炸|像|跟|话|躺|我)"
)
_DECIMAL = re.compile(r"(?<=[0-9])\.(?=[0-9])")
_BREAKS = re.compile(r"[\s,.!?;:。，！？；：~…|\"“”()（）]+")


_TERMS = {sounds.spoken(r["term"]): r["term"] for r in lexicon.rows("redflag_sounds.tsv")}
_UNLIKE = frozenset(" ".join(r["unlike"] for r in lexicon.rows("redflag_sounds.tsv")).split())
_TERM = re.compile("|".join(map(re.escape, sorted(_TERMS, key=len, reverse=True))))


def by_sound(text: str) -> str:
    """
    Write the terms that only sound right as they should be: 凶闷 is 胸闷, 昏谜 is 昏迷.

    At least one character must be right, and what is a word of its own stays (抽出 is no 抽搐).
    """
    pieces, end = [], 0
    for m in _TERM.finditer(sounds.spoken(text)):
        told, meant = text[m.start() : m.end()], _TERMS[m.group()]
        if told in (meant, *_UNLIKE) or not any(a == b for a, b in zip(told, meant, strict=True)):
            continue
        pieces += [text[end : m.start()], meant]
        end = m.end()
    return "".join([*pieces, text[end:]]) if pieces else text


def clean(text: str) -> str:
    """Return the text as the tables are written: one spelling, `|` between clauses."""
    plain = (
        numerals.simplified(unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]))
        .lower()
        .replace("疼", "痛")
    )
    plain = _BREAKS.sub("|", _DECIMAL.sub("\0", plain)).replace("\0", ".")
    plain = _COMPLEMENT.sub("得", plain)
    plain = _TYPO.sub(lambda m: _TYPOS[m.group()], by_sound(plain)).translate(_LETTERS)
    return _PLACES.sub("|", plain)


# 脚趾头, 骨头, 奶头 are no heads.
_NO_HEAD = tuple("趾指骨舌乳奶肩膝龟枕石木馒拳鼻")


def hits(text: str) -> Iterable[tuple[str, int, int]]:
    """Yield (sign, start, end) of every wording in a clean text, denied or not."""
    openings, matched = _WORDS.get, text.translate(_TURNS)
    for at, character in enumerate(text):
        if character == "头" and text[at - 1 : at] in _NO_HEAD:
            continue
        for sign, pattern in openings(text[at : at + 2]) or openings(character, ()):
            m = pattern.match(matched, at)
            if m:
                yield sign, at, m.end()


# Who it is about and the particles around a word, where nothing else is said.
_BESIDE = re.compile(
    r"^(?:有人|孩子|宝宝|娃|我|俺|他|她|这里|现在|刚才|刚刚|突然|快来?)+|[|了啊啦呀哦]+$"
)
# 「头痛死」 is mostly only a manner of speaking; 「想死」 alone is none.
_BARE = frozenset(
    clean(word)
    for r in lexicon.rows("redflag_words.tsv")
    for word in r["words"].split()
    if not _SPECIAL.search(word)
    and "&" not in word
    and (r["sign"] == "suicide" or not word.endswith("死"))
)


# What somebody asks the desk beside it, or makes light of it with, turns no danger around.
_ERRAND = re.compile(
    r"(?:那|就|请|麻烦|能不能|可以|可不可以|我?想|我?要|帮[我忙]|给我|替我)*(?:挂|约|预约|看)(?:个|一个|一下)?"
    r"[^|]{0,5}(?:号|科|门诊|医生|大夫|的)?[吗吧呗]?"
    r"|没什么|没啥|没事|没关系|算了|你好|您好|医生|大夫|谢谢|怎么办|咋办|[^|]{0,3}什么科"
)


def is_bare(now: str) -> bool:
    """
    Tell whether a cleaned text is one wording and nothing that could turn it around.

    「想死，没什么，帮我挂个号」 is: only an errand at the desk stands beside it.
    """
    if now in _BARE:
        return True
    clauses = [_BESIDE.sub("", persons.unnamed(c).strip()) for c in now.split("|")]
    rest = [c for c in clauses if c and not _ERRAND.fullmatch(c)]
    return bool(rest) and _BARE.issuperset(rest)
