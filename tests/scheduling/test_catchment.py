"""From which villages patients come: each goes where its work is done, and nobody is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scheduling.catchment import Village, catchments, shares

NEAR, FAR = (30.0, 120.0), (30.1, 120.0)
SPOTS = {"community": NEAR, "general": FAR}


def _village(code: str, people: int = 100, site: str = "", latitude: float = 30.01) -> Village:
    return Village(code, f"{code}村", (latitude, 120.0), people, site)


def test_people_go_to_their_own_site_else_to_the_nearest_that_does_the_work() -> None:
    mine, theirs, nobodys = (
        _village("mine", site="community"),
        _village("theirs", site="general"),
        _village("nobodys"),
    )
    done_at = {"02": {"community", "general"}, "10": {"general"}, "12": {"nowhere"}}

    found = catchments([mine, theirs, nobodys], done_at, SPOTS)

    assert found == {
        ("community", "02"): [mine, nobodys],
        ("general", "02"): [theirs],
        ("general", "10"): [mine, theirs, nobodys],
    }, "a site of which nobody knows where it is has no catchment"


def test_shares_are_whole_people_by_how_many_live_there() -> None:
    big, small = _village("big", 600), _village("small", 200)

    assert shares(8, [small, big]) == {small: 2, big: 6}
    assert shares(1, [small, big]) == {big: 1}
    assert shares(0, [big]) == {}
    assert shares(3, []) == {}


@given(st.integers(0, 500), st.lists(st.integers(1, 9000), min_size=1, max_size=12))
def test_everybody_comes_from_somewhere_and_nobody_twice(patients: int, people: list[int]) -> None:
    villages = [_village(str(number), count) for number, count in enumerate(people)]
    found = shares(patients, villages)

    assert sum(found.values()) == patients
    for village, count in found.items():
        exact = patients * village.people / sum(people)
        assert abs(count - exact) < 1
