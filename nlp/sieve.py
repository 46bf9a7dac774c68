"""
Which of many patterns a text may hold, told by what they cannot be found without.

Of 「(?:取消|退掉).{0,4}号」 one of 取消 and 退掉 must stand in the text: a look at its pairs of
characters spares most searches. What a pattern needs is read from the pattern itself; where
nothing can be told, it is always searched for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from operator import add
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Generic, TypeVar

# More strings than these are not written out.
_MOST = 96
# A part that may stand more often is not written out either.
_TIMES = 3
# How much less a single character tells than two.
_SINGLE = 12

Name = TypeVar("Name")
# A part of a pattern as the library reads it: which kind, and what it holds.
_Node = tuple[Any, Any]
_Strings = frozenset[str] | None
_NOTHING: _Strings = frozenset({""})


@lru_cache(maxsize=32)
def pieces_of(text: str) -> frozenset[str]:
    """Return the characters of a text and its pairs: many tables ask for those of one message."""
    return frozenset((*text, *map(add, text, text[1:])))


class Guarded:
    """A pattern that is dear to search for, and only where a text may hold it."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        """Read what the pattern needs."""
        self._pattern, self._needed = pattern, needs(pattern)

    def may_hold(self, text: str) -> bool:
        """Tell whether a search is worth its while."""
        return self._needed is None or not self._needed.isdisjoint(pieces_of(text))

    def sub(self, new: str | Callable[[re.Match[str]], str], text: str) -> str:
        """Return the text with what is found replaced."""
        return self._pattern.sub(new, text) if self.may_hold(text) else text

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Return all that is found, in order."""
        return self._pattern.finditer(text) if self.may_hold(text) else iter(())

    def match(self, text: str) -> re.Match[str] | None:
        """Return what the text begins with."""
        return self._pattern.match(text) if self.may_hold(text) else None


class Sieve(Generic[Name]):
    """Named patterns, and the characters that tell which of them to search for."""

    def __init__(self, named: Iterable[tuple[Name, re.Pattern[str]]]) -> None:
        """Read what each pattern needs."""
        self._named = tuple(named)
        self._always = 0
        masks: dict[str, int] = defaultdict(int)
        for number, (_, pattern) in enumerate(self._named):
            needed = needs(pattern)
            if needed is None:
                self._always |= 1 << number
            for piece in needed or ():
                masks[piece] |= 1 << number
        self._masks, self._pieces = dict(masks), frozenset(masks)

    def _mask(self, texts: Iterable[str]) -> int:
        """Return the patterns that one of the texts may hold, each as the bit of its number."""
        masks, found = self._masks, self._always
        for text in texts:
            for piece in self._pieces & pieces_of(text):
                found |= masks[piece]
        return found

    def left(self, *texts: str, among: int = -1) -> Iterator[tuple[Name, re.Pattern[str]]]:
        """Yield the patterns that one of the texts may hold, in their order; `among` are bits."""
        mask = self._mask(texts) & among
        while mask:
            lowest = mask & -mask
            yield self._named[lowest.bit_length() - 1]
            mask ^= lowest

    def found(self, text: str) -> Iterator[Name]:
        """Yield the names of the patterns that are found in the text, in their order."""
        for name, pattern in self.left(text):
            if pattern.search(text):
                yield name


def needs(pattern: re.Pattern[str]) -> _Strings:
    """
    Return pieces of one or two characters of which one is in every text the pattern is found in.

    None where nothing can be told.
    """
    if pattern.flags & re.IGNORECASE:
        return None
    found = _sequence(parser.parse(pattern.pattern, pattern.flags))[1]
    return found and frozenset(p for p in found if len(p) == 1 or found.isdisjoint(p))


def _sequence(nodes: Iterable[_Node]) -> tuple[_Strings, _Strings]:
    """Return all a sequence may match, where these are few, and what it needs."""
    run, needed, is_whole = _NOTHING, None, True
    for node in nodes:
        strings, own = _node(node)
        needed = _better(needed, own)
        longer = _product(run, strings)
        if longer is None:
            needed = _better(needed, _openings(run))
            longer, is_whole = strings or _NOTHING, False
        run = longer
    return run if is_whole else None, _better(needed, _openings(run))


def _node(node: _Node) -> tuple[_Strings, _Strings]:
    """Return the same of one part of a pattern."""
    code, value = node
    if code is op.BRANCH:
        return _branches([_sequence(branch) for branch in value[1]])
    if code is op.SUBPATTERN and not (value[1] or value[2]):
        return _sequence(value[3])
    if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        least, most, nodes = value
        strings, needed = _sequence(nodes)
        return _repeated(strings, least, most), needed if least else None
    if code is op.ASSERT:
        return _NOTHING, _sequence(value[1])[1]
    return _written(node), None


def _written(node: _Node) -> _Strings:
    """Return what a part without parts may match, None where that is too much."""
    code, value = node
    if code in (op.AT, op.ASSERT_NOT):
        return _NOTHING
    if code is op.LITERAL:
        return frozenset({chr(value)})
    return _characters(value) if code is op.IN else None


def _characters(members: Sequence[_Node]) -> _Strings:
    """Return the characters of a set, where they are few."""
    found: set[str] = set()
    for code, value in members:
        if code is op.LITERAL:
            found.add(chr(value))
        elif code is op.RANGE and value[1] - value[0] < _MOST:
            found.update(map(chr, range(value[0], value[1] + 1)))
        else:
            return None
    return frozenset(found) if len(found) <= _MOST else None


def _branches(branches: list[tuple[_Strings, _Strings]]) -> tuple[_Strings, _Strings]:
    strings = _union(strings for strings, _ in branches)
    needed = _union(_better(needed, _openings(strings)) for strings, needed in branches)
    return strings if strings and len(strings) <= _MOST else None, needed


def _repeated(strings: _Strings, least: int, most: int) -> _Strings:
    if strings is None or most > _TIMES:
        return None
    runs = [_NOTHING]
    for _ in range(most):
        runs.append(_product(runs[-1], strings))
    return _union(runs[least:])


def _union(sets: Iterable[_Strings]) -> _Strings:
    found: set[str] = set()
    for one in sets:
        if one is None:
            return None
        found |= one
    return frozenset(found)


def _product(first: _Strings, second: _Strings) -> _Strings:
    if first is None or second is None or len(first) * len(second) > _MOST:
        return None
    return frozenset(a + b for a in first for b in second)


def _openings(strings: _Strings) -> _Strings:
    """Return one piece of each string, None where one is empty."""
    if strings is None or "" in strings:
        return None
    return frozenset(string[:2] for string in strings)


def _better(first: _Strings, second: _Strings) -> _Strings:
    """Return which of two needs tells more."""
    if first is None or second is None:
        return second if first is None else first
    return min(first, second, key=lambda s: sum(1 if len(p) > 1 else _SINGLE for p in s))
