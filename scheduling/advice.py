"""What planning tells the staff and, in one line, patients: plain views; times local, minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from scheduling.staffing import Extra, Forecast
from scheduling.templates import Point
from scheduling.transport import Why
from scheduling.types import HalfDay

# Whoever speaks of advice speaks of its parts.
__all__ = [
    "Extra",
    "Forecast",
    "Hint",
    "LineAdvice",
    "Move",
    "Seen",
    "Short",
    "SitesAdvice",
    "Staffing",
    "TemplateAdvice",
    "Told",
]


@dataclass(frozen=True, slots=True)
class Seen:
    """What really happened in an hour: patients called first in their turn, and their waits."""

    begins: int
    patients: int
    wait: float
    long: float


@dataclass(frozen=True, slots=True)
class Told:
    """
    What was said of waits, held against those that came: of `patients`, so many ranges were kept.

    `error` is the mean distance between what was said on average and what came, `bias` how much
    more was said than came; minutes.
    """

    patients: int
    kept: float
    error: float
    bias: float


@dataclass(frozen=True, slots=True)
class LineAdvice:
    """
    One line of patients of a half-day: a department's general rooms together, or one doctor.

    `doctor_name` is empty for the rooms together. `booked` have appointments, `walk_ins` are
    expected besides, from the weeks before. A patient takes `minutes` of a room's time, `measured`
    from so many past patients, 0 where the roster's own plan had to do. `seen` is the half-day of
    `Staffing.seen_on`. Of those booked the share `no_show` stays away, as seen of `attended`, 0
    where the policy's own figure had to do. `told` is how waits that were said that day came true.
    """

    department: str
    department_name: str
    doctor: str
    doctor_name: str
    half_day: HalfDay
    rooms: int
    booked: int
    walk_ins: float
    minutes: float
    measured: int
    forecast: Forecast
    seen: tuple[Seen, ...] = ()
    no_show: float = 0.0
    attended: int = 0
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class Staffing:
    """
    The lines of a site on a day, the longest wait first; `seen_on` None: nothing was seen.

    `told` is how the waits of that day that were said came true, None where none was.
    """

    site: str
    site_name: str
    day: date
    seen_on: date | None
    lines: tuple[LineAdvice, ...]
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class TemplateAdvice:
    """
    How many to call when in a shift: as it is `now`, by the old rule, and the trade-off.

    `starts_at` are the times of the grid. The rest as in `LineAdvice`; `no_show` is a share.
    """

    shift: int
    starts_at: tuple[datetime, ...]
    minutes: float
    measured: int
    no_show: float
    now: Point
    rule: Point
    curve: tuple[Point, ...]
    attended: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """
    So many patients of one site could be seen at another, `minutes` away on foot or riding.

    The way is that from their `village`, where villages are known, else from the site.
    """

    department_name: str
    from_site: str
    to_site: str
    from_day: date
    to_day: date
    half_day: str
    patients: int
    minutes: float
    is_walk: bool
    village: str = ""


@dataclass(frozen=True, slots=True)
class Short:
    """So many patients of a site's department would find no place on a day, and why."""

    department_name: str
    site: str
    day: date
    half_day: str
    patients: int
    why: Why
    village: str = ""


@dataclass(frozen=True, slots=True)
class SitesAdvice:
    """
    Next week across the sites; `demand` is what was looked at in all.

    `villages` is how many are known; 0: patients are taken to come from their site itself.
    """

    first: date
    last: date
    demand: int
    at_home: int
    moves: tuple[Move, ...]
    short: tuple[Short, ...]
    villages: int = 0


@dataclass(frozen=True, slots=True)
class Hint:
    """
    Another site near the one that was asked for has many places free.

    The way from there, or from the village of who asks where that is known (`from_name`), takes so
    many `minutes`, on foot or riding; `starts_at` is the first time.
    """

    site_name: str
    from_name: str
    starts_at: datetime
    half_day: HalfDay
    minutes: float
    is_walk: bool
