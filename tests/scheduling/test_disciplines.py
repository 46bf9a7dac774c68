"""Disciplines as a site writes them, and who goes before others in them."""

from dataclasses import replace
from datetime import date

import pytest

from scheduling.disciplines import EMERGENCY, Discipline, Rank, read_discipline
from scheduling.policy import Policy

TODAY = date(2026, 11, 24)


def test_what_a_site_leaves_out_is_as_usual():
    made = read_discipline({"shares": {"first": 3}, "cap_minutes": 60})

    assert dict(made.shares) == {"first": 3, "return": 1, "missed": 1}
    assert (made.kind, made.cap_minutes) == ("pattern", 60)
    assert read_discipline({}) == Discipline()


@pytest.mark.parametrize(
    ("given_", "told"),
    [
        ({"kind": "lottery"}, "kind"),
        ({"share": {}}, "no such part"),
        ({"shares": {"first": 0}}, "whole number"),
        ({"shares": {"ranked": 2}}, "shares are of"),
        ({"shares": 2}, "table"),
        ({"rates": {"vip": 5}}, "a lane or a rank"),
        ({"ranks": {"soldier": False}, "rates": {"soldier": 5}}, "a lane or a rank"),
        ({"rates": {"first": "much"}}, "above 0"),
        ({"cap_minutes": -1}, "above 0"),
        ({"is_dynamic": 1}, "true or false"),
    ],
)
def test_a_discipline_nobody_knows_is_refused(given_, told):
    with pytest.raises(ValueError, match=told):
        read_discipline(given_)


# -- who goes before


@pytest.mark.parametrize(
    ("born", "rank"),
    [
        (date(1946, 11, 24), "elder80"),
        (date(1946, 11, 25), ""),
        (date(2023, 11, 25), "child3"),
        (date(2023, 11, 24), ""),
    ],
)
def test_the_birth_date_alone_makes_two_ranks(born, rank):
    assert Discipline().rank_by_age(born, TODAY) == rank


def test_a_site_adds_a_rank_moves_another_and_does_without_a_third():
    made = read_discipline(
        {
            "ranks": {
                "hero": {"label": "见义勇为", "mark": "义"},
                "elder80": {"from_years": 70},
                "soldier": False,
            }
        }
    )

    assert list(made.ranks) == [EMERGENCY, "elder80", "pregnant", "disabled", "child3", "hero"]
    assert made.ranks["hero"] == Rank("hero", "见义勇为", "义")
    assert made.ranks["elder80"] == Rank("elder80", from_years=70)
    assert made.rank_by_age(date(1956, 11, 24), TODAY) == "elder80"
    assert made.rank_by_age(date(1956, 11, 25), TODAY) == ""
    assert made.ranks["child3"] == Discipline().ranks["child3"]


def test_an_age_has_a_beginning_an_end_or_both():
    made = read_discipline({"ranks": {"school": {"from_years": 6, "under_years": 12}}})

    born = {years: date(2026 - years, 1, 1) for years in (5, 6, 11, 12)}
    found = {years: made.rank_by_age(day, TODAY) for years, day in born.items()}
    assert found == {5: "", 6: "school", 11: "school", 12: ""}


def test_of_two_ranks_by_age_the_better_one_counts():
    ranks = {"elder90": {"from_years": 90}}
    born = date(1930, 1, 1)

    assert read_discipline({"ranks": ranks}).rank_by_age(born, TODAY) == "elder80", "alike"
    better = read_discipline({"ranks": ranks, "rates": {"elder90": 5}})
    assert better.rank_by_age(born, TODAY) == "elder90"


@pytest.mark.parametrize(
    ("rank", "told"),
    [
        pytest.param({"hero": {}}, r"ranks\.hero: a label is needed", id="no words for it"),
        pytest.param({"hero": {"lable": "见义勇为"}}, "no such part of a rank: lable", id="typo"),
        pytest.param({"hero": {"name": "x"}}, "no such part of a rank: name", id="two names"),
        pytest.param({"hero": "见义勇为"}, "a table", id="no table"),
        pytest.param({"hero": True}, "a table", id="true"),
        pytest.param({"hero": False}, "one of the usual: elder80, ", id="unknown one left out"),
        pytest.param({"hero": {"label": "见" * 13}}, "up to 12 characters", id="long label"),
        pytest.param({"hero": {"label": "见\n义"}}, "up to 12 characters", id="two lines"),
        pytest.param({"hero": {"label": 5}}, "up to 12 characters", id="label a number"),
        pytest.param({"hero": {"label": "x", "mark": "见义勇"}}, "up to 2", id="long mark"),
        pytest.param({"elder80": {"from_years": "70"}}, "from 1 to 120", id="years in words"),
        pytest.param({"elder80": {"from_years": 0}}, "from 1 to 120", id="years from nothing"),
        pytest.param({"elder80": {"from_years": True}}, "from 1 to 120", id="years true"),
        pytest.param({"elder80": {"under_years": 80}}, "above from_years", id="nobody's years"),
        pytest.param({"h" * 17: {"label": "x"}}, "1 to 16 characters", id="long name"),
        pytest.param({"ranked": {"label": "x"}}, "not that of a lane", id="a name of the rates"),
        pytest.param({"first": {"label": "x"}}, "not that of a lane", id="a lane's name"),
        pytest.param({EMERGENCY: False}, "a table", id="no emergencies"),
        pytest.param({EMERGENCY: {"from_years": 9}}, "no age", id="emergency by age"),
        pytest.param(["hero"], "ranks must be a table", id="a list"),
    ],
)
def test_a_rank_that_cannot_be_meant_is_explained(rank, told):
    with pytest.raises(ValueError, match=told):
        read_discipline({"ranks": rank})


def test_what_a_ticket_has_is_known_wherever_it_waits_and_whatever_the_rules_say_now():
    hero = Rank("hero", "见义勇为")
    own = replace(Discipline(), ranks={EMERGENCY: Rank(EMERGENCY), "hero": hero})
    policy = Policy(disciplines={"GH-GK": own, "GH-NK": Discipline("fifo")})

    assert policy.rank("GH", "GH-GK", "hero") == hero
    assert policy.rank("GH", "GH-EK", "hero") == hero, "sent on from the other department"
    assert policy.rank("GH", "GH-GK", "elder80") == Rank("elder80", from_years=80), "dropped"
    assert policy.rank("GH", "GH-EK", "vip") == Rank("vip"), "nobody knows it any more"
    assert policy.rank("GH", "GH-EK", "") is None
    assert policy.rank("GH", "GH-NK", "hero") is None, "there it changes nothing"
    assert policy.rank("GH", "GH-NK", EMERGENCY) == Rank(EMERGENCY)
