"""
How a department calls (叫号规则), and who goes before others in it (优先), as data; pure.

A discipline is data: by appointment and arrival (`fifo`), by class (`priority`), the printed
pattern "2 first visits, 1 return, 1 missed" (`pattern`) and accumulating priority, rate times
waiting time (`accumulating`: Kleinrock 1964; Stanford, Taylor, Ziedins 2014). The order each gives
is that of `scheduling.queueing`. Sources of the rules as printed: docs/policy.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from types import MappingProxyType

FIRST, RETURN, MISSED = LANES = ("first", "return", "missed")
KINDS = FIFO, PRIORITY, PATTERN, ACCUMULATING = ("fifo", "priority", "pattern", "accumulating")
EMERGENCY = "emergency"
RANKED = "ranked"
# A share is a number of calls in a row; the desk remembers so many.
MOST_SHARE = 9
# A name stands in a column of the tickets; a label in a line of the console, a mark on the screen.
_NAME, _LABEL, _MARK = 16, 12, 2
_MOST_YEARS = 120


@dataclass(frozen=True, slots=True)
class Rank:
    """
    A reason to go before others (优先).

    `label` says who has it, `mark` is how it stands on the call screen for everybody to read; ""
    for either: as `handlers/texts` words it. `from_years` and `under_years` (周岁) tell it by the
    birth date alone; with neither of them papers are shown at the desk.
    """

    name: str
    label: str = ""
    mark: str = ""
    from_years: int | None = None
    under_years: int | None = None

    @property
    def is_by_age(self) -> bool:
        """Tell whether the birth date is enough."""
        return self.from_years is not None or self.under_years is not None

    def fits(self, years: int) -> bool:
        """Tell whether the birth date of somebody of so many years gives it."""
        if not self.is_by_age or years < (self.from_years or 0):
            return False
        return self.under_years is None or years < self.under_years


# As printed: who shows papers, and the two that the birth date tells.
_USUAL = (
    Rank(EMERGENCY),
    Rank("elder80", from_years=80),
    Rank("pregnant"),
    Rank("disabled"),
    Rank("soldier"),
    Rank("child3", under_years=3),
)


def _ranks() -> Mapping[str, Rank]:
    return MappingProxyType({one.name: one for one in _USUAL})


def _shares() -> Mapping[str, int]:
    return MappingProxyType({FIRST: 2, RETURN: 1, MISSED: 1})


def _rates() -> Mapping[str, float]:
    return MappingProxyType({RANKED: 3.0, RETURN: 2.0, FIRST: 1.0, MISSED: 1.0})


@dataclass(frozen=True, slots=True)
class Discipline:
    """
    How a department calls.

    `shares`: so many of each lane in turn; where it `is_dynamic`, one first visit and one return
    while more returns than first visits wait. `rates` by lane or rank (`ranked` for all ranks): of
    the priority classes the highest goes first, of the accumulating ones it is the credit per
    minute. `cap_minutes`: no first visit or return waits longer for others; None: no cap.
    `ranks`, by name, are why somebody goes before.
    """

    kind: str = PATTERN
    shares: Mapping[str, int] = field(default_factory=_shares)
    is_dynamic: bool = True
    rates: Mapping[str, float] = field(default_factory=_rates)
    cap_minutes: float | None = 90.0
    ranks: Mapping[str, Rank] = field(default_factory=_ranks)

    def rate(self, lane: str, rank: str) -> float:
        """Return the rate of somebody: of the lane, or of the rank where that is higher."""
        if not rank:
            return self.rates[lane]
        return max(self.rates[lane], self._rate_of(rank))

    def counts(self, rank: str) -> bool:
        """Tell whether a rank changes the order: by appointment alone only emergencies do."""
        return bool(rank) and (self.kind != FIFO or rank == EMERGENCY)

    @property
    def in_force(self) -> Mapping[str, Rank]:
        """The ranks that change the order."""
        return {name: one for name, one in self.ranks.items() if self.counts(name)}

    def rank_by_age(self, born: date, today: date) -> str:
        """Return the rank that the birth date alone gives, of several the best; "" for none."""
        years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        fitting = (name for name, one in self.ranks.items() if one.fits(years))
        return max(fitting, key=self._rate_of, default="")

    def _rate_of(self, rank: str) -> float:
        return self.rates.get(rank, self.rates[RANKED])


def read_discipline(given: Mapping[str, object]) -> Discipline:
    """
    Return a discipline as a site writes it: what it leaves out is as in the usual one.

    Raises:
        ValueError: a name or a value no discipline has.
    """
    _check_parts(given, Discipline)
    changes = dict(given)
    changes["shares"] = MappingProxyType({**_shares(), **_table(given, "shares")})
    changes["rates"] = MappingProxyType({**_rates(), **_table(given, "rates")})
    changes["ranks"] = _read_ranks(_table(given, "ranks"))
    made = Discipline(**changes)  # type: ignore[arg-type] # checked in the next line
    _check(made)
    return made


# -- inside


def _check_parts(given: Mapping[str, object], what: type[Discipline | Rank]) -> None:
    unknown = given.keys() - ({one.name for one in fields(what)} - {"name"})
    if unknown:
        part = f"part of a {what.__name__.lower()}"
        raise ValueError(f"no such {part}: {', '.join(sorted(unknown))}")


def _table(given: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = given.get(name, {})
    if not isinstance(found, Mapping):
        raise ValueError(f"{name} must be a table")  # noqa: TRY004 - one error for all
    return found


def _read_ranks(given: Mapping[str, object]) -> Mapping[str, Rank]:
    """The usual ranks with what a site says of each: parts of it, or false to do without it."""
    found = dict(_ranks())
    for name, told in given.items():
        if told is False and name in found and name != EMERGENCY:
            del found[name]
        elif isinstance(told, Mapping):
            try:
                _check_parts(told, Rank)
                found[name] = replace(found.get(name, Rank(name)), **told)
                _check_rank(found[name])
            except ValueError as error:
                raise ValueError(f"ranks.{name}: {error}") from error
        else:
            raise ValueError(
                f"ranks.{name}: a table, as {{ label = '…' }}; or false, to do without one of the "
                f"usual: {', '.join(one.name for one in _USUAL if one.name != EMERGENCY)}"
            )
    return MappingProxyType(found)


def _check_rank(one: Rank) -> None:
    if not _is_text(one.name, _NAME, least=1) or one.name in (*LANES, RANKED):
        raise ValueError(f"a name has 1 to {_NAME} characters and is not that of a lane")
    if not _is_text(one.label, _LABEL):
        raise ValueError(f"label is a text of up to {_LABEL} characters")
    if not _is_text(one.mark, _MARK):
        raise ValueError(f"mark is a text of up to {_MARK} characters")
    years = [n for n in (one.from_years, one.under_years) if n is not None]
    if not all(type(n) is int and 0 < n <= _MOST_YEARS for n in years):
        raise ValueError(f"from_years and under_years are whole numbers from 1 to {_MOST_YEARS}")
    if years != sorted(set(years)):
        raise ValueError("under_years is above from_years")
    if one.name == EMERGENCY and years:
        raise ValueError("an emergency has no age")
    if not (one.label or one.is_by_age or one.name in _ranks()):
        raise ValueError("a label is needed, as people read it: label = '见义勇为'")


def _is_text(given: object, most: int, least: int = 0) -> bool:
    is_one = isinstance(given, str) and given.isprintable() and given == given.strip()
    return is_one and least <= len(str(given)) <= most


def _check(made: Discipline) -> None:
    if made.kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}")
    if made.shares.keys() != set(LANES):
        raise ValueError(f"shares are of {', '.join(LANES)}")
    if not all(type(n) is int and 0 < n <= MOST_SHARE for n in made.shares.values()):
        raise ValueError(f"a share is a whole number from 1 to {MOST_SHARE}")
    rated = (*LANES, RANKED, *made.ranks)
    if not made.rates.keys() <= set(rated):
        raise ValueError(f"rates are of a lane or a rank: {', '.join(rated)}")
    numbers = [*made.rates.values(), *(() if made.cap_minutes is None else (made.cap_minutes,))]
    if not all(type(n) in (int, float) and n > 0 for n in numbers):
        raise ValueError("rates and cap_minutes are numbers above 0")
    if type(made.is_dynamic) is not bool:
        raise ValueError("is_dynamic is true or false")
