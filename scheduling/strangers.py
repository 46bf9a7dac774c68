"""
Followers whom WeChat knows and we do not (没有登记的关注者), cut into lists without names; pure.

WeChat tells all followers of an account in an order of its own. A list is what lies between two
places of that order, less whom we know. It is read again where it is sent, so nobody on it has to
be kept: only the places are.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

# WeChat takes 2 to 10,000 in one call; so many fewer are put on a list because somebody may follow
# between the reading and the sending.
FEWEST, LIMIT = 2, 10_000
MOST = LIMIT - 100
# So many who stand before a place tell where it is: all of them would have to leave at once.
_MARKS = 5
# Fewer than these begin to follow between two of them before a list is sent.
_BETWEEN = 1_000
# For one list no more pages are read than these, as soon as it is long enough for a call.
_PAGES = 2

# A place in WeChat's order: who stand before it, the nearest first; nobody: before them all.
Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """The next list: from one place to another, None: to the very end, and how many it has."""

    after: Place
    until: Place | None
    size: int


def cut(before: Place, ids: Sequence[str], known: Container[str], *, is_end: bool) -> Cut | None:
    """
    Return the first list of these followers, who stand behind `before`; None: read more of them.

    A list leaves two to the next one as long as somebody may come behind it, so that none is too
    short for a call. Only where a single one is left in all (`is_end`) is there a list of one, and
    of none where there is nobody.
    """
    strangers = [number for number, one in enumerate(ids) if one not in known]
    size = len(strangers)
    if is_end and size <= MOST:
        first = strangers[0] if strangers else len(ids)
        return Cut(_place(before, ids, first), None, size)
    size = min(MOST, size - FEWEST)
    if size < FEWEST:
        return None
    start, end = strangers[0], strangers[size - 1] + 1
    return Cut(_place(before, ids, start), _place(before, ids, end), size)


def may_cut(strangers: int, pages: int) -> bool:
    """
    Tell whether enough has been read of WeChat's list to cut one off it, be it full or not.

    Where few are strangers, a short list costs less than to read a great part of all twice.
    """
    return pages >= _PAGES or strangers >= MOST + FEWEST


def _place(before: Place, ids: Sequence[str], number: int) -> Place:
    """Return the place before the one with this number."""
    near = tuple(reversed(ids[max(0, number - _MARKS) : number]))
    return (*near, *before)[:_MARKS]


def reach(ids: Sequence[str], until: Place | None, *, is_end: bool) -> int | None:
    """
    Return how many of these followers stand before a place; None: read more of them.

    Who stood nearest to it may have left; then the next nearest tells where it is.

    Raises:
        LookupError: they have all left.
    """
    if until is not None:
        numbers = {one: number for number, one in enumerate(ids)}
        for mark in until:
            if mark in numbers:
                found = numbers[mark] + 1
                # The nearer ones may still come, behind others who have just begun to follow.
                is_sure = mark == until[0] or len(ids) - found >= _BETWEEN or is_end
                return found if is_sure else None
        if is_end:
            raise LookupError("nobody is left who told where the list ends")
        return None
    return len(ids) if is_end else None
