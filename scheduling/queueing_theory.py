"""
Queueing theory (排队论): what a line settles to if nothing changes for long; pure formulas.

Rates and times share one unit, whichever the caller takes: with patients per minute and visits in
minutes every wait is in minutes. `arrivals` is a rate, `mean` the mean length of a visit, and a
squared coefficient of variation (`scv`) is the variance over the square of the mean: 0 for a
clockwork, 1 for the exponential law, .36 to .64 for visits (coefficient .6 to .8).

All of it holds only where work comes in more slowly than it is done (utilisation < 1); elsewhere a
line grows without end and `UnstableError` is raised. A clinic that opens in the morning and closes
at noon may never settle: `settles_within` tells (docs/queueing.md).

Sources: Erlang 1917; Pollaczek 1930 and Khinchine 1932; Cobham 1954 (Operations Research 2);
Kingman 1961 (Proc. Cambridge Phil. Soc. 57); Little 1961; Allen 1990, Probability, Statistics and
Queueing Theory, 2nd ed., 5.3 (Allen-Cunneen); Odoni and Roth 1983 (Operations Research 31).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt

_EXPONENTIAL = 1.0
# Odoni and Roth's constant, fitted by them to numerical solutions.
_RELAXATION = 2.8


class UnstableError(ValueError):
    """Work comes in as fast as it can be done, or faster: no line settles."""


@dataclass(frozen=True, slots=True)
class Settled:
    """
    A line that has settled.

    `utilisation` is the busy share of each server (0 to 1), `waits` the probability that somebody
    who comes has to wait. `wait` and `stay` are mean times before the visit and to its end, in the
    unit of the rates; `in_line` and `present` the mean numbers of people (Little: rate times
    time). `idle` is the probability that nobody is there at all, None where no formula gives it.
    """

    servers: int
    utilisation: float
    waits: float
    wait: float
    stay: float
    in_line: float
    present: float
    idle: float | None


@dataclass(frozen=True, slots=True)
class Class:
    """A class of patients: rate of `arrivals`, `mean` length of a visit and its `scv`."""

    arrivals: float
    mean: float
    scv: float = _EXPONENTIAL


@dataclass(frozen=True, slots=True)
class Traffic:
    """
    What comes in and who does it, by laws of which only the first two moments are known.

    Rate of `arrivals`, `mean` length of a visit, `servers`, and the `scv` of the times between
    arrivals and of the visits; Poisson arrivals have 1.
    """

    arrivals: float
    mean: float
    servers: int = 1
    arrivals_scv: float = _EXPONENTIAL
    scv: float = _EXPONENTIAL


def utilisation(arrivals: float, mean: float, servers: int = 1) -> float:
    """
    Return the busy share of each server.

    Raises:
        UnstableError: it would be 1 or more.
        ValueError: a negative rate, a length or a number of servers that is not positive.
    """
    if arrivals < 0 or mean <= 0 or servers < 1:
        raise ValueError("rates from 0, lengths above 0, at least one server")
    share = arrivals * mean / servers
    if share >= 1:
        raise UnstableError(f"{servers} servers would be busy {share:.3f} of the time")
    return share


def erlang_b(servers: int, offered: float) -> float:
    """
    Return the probability that all servers are busy where nobody waits (Erlang B).

    `offered` is the work that comes in, rate times mean length, from 0 without limit. By the
    recursion over servers: every step stays between 0 and 1, so a thousand servers are no trouble.
    """
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = offered * blocked / (count + offered * blocked)
    return blocked


def erlang_c(servers: int, offered: float) -> float:
    """
    Return the probability that somebody who comes has to wait (Erlang C); Poisson, exponential.

    Raises:
        UnstableError: `offered` (rate times mean length) is not below the number of servers.
    """
    share = utilisation(offered, 1.0, servers)
    blocked = erlang_b(servers, offered)
    return blocked / (1 - share * (1 - blocked))


def mm1(arrivals: float, mean: float) -> Settled:
    """Return the line before one server: Poisson arrivals, exponential visits."""
    return mmc(arrivals, mean, 1)


def mmc(arrivals: float, mean: float, servers: int) -> Settled:
    """Return the one line before several servers: Poisson arrivals, exponential visits."""
    share = utilisation(arrivals, mean, servers)
    offered = arrivals * mean
    waits = erlang_c(servers, offered)
    wait = waits * mean / (servers * (1 - share))
    return _settled(Traffic(arrivals, mean, servers), waits, wait, _idle(servers, offered))


def mmc_waits_over(limit: float, arrivals: float, mean: float, servers: int) -> float:
    """Return the share who wait longer than `limit` in `mmc`, first come first served."""
    share = utilisation(arrivals, mean, servers)
    return erlang_c(servers, arrivals * mean) * exp(-servers * (1 - share) * limit / mean)


def mg1(arrivals: float, mean: float, scv: float) -> Settled:
    """Return the line before one server: Poisson, visits of any law (Pollaczek-Khinchine)."""
    share = utilisation(arrivals, mean)
    wait = share * mean * (1 + scv) / (2 * (1 - share))
    return _settled(Traffic(arrivals, mean), share, wait, 1 - share)


def cobham(classes: Sequence[Class]) -> list[Settled]:
    """
    Return the lines of classes before one server, the most urgent class first (Cobham 1954).

    Nobody is interrupted; within a class first come first served; Poisson, visits of any law.
    The waits obey Kleinrock's conservation law: their sum weighted by utilisation is what it
    would be without priorities. `utilisation` of each is that class's own share.

    Raises:
        UnstableError: all classes together bring too much, even if the urgent ones could be met.
    """
    if (total := sum(one.arrivals * one.mean for one in classes)) >= 1:
        raise UnstableError(f"the server would be busy {total:.3f} of the time")
    remaining = sum(one.arrivals * one.mean**2 * (1 + one.scv) for one in classes) / 2
    lines, above = [], 0.0
    for one in classes:
        upto = above + utilisation(one.arrivals, one.mean)
        wait = remaining / ((1 - above) * (1 - upto))
        lines.append(_settled(Traffic(one.arrivals, one.mean), total, wait, 1 - total))
        above = upto
    return lines


def allen_cunneen(line: Traffic) -> Settled:
    """
    Return about what the one line before several servers is, arrivals and visits of any law.

    The wait of `mmc` times the mean of the two `scv`s: exact for M/M/c and M/G/1, an
    approximation elsewhere, good in heavy traffic and poor where hardly anybody waits.
    """
    settled = mmc(line.arrivals, line.mean, line.servers)
    wait = settled.wait * (line.arrivals_scv + line.scv) / 2
    return _settled(line, settled.waits, wait, None)


def allen_cunneen_waits_over(limit: float, line: Traffic) -> float:
    """Return about the share who wait longer than `limit`: who waits at all, exponentially."""
    settled = allen_cunneen(line)
    if settled.wait == 0:
        return 0.0
    return settled.waits * exp(-limit * settled.waits / settled.wait)


def kingman(line: Traffic) -> float:
    """
    Return a mean wait before one server that is never exceeded (Kingman's upper bound).

    Arrivals and visits of any law, independent of each other; in the unit of the rate.

    Raises:
        ValueError: there are several servers.
    """
    if line.servers != 1:
        raise ValueError("the bound is for one server")
    share = utilisation(line.arrivals, line.mean)
    if line.arrivals == 0:
        return 0.0
    variances = line.arrivals_scv / line.arrivals**2 + line.scv * line.mean**2
    return line.arrivals * variances / (2 * (1 - share))


def settles_within(line: Traffic) -> float:
    """
    Return the time constant with which a line forgets how it began (Odoni and Roth 1983).

    After three of them 5 % of the difference is left. Theirs is for one server; several are taken
    for one that is as fast as all of them, which is so only while most of them are busy.
    """
    share = utilisation(line.arrivals, line.mean, line.servers)
    rate = line.servers / line.mean
    return (line.arrivals_scv + line.scv) / (_RELAXATION * rate * (1 - sqrt(share)) ** 2)


def _idle(servers: int, offered: float) -> float:
    """Return the probability that nobody is there in M/M/c, summed by logarithms."""
    if offered == 0:
        return 1.0
    terms = [count * log(offered) - lgamma(count + 1) for count in range(servers)]
    full = servers * log(offered) - lgamma(servers + 1) - log(1 - offered / servers)
    most = max(*terms, full)
    return exp(-most) / sum(exp(term - most) for term in (*terms, full))


def _settled(line: Traffic, waits: float, wait: float, idle: float | None) -> Settled:
    stay = wait + line.mean
    return Settled(
        servers=line.servers,
        utilisation=utilisation(line.arrivals, line.mean, line.servers),
        waits=waits,
        wait=wait,
        stay=stay,
        in_line=line.arrivals * wait,
        present=line.arrivals * stay,
        idle=idle,
    )
