"""Followers nobody here knows, cut into lists: each is on one, whoever leaves meanwhile."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from scheduling import strangers
from scheduling.strangers import FEWEST, Cut, cut, may_cut, reach


@pytest.fixture(autouse=True, scope="module")
def _small():
    patch = pytest.MonkeyPatch()
    patch.setattr(strangers, "MOST", 8)
    patch.setattr(strangers, "_BETWEEN", 2)
    yield
    patch.undo()


def behind(order, place):
    """Whom WeChat lists behind a place: behind the nearest who still follows."""
    start = next((order.index(one) + 1 for one in place if one in order), 0)
    return order[start:]


def read(order, known, place, page):
    """Cut the next list as `bot.crowd` does, `page` followers at a time."""
    rest, ids, pages = behind(order, place), [], 0
    while True:
        some = rest[len(ids) : len(ids) + page]
        ids += some
        pages += 1
        if not some or may_cut(sum(one not in known for one in ids), pages):
            found = cut(place, ids, known, is_end=not some)
            if found is not None:
                return found


def sent_to(order, known, found: Cut, page):
    """Who is on a list when it is sent."""
    rest, ids, end = behind(order, found.after), [], None
    while end is None:
        some = rest[len(ids) : len(ids) + page]
        ids += some
        end = reach(ids, found.until, is_end=not some)
    return [one for one in ids[:end] if one not in known]


@given(
    size=strategies.integers(0, 60),
    known=strategies.sets(strategies.integers(0, 59)),
    leave=strategies.lists(strategies.integers(0, 59), max_size=12),
    page=strategies.integers(1, 30),
    comes=strategies.integers(0, 60),
)
def test_who_stays_is_written_to_once_and_no_list_is_too_short(size, known, leave, page, comes):
    order, gone = list(range(size)), list(leave)
    got, place, sizes = [], (), []
    while place is not None:
        found = read(order, known, place, page)
        sizes.append(found.size)
        # Between reading and sending one of them leaves and somebody new comes, anywhere.
        if gone and (one := gone.pop()) in order and len(found.until or "12345") > len(leave):
            order.remove(one)
        if len(order) >= comes and -1 not in order:
            order.insert(comes, -1)
        first, again = (sent_to(order, known, found, page) for _ in range(2))
        assert first == again
        got += first
        place = found.until
    old = [one for one in got if one >= 0]
    assert len(old) == len(set(old))
    stayed = [one for one in range(size) if one in order and one not in known]
    assert set(stayed) <= set(got)
    assert all(FEWEST <= one <= 8 for one in sizes[:-1])


@pytest.mark.parametrize(
    ("people", "sizes"),
    [(0, [0]), (1, [1]), (2, [2]), (8, [8]), (9, [7, 2]), (11, [8, 3]), (18, [8, 8, 2])],
)
def test_a_list_leaves_two_to_the_next_one(people, sizes):
    place, found = (), []
    while place is not None:
        made = read(list(range(people)), (), place, 100)
        found.append(made.size)
        place = made.until
    assert found == sizes


def test_the_nearest_who_still_follows_tells_where_a_list_ends():
    made = read(list(range(30)), (), (), 100)
    assert made.until == (7, 6, 5, 4, 3)
    left = [one for one in range(30) if one not in (7, 6)]
    assert sent_to(left, (), made, 3) == [0, 1, 2, 3, 4, 5]
    with pytest.raises(LookupError):
        sent_to(list(range(8, 30)), (), made, 3)


def test_behind_the_end_of_a_page_a_nearer_one_is_looked_for():
    assert reach([1, 2, 3], (4, 3), is_end=False) is None
    assert reach([1, 2, 3, 5], (4, 3), is_end=False) is None
    assert reach([1, 2, 3, 5, 4], (4, 3), is_end=False) == 5
    assert reach([1, 2, 3, 5, 6], (4, 3), is_end=False) == 3
    assert reach([1, 2, 3], (4, 3), is_end=True) == 3


def test_whom_we_know_before_the_first_stranger_is_not_read_again():
    made = cut((), [1, 2, 3, 4, 5, 6], {1, 2, 3}, is_end=True)
    assert made == Cut((3, 2, 1), None, 3)
