"""Formulas against printed examples, against each other, and against a simulator of others."""

from __future__ import annotations

from math import exp, lgamma, log, sqrt
from statistics import mean, stdev

import ciw
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling import queueing_theory as theory
from scheduling.queueing_theory import Class, Traffic, UnstableError

loads = st.floats(0.01, 0.97)
servers = st.integers(1, 40)
scvs = st.floats(0.0, 3.0)


# -- printed examples ------------------------------------------------------------------------
# Bronson, Operations Research (Schaum), as worked by Casquilho (IST Lisbon).


def test_bronson_23_3() -> None:
    line = theory.mm1(24, 1 / 30)
    assert (line.present, line.stay, line.idle) == pytest.approx((4, 1 / 6, 0.2))


def test_bronson_23_14_in_minutes() -> None:
    line = theory.mm1(30 / 60, 1.5)
    assert (line.in_line, line.wait, line.idle) == pytest.approx((2.25, 4.5, 0.25))


def test_bronson_23_16() -> None:
    line = theory.mm1(1, 0.75)
    assert (line.in_line, line.wait, line.stay) == pytest.approx((2.25, 2.25, 3))
    assert line.idle == pytest.approx(0.25)  # the page's .178 is six or more present
    assert line.utilisation**6 == pytest.approx(0.178, abs=5e-4)


def test_bronson_24_6_per_year() -> None:
    line = theory.mmc(300, 1 / 182.5, 3)
    assert line.idle == pytest.approx(0.17754, abs=5e-6)
    assert (line.in_line, line.present) == pytest.approx((0.352, 1.996), abs=5e-4)
    assert (line.wait, line.stay) == pytest.approx((0.001175, 0.006654), abs=1e-6)


# Kelton, Simulation with Arena: one arrival every 1.25, visits of 1 in the mean.
@pytest.mark.parametrize(
    ("scv", "wait", "stay", "in_line", "present"),
    [
        pytest.param(1.0, 4.0, 5.0, 3.2, 4.0, id="exponential"),
        pytest.param(1.8**2 / 12, 2.54, 3.54, 2.032, 2.832, id="uniform .1 to 1.9"),
        pytest.param(0.9**2 / 6, 2.27, 3.27, 1.816, 2.616, id="triangular .1, 1, 1.9"),
    ],
)
def test_kelton(scv: float, wait: float, stay: float, in_line: float, present: float) -> None:
    line = theory.mg1(0.8, 1.0, scv)
    found = (line.wait, line.stay, line.in_line, line.present)
    assert found == pytest.approx((wait, stay, in_line, present), abs=5e-4)


ERLANG_C = """
 1 .5000 .6000 .7000 .8000 .8500 .9000 .9500
 2 .3333 .4500 .5765 .7111 .7811 .8526 .9256
 3 .2368 .3547 .4923 .6472 .7304 .8171 .9070
 4 .1739 .2870 .4287 .5964 .6893 .7878 .8914
 5 .1304 .2362 .3778 .5541 .6545 .7625 .8778
 6 .0991 .1966 .3360 .5178 .6241 .7401 .8656
 8 .0590 .1395 .2706 .4576 .5726 .7015 .8442
10 .0361 .1013 .2217 .4092 .5299 .6687 .8256
15 .0113 .0482 .1412 .3192 .4469 .6026 .7870
20 .0037 .0241 .0936 .2561 .3851 .5508 .7554
"""
SHARES = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)


@pytest.mark.parametrize("row", ERLANG_C.split("\n")[1:-1])
def test_the_table_of_erlang_c(row: str) -> None:
    count, *printed = map(float, row.split())
    found = [theory.erlang_c(int(count), share * count) for share in SHARES]
    assert found == pytest.approx(printed, abs=5e-5)


def test_erlang_c_by_hand_and_from_a_curve() -> None:
    assert theory.erlang_c(3, 2) == pytest.approx(4 / 9, rel=1e-12)
    assert theory.erlang_c(10, 6) == pytest.approx(0.1013, abs=5e-5)  # read off as "about .10"


def test_cobham_with_two_classes() -> None:
    first, second = theory.cobham([Class(0.2, 1.0), Class(0.4, 1.0)])
    assert (first.wait, second.wait) == pytest.approx((0.75, 1.875))
    assert 0.2 * first.wait + 0.4 * second.wait == pytest.approx(0.9)


def test_a_long_visit_now_and_then_makes_everybody_wait() -> None:
    assert theory.mg1(0.17, 5.0, 0.64).wait == pytest.approx(23.23, abs=0.005)


# -- against each other ----------------------------------------------------------------------


@given(loads, servers)
def test_more_load_waits_more_and_more_servers_less(share: float, count: int) -> None:
    offered = share * count
    waits = theory.erlang_c(count, offered)
    assert 0 < waits <= share * (1 + 1e-12)
    assert theory.erlang_c(count, min(offered * 1.02, 0.99 * count)) >= waits
    assert theory.erlang_c(count + 1, offered) < waits


@given(loads, servers, scvs)
def test_the_special_cases_are_the_general_ones(share: float, count: int, scv: float) -> None:
    assert theory.mm1(share, 1.0) == theory.mmc(share, 1.0, 1)
    assert theory.mg1(share, 2.0 * 0.5, 1.0).wait == pytest.approx(theory.mm1(share, 1.0).wait)
    many = theory.mmc(share * count, 1.0, count)
    assert theory.allen_cunneen(Traffic(share * count, 1.0, count)).wait == many.wait
    one = theory.mg1(share, 1.0, scv)
    assert theory.allen_cunneen(Traffic(share, 1.0, scv=scv)).wait == pytest.approx(one.wait)
    assert theory.kingman(Traffic(share, 1.0, scv=scv)) >= one.wait - 1e-9
    (alone,) = theory.cobham([Class(share, 1.0, scv)])
    assert alone.wait == pytest.approx(one.wait)


@given(
    st.lists(st.tuples(st.floats(0.001, 1), st.floats(0.1, 5), scvs), min_size=1, max_size=5),
    st.floats(0.05, 0.95),
)
def test_who_goes_first_changes_who_waits_not_how_much(
    drawn: list[tuple[float, float, float]], share: float
) -> None:
    scale = share / sum(rate * length for rate, length, _ in drawn)
    classes = [Class(rate * scale, length, scv) for rate, length, scv in drawn]

    def work(order: list[Class]) -> float:
        lines = theory.cobham(order)
        return sum(c.arrivals * c.mean * w.wait for c, w in zip(order, lines, strict=True))

    assert work(classes) == pytest.approx(work(classes[::-1]))
    waits = [line.wait for line in theory.cobham(classes)]
    assert waits == sorted(waits)


@given(loads, servers, st.floats(0, 50))
def test_the_tail_begins_with_who_waits_and_its_area_is_the_wait(
    share: float, count: int, limit: float
) -> None:
    rate, line = share * count, theory.mmc(share * count, 1.0, count)
    tail = theory.mmc_waits_over(limit, rate, 1.0, count)
    assert tail == pytest.approx(line.waits * exp(-limit * line.waits / line.wait), abs=1e-12)
    assert theory.mmc_waits_over(0, rate, 1.0, count) == pytest.approx(line.waits)
    same = theory.allen_cunneen_waits_over(limit, Traffic(rate, 1.0, count))
    assert same == pytest.approx(tail, abs=1e-12)


@given(loads, servers)
def test_little_and_the_sum_of_all_states(share: float, count: int) -> None:
    line = theory.mmc(share * count, 1.0, count)
    assert line.present == pytest.approx(line.in_line + share * count)
    states, weight = [1.0], 1.0
    for number in range(1, count + 1):
        weight *= share * count / number
        states.append(weight)
    everything = sum(states) + states[-1] * share / (1 - share)
    assert line.idle == pytest.approx(1 / everything, rel=1e-9)


def test_a_thousand_servers_are_no_trouble() -> None:
    logs = [count * log(990) - lgamma(count + 1) for count in range(1001)]
    full = logs[1000] - log(1 - 0.99)
    by_logs = 1 / (1 + sum(exp(one - full) for one in logs[:1000]))
    assert theory.erlang_c(1000, 990.0) == pytest.approx(by_logs, rel=1e-9)
    assert 0 <= theory.mmc(990.0, 1.0, 1000).idle < 1e-300
    assert theory.erlang_b(0, 5.0) == 1.0
    assert theory.mmc(0.0, 1.0, 3).idle == 1.0


def test_a_full_line_forgets_slowly_and_a_fast_one_quickly() -> None:
    slow = theory.settles_within(Traffic(0.95, 1.0))
    assert slow > 10 * theory.settles_within(Traffic(0.7, 1.0))
    assert theory.settles_within(Traffic(9.5, 1.0, 10)) == pytest.approx(slow / 10)


# -- where nothing holds ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "act",
    [
        lambda: theory.erlang_c(3, 3.0),
        lambda: theory.mm1(1.0, 1.0),
        lambda: theory.mmc(7.0, 1.0, 7),
        lambda: theory.mmc_waits_over(1.0, 2.0, 1.0, 2),
        lambda: theory.mg1(2.0, 0.6, 0.5),
        lambda: theory.cobham([Class(0.5, 1.0), Class(0.6, 1.0)]),
        lambda: theory.allen_cunneen(Traffic(3.0, 1.0, 2)),
        lambda: theory.kingman(Traffic(1.0, 1.0)),
        lambda: theory.settles_within(Traffic(1.0, 1.0)),
    ],
)
def test_too_much_work_has_no_answer(act) -> None:
    with pytest.raises(UnstableError):
        act()
    assert issubclass(UnstableError, ValueError)


@pytest.mark.parametrize("numbers", [(-1.0, 1.0, 1), (1.0, 0.0, 1), (0.1, 1.0, 0)])
def test_nonsense_is_refused(numbers: tuple[float, float, int]) -> None:
    with pytest.raises(ValueError, match="rates from 0"):
        theory.mmc(*numbers)
    with pytest.raises(ValueError, match="one server"):
        theory.kingman(Traffic(1.0, 1.0, 2))


# -- against ciw, a simulator of others ------------------------------------------------------


def _simulated(network: ciw.network.Network, until: float, runs: int) -> dict[str, list[float]]:
    """The mean wait of each class in each run, the first quarter left out."""
    found: dict[str, list[float]] = {}
    for seed in range(runs):
        ciw.seed(seed)
        run = ciw.Simulation(network)
        run.simulate_until_max_time(until)
        records = [r for r in run.get_all_records() if r.arrival_date > until / 4]
        for name in {r.customer_class for r in records}:
            mine = [r.waiting_time for r in records if r.customer_class == name]
            found.setdefault(name, []).append(mean(mine))
    return found


def _agrees(runs: list[float], wait: float) -> bool:
    """Whether the formula lies within the simulation's 99.7 % interval, which is a narrow one."""
    error = stdev(runs) / sqrt(len(runs))
    assert error < mean(runs) / 8, "a simulation that says nothing proves nothing"
    return abs(mean(runs) - wait) < 3 * error


def test_ciw_three_rooms() -> None:
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(2.4)],
        service_distributions=[ciw.dists.Exponential(1.0)],
        number_of_servers=[3],
    )
    (runs,) = _simulated(network, 800, 12).values()
    assert _agrees(runs, theory.mmc(2.4, 1.0, 3).wait)
    assert not _agrees(runs, theory.mmc(2.4, 1.0, 4).wait), "it would see one room more"


def test_ciw_log_normal_visits() -> None:
    spread = np.log1p(0.64)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(0.14)],
        service_distributions=[ciw.dists.Lognormal(np.log(5.0) - spread / 2, sqrt(spread))],
        number_of_servers=[1],
    )
    (runs,) = _simulated(network, 8000, 16).values()
    assert _agrees(runs, theory.mg1(0.14, 5.0, 0.64).wait)
    assert not _agrees(runs, theory.mm1(0.14, 5.0).wait), "it would see exponential visits"


def test_ciw_two_classes() -> None:
    network = ciw.create_network(
        arrival_distributions={
            "first": [ciw.dists.Exponential(0.2)],
            "second": [ciw.dists.Exponential(0.4)],
        },
        service_distributions={
            "first": [ciw.dists.Exponential(1.0)],
            "second": [ciw.dists.Exponential(1.0)],
        },
        priority_classes={"first": 0, "second": 1},
        number_of_servers=[1],
    )
    runs = _simulated(network, 2500, 12)
    first, second = theory.cobham([Class(0.2, 1.0), Class(0.4, 1.0)])
    assert _agrees(runs["first"], first.wait)
    assert _agrees(runs["second"], second.wait)
    assert not _agrees(runs["first"], second.wait), "it would see the classes exchanged"
