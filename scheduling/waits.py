"""
How long somebody has still to wait, as a range that is kept four times in five; pure.

The wait is what is left of the visit inside and one visit for each who goes before (who that is,
`scheduling.overtaking` says). How long a visit takes is learnt: the department's mean, pulled
towards the doctor's, pulled towards today's, each as far as what was expected is worth fewer
visits than were seen (docs/queueing.md measures it beside the last wait seen).

Visits are taken as log-normal, the usual shape of consultations. What is left of a log-normal
visit grows the longer it has lasted: it is not memoryless. All durations in minutes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

# What is expected weighs at least as much as so many visits that are seen.
LEAST_WORTH = 6.0
# Fewer visits in all tell nothing: no estimate.
LEAST_VISITS = 5
# How the lengths of single visits scatter (standard deviation by mean), where too few were seen.
_USUAL_CV = 0.7
_CV_VISITS, _MOST_CV = 30.0, 2.0
# How a doctor's own mean scatters around the department's, and a day's around the doctor's.
_DOCTORS_CV = 0.2
_DAYS_CV = 0.1
# A visit with results beside a first one; ours, to be measured: three minutes beside six.
RETURN_LENGTH = 0.55
# Doctors begin so many minutes late on average (exponential); ours, to be measured.
BEGINS_LATE = 3.0
_SHORTEST = 0.5  # no doctor's mean is below this
# A visit that is among the longest thousandth is judged as if it had just become one.
_LONGEST = 3.1
_NORMAL = NormalDist()
_EIGHTY = _NORMAL.inv_cdf(0.9)  # four in five lie between the tenth and the ninetieth
_INSTANT = 0.01
_STEP = 5  # what is shown is rounded to this


@dataclass(frozen=True, slots=True)
class Pace:
    """
    How long visits take: their number, mean (min) and variance (min²) of one.

    Of an expectation `count` is what it is worth in visits: the doubt about its mean, too, is
    `variance / count`.
    """

    count: float
    mean_minutes: float
    variance: float

    @property
    def third(self) -> float:
        """The third central moment of one visit (min³), which is log-normal."""
        if self.mean_minutes <= 0:
            return 0.0
        squared = self.variance / self.mean_minutes**2
        return self.variance**2 / self.mean_minutes * (3 + squared)

    def times(self, length: float) -> Pace:
        """Return the pace of visits so many times as long."""
        return Pace(self.count, self.mean_minutes * length, self.variance * length**2)

    @classmethod
    def of_sums(cls, count: int, total: float, squares: float) -> Pace:
        """Return the pace of `count` visits from the sum of their minutes and of the squares."""
        if count == 0:
            return cls(0.0, 0.0, 0.0)
        mean = total / count
        spread = max(0.0, squares - total * mean) / (count - 1) if count > 1 else 0.0
        return cls(float(count), mean, spread)


NOTHING = Pace(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Moments:
    """A duration by chance: its mean, its second and third central moment (min, min², min³)."""

    mean: float
    variance: float
    third: float

    def percentiles(self) -> tuple[float, float, float]:
        """
        Return its tenth, fiftieth and ninetieth percentile.

        What is left of one visit is as skew as a log-normal, but that nobody knows who will come
        makes a wait less so: down to a gamma, as sums of a random number of things are taken to
        be. Its percentiles are as far between those of the two as its skewness is.
        """
        if self.mean < _INSTANT or self.variance <= 0:
            return self.mean, self.mean, self.mean
        deviation = math.sqrt(self.variance)
        cv = deviation / self.mean
        beyond = self.third / (self.variance * deviation) - 2 * cv
        share = min(max(beyond / (cv + cv**3), 0.0), 1.0)
        squared = math.log1p(cv**2)
        location, scale = math.log(self.mean) - squared / 2, math.sqrt(squared)

        def at(z: float) -> float:
            log_normal = math.exp(location + z * scale)
            # Wilson and Hilferty 1931.
            gamma = self.mean * max(0.0, 1 - cv**2 / 9 + z * cv / 3) ** 3
            return share * log_normal + (1 - share) * gamma

        # Of what will hardly be, nine in ten are nothing: it is told as on average, then.
        return at(-_EIGHTY), at(0.0), max(at(_EIGHTY), self.mean)


@dataclass(frozen=True, slots=True)
class WaitRange:
    """
    Four waits in five lie between `low` and `high`; minutes from now, `mean` on average.

    As many waits are shorter than `middle` as are longer. `shown` is what a person is told.
    """

    low: float
    middle: float
    high: float
    mean: float

    @property
    def shown(self) -> tuple[int, int]:
        """Both ends, rounded to five minutes and never the same."""
        low = _STEP * round(self.low / _STEP)
        return low, max(low + _STEP, _STEP * round(self.high / _STEP))


@dataclass(frozen=True, slots=True)
class Visit:
    """
    A visit before somebody's own, or the share of several of which nobody knows who comes.

    `chance` is how many are expected and `doubt` the variance of that number; `length` how long
    one is beside a first visit.
    """

    chance: float = 1.0
    length: float = 1.0
    doubt: float = 0.0

    def skew_with(self, pace: Pace) -> float:
        """
        Return what the doubt adds to the third central moment of the time that such visits take.

        As if all who may come were as likely to: of an unlikely one most of the time is chance.
        """
        if not self.chance:
            return 0.0
        number = self.doubt * (2 * self.doubt / self.chance - 1)
        mean, variance = pace.mean_minutes, pace.variance
        return 3 * self.doubt * mean * variance + number * mean**3


def shrunk(day: Pace, doctor: Pace = NOTHING, department: Pace = NOTHING) -> Pace | None:
    """
    Return what one visit takes here and now; None where too little was seen to tell.

    `day` are today's visits in this room; `doctor` and `department` what was seen before.
    """
    if day.count + doctor.count + department.count < LEAST_VISITS:
        return None
    known: Pace | None = None
    for seen, scatter in ((department, 0.0), (doctor, _DOCTORS_CV), (day, _DAYS_CV)):
        if known is None:
            known = _first(seen) if seen.count >= LEAST_VISITS else None
        else:
            known = _pulled(known, seen, scatter)
    # Too few of everything on its own: what there is, together.
    return known or _first(_pooled((department, doctor, day)))


def _first(seen: Pace) -> Pace:
    """What is expected of the next visit after nothing but these."""
    mean = max(seen.mean_minutes, _SHORTEST)
    return Pace(seen.count, mean, _ratio(_USUAL_CV**2, seen) * mean**2)


def _pulled(known: Pace, seen: Pace, scatter: float) -> Pace:
    """
    Return what is expected after `seen`, of which `known` was expected give or take `scatter`.

    What is known weighs as many visits as it is worth (Bühlmann's credibility), never less than
    six; the variance of the new mean is that of a weighted mean of two independent errors.
    """
    doubt = known.variance / known.count + (scatter * known.mean_minutes) ** 2
    worth = max(known.variance / doubt, LEAST_WORTH)
    weight = worth + seen.count
    mean = (worth * known.mean_minutes + seen.count * seen.mean_minutes) / weight
    mean = max(mean, _SHORTEST)
    ratio = _ratio(known.variance / known.mean_minutes**2, seen)
    variance = ratio * mean**2
    doubt = (worth**2 * doubt + seen.count * variance) / weight**2
    return Pace(variance / doubt, mean, variance)


def _ratio(usual: float, seen: Pace) -> float:
    """Return the squared coefficient of variation, as if `_CV_VISITS` of the usual were seen."""
    if seen.count < 2 or seen.mean_minutes <= 0:  # noqa: PLR2004 - one visit has no variance
        return usual
    here = min(seen.variance / seen.mean_minutes**2, _MOST_CV**2)
    return (_CV_VISITS * usual + seen.count * here) / (_CV_VISITS + seen.count)


def _pooled(paces: Iterable[Pace]) -> Pace:
    seen = [pace for pace in paces if pace.count]
    count = sum(pace.count for pace in seen)
    return Pace(count, sum(pace.count * pace.mean_minutes for pace in seen) / count, 0.0)


def estimate(
    before: Iterable[Visit],
    pace: Pace,
    *,
    inside: tuple[Visit, float] | None = None,
    opens_in: float | None = None,
    stretch: float = 1.0,
) -> WaitRange:
    """
    Return how long somebody waits before whom these visits are.

    `inside` is the visit inside and the minutes it has lasted, None for nobody; `opens_in` the
    minutes until the doctor is to begin, or is to be back, None for one who is there; whatever
    goes otherwise than on average does so `stretch` times, as a longer wait lets in more who
    overtake.
    """
    mean = variance = third = visits = 0.0
    if opens_in is not None:
        mean, variance, third = BEGINS_LATE, BEGINS_LATE**2, 2 * BEGINS_LATE**3
    if inside is not None:
        visit, since = inside
        left = residual(pace.times(visit.length), since)
        mean, variance, third = mean + left.mean, variance + left.variance, third + left.third
        visits = visit.length
    one = pace.third
    for visit in before:
        expected = visit.chance * visit.length
        visits += expected
        mean += expected * pace.mean_minutes
        chancy = visit.doubt * pace.mean_minutes**2
        variance += (visit.chance * pace.variance + chancy) * visit.length**2
        third += (visit.chance * one + visit.skew_with(pace)) * visit.length**3
    variance += visits**2 * pace.variance / pace.count
    moments = Moments(mean, variance * stretch**2, third * stretch**3)
    low, middle, high = moments.percentiles()
    opens = opens_in or 0.0
    return WaitRange(opens + low, opens + middle, opens + high, opens + mean)


def residual(pace: Pace, since: float) -> Moments:
    """
    Return what is left of a visit that has lasted `since` minutes.

    Of a log-normal visit, given that it is not over: its partial moments are
    E[Sⁿ; S > t] = E[Sⁿ] Φ(nσ - z), z = (ln t - μ) / σ (Johnson, Kotz, Balakrishnan 1994, ch. 14).
    """
    if pace.mean_minutes <= 0 or pace.variance <= 0:
        return Moments(max(0.0, pace.mean_minutes - since), 0.0, 0.0)
    squared = math.log1p(pace.variance / pace.mean_minutes**2)
    location, scale = math.log(pace.mean_minutes) - squared / 2, math.sqrt(squared)
    longest = math.exp(location + _LONGEST * scale)
    since = min(max(since, 0.0), longest)
    z = (math.log(since) - location) / scale if since > 0 else -math.inf
    tail = _NORMAL.cdf(-z)
    first, second, third = (
        math.exp(n * location + n**2 * squared / 2) * _NORMAL.cdf(n * scale - z) / tail
        for n in (1, 2, 3)
    )
    variance = max(0.0, second - first**2)
    return Moments(first - since, variance, max(0.0, third - 3 * second * first + 2 * first**3))
