"""
Which open slots suit a need best, and why (匹配度 + 负载均衡).

Openings of one shift make one `Offer`. Offers that meet the whole wish are exact and ranked by

    3.0 · probability of the department      the right door matters most
  + 1.5 · expertise                          how well the doctor's terms meet the patient's words
  + 1.0 · usual doctor                       people want the doctor who knows them
  + 1.0 · earliness                          1 today, 0 in a fortnight
  + 0.5 · free share                         even load, when all else is alike

The weights are ours: a clear difference in an upper line beats a lower one, a slight one does
not. Every line depends on that offer and on `today` alone, never on the other offers: filling one
shift can therefore only lower that shift. Ties fall to time, fee and code, so the order is
total. The second half-day of a doctor comes after everybody's first. An urgent need goes by day
and time first, `latest` takes the far end of the wish, `cheap` the lowest fee. A 特需 place, many
times dearer, stands below all others of the day unless asked for.

With no exact offer the nearest are given: same department on another half-day of the wished day,
its next days, another doctor, another site; the first three of each before the rest of any.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from scheduling.fitting import expertise_fit, is_right_place, is_wished
from scheduling.lay_terms import widen
from scheduling.offers import Offer, Offers, ShiftTimes, SlotTime, Why, opening_at
from scheduling.types import Need, Opening

_DEPARTMENT, _EXPERTISE, _USUAL, _EARLY, _FREE = 3.0, 1.5, 1.0, 1.0, 0.5
_HORIZON_DAYS = 14
_CLEARLY_FREE = 0.5
_PER_TIER = 3
_SPECIAL = "special"
_NEARBY_SHOWN = 20


@dataclass(frozen=True, slots=True)
class _Shift:
    """One shift with all its slots that may be booked by time, places left or not."""

    any: Opening
    times: tuple[SlotTime, ...]
    matched: tuple[str, ...]
    score: float
    load: float

    @property
    def day(self) -> date:
        return self.any.starts_at.date()


_Fit = tuple[_Shift, tuple[SlotTime, ...]]


@dataclass(frozen=True, slots=True)
class Around:
    """
    What lies around a need: `today` at the site, and departments by code.

    `home` are the departments asked for, or the named doctor's; `siblings` do the same work at
    other sites.
    """

    today: date
    home: frozenset[str] = frozenset()
    siblings: frozenset[str] = frozenset()


def match(candidates: Iterable[ShiftTimes], need: Need, around: Around) -> Offers:
    """
    Rank candidates for a need.

    `candidates` are shifts in any order, each with its slots inside the booking window; a slot
    with `left == 0` is never offered and counts as load and as `full`. Deterministic.
    """
    shifts = _shifts(candidates, need, around.today)
    fits = [(shift, _exact(shift, need)) for shift in shifts]
    exact = [(shift, fit) for shift, fit in fits if fit]
    full = sum(1 for shift, fit in fits if not fit and _would_fit(shift, need))
    if exact:
        return Offers(exact=_explain(_ranked(exact, need), need), full=full)
    near = _nearby([s for s in shifts if _is_related(s, need, around)], need, around)
    return Offers(exact=(), nearby=_explain(near, need), full=full)


def _shifts(candidates: Iterable[ShiftTimes], need: Need, today: date) -> list[_Shift]:
    words = widen(need.words)
    probable = dict(need.departments)
    fits: dict[tuple[str, ...], tuple[float, tuple[str, ...]]] = {}
    result = []
    for shift in candidates:
        one = shift.one
        if _is_unwanted(one, need):
            continue
        if one.expertise not in fits:
            fits[one.expertise] = expertise_fit(one.expertise, words)
        fit, matched = fits[one.expertise]
        load = 1 - sum(t.left for t in shift.times) / max(sum(t.capacity for t in shift.times), 1)
        days = (one.starts_at.date() - today).days
        score = (
            _DEPARTMENT * probable.get(one.department, 0.0)
            + _EXPERTISE * fit
            + _USUAL * _is_usual(one, need)
            + _EARLY * max(1 - days / _HORIZON_DAYS, 0.0)
            + _FREE * (1 - load)
        )
        result.append(_Shift(one, shift.times, matched, score, load))
    return result


def _is_unwanted(opening: Opening, need: Need) -> bool:
    return opening.doctor in need.without_doctors or opening.service_type in need.without_services


def _is_usual(opening: Opening, need: Need) -> bool:
    return need.usual_doctor is not None and opening.doctor == need.usual_doctor


def _exact(shift: _Shift, need: Need) -> tuple[SlotTime, ...]:
    if not is_right_place(shift.any, need):
        return ()
    return tuple(t for t in _free(shift) if is_wished(shift.any, t.starts_at, need.when))


def _free(shift: _Shift) -> tuple[SlotTime, ...]:
    return tuple(time for time in shift.times if time.left > 0)


def _would_fit(shift: _Shift, need: Need) -> bool:
    return is_right_place(shift.any, need) and any(
        is_wished(shift.any, time.starts_at, need.when) for time in shift.times
    )


def _ranked(exact: list[_Fit], need: Need) -> list[_Fit]:
    """
    Return the offers by rank; unless time or a doctor is what counts, everybody's best first.

    Five half-days of the one best doctor are no choice: second half-days come after all firsts.
    """
    exact.sort(key=lambda pair: _order(pair[0], pair[1], need))
    if need.doctor is not None or need.urgent or need.latest:
        return exact
    turns: dict[tuple[str, str | None], int] = defaultdict(int)
    ranked = []
    for place, pair in enumerate(exact):
        who = (pair[0].any.department, pair[0].any.doctor)
        ranked.append((_dearness(pair[0].any, need), turns[who], place, pair))
        turns[who] += 1
    return [pair for *_, pair in sorted(ranked, key=lambda entry: entry[:3])]


def _dearness(opening: Opening, need: Need) -> tuple[bool, int]:
    """What stands before every other merit: no 特需 unasked, and the fee for who looks at it."""
    is_special = opening.service_type == _SPECIAL and need.service_type != _SPECIAL
    return is_special, opening.fee_fen if need.cheap else 0


def _order(
    shift: _Shift, times: Sequence[SlotTime], need: Need
) -> tuple[int, tuple[bool, int], float, float, float, int, str, int]:
    moment = times[0].starts_at.timestamp()
    # Who must not wait gets the sooner day, even where only a dearer place is left on it.
    day = shift.day.toordinal() if need.urgent else 0
    if need.latest:
        moment = -times[-1].starts_at.timestamp()
    by_time_first = moment if need.urgent or need.latest else 0.0
    one = shift.any
    rest = (one.fee_fen, one.doctor or "", one.shift)
    return (day, _dearness(one, need), by_time_first, -shift.score, moment, *rest)


def _is_related(shift: _Shift, need: Need, around: Around) -> bool:
    """Whether the shift may stand in for the wish at all."""
    one = shift.any
    return (
        (need.doctor is not None and one.doctor == need.doctor)
        or one.department in around.home
        or one.department in around.siblings
    )


def _nearby(shifts: Sequence[_Shift], need: Need, around: Around) -> list[_Fit]:
    tiers: dict[tuple[bool, bool], list[_Fit]] = defaultdict(list)
    for shift in shifts:
        if free := _free(shift):
            tiers[_tier(shift.any, need, around)].append((shift, free))
    for tier in tiers.values():
        tier.sort(
            key=lambda pair: (
                _dearness(pair[0].any, need),
                _days_off(pair[0], need),
                not any(is_wished(pair[0].any, time.starts_at, need.when) for time in pair[1]),
                _order(pair[0], pair[1], need),
            )
        )
    ordered = [tiers[key] for key in sorted(tiers)]
    heads = chain.from_iterable(tier[:_PER_TIER] for tier in ordered)
    rest = chain.from_iterable(tier[_PER_TIER:] for tier in ordered)
    return [*heads, *rest][:_NEARBY_SHOWN]


def _tier(opening: Opening, need: Need, around: Around) -> tuple[bool, bool]:
    """Another site is further away than another doctor or kind of service."""
    is_named = need.doctor is not None and opening.doctor == need.doctor
    if need.site is not None:
        elsewhere = opening.site != need.site
    else:
        elsewhere = not is_named and opening.department not in around.home
    other_doctor = need.doctor is not None and not is_named
    other_kind = need.service_type is not None and opening.service_type != need.service_type
    return elsewhere, other_doctor or other_kind


def _days_off(shift: _Shift, need: Need) -> int:
    """Return how many days the shift is from the nearest wished day; later ones first in a tie."""
    gaps = [(shift.day - start.date()).days for start, _ in need.when]
    return min((2 * abs(gap) + (gap < 0) for gap in gaps), default=0)


def _explain(ranked: Sequence[_Fit], need: Need) -> tuple[Offer, ...]:
    earliest = min((times[0].starts_at for _, times in ranked), default=None)
    loads = sorted(shift.load for shift, _ in ranked)
    stands_out = len(loads) > 1 and loads[0] < loads[1] and loads[0] <= _CLEARLY_FREE
    offers = []
    for shift, times in ranked:
        why = Why(
            expertise=shift.matched,
            usual=_is_usual(shift.any, need),
            earliest=times[0].starts_at == earliest,
            least_busy=stands_out and shift.load == loads[0],
        )
        shown = times[::-1] if need.latest else times
        offers.append(Offer(opening_at(shift.any, shown[0]), shown, why))
    return tuple(offers)
